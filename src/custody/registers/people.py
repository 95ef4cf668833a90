"""People and systems: capacities, places they look after, and their keys with who enrolled each."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, Connection, Index, Table, Text, select

from custody.facts.parties import KeyFacts, PersonFacts
from custody.facts.party_shapes import key_shape, person_shape
from custody.facts.shapes import Shape
from custody.registers.register import Part, Position, Register, Row, body, metadata, read, written

person = Table(
    "person",
    metadata,
    Column("person", Text, primary_key=True),
    Column("agency", Text, nullable=False),
    body(),
    Index("person_agency", "agency", "person"),
    sqlite_strict=True,
)

key = Table(
    "person_key",
    metadata,
    Column("key", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("enrolled_at", Position, nullable=False),
    body(),
    Index("person_key_person", "person", "enrolled_at"),
    sqlite_strict=True,
)


def _person_rows(facts: PersonFacts) -> Iterator[Row]:
    yield {"person": facts.person, "agency": facts.agency, "body": written(person_shape(facts))}


def _key_rows(facts: KeyFacts) -> Iterator[Row]:
    shape = key_shape(facts)
    yield {
        "key": shape["key"], "person": facts.person, "enrolled_at": shape["enrolled_at"], "body": written(shape),
    }  # fmt: skip


REGISTER = Register(
    "people", 2, (Part(person, "person", "person", _person_rows), Part(key, "key", "key", _key_rows))
)


def find(connection: Connection, person_id: str) -> Shape | None:
    """Return a person with all keys, live and revoked, oldest first."""
    text = connection.scalar(select(person.c.body).where(person.c.person == person_id))
    if text is None:
        return None
    keys = select(key.c.body).where(key.c.person == person_id).order_by(key.c.enrolled_at, key.c.key)
    return {**read(text), "keys": [read(each) for each in connection.scalars(keys)]}


def search(connection: Connection, agency: str | None, after: str | None, limit: int) -> list[Shape]:
    """Return people without their keys, ordered by id."""
    query = select(person.c.body).order_by(person.c.person).limit(limit)
    if agency is not None:
        query = query.where(person.c.agency == agency)
    if after is not None:
        query = query.where(person.c.person > after)
    return [read(text) for text in connection.scalars(query)]
