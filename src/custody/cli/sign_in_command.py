"""``custody sign-in``: a session at a server, for the commands that read there."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from custody.cli import sessions
from custody.cli.connection import at_server
from custody.cli.keys import add_passphrase_option, open_key
from custody.cli.parser import WrongUse
from custody.cli.settings import add_options, settings_of
from custody.cli.terminal import tell, tell_json
from custody.cli.words import text
from custody.cli.zone import local


def add(subparsers: Any) -> None:
    """Add ``custody sign-in``."""
    parser = subparsers.add_parser("sign-in", help=text("help/sign-in"), description=text("help/sign-in"))
    add_options(parser, server=True)
    parser.add_argument("--key", metavar="FILE", help=text("help/sign-in-key"))
    parser.add_argument("--end", action="store_true", help=text("help/sign-in-end"))
    add_passphrase_option(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Begin a session and keep its token, or end it."""
    settings = settings_of(args)
    if settings.server is None or bool(args.key) == args.end:
        raise WrongUse("use/sign-in", "Name the server, and either the key to sign in with or --end.")
    if args.end:
        at_server(settings).sign_out()
        sessions.keep(settings.server, None)
        tell(text("sign-in/ended"))
        return 0
    begun = at_server(settings, open_key(Path(args.key), settings)).sign_in()
    sessions.keep(settings.server, begun["token"], begun["expires_at"])
    if args.json:
        tell_json({name: value for name, value in begun.items() if name != "token"})
    else:
        until = local(begun["expires_at"])
        tell(text("sign-in/begun", person=begun["person"], agency=begun["agency"], until=until))
    return 0
