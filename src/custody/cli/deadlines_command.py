"""``custody deadlines``: what is due, for whom it is late, and what stopped it."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from typing import Any

from custody.cli.ledgers import founded
from custody.cli.settings import add_options, settings_of
from custody.cli.terminal import tell_json, tell_table
from custody.cli.words import language, term, text
from custody.cli.zone import here, local, now_here
from custody.facts.shapes import Shape
from custody.registers import Registers
from custody.registers.reading import MOST

_COLUMNS = ("rule", "name", "subject", "due", "colour", "state")


def add(subparsers: Any) -> None:
    """Add ``custody deadlines``."""
    parser = subparsers.add_parser("deadlines", help=text("help/deadlines"), description=text("help/deadlines"))
    parser.add_argument("--rule", metavar="NUMBER", help=text("help/deadline-rule"))
    parser.add_argument("--case", metavar="CASE", help=text("help/deadline-case"))
    parser.add_argument("--item", metavar="ID", help=text("help/deadline-item"))
    parser.add_argument("--colour", choices=("blue", "orange", "red"), help=text("help/deadline-colour"))
    parser.add_argument("--all", action="store_true", help=text("help/deadline-all"))
    parser.add_argument("--at", type=datetime.fromisoformat, metavar="TIME", help=text("help/deadline-at"))
    add_options(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Print the deadlines that fit, the first due first; those that still run, unless all are asked for."""
    settings = settings_of(args)
    at = (here(args.at) if args.at else now_here()).astimezone(UTC)
    with founded(settings) as engine:
        registers = Registers(engine)
        try:
            registers.catch_up()
            found = registers.deadlines(
                at=at, rule=args.rule, case=args.case, item=args.item, colour=args.colour, stopped=args.all, limit=MOST
            )
        finally:
            registers.close()
    if args.json:
        tell_json(found)
    else:
        tell_table([text(f"deadlines/{each}") for each in _COLUMNS], [_line(each) for each in found])
    return 0


def _line(each: Shape) -> list[object]:
    year = each["missing_year"]
    due = text("deadlines/missing", year=year) if year else local(each["due"])
    return [each["rule"], each[language()], each["subject"], due, term(each["colour"]), term(each["state"])]
