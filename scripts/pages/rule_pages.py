"""docs/rules.md: every rule with its text, from the rule data, and what it judges, from the code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tables import table

from custody.acts import ACT_TYPES
from custody.ledger.policies import shipped_policy
from custody.rules.judge import DEFECTS, REFUSALS
from custody.rules.policy import RuleText, Span
from custody.rules.rule import Rule

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
        "## Numbers\n", _numbers(), "## What lies where\n", _storage(),
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


def _storage() -> str:
    return table(
        ["category", "classes of place"],
        ((f"`{category}`", ", ".join(classes)) for category, classes in shipped_policy(JURISDICTION).storage.items()),
    )
