"""docs/rules.md: every rule with its text, from the rule data, and what it judges, from the code."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from importlib.resources import files
from typing import Any, Final

from tables import table

from custody.acts import ACT_TYPES
from custody.ledger.policies import shipped_policy
from custody.rules.calendars import Term
from custody.rules.clocks.deadlines import CLOCKS, PLACE_CLOCKS
from custody.rules.clocks.text import DeadlineText
from custody.rules.judge import DEFECTS, REFUSALS
from custody.rules.policy import RuleText
from custody.rules.rule import Rule
from custody.rules.span import Span

JURISDICTION: Final = "cn"
UNVERIFIED: Final = "**UNVERIFIED**"
ELSEWHERE: Final = {
    "draw-not-allowed": "a dry run of `blood-draw`: what EXPIRED_TUBE and UNQUALIFIED_DRAWER are once it has happened",
    "KEY_DOUBTED": "acts signed by a key after the `since` of its `revocation`; read from then on, not in the entry",
}
"""What is not found by a function of its own."""
HEAVIER: Final = {"RECORDING_MISSING": "; exclusion-risk where the law bars the evidence (a seizure)"}
"""Where the code weighs a breach otherwise than the rule data."""


def rules() -> str:
    """Return the generated part of the page."""
    texts = shipped_policy(JURISDICTION).texts.values()
    refusals = [_rule(text) for text in texts if text.kind == "refusal"]
    defects = [_rule(text) for text in texts if text.kind == "defect"]
    return "\n".join([
        f"{_counted(list(texts))}\n",
        "## Refusals\n", *refusals, "## Defects\n", *defects,
        "## Deadlines\n", _deadlines(), "## Numbers\n", _numbers(), "## What lies where\n", _storage(),
        "## How long disclosed values are kept\n", _retention(),
        "## Days off\n", _calendar(),
        "## Stages\n", _stages(), "## Which stage may follow which\n", _passages(),
    ])  # fmt: skip


def _counted(texts: list[RuleText]) -> str:
    checked = sum(text.verified for text in texts)
    return f"{len(texts)} rules: {checked} verified, {len(texts) - checked} {UNVERIFIED}."


def _rule(text: RuleText) -> str:
    code = f"refused/{text.code}" if text.kind == "refusal" else text.code
    return f"### `{code}`\n\n{table(['', ''], _said(text))}"


def _said(text: RuleText) -> Iterator[tuple[str, str]]:
    yield "rule", text.rule + (f", {text.severity}{HEAVIER.get(text.code, '')}" if text.severity else "")
    yield "中文", text.zh + text.instead_zh
    yield "English", f"{text.en} {text.instead_en}".strip()
    found = [each for each in (*REFUSALS, *DEFECTS) if each.code == text.code]
    yield "judges", "; ".join(_judges(each) for each in found) or ELSEWHERE[text.code]
    yield "source", text.source
    if text.valid_from or text.valid_to:
        yield "in force", _dated(text, "").strip()
    yield "checked", "verified" if text.verified else UNVERIFIED


def _dated(span: Span, said: object) -> str:
    """What is said, with the days on which it holds."""
    days = [f"from {span.valid_from}"] if span.valid_from else []
    days += [f"until {span.valid_to}"] if span.valid_to else []
    return " ".join([str(said), *days])


def _judges(found: Rule) -> str:
    judged = [f"`{name}`" for name, kind in ACT_TYPES.items() if issubclass(kind, found.types)]
    which = "every act" if len(judged) == len(ACT_TYPES) else ", ".join(judged)
    return f"{which}: *{found.check.__name__.replace('_', ' ')}*"


def _numbers() -> str:
    return table(
        ["number", "value", "source", "checked"],
        (
            (f"`{name}`", _dated(each, each.value), each.source, "verified" if each.verified else UNVERIFIED)
            for name, versions in shipped_policy(JURISDICTION).number_versions.items()
            for each in versions
        ),
    )


def _retention() -> str:
    """Proposals of `custody erase --proposed`; nothing is erased by itself."""
    return table(
        ["rule", "中文", "English", "values", "due", "then", "source", "checked"],
        (
            (f"`{each.rule}`", each.zh, each.en, ", ".join(f"`{one}`" for one in each.of),
             f"{each.months} months after the case is {each.after}", "to be erased" if each.must else "may be erased",
             each.source, "verified" if each.verified else UNVERIFIED)
            for each in shipped_policy(JURISDICTION).retention.values()
        ),
    )  # fmt: skip


def _control() -> dict[str, Any]:
    """The chapter in which stages and passages stand."""
    return tomllib.loads(files("custody.rules").joinpath(JURISDICTION, "control.toml").read_text(encoding="utf-8"))


def _stages() -> str:
    return table(
        ["stage", "中文", "agencies that work in it"],
        ((f"`{name}`", each["zh"], ", ".join(each["agencies"])) for name, each in _control()["stages"].items()),
    )


def _passages() -> str:
    return table(
        ["from", "to", "中文", "English", "at most", "source", "checked"],
        (
            (f"`{each['from']}`", f"`{each['to']}`", each["zh"], each["en"], each.get("most", ""), each["source"],
             "verified" if each["verified"] else UNVERIFIED)
            for each in _control()["passages"].values()
        ),
    )  # fmt: skip


def _storage() -> str:
    return table(
        ["category", "classes of place"],
        ((f"`{category}`", ", ".join(classes)) for category, classes in shipped_policy(JURISDICTION).storage.items()),
    )


def _deadlines() -> str:
    return table(
        ["number", "deadline", "of", "started by", "clock", "term, by variant", "extended", "ladder", "stopped by",
         "then", "source", "checked"],
        (
            (_dated(text, text.rule), f"{text.zh} {text.en}", _whose(text), _named(text.starts), _clocks(text),
             _terms(text), _extended(text), _ladder(text), _named(text.stops),
             "lapses" if text.lapses else "late", text.source, "verified" if text.verified else UNVERIFIED)
            for _, versions in sorted(shipped_policy(JURISDICTION).deadline_versions.items())
            for text in versions
        ),
    )  # fmt: skip


def _whose(text: DeadlineText) -> str:
    """Of what: cases and their items, places, or both."""
    found = [name for name, clocks in (("cases", CLOCKS), ("places", PLACE_CLOCKS))
             if any(each.rule == text.rule for each in clocks)]  # fmt: skip
    return ", ".join(found)


def _clocks(text: DeadlineText) -> str:
    """The functions that find what starts and stops it, as sentences."""
    found = (each for each in (*CLOCKS, *PLACE_CLOCKS) if each.rule == text.rule)
    return "; ".join(f"*{each.find.__name__.replace('_', ' ')}*" for each in found)


def _extended(text: DeadlineText) -> str:
    """``to 15 working-days, by `noted:…`, approver-2 or higher, once``."""
    extension = text.extension
    if extension is None:
        return ""
    checked = "verified" if extension.verified else UNVERIFIED
    terms = "; ".join(f"{name}: {_term(each)}" if name else _term(each) for name, each in extension.terms.items())
    often = "once" if extension.most == 1 else f"{extension.most} times"
    who = f"approver-{extension.level}" + (" or higher" if extension.level < 3 else "")
    return f"to {terms}, by `noted:{extension.noted}`, {who}, {often}; {extension.source}; {checked}"


def _ladder(text: DeadlineText) -> str:
    """Each rung: hours from the due instant, colour, and who is told."""
    return "; ".join(f"{each.name} {each.colour}: {', '.join(each.tells)}" for each in text.ladder)


def _named(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _terms(text: DeadlineText) -> str:
    """``24 hours; administrative: 5 working-days``."""
    classes = {name: [each for each, term in text.places.items() if term == name] for name in text.terms}
    said = {name: f"{name} ({', '.join(each)})".strip() if each else name for name, each in classes.items()}
    found = [f"{said[name]}: {_term(term)}" if said[name] else _term(term) for name, term in text.terms.items()]
    return "; ".join(found if "" in text.terms else ["as the act says", *found])


def _term(term: Term) -> str:
    return f"{term.length} {term.unit}" + (", on to a working day" if term.extend_on_holiday else "")


def _calendar() -> str:
    return table(
        ["year", "off, beside Saturdays and Sundays", "worked instead (调休)", "source", "checked"],
        (
            (str(number), _days(year.off), _days(year.worked), year.source,
             "verified" if year.verified else UNVERIFIED)
            for number, year in shipped_policy(JURISDICTION).calendar.years.items()
        ),
    )  # fmt: skip


def _days(days: Iterable[date]) -> str:
    """Days of one year: stretches by their first and last day."""
    stretches: list[list[date]] = []
    for day in sorted(days):
        if stretches and day - stretches[-1][-1] == timedelta(days=1):
            stretches[-1].append(day)
        else:
            stretches.append([day])
    return ", ".join("…".join(dict.fromkeys([f"{each[0]:%m-%d}", f"{each[-1]:%m-%d}"])) for each in stretches)
