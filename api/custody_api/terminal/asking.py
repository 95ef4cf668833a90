"""What a sheet asks next, what can be chosen by a digit, and how the sheet stands on the screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from custody import label
from custody.cli.words import either
from custody.cli.zone import stamp
from custody_api.terminal.flows import Ask
from custody_api.terminal.lines import INTACT, Line
from custody_api.terminal.sheet import Sheet
from custody_api.terminal.shown import Row, Shown
from custody_api.terminal.words import ask_name, flow_name, say, term

Choice = tuple[str, Any]
"""What stands beside a digit, and what is said by choosing it."""

MOST_ROWS: Final = 200


def choices(sheet: Sheet, recent: Mapping[str, list[str]]) -> list[Choice]:
    """What can be chosen by a digit now."""
    line, ask = sheet.line, sheet.ask
    if line is not None:
        return _of_line(sheet, line)
    if ask is None:
        return []
    if ask.kind == "people":
        return [(people, people) for people in recent.get(ask.name, ())]
    return [(term(each), each) for each in ask.options]


def _of_line(sheet: Sheet, line: Line) -> list[Choice]:
    if sheet.flow.takes == "packages":
        return []
    known = line.seal_known
    if sheet.flow.takes == "seals":
        return [(known, {"seal_seen": known})] if known != "none" else []
    if line.seal_seen is not None:
        return [(say("condition/intact"), {"condition": INTACT}), (say("condition/damaged"), {"condition": "破损"})]
    as_known = {"seal_seen": known, "condition": INTACT}
    broken = (say("seen/broken"), {"seal_seen": "broken"})
    if known == "none":
        return [(say("seen/none-known"), as_known), (say("seen/none"), {"seal_seen": "none"}), broken]
    return [
        (say("seen/as-known", seal=known), as_known),
        (say("seen/seal-only", seal=known), {"seal_seen": known}),
        broken,
        (say("seen/none"), {"seal_seen": "none"}),
    ]


def question(sheet: Sheet) -> str:
    """What is asked next."""
    line, ask = sheet.line, sheet.ask
    if line is not None:
        return _about(sheet, line)
    if ask is not None:
        return say(f"ask/{ask.kind}", name=ask_name(sheet.flow.act, ask)) + ("" if ask.needed else say("ask/optional"))
    if sheet.flow.takes == "scans":
        return say("ask/count")
    return say("ask/ready" if sheet.is_complete else "ask/items")


def _about(sheet: Sheet, line: Line) -> str:
    description = line.known["description"]
    if sheet.flow.takes == "packages":
        return say("ask/seal-put-on", count=sum(each.seal_seen is None for each in sheet.lines.values()))
    if sheet.flow.takes == "seals":
        return say("ask/seal-opened", description=description)
    return say("ask/condition" if line.seal_seen is not None else "ask/line", description=description)


def digits_alone(sheet: Sheet, known: list[Choice]) -> bool:
    """Whether a digit needs no Enter: nothing but a choice is asked for, and there are at most nine."""
    ask = sheet.ask
    return sheet.line is None and ask is not None and ask.kind == "choice" and 0 < len(known) <= 9


def facts(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """The answers so far, as the reader calls them."""
    for ask in sheet.flow.asks:
        value = sheet.said.get(ask.name)
        if value is not None:
            yield ask_name(sheet.flow.act, ask), _told(ask, value, sheet.place_names)


def _told(ask: Ask, value: Any, place_names: Mapping[str, str]) -> str:
    if ask.kind in ("place", "places"):
        places = [value] if isinstance(value, str) else value
        return ", ".join(place_names.get(each, each) for each in places)
    if ask.kind == "people":
        return ", ".join(value)
    if ask.kind == "moment":
        return stamp(datetime.fromisoformat(value))
    if ask.kind == "range":
        return f"{value['min']} … {value['max']} ℃"
    return term(value) if ask.kind == "choice" else str(value)


def rows(sheet: Sheet) -> Iterator[Row]:
    """The lines of the sheet, newest first: the sign says whether something is still to be said, or odd."""
    lines = list(sheet.lines.values())
    for number, line in reversed(list(enumerate(lines, 1))[-MOST_ROWS:]):
        open_ = line.seal_seen is None or (sheet.flow.takes == "lines" and line.condition is None)
        odd = line.warning or line.seal_seen == "broken" or (
            sheet.flow.takes == "lines" and line.seal_seen not in (None, line.seal_known)
        )  # fmt: skip
        tone, sign = ("warn", "⚠") if odd else ("quiet", "…") if open_ else ("good", "✓")
        yield Row(sign, f"{number:>3}  {'  '.join(_line_words(sheet, line, open_))}", tone)  # type: ignore[arg-type]
    if len(lines) > MOST_ROWS:
        yield Row(" ", say("row/more", count=len(lines) - MOST_ROWS), "quiet")


def _line_words(sheet: Sheet, line: Line, open_: bool) -> Iterator[str]:
    yield f"{line.known['description']}  {label.spaced(line.known['code'])}"
    seal = line.seal_seen
    if seal in ("broken", "none"):
        yield say(f"seen/{seal}")
    elif seal is not None:
        yield say("row/seal", seal=seal)
    if line.condition:
        yield either(line.condition, "intact") if line.condition == INTACT else line.condition
    for each in line.measured:
        yield f"{each['quantity']} {each['unit']}"
    if open_:
        yield say("row/unseen")
    yield line.known["case"]
    if line.warning:
        yield f"▸ {line.warning}"


def screen(sheet: Sheet, recent: Mapping[str, list[str]], more: list[Row]) -> Shown:
    """The sheet as it stands on the screen; ``more`` stands above its lines."""
    known = choices(sheet, recent)
    keys = [say("key/undo")] if sheet.entries else []
    keys += [say("key/sign")] if sheet.is_complete else []
    return Shown(
        title=f"{flow_name(sheet.name)} · {_how_many(sheet)}", question=question(sheet),
        facts=tuple(facts(sheet)), rows=(*more, *rows(sheet)), options=tuple(each for each, _ in known),
        keys=(*keys, say("key/back")), digits_alone=digits_alone(sheet, known),
    )  # fmt: skip


def _how_many(sheet: Sheet) -> str:
    if sheet.flow.takes == "scans":
        return say("count/scanned", count=len({each.item for each in sheet.scans if each.item}))
    return say("row/count", count=len(sheet.lines))
