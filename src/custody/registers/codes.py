"""Label codes: which item a code names, and whether it is still in force."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, Connection, Index, Table, Text, select

from custody.facts.case import CodeFacts
from custody.facts.shapes import Shape, code_shape
from custody.registers.register import Part, Register, Row, metadata

code = Table(
    "code",
    metadata,
    Column("code", Text, primary_key=True),
    Column("item", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("retired_by", Text),
    Index("code_item", "item"),
    sqlite_strict=True,
)


def _rows(facts: CodeFacts) -> Iterator[Row]:
    yield code_shape(facts)


REGISTER = Register("codes", 1, (Part(code, "code", "code", _rows),))


def find(connection: Connection, text: str) -> Shape | None:
    """Return what a code names."""
    row = connection.execute(select(code).where(code.c.code == text)).mappings().first()
    return dict(row) if row else None
