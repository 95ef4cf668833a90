"""``custody time``: checkpoints dated by independent authorities; what they said; and renewal before it grows old."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from custody.acts.entry import instant
from custody.cli.ledgers import reading, time_authorities_of
from custody.cli.parser import WrongUse
from custody.cli.settings import add_options, settings_of
from custody.cli.terminal import problem, tell, tell_error, tell_json, tell_table
from custody.cli.words import either, text
from custody.cli.zone import stamp
from custody.errors import CustodyError, NotFound
from custody.ledger.time_tokens import Kept
from custody.ledger.timecheck import CLOCKS_APART
from custody.stamping.turn import Judged, Stamping, Standing

ENDING_DAYS: Final = 90
"""So long before its end a certificate asks for a renewal."""

_LAST: Final = 20

Run = Callable[[Namespace], int]


def add(subparsers: Any) -> None:
    """Add ``custody time``."""
    parser = subparsers.add_parser("time", help=text("help/time"), description=text("help/time"))
    steps = parser.add_subparsers(metavar=text("help/command"), required=True)
    ask = _step(steps, "ask", run_ask)
    ask.add_argument("--authority", metavar="NAME", help=text("help/time-authority"))
    _step(steps, "list", run_list).add_argument("--all", action="store_true", help=text("help/time-all"))
    _step(steps, "status", run_status)
    renew = _step(steps, "renew", run_renew)
    renew.add_argument("--authority", metavar="NAME", help=text("help/time-authority"))
    renew.add_argument("--before", type=int, default=ENDING_DAYS, metavar="DAYS", help=text("help/time-before"))
    export = _step(steps, "export", run_export)
    export.add_argument("numbers", nargs="*", type=int, metavar="NUMBER", help=text("help/time-numbers"))
    export.add_argument("-o", "--output", metavar="DIR", required=True, help=text("help/time-to"))


def _step(steps: Any, name: str, run: Run) -> ArgumentParser:
    parser: ArgumentParser = steps.add_parser(name, help=text(f"help/time-{name}"))
    add_options(parser)
    parser.add_argument("--time-authorities", metavar="FILE", help=text("help/time-authorities"))
    parser.set_defaults(run=run)
    return parser


def run_ask(args: Namespace) -> int:
    """Have the newest checkpoint dated by every authority, or one. Status 1 if one of them did not."""
    with _opened(args) as stamping:
        names = [args.authority] if args.authority else list(stamping.authorities.asked)
        if not names:
            raise WrongUse("use/time-authorities", "Name the settings of time authorities: CUSTODY_TIME_AUTHORITIES.")
        given, failed = [], []
        for name in names:
            try:
                given.append(stamping.date(name))
            except CustodyError as error:
                failed.append(error)
    if args.json:
        tell_json({"tokens": [_shape(each) for each in given], "failed": [problem(each) for each in failed]})
        return 1 if failed else 0
    for each in given:
        tell(text("time/dated", authority=each.authority, size=each.size, time=stamp(each.time), number=each.number))
    for why in failed:
        tell_error(why, args.json)
    return 1 if failed else 0


def run_list(args: Namespace) -> int:
    """Show tokens, each as it is judged now. Status 1 if one proves no time."""
    with _opened(args) as stamping:
        judged = stamping.judged(stamping.tokens()[0 if args.all else -_LAST :])
    bad = [each for each in judged if not isinstance(each.found, datetime)]
    if args.json:
        tell_json([_judged(each) for each in judged])
        return 1 if bad else 0
    columns = [text(f"time/{each}") for each in ("number", "authority", "size", "time", "until", "judged")]
    tell_table(columns, [
        [each.kept.number, each.kept.authority, each.kept.size or text("time/renewal"), stamp(each.kept.time),
         stamp(each.until) if each.until else None, _said(each)]
        for each in judged
    ])  # fmt: skip
    return 1 if bad else 0


def run_status(args: Namespace) -> int:
    """Show how things stand. Status 1 if a token is late or has to be renewed, or two clocks are far apart."""
    with _opened(args) as stamping:
        standings = [stamping.standing(name) for name in stamping.authorities.asked]
        ends = stamping.ends().values()
        now = stamping.now()
    ending = sum(each < now + timedelta(days=ENDING_DAYS) for each in ends)
    wrong = any(each.overdue or abs(each.apart) > CLOCKS_APART for each in standings) or ending > 0
    if args.json:
        tell_json({
            "offline": not standings, "authorities": [standing_shape(each, now) for each in standings],
            "ending": ending,
        })  # fmt: skip
        return 1 if wrong else 0
    if not standings:
        tell(text("time/offline"))
    else:
        columns = [text(f"time/{each}") for each in ("authority", "size", "time", "age", "grown", "apart", "overdue")]
        tell_table(columns, [_row(each, now) for each in standings])
    if ending:
        tell(text("time/ending", count=ending))
    return 1 if wrong else 0


def run_renew(args: Namespace) -> int:
    """Renew what ends within so many days, by the authority that is named, else the first."""
    if not 1 <= args.before <= 36_500:
        raise WrongUse("use/time-days", "The number of days is from 1 to 36500.")
    with _opened(args) as stamping:
        name = args.authority or next(iter(stamping.authorities.asked), None)
        if name is None:
            raise WrongUse("use/time-authorities", "Name the settings of time authorities: CUSTODY_TIME_AUTHORITIES.")
        done = stamping.renew(name, stamping.now() + timedelta(days=args.before))
    if args.json:
        tell_json([{**_shape(each), "renews": list(numbers)} for each, numbers in done])
        return 0
    for each, numbers in done:
        count = len(numbers)
        tell(text("time/renewed", authority=name, number=each.number, count=count, time=stamp(each.time)))
    if not done:
        tell(text("time/nothing"))
    return 0


def run_export(args: Namespace) -> int:
    """Write the files of tokens into folders by their numbers: nothing is overwritten."""
    folder = Path(args.output)
    with _opened(args) as stamping:
        wanted = args.numbers or [each.number for each in stamping.tokens()]
        found = stamping.stamps(wanted)
    for number in set(wanted) - {each.number for each in found}:
        raise NotFound("not-found/time-token", "The ledger has no such token.", number=number)
    for each in found:
        place = folder / str(each.number)
        place.mkdir(parents=True)
        for name, data in each.files.items():
            (place / name).write_bytes(data)
    if args.json:
        tell_json({"folder": str(folder), "tokens": [each.number for each in found]})
    else:
        tell(text("time/exported", count=len(found), folder=folder))
    return 0


@contextmanager
def _opened(args: Namespace) -> Iterator[Stamping]:
    settings = settings_of(args)
    authorities = time_authorities_of(settings)
    with reading(settings) as ledger:
        yield Stamping(ledger, authorities)


def standing_shape(standing: Standing, now: datetime) -> dict[str, Any]:
    """How an authority's tokens stand, as JSON."""
    last = standing.last
    return {
        "authority": standing.authority,
        "last": None if last is None else _shape(last),
        "age_seconds": None if last is None else max(0, round((now - last.asked_at).total_seconds())),
        "grown": standing.grown, "clock_ahead_seconds": round(standing.apart.total_seconds()),
        "overdue": standing.overdue,
    }  # fmt: skip


def _shape(token: Kept) -> dict[str, Any]:
    return {
        "number": token.number, "authority": token.authority, "size": token.size,
        "time": instant(token.time), "asked_at": instant(token.asked_at),
    }  # fmt: skip


def _judged(each: Judged) -> dict[str, Any]:
    good = isinstance(each.found, datetime)
    wrong = None if isinstance(each.found, datetime) else {
        "code": each.found.code, "zh": each.found.zh, "en": each.found.en,
    }  # fmt: skip
    return {**_shape(each.kept), "until": instant(each.until) if each.until else None, "good": good, "finding": wrong}


def _said(each: Judged) -> str:
    found = each.found
    return text("time/good") if isinstance(found, datetime) else either(found.zh, found.en)


def _row(each: Standing, now: datetime) -> list[object]:
    if each.last is None:
        return [each.authority, None, text("time/none"), None, each.grown, None, "✗" if each.overdue else None]
    age = round((now - each.last.asked_at) / timedelta(minutes=1))
    ahead = round(each.apart.total_seconds())
    return [
        each.authority, each.last.size, stamp(each.last.time), age, each.grown, ahead, "✗" if each.overdue else None,
    ]  # fmt: skip
