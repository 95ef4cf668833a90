"""Blood kits: their tubes as drawn, the laboratory each went to, and what was found, told and examined anew."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, Connection, Index, Table, Text, select

from custody.facts.case import KitFacts
from custody.facts.sample_shapes import kit_shape
from custody.facts.shapes import Shape
from custody.registers.register import Part, Register, Row, body, metadata, read, written

kit = Table(
    "kit",
    metadata,
    Column("kit", Text, primary_key=True),
    Column("case", Text, nullable=False),
    body(),
    Index("kit_case", "case", "kit"),
    sqlite_strict=True,
)


def _rows(facts: KitFacts) -> Iterator[Row]:
    yield {"kit": facts.kit, "case": facts.case, "body": written(kit_shape(facts))}


REGISTER = Register("kits", 2, (Part(kit, "kit", "kit", _rows),))


def find(connection: Connection, kit_id: str) -> Shape | None:
    """Return a kit."""
    text = connection.scalar(select(kit.c.body).where(kit.c.kit == kit_id))
    return read(text) if text else None


def of_case(connection: Connection, reference: str, after: str | None, limit: int) -> list[Shape]:
    """Return the kits of a case, ordered by id."""
    query = select(kit.c.body).where(kit.c.case == reference).order_by(kit.c.kit).limit(limit)
    if after is not None:
        query = query.where(kit.c.kit > after)
    return [read(text) for text in connection.scalars(query)]
