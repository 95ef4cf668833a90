"""``custody clearance`` (日清、月清、季清) and ``custody statistics``: what is to be cleared, how a period went."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from custody.cli.ledgers import founded
from custody.cli.settings import add_options, settings_of
from custody.cli.terminal import tell, tell_json, tell_table
from custody.cli.words import language, text
from custody.cli.zone import here, local, now_here
from custody.registers import Registers
from custody.registers.clearances import CLEARANCES

_MONTH = timedelta(days=31)


def add(subparsers: Any) -> None:
    """Add ``custody clearance``."""
    parser = subparsers.add_parser("clearance", help=text("help/clearance"), description=text("help/clearance"))
    parser.add_argument("name", choices=tuple(CLEARANCES), help=text("help/clearance-name"))
    parser.add_argument("--at", type=datetime.fromisoformat, metavar="TIME", help=text("help/deadline-at"))
    add_options(parser)
    parser.set_defaults(run=run)


def add_statistics(subparsers: Any) -> None:
    """Add ``custody statistics``."""
    parser = subparsers.add_parser("statistics", help=text("help/statistics"), description=text("help/statistics"))
    parser.add_argument("--from", dest="since", type=datetime.fromisoformat, metavar="TIME", help=text("help/since"))
    parser.add_argument("--to", dest="until", type=datetime.fromisoformat, metavar="TIME", help=text("help/until"))
    parser.add_argument("--agency", metavar="ID", help=text("help/statistics-agency"))
    add_options(parser)
    parser.set_defaults(run=run_statistics)


def run(args: Namespace) -> int:
    """Print what is due or overdue, heading by heading. Exit status 1 if anything is."""
    at = (here(args.at) if args.at else now_here()).astimezone(UTC)
    found = _asked(args, lambda registers: registers.clearance(args.name, at))
    if args.json:
        tell_json(found)
    else:
        for heading, lines in found.items():
            tell(f"{text(f'clearance/{heading}')}  {len(lines)}")
            for each in lines:
                due = local(each["due"]) or text("deadlines/missing", year=each["missing_year"])
                tell(f"  {each['rule']}  {each[language()]}  {each['subject']}  {due}")
    return 1 if any(found.values()) else 0


def run_statistics(args: Namespace) -> int:
    """Print the figures of a period: of the last 31 days, unless it is given."""
    until = here(args.until) if args.until else now_here()
    since = here(args.since) if args.since else until - _MONTH
    figures = _asked(
        args, lambda registers: registers.statistics(since.astimezone(UTC), until.astimezone(UTC), agency=args.agency)
    )
    if args.json:
        tell_json(figures)
    else:
        shown = figures | {"since": local(figures["since"]), "until": local(figures["until"])}
        tell_table(
            [text("statistics/figure"), ""], [(text(f"statistics/{name}"), value) for name, value in shown.items()]
        )
    return 0


def _asked(args: Namespace, question: Callable[[Registers], Any]) -> Any:
    with founded(settings_of(args)) as engine:
        registers = Registers(engine)
        try:
            registers.catch_up()
            return question(registers)
        finally:
            registers.close()
