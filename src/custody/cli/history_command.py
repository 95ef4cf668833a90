"""``custody history``: the chain of custody of an item, every holder with the signatures that made them one."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping
from typing import Any

from custody.acts.parts import PARTS
from custody.cli.ledgers import reading
from custody.cli.settings import add_options, settings_of
from custody.cli.show_command import act_name, add_moment_options, holder_of, moment_in
from custody.cli.terminal import tell, tell_json, tell_table
from custody.cli.words import language, term, text
from custody.cli.zone import local
from custody.facts.shapes import Shape
from custody.ledger.history import history_at


def add(subparsers: Any) -> None:
    """Add ``custody history``."""
    parser = subparsers.add_parser("history", help=text("help/history"), description=text("help/history"))
    parser.add_argument("item", metavar="ITEM", help=text("help/item"))
    add_options(parser)
    add_moment_options(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Print every stretch of custody and name the gaps; a gap is shown, not judged: exit status 0."""
    with reading(settings_of(args)) as ledger:
        history = history_at(ledger.recorder, args.item, moment_in(args, ledger))
    if args.json:
        tell_json(history)
        return 0
    columns = [text(f"history/{name}") for name in ("from", "to", "holder", "act", "signed")]
    tell_table(columns, stretch_rows(history), text("history/title", item=history["item"]))
    for line in gap_lines(history):
        tell("⚠ " + line)
    if not history["gaps"]:
        tell(text("history/whole"))
    return 0


def stretch_rows(history: Shape) -> list[list[object]]:
    """Every stretch of custody as a row: from, to, who held it, by which act, signed by whom."""
    acts = {act["act"]: act for act in history["acts"]}
    return [_row(stretch, acts) for stretch in history["custody"]]


def gap_lines(history: Shape) -> Iterator[str]:
    """Every gap between stretches, in words."""
    stored = [each for each in history["custody"] if each["place"]]
    names = {each["place"]: f"{each['place_name']} {each['place']}" for each in stored}
    for gap in history["gaps"]:
        since, until = local(gap["from"]), local(gap["to"])
        held_by, given_by = (names.get(each, each) for each in (gap["held_by"], gap["given_by"]))
        yield text("history/gap", since=since, until=until, held_by=held_by, given_by=given_by)


def _row(stretch: Shape, acts: Mapping[str, Shape]) -> list[object]:
    holder = holder_of(stretch)
    until = (local(stretch["to"]) or text("history/now")) if holder else ""
    by = f"{act_name(stretch['type'])} #{stretch['position']}"
    return [local(stretch["from"]), until, holder or text("history/gone"), by, ", ".join(_signed(stretch, acts))]


def _signed(stretch: Shape, acts: Mapping[str, Shape]) -> list[str]:
    names = PARTS[stretch["type"]]

    def called(part: str) -> str:
        return (names[part].zh if language() == "zh" else names[part].en) if part in names else part

    signed = [f"{called(each['part'])} {each['person']}" for each in stretch["parties"]]
    papers = acts.get(stretch["act"], {}).get("attested", ())  # not shown to who handles only the thing
    return signed + [
        text("history/paper", part=called(each["part"]), kind=term(each["kind"])) for each in papers
    ]
