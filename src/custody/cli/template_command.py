"""``custody template``: a filled-in example of each act, valid once completed."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from custody.acts import ACT_TYPES
from custody.acts.examples import example
from custody.acts.parts import PARTS, Part
from custody.acts.schemas import schema
from custody.cli.terminal import tell_json, tell_table
from custody.cli.words import language, text


def add(subparsers: Any) -> None:
    """Add ``custody template``."""
    parser = subparsers.add_parser("template", help=text("help/template"), description=text("help/template"))
    parser.add_argument("type", nargs="?", choices=tuple(ACT_TYPES), metavar="TYPE", help=text("help/template-type"))
    parser.add_argument("--schema", action="store_true", help=text("help/schema"))
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Print one example as JSON, or list the types."""
    if args.type:
        tell_json(schema(args.type) if args.schema else example(args.type))
    elif args.json:
        tell_json([{"type": name, "zh": kind.zh, "parts": list(PARTS[name])} for name, kind in ACT_TYPES.items()])
    else:
        columns = [text("template/type"), text("template/name"), text("template/parts")]
        rows = [[name, kind.zh, _parts(PARTS[name].values())] for name, kind in ACT_TYPES.items()]
        tell_table(columns, rows, text("template/types"))
    return 0


def _parts(parts: Any) -> str:
    def shown(part: Part) -> str:
        return part.zh if language() == "zh" else part.en

    return ", ".join(shown(part) if part.least else f"[{shown(part)}]" for part in parts)
