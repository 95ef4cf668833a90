"""Refusals: who tried what, and which rule forbade it. From the journal, not from the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sqlalchemy import Column, Connection, Index, Table, Text, select

from custody.facts.shapes import Shape
from custody.ledger.journal import JournalEntry
from custody.registers import people
from custody.registers.register import Part, Position, Register, Row, body, listed, metadata, read, written

refusal = Table(
    "refusal",
    metadata,
    Column("position", Position, primary_key=True, autoincrement=False, comment="of the journal"),
    Column("by", Text, nullable=False),
    Column("code", Text, nullable=False),
    body(),
    Index("refusal_by", "by", "position"),
    sqlite_strict=True,
)


def _rows(line: JournalEntry) -> Iterator[Row]:
    if line.kind == "refusal":
        yield {"position": line.position, "by": line.by, "code": line.code, "body": written(_shape(line))}


def _shape(line: JournalEntry) -> Shape:
    return {
        "position": line.position,
        "recorded_at": line.recorded_at,
        "by": line.by,
        "envelope": hashlib.sha256(line.envelope).hexdigest() if line.envelope else None,
        **line.detail,
    }


REGISTER = Register("refusals", 1, (Part(refusal, "journal", "position", _rows),), log="journal")


def search(
    connection: Connection, after: int, limit: int, by: str | None = None, before: int | None = None
) -> list[Shape]:
    """Return refusals after a position of the journal, oldest first, or those before one, newest first; of people of
    one agency if it is given."""
    query = listed(select(refusal.c.body), refusal.c.position, after, before).limit(limit)
    if by is not None:
        query = query.where(refusal.c.by.in_(select(people.person.c.person).where(people.person.c.agency == by)))
    return [read(text) for text in connection.scalars(query)]
