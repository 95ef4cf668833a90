"""Places: what may lie in them, who operates them, under which larger place they stand."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, Connection, Index, Table, Text, select

from custody.facts.parties import PlaceFacts
from custody.facts.party_shapes import place_shape
from custody.facts.shapes import Shape
from custody.registers.register import Part, Register, Row, body, metadata, read, written
from custody.registers.sight import Seen

place = Table(
    "place",
    metadata,
    Column("place", Text, primary_key=True),
    Column("agency", Text, nullable=False),
    Column("parent", Text),
    body(),
    Index("place_agency", "agency", "place"),
    Index("place_parent", "parent", "place"),
    sqlite_strict=True,
)


def _rows(facts: PlaceFacts) -> Iterator[Row]:
    yield {"place": facts.place, "agency": facts.agency, "parent": facts.parent, "body": written(place_shape(facts))}


REGISTER = Register("places", 2, (Part(place, "place", "place", _rows),))


def find(connection: Connection, place_id: str) -> Shape | None:
    """Return a place."""
    text = connection.scalar(select(place.c.body).where(place.c.place == place_id))
    return read(text) if text else None


def search(
    connection: Connection, agency: str | None, after: str | None, limit: int, seen: Seen | None = None,
    within: str | None = None,
) -> list[Shape]:  # fmt: skip
    """Return places, ordered by id; those of one agency, or those that stand in one place."""
    query = select(place.c.body).order_by(place.c.place).limit(limit)
    if seen is not None:
        query = query.where(seen.place(place.c.place))
    if agency is not None:
        query = query.where(place.c.agency == agency)
    if within is not None:
        query = query.where(place.c.parent == within)
    if after is not None:
        query = query.where(place.c.place > after)
    return [read(text) for text in connection.scalars(query)]
