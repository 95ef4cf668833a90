"""``custody station``: the counter in a terminal."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any, Final

from custody.cli.parser import WrongUse
from custody.cli.settings import add_options, settings_of
from custody.cli.terminal import note
from custody.cli.words import language
from custody.errors import CustodyError
from custody_api.wording import CATALOGUE, say

REFUSED: Final = 1
WRONG_USE: Final = 2


def add(subparsers: Any) -> None:
    """Add ``custody station`` to the main parser's sub-commands."""
    from custody_api.terminal import words

    parser = subparsers.add_parser(
        "station", help=words.say("help/station"), description=words.say("help/station")
    )  # fmt: skip
    add_options(parser, server=True, log_key=True)
    parser.add_argument("--key", metavar="FILE", help=words.say("help/key"))
    for name in ("sheet", "prefix", "suffix"):
        metavar = "FILE" if name == "sheet" else "TEXT"
        parser.add_argument(f"--{name}", metavar=metavar, help=words.say(f"help/{name}"))
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Work at the counter until the station is left."""
    try:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise WrongUse("use/station", "A station needs a terminal.")
        return _run(args)
    except CustodyError as error:
        if error.code not in CATALOGUE:
            raise
        note(f"✗ {say(error.code, 'zh' if language() == 'zh' else 'en', **error.fields)}")
        return WRONG_USE if isinstance(error, WrongUse) else REFUSED


def _run(args: Namespace) -> int:
    from custody_api.terminal import words
    from custody_api.terminal.app import StationApp
    from custody_api.terminal.counter import opened
    from custody_api.terminal.desk import Desk
    from custody_api.terminal.kept import kept_in, usual_path

    settings = settings_of(args)
    with opened(settings, args.key) as counter:
        origin = counter.connection.origin
        where = words.say("at/server", where=settings.server) if settings.server else words.say("at/database")
        path = Path(args.sheet) if args.sheet else usual_path(origin)
        with kept_in(path) as kept:
            desk = Desk(counter, kept, args.prefix or "", args.suffix or "")
            StationApp(desk, f"{where}  {origin}").run()
    return 0
