"""Views and exports: who was shown which sealed values, who took what out or printed which label, and why. From the
journal, not from the ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from sqlalchemy import Column, Connection, Index, Table, Text, select

from custody.facts.shapes import Shape
from custody.ledger.journal import JournalEntry
from custody.registers.register import Part, Position, Register, Row, body, metadata, read, written

LABELS: Final = "export/labels"
"""The code of a line that says which labels were printed."""

view = Table(
    "view",
    metadata,
    Column("position", Position, primary_key=True, autoincrement=False, comment="of the journal"),
    Column("by", Text, nullable=False),
    body(),
    Index("view_by", "by", "position"),
    sqlite_strict=True,
)


printed = Table(
    "printed",
    metadata,
    Column("position", Position, primary_key=True, autoincrement=False, comment="of the journal"),
    Column("label", Text, primary_key=True, comment="the code"),
    Index("printed_label", "label", "position"),
    sqlite_strict=True,
)


def _rows(line: JournalEntry) -> Iterator[Row]:
    if line.kind in ("view", "export"):
        yield {"position": line.position, "by": line.by, "body": written(_shape(line))}


def _shape(line: JournalEntry) -> Shape:
    about = {"position": line.position, "recorded_at": line.recorded_at, "by": line.by, "code": line.code}
    of = {name: value for name, value in line.detail.items() if name not in ("why", "values")}
    return {**about, "why": line.detail["why"], "of": of, "values": line.detail.get("values", [])}


def _printed(line: JournalEntry) -> Iterator[Row]:
    if line.code == LABELS:
        yield from ({"position": line.position, "label": each} for each in line.detail["labels"])


REGISTER = Register(
    "views", 3, (Part(view, "journal", "position", _rows), Part(printed, "journal", "position", _printed)),
    log="journal",
)  # fmt: skip


def prints(connection: Connection, labels: Collection[str] | None, by: str | None, limit: int) -> list[Shape]:
    """Return when labels were sent to print, the last time first, in the shape of an export: any of some, or all; by
    one person if he is given."""
    found = select(printed.c.position)
    if labels is not None:
        found = found.where(printed.c.label.in_(labels))
    query = select(view.c.body).where(view.c.position.in_(found)).order_by(view.c.position.desc()).limit(limit)
    if by is not None:
        query = query.where(view.c.by == by)
    return [read(text) for text in connection.scalars(query)]


def search(connection: Connection, by: str | None, after: int, limit: int) -> list[Shape]:
    """Return views and exports after a position of the journal, oldest first; of one person if he is given."""
    query = select(view.c.body).where(view.c.position > after).order_by(view.c.position).limit(limit)
    if by is not None:
        query = query.where(view.c.by == by)
    return [read(text) for text in connection.scalars(query)]
