"""``custody recommend``: recommendations (执法建议书) until they are answered, and the acts that take them further."""

from __future__ import annotations

from argparse import Namespace
from typing import Any, Final

from custody.cli.parser import WrongUse
from custody.cli.remind_command import opened
from custody.cli.settings import add_options, settings_of
from custody.cli.terminal import tell, tell_json, tell_table
from custody.cli.words import term, text
from custody.cli.zone import local
from custody.errors import Conflict
from custody.facts.shapes import Shape
from custody.reminding.configured import Configured
from custody.reminding.recommendations import act_of, find, make_void, recommendations
from custody.reminding.turn import Office

_COLUMNS: Final = ("reference", "case", "subject", "state", "reply-by")


def add(subparsers: Any) -> None:
    """Add ``custody recommend``."""
    parser = subparsers.add_parser("recommend", help=text("help/recommend"), description=text("help/recommend"))
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--all", action="store_true", help=text("help/recommend-all"))
    what.add_argument("--draft", metavar="NUMBER", help=text("help/recommend-draft"))
    what.add_argument("--void", metavar="NUMBER", help=text("help/recommend-void"))
    parser.add_argument("--noter", metavar="ID", help=text("help/recommend-noter"))
    parser.add_argument("--reason", metavar="TEXT", help=text("help/recommend-reason"))
    add_options(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """List what is open, draft the next act of one, or give one up."""
    if bool(args.draft) != bool(args.noter) or bool(args.void) != bool(args.reason):
        raise WrongUse("use/recommend", "Give both: --draft with --noter, --void with --reason.")
    with opened(settings_of(args), Configured()) as office:
        office.registers.catch_up()
        if args.draft:
            return _draft(office, args)
        if args.void:
            make_void(office.desk, office.registers, args.void, args.reason, office.clock())
            tell_json({"void": args.void}) if args.json else tell(text("recommend/voided", reference=args.void))
            return 0
        found = recommendations(office.desk, office.registers, office.clock(), closed=args.all)
    if args.json:
        tell_json(found)
    else:
        tell_table([text(f"recommend/{each}") for each in _COLUMNS], [_line(each) for each in found])
    return 0


def _draft(office: Office, args: Namespace) -> int:
    found = find(office.desk, office.registers, args.draft, office.clock())
    if found["state"] not in ("drafted", "issued"):
        raise Conflict(
            "conflict/recommendation-closed", "It is answered or void: nothing follows.",
            reference=args.draft, state=found["state"],
        )  # fmt: skip
    tell_json(act_of(found, args.noter))
    return 0


def _line(each: Shape) -> list[object]:
    day = local(each["reply_by"])
    return [
        each["reference"], each["case"], each["subject"], term(each["state"]),
        text("recommend/late", day=day) if each["late"] else day,
    ]  # fmt: skip
