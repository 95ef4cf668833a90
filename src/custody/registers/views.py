"""Views and exports: who was shown which sealed values, who took what out, and why. From the journal, not from the
ledger."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, Connection, Index, Table, Text, select

from custody.facts.shapes import Shape
from custody.ledger.journal import JournalEntry
from custody.registers.register import Part, Position, Register, Row, body, listed, metadata, read, written

view = Table(
    "view",
    metadata,
    Column("position", Position, primary_key=True, autoincrement=False, comment="of the journal"),
    Column("by", Text, nullable=False),
    body(),
    Index("view_by", "by", "position"),
    sqlite_strict=True,
)


def _rows(line: JournalEntry) -> Iterator[Row]:
    if line.kind in ("view", "export"):
        yield {"position": line.position, "by": line.by, "body": written(_shape(line))}


def _shape(line: JournalEntry) -> Shape:
    about = {"position": line.position, "recorded_at": line.recorded_at, "by": line.by, "code": line.code}
    of = {name: value for name, value in line.detail.items() if name not in ("why", "values")}
    return {**about, "why": line.detail["why"], "of": of, "values": line.detail.get("values", [])}


REGISTER = Register("views", 2, (Part(view, "journal", "position", _rows),), log="journal")


def search(
    connection: Connection, by: str | None, after: int, limit: int, before: int | None = None
) -> list[Shape]:
    """Return views and exports after a position of the journal, oldest first, or those before one, newest first; of one
    person if he is given."""
    query = listed(select(view.c.body), view.c.position, after, before).limit(limit)
    if by is not None:
        query = query.where(view.c.by == by)
    return [read(text) for text in connection.scalars(query)]
