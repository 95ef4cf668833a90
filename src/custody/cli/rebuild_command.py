"""``custody rebuild``: registers made anew from the log, beside those that go on serving."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from custody.cli.ledgers import founded
from custody.cli.settings import add_options, settings_of
from custody.cli.terminal import progress, tell, tell_json
from custody.cli.words import text
from custody.registers import rebuild


def add(subparsers: Any) -> None:
    """Add ``custody rebuild``."""
    parser = subparsers.add_parser("rebuild", help=text("help/rebuild"), description=text("help/rebuild"))
    parser.add_argument("registers", nargs="*", metavar="REGISTER", help=text("help/register"))
    add_options(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Rebuild the registers named, or all of them, and print up to which position each stands."""
    with founded(settings_of(args)) as engine, progress(text("help/rebuild")) as bar:
        positions = rebuild(engine, args.registers or None, bar)
    if args.json:
        tell_json(positions)
        return 0
    for name, position in positions.items():
        tell(text("rebuild/done", name=name, position=position))
    return 0
