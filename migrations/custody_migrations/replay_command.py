"""``custody replay``: the whole state at a moment that has passed, and what changed between two."""

from __future__ import annotations

import json
import tempfile
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine

from custody.acts.entry import instant
from custody.cli.ledgers import founded
from custody.cli.parser import WrongUse
from custody.cli.settings import add_options, settings_of
from custody.cli.show_command import act_name, add_moment_options, moment_of
from custody.cli.terminal import Advance, progress, tell, tell_json, tell_table
from custody.cli.words import text
from custody.cli.zone import here
from custody.facts.shapes import Shape
from custody.ledger.backup import new_folder
from custody.ledger.engine import open_engine
from custody.ledger.history import Moment
from custody.ledger.prefix import copy_beginning
from custody.ledger.reader import Reader
from custody.ledger.tables import JOURNAL, LEDGER
from custody.registers.changes import Change, changes
from custody.registers.replayed import State, replay, write_state
from custody_migrations import migrate


def add(subparsers: Any) -> None:
    """Add ``custody replay``."""
    parser = subparsers.add_parser("replay", help=text("help/replay"), description=text("help/replay"))
    add_moment_options(parser)
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, help=text("help/replay-to"))
    parser.add_argument("--format", choices=("json", "database"), default="json", help=text("help/replay-format"))
    parser.add_argument(
        "--diff", nargs=2, type=datetime.fromisoformat, metavar=("TIME", "TIME"), help=text("help/replay-diff")
    )
    parser.add_argument("--recorded", action="store_true", help=text("help/replay-recorded"))
    add_options(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Write the state into a new folder, or print what differs between two."""
    if (args.output is None) == (args.diff is None) or (args.diff is not None and args.as_of):
        raise WrongUse("use/replay", "Name a folder for the state (-o), or two moments to compare (--diff).")
    with founded(settings_of(args)) as engine, progress(text("help/replay")) as bar:
        if args.diff is not None:
            return _compare(engine, args, bar)
        with new_folder(args.output) as folder:
            state = _write(engine, moment_of(args), folder, args.format, bar)
    if args.json:
        tell_json({"folder": str(args.output), **state})
    else:
        tell(text("replay/done", folder=args.output, size=state["size"]))
    return 0


def _write(engine: Engine, moment: Moment, folder: Path, form: str, bar: Advance) -> Shape:
    """The state in a folder: JSON files, or a ledger with its registers; ``replay.json`` says what it is."""
    if form == "json":
        at = moment.as_of or moment.known_at or Reader(engine).head().recorded_at
        with _states(engine, [moment], bar) as (state,):
            counts = write_state(state.store, folder, at)
    else:
        counts, state = {}, replay(engine, folder / "ledger-registers.db", moment, bar)
        state.store.close()
        _copy_logs(engine, folder / "ledger.db", state.sizes)
    size = state.sizes[LEDGER.name]
    said = {
        "as_of": moment.as_of and instant(moment.as_of), "known_at": moment.known_at and instant(moment.known_at),
        "size": size, "checkpoint": Reader(engine).checkpoint(size) if size else None, "counts": counts,
    }  # fmt: skip
    (folder / "replay.json").write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return said


def _copy_logs(engine: Engine, file: Path, sizes: Mapping[str, int]) -> None:
    file.touch(mode=0o600)
    copy = open_engine(URL.create("sqlite", database=str(file)))
    try:
        migrate(copy)
        for log in (LEDGER, JOURNAL):
            copy_beginning(engine, log, sizes[log.name], copy)
    finally:
        copy.dispose()


def _compare(engine: Engine, args: Namespace, bar: Advance) -> int:
    moments = [
        Moment(known_at=each) if args.recorded else Moment(each, args.known_at and here(args.known_at))
        for each in sorted(map(here, args.diff))
    ]
    with _states(engine, moments, bar) as (before, after):
        found = list(changes(Reader(engine), before, after))
    if args.json:
        tell_json([asdict(each) for each in found])
    else:
        columns = [text(f"replay/{name}") for name in ("item", "axis", "before", "after", "acts")]
        tell_table(columns, [_row(each) for each in found], text("replay/changes", count=len(found)))
    return 0


@contextmanager
def _states(engine: Engine, moments: list[Moment], bar: Advance) -> Iterator[list[State]]:
    """The states of moments, for as long as they are looked at."""
    with tempfile.TemporaryDirectory(prefix="custody-replay-") as folder, ExitStack() as stack:
        states = [replay(engine, Path(folder) / f"{number}.db", each, bar) for number, each in enumerate(moments)]
        for state in states:
            stack.callback(state.store.close)
        yield states


def _row(change: Change) -> list[object]:
    acts = ", ".join(f"{act_name(act['type'])} #{act['position']}" for act in change.acts)
    return [change.item, text(f"axis/{change.axis}"), *_told(change), acts]


def _told(change: Change) -> Iterator[str | None]:
    """Before and after, only the fields that differ."""
    one, two = change.before, change.after
    for shape in (one, two):
        if shape is None:
            yield None
        else:
            differing = {name: value for name, value in shape.items() if not one or not two or one[name] != two[name]}
            yield _plain(differing)


def _plain(value: Any) -> str:
    """A value for people: names and what they say, without what is empty."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {told}" for name, each in value.items() if (told := _plain(each)))
    if isinstance(value, list):
        return "; ".join(_plain(each) for each in value)
    return "" if value is None else str(value)
