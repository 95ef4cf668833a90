"""Building registers anew beside the running ones, to put them in their place, or only to compare.

The new rows are built in another file (SQLite) or another schema (PostgreSQL), by the steps that also run live, while
the old rows go on serving. They are copied over in one transaction: readers see all of the old rows or all of the new.
A register never steps back in this: if the old one has moved on meanwhile, the new one is brought further first.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection, Engine, Table, delete, insert, select, update
from sqlalchemy.schema import DropSchema

from custody.errors import NotFound
from custody.registers.follower import REGISTERS, Follower, Progress
from custody.registers.register import STATE, Register
from custody.registers.store import Store, rows_of

MOST_FINDINGS: Final = 100
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that a rebuild makes otherwise: what the rebuild says, and what stands in the register; None: no row."""

    register: str
    table: str
    key: tuple[Any, ...]
    expected: dict[str, Any] | None
    got: dict[str, Any] | None


def rebuild(
    ledger: Engine, names: Iterable[str] | None = None, progress: Progress | None = None, store: Store | None = None
) -> dict[str, int]:
    """Build registers anew and put them in the place of the old ones; returns the position of each.

    Raises NotFound for a name that no register has, and whatever keeps the logs from being read.
    """
    registers = _named(names)
    with _living(ledger, store) as live, _beside(ledger, live) as copy:
        live.prepare(REGISTERS)
        follower = Follower(ledger, copy, registers)
        follower.catch_up(progress=progress)
        for register in registers:
            while not _swap(copy, live, register, follower.positions[register.name]):
                follower.catch_up()
        return {name: at for name, at in live.positions(REGISTERS).items() if name in follower.positions}


def differences(
    ledger: Engine, progress: Progress | None = None, store: Store | None = None
) -> list[Difference]:
    """Compare the registers with a rebuild up to the position at which each stands; at most 100 findings each.

    Registers that were never made, or are of another version, differ in nothing: they will be made.
    """
    with _living(ledger, store) as live:
        standing = live.positions(REGISTERS)
        registers = [register for register in REGISTERS if register.name in standing]
        if not registers:
            return []
        found: list[Difference] = []
        with _beside(ledger, live) as copy:
            follower = Follower(ledger, copy, registers)
            follower.catch_up(standing, progress)
            for register in registers:
                with live.reading() as connection:  # what stands now, however far it has moved since
                    upto = connection.scalar(select(STATE.c.position).where(STATE.c.name == register.name)) or 0
                    follower.catch_up({**follower.positions, register.name: upto})
                    found += _compare(copy, connection, register)
        return found


@contextmanager
def _living(ledger: Engine, store: Store | None) -> Iterator[Store]:
    """The store that is asked about: the one given, else the one beside the ledger."""
    live = store or Store.beside(ledger)
    try:
        yield live
    finally:
        if store is None:
            live.close()


def _named(names: Iterable[str] | None) -> Sequence[Register]:
    if names is None:
        return REGISTERS
    by_name = {register.name: register for register in REGISTERS}
    wanted = list(dict.fromkeys(names))
    for name in wanted:
        if name not in by_name:
            raise NotFound("not-found/register", "There is no such register.", asked=name, known=list(by_name))
    return [by_name[name] for name in wanted]


@contextmanager
def _beside(ledger: Engine, live: Store) -> Iterator[Store]:
    """An empty store beside the live one; gone afterwards."""
    if live.schema:
        copy = Store(ledger, f"{live.schema}_{uuid4().hex[:12]}")
        try:
            yield copy
        finally:
            with ledger.begin() as connection:
                connection.execute(DropSchema(copy.schema or "", cascade=True, if_exists=True))
        return
    file = Path(live.engine.url.database or "")
    with tempfile.TemporaryDirectory(prefix=f"{file.stem}-", dir=file.parent) as folder:
        copy = Store.in_file(Path(folder) / "registers.db", live.moment.as_of)
        try:
            yield copy
        finally:
            copy.close()


def _swap(copy: Store, live: Store, register: Register, position: int) -> bool:
    """Put the rows of the copy in the place of the live ones. False, and nothing done, if those are ahead of them."""
    with copy.reading() as source, live.writing() as target:
        state = STATE.c.name == register.name
        standing = target.scalar(select(STATE.c.position).where(state).with_for_update())
        if standing is not None and standing > position:
            return False
        for table in register.tables:
            target.execute(delete(table))
            _copy(source, target, table)
        target.execute(update(STATE).where(state).values(position=position))
    return True


def _copy(source: Connection, target: Connection, table: Table) -> None:
    rows: list[dict[str, Any]] = []
    for row in rows_of(source, table):
        rows.append(dict(zip(table.columns.keys(), row, strict=True)))
        if len(rows) == _AT_ONCE:
            target.execute(insert(table), rows)
            rows = []
    if rows:
        target.execute(insert(table), rows)


def _compare(copy: Store, live: Connection, register: Register) -> list[Difference]:
    found: list[Difference] = []
    with copy.reading() as fresh:
        for table in register.tables:
            for key, expected, got in _unequal(table, rows_of(fresh, table), rows_of(live, table)):
                found.append(Difference(register.name, table.name, key, expected, got))
                if len(found) == MOST_FINDINGS:
                    return found
    return found


def _unequal(
    table: Table, fresh: Iterable[Sequence[Any]], live: Iterable[Sequence[Any]]
) -> Iterator[tuple[tuple[Any, ...], dict[str, Any] | None, dict[str, Any] | None]]:
    columns = table.columns.keys()
    keys = [columns.index(column.name) for column in table.primary_key.columns]
    expected = {tuple(row[at] for at in keys): tuple(row) for row in fresh}
    for row in live:
        key = tuple(row[at] for at in keys)
        wanted = expected.pop(key, None)
        if wanted != tuple(row):
            yield key, dict(zip(columns, wanted, strict=True)) if wanted else None, dict(zip(columns, row, strict=True))
    for key, wanted in expected.items():
        yield key, dict(zip(columns, wanted, strict=True)), None
