"""``custody draw``: make a random draw again, from the root, the salt, and the list it was drawn from."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from custody import label
from custody.acts.values import decode
from custody.cli.ledgers import reading
from custody.cli.parser import WrongUse
from custody.cli.settings import add_options, settings_of
from custody.cli.terminal import tell, tell_json
from custody.cli.words import text
from custody.registers import Registers
from custody.rules.draw import drawn


def add(subparsers: Any) -> None:
    """Add ``custody draw``."""
    parser = subparsers.add_parser("draw", help=text("help/draw"), description=text("help/draw"))
    parser.add_argument("--root", required=True, metavar="ROOT", help=text("help/draw-root"))
    parser.add_argument("--salt", required=True, metavar="TEXT", help=text("help/draw-salt"))
    parser.add_argument("--count", required=True, type=int, metavar="N", help=text("help/draw-count"))
    parser.add_argument("--place", nargs="+", default=[], metavar="PLACE", help=text("help/draw-place"))
    parser.add_argument("--list", metavar="FILE", help=text("help/draw-list"))
    add_options(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Print the items drawn, one a line."""
    root = _root(args.root)
    if bool(args.place) == bool(args.list) or args.count < 0:
        raise WrongUse("use/draw", "Say what is drawn from: either --place or --list; the count is not negative.")
    found = drawn(root, args.salt, _from_list(args.list) if args.list else _from_ledger(args), args.count)
    if args.json:
        tell_json({"root": args.root, "salt": args.salt, "count": args.count, "drawn": list(found)})
    else:
        for item in found:
            tell(item)
    return 0


def _root(given: str) -> bytes:
    try:
        root = bytes.fromhex(given) if len(given) == 64 else decode(given)
    except ValueError:
        root = b""
    if len(root) != 32:
        raise WrongUse("use/draw-root", "A root is 32 bytes, in base64url or in hex.")
    return root


def _from_list(file: str) -> dict[str, str]:
    """Items, one a line, each with its category after a blank or a comma; without one it is of no high risk."""
    data = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    lines = [line.replace(",", " ").split() for line in data.splitlines() if line.strip()]
    return {words[0]: words[1] if len(words) > 1 else "" for words in lines}


def _from_ledger(args: Namespace) -> dict[str, str]:
    """What lies in the places now."""
    with reading(settings_of(args)) as ledger:
        registers = Registers(ledger.engine)
        try:
            registers.catch_up()
            places = [each[: label.ID_LENGTH] for each in args.place]
            return registers.categories(registers.book(places))
        finally:
            registers.close()
