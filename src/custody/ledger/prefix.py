"""The beginning of a log: how much of it was known at a moment, and a copy of that much.

Every size at which entries were committed has its checkpoint, so the beginning of a log is itself a log, signed by the
same key, and verifies as such.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, Table, func, insert, select, update

from custody.ledger.drafts import to_microseconds
from custody.ledger.engine import translated, writes
from custody.ledger.tables import Log
from custody.tlog.tiles import completed_between

_AT_ONCE: Final = 500


def size_known(ledger: Engine, log: Log, known_at: datetime | None) -> int:
    """How many entries a log had at a moment; now, if none is given. Raises Unavailable."""
    query = select(func.max(log.checkpoint.c.size))
    if known_at is not None:
        query = query.where(log.checkpoint.c.recorded_at <= to_microseconds(known_at))
    with translated(), ledger.connect() as connection:
        return connection.scalar(query) or 0


def copy_beginning(ledger: Engine, log: Log, size: int, target: Engine) -> None:
    """Copy the first entries of a log, up to a size that has a checkpoint, into an empty one; all of it or nothing.

    Neither disclosures nor keys come along: nothing sealed can be read in the copy, and nothing appended to it.
    Raises Unavailable.
    """
    with translated(), ledger.connect() as source, writes(target).begin() as copy:
        for table, rows in _beginnings(log, size):
            _copy(source, rows, copy, table)
        tiles = list(completed_between(0, size))
        for level in sorted({level for level, _ in tiles}):
            last = max(number for each, number in tiles if each == level)
            rows = select(log.tile).where(log.tile.c.level == level, log.tile.c.number <= last)
            _copy(source, rows, copy, log.tile)
        head = source.execute(select(log.checkpoint).where(log.checkpoint.c.size == size)).mappings().one_or_none()
        if head is not None:
            copy.execute(update(log.head).values(size=size, root=head["root"], recorded_at=head["recorded_at"]))


def _beginnings(log: Log, size: int) -> Iterator[tuple[Table, Select[Any]]]:
    """The rows of each table that a log of this size has, but for its tiles."""
    bears = select(log.tagged.c.tag).where(log.tagged.c.position <= size)
    yield log.tag, select(log.tag).where(log.tag.c.id.in_(bears))
    for table in (log.entry, log.act, log.tagged):
        yield table, select(table).where(table.c.position <= size)
    yield log.checkpoint, select(log.checkpoint).where(log.checkpoint.c.size <= size)


def _copy(source: Connection, rows: Select[Any], target: Connection, table: Table) -> None:
    found = source.execution_options(yield_per=_AT_ONCE).execute(rows).mappings()
    for some in found.partitions():
        target.execute(insert(table), [dict(each) for each in some])
