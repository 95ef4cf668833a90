"""``custody remind``: people told of deadlines, once a level; the morning report; what did not arrive."""

from __future__ import annotations

import signal
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event
from typing import Any, Final

from custody.cli.ledgers import reading
from custody.cli.parser import WrongUse
from custody.cli.settings import add_options, settings_of
from custody.cli.terminal import note, tell, tell_error, tell_json, tell_table
from custody.cli.words import language, term, text
from custody.desk import Desk
from custody.errors import Unavailable
from custody.registers import Registers
from custody.registers.reading import MOST
from custody.reminding import outbox
from custody.reminding.configured import Configured, read_configured
from custody.reminding.messages import deadline_line, report_lines, report_title
from custody.reminding.report import UNDELIVERED, kept_report
from custody.reminding.turn import Office, Outcome, Picture, dry_run, look

_COLUMNS: Final = ("id", "state", "recipient", "colour", "level", "about", "error")


def add(subparsers: Any) -> None:
    """Add ``custody remind``."""
    parser = subparsers.add_parser("remind", help=text("help/remind"), description=text("help/remind"))
    parser.add_argument("--reminders", metavar="FILE", help=text("help/remind-reminders"))
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--once", action="store_true", help=text("help/remind-once"))
    what.add_argument("--every", type=int, default=300, metavar="SECONDS", help=text("help/remind-every"))
    what.add_argument("--dry-run", action="store_true", help=text("help/remind-dry-run"))
    what.add_argument("--report", action="store_true", help=text("help/remind-report"))
    what.add_argument("--list", action="store_true", help=text("help/remind-list"))
    what.add_argument("--again", nargs="+", metavar="ID", help=text("help/remind-again"))
    parser.add_argument("--agency", metavar="ID", help=text("help/remind-agency"))
    parser.add_argument("--day", metavar="YYYY-MM-DD", type=_day, help=text("help/remind-day"))
    add_options(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Take turns, or one; or only say what there is. Status 1 if something did not arrive or nobody could be told."""
    settings = settings_of(args)
    if args.every < 1:
        raise WrongUse("use/remind-every", "Turns are at least a second apart.")
    configured = read_configured(settings.reminders) if settings.reminders else Configured()
    if settings.reminders is None and not (args.dry_run or args.report or args.list or args.again):
        raise WrongUse("use/reminders", "Name the settings of reminders: --reminders or CUSTODY_REMINDERS.")
    with opened(settings, configured) as office:
        if args.list:
            return _list(office, args)
        if args.again:
            return _again(office, args)
        if args.dry_run:
            return _dry_run(office, args)
        if args.report:
            return _report(office, args)
        if args.once:
            return _tell(office.turn(), args)
        return _turns(office, args)


@contextmanager
def opened(settings: Any, configured: Configured) -> Iterator[Office]:
    """The ledger to read, its registers, and its desk to write. Raises Unavailable if there is no desk."""
    with reading(settings) as ledger:
        desk = Desk.beside(ledger.engine)
        registers = Registers(ledger.engine)
        try:
            yield Office(ledger, registers, desk, configured, lambda: datetime.now(UTC))
        finally:
            registers.close()
            desk.close()


def _turns(office: Office, args: Namespace) -> int:
    """Turn after turn until the process is asked to end, which it does between two messages at the latest."""
    ended = Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: ended.set())
    while not ended.is_set():
        try:
            _tell(office.turn(), args)
        except Unavailable as error:  # a database that is away comes back
            tell_error(error, args.json)
        ended.wait(args.every)
    return 0


def _tell(outcome: Outcome, args: Namespace) -> int:
    failed = outcome.messages["dead"] + outcome.messages["in-doubt"] + outcome.messages["no-address"]
    if args.json:
        tell_json({
            "new": outcome.new, "moot": outcome.moot, "drafted": list(outcome.drafted),
            "messages": dict(outcome.messages), "nobody": list(outcome.nobody),
        }, lines=not args.once)  # fmt: skip
    else:
        tell(text("remind/turn", new=outcome.new, moot=outcome.moot, drafted=len(outcome.drafted),
                  sent=_counts(outcome.messages)))  # fmt: skip
        for reference in outcome.drafted:
            tell(text("remind/drafted", reference=reference))
        for each in outcome.nobody:
            note(text("remind/nobody", rule=each["rule"], subject=each["subject"], tells=term(each["tells"])))
    return 1 if failed or outcome.nobody else 0


def _counts(messages: Counter[str]) -> str:
    said = [text(f"remind-state/{state}", count=count) for state, count in sorted(messages.items())]
    return ", ".join(said) if language() == "en" and said else "，".join(said) or text("remind/none")


def _dry_run(office: Office, args: Namespace) -> int:
    picture = look(office.ledger, office.registers, office.clock())
    found = dry_run(picture, office.desk)
    if args.json:
        tell_json({
            recipient: [
                {"about": each.about, "level": each.level, "colour": each.colour, **each.facts} for each in ours
            ]
            for recipient, ours in found.items()
        })  # fmt: skip
        return 0
    for recipient, ours in sorted(found.items()):
        tell(recipient)
        for each in ours:
            tell(f"  {term(each.colour)} {each.level}  {deadline_line(dict(each.facts), language(), _zone(picture))}")
    return 0


def _report(office: Office, args: Namespace) -> int:
    """The list that was kept for the day; of today, where none is kept yet, as it would be now."""
    picture = look(office.ledger, office.registers, office.clock())
    today = picture.at.astimezone(_zone(picture)).date()
    day = args.day or today.isoformat()
    reports = []
    for agency in [args.agency] if args.agency else sorted(office.agencies(picture)):
        with office.desk.reading() as connection:
            kept = kept_report(connection, agency, day)
        if kept or day == today.isoformat():
            reports.append(kept or office.report(picture, agency))
    if args.json:
        tell_json(reports)
        return 0
    for each in reports:
        tell(report_title(each, language()))
        for line in report_lines(each, language(), _zone(picture)):
            tell(line)
    return 0


def _list(office: Office, args: Namespace) -> int:
    with office.desk.reading() as connection:
        found, counts = outbox.listed(connection, UNDELIVERED, MOST), outbox.counted(connection)
    if args.json:
        tell_json({"counts": counts, "undelivered": found})
    else:
        named = [{**each, "state": term(each["state"]), "colour": term(each["colour"])} for each in found]
        rows = [[each[name] for name in _COLUMNS] for each in named]
        tell_table([text(f"remind/{each}") for each in _COLUMNS], rows)
    return 1 if found else 0


def _again(office: Office, args: Namespace) -> int:
    with office.desk.writing() as connection:
        count = outbox.send_again(connection, args.again, office.clock())
    if args.json:
        tell_json({"again": count})
    else:
        tell(text("remind/again", count=count))
    return 0 if count == len(set(args.again)) else 1


def _zone(picture: Picture) -> Any:
    return picture.policy.zone


def _day(given: str) -> str:
    return datetime.strptime(given, "%Y-%m-%d").date().isoformat()

