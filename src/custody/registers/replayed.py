"""The whole state at a moment that has passed: registers built for it beside the live ones, and what they say.

The moments are those of `custody.ledger.history`: ``known_at`` says how far the logs are read, ``as_of`` which of the
acts read had occurred.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table

from custody.facts.shapes import Shape
from custody.ledger.history import Moment
from custody.ledger.prefix import size_known
from custody.ledger.tables import JOURNAL, LEDGER
from custody.registers import (
    cases,
    counting,
    custody,
    deadlines,
    defects,
    items,
    kits,
    loans,
    manifests,
    people,
    places,
    refusals,
    views,
)
from custody.registers.books import MOST
from custody.registers.follower import REGISTERS, Follower, Progress
from custody.registers.register import read
from custody.registers.store import Store, rows_of

Lines = Callable[[Connection, datetime], Iterable[Shape]]

_ALL: Final = 2**31


@dataclass(frozen=True, slots=True)
class State:
    """Registers as of a moment, and how many entries of each log they were built from."""

    moment: Moment
    store: Store
    sizes: Mapping[str, int]


def replay(ledger: Engine, file: Path, moment: Moment, progress: Progress | None = None) -> State:
    """Build every register as of a moment in a new SQLite file; whoever asked closes it.

    Raises Unavailable, and Damaged, as reading the log does.
    """
    sizes = {log.name: size_known(ledger, log, moment.known_at) for log in (LEDGER, JOURNAL)}
    if moment.as_of is not None:  # what the journal says happened when it was recorded
        known_at = min(moment.as_of, moment.known_at or moment.as_of)
        sizes[JOURNAL.name] = size_known(ledger, JOURNAL, known_at)
    store = Store.in_file(file, moment.as_of)
    try:
        follower = Follower(ledger, store)
        follower.catch_up({register.name: sizes[register.log] for register in REGISTERS}, progress)
    except BaseException:
        store.close()
        raise
    return State(moment, store, sizes)


def _bodies(table: Table) -> Lines:
    """The shapes in a table, each with what its row is found by."""

    def lines(connection: Connection, at: datetime) -> Iterator[Shape]:
        keys = [column.name for column in table.primary_key.columns]
        names = table.columns.keys()
        for row in rows_of(connection, table):
            fields = dict(zip(names, row, strict=True))
            yield {**{key: fields[key] for key in keys}, **read(fields["body"])}

    return lines


def item_pages(connection: Connection) -> Iterator[list[Shape]]:
    """Every item as `custody.registers.items` shows it, ordered by id, a page at a time."""
    after: str | None = None
    while page := items.search(connection, items.Search(), after, MOST):
        yield page
        after = page[-1]["item"]


def _items(connection: Connection, at: datetime) -> Iterator[Shape]:
    for page in item_pages(connection):
        yield from deadlines.beside(connection, page)


STATE: Final[Mapping[str, Lines]] = {
    "items": _items,
    "custody": _bodies(custody.stretch),
    "cases": _bodies(cases.case),
    "kits": _bodies(kits.kit),
    "manifests": _bodies(manifests.manifest),
    "loans": _bodies(loans.loan),
    "stock-takes": _bodies(counting.stock_take),
    "places": _bodies(places.place),
    "people": _bodies(people.person),
    "keys": _bodies(people.key),
    "acts": _bodies(custody.act),
    "defects": lambda connection, at: defects.search(connection, None, None, None, _ALL),
    "deadlines": lambda connection, at: deadlines.search(
        connection, deadlines.Wanted(stopped=True), at, None, _ALL
    ),
    "refusals": _bodies(refusals.refusal),
    "views": _bodies(views.view),
}
"""What a state consists of; each is a file of this name."""


def write_state(store: Store, folder: Path, at: datetime) -> dict[str, int]:
    """Write each part of a state as a JSON array, a line for each member, in the order of its key; returns how many.

    ``at`` is the instant at which deadlines are told as near or overdue.
    """
    counts: dict[str, int] = {}
    with store.reading() as connection:
        for name, lines in STATE.items():
            counts[name] = _write(folder / f"{name}.json", lines(connection, at))
    return counts


def _write(path: Path, lines: Iterable[Any]) -> int:
    count = 0
    with path.open("x", encoding="utf-8") as file:
        file.write("[")
        for count, line in enumerate(lines, 1):
            file.write(("\n" if count == 1 else ",\n") + json.dumps(line, ensure_ascii=False, sort_keys=True))
        file.write("\n]\n")
    return count
