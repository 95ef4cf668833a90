"""Custody: the chain of every item, stretch by stretch, and the acts on every item and every case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, select

from custody.facts.control_shapes import controls_shape
from custody.facts.item import ItemFacts
from custody.facts.parties import PlaceFacts
from custody.facts.shapes import Shape, act_shape, custody_shape, history_shape, seals_shape
from custody.registers import readers
from custody.registers.feeds import Touching
from custody.registers.register import Part, Position, Register, Row, body, metadata, read, slices, written

stretch = Table(
    "stretch",
    metadata,
    Column("item", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("holder", Text),
    Column("since", Text, nullable=False),
    Column("until", Text),
    body(),
    Index("stretch_holder", "holder", "since"),
    sqlite_strict=True,
)

stretch_place = Table(
    "stretch_place",
    metadata,
    Column("place", Text, primary_key=True),
    Column("name", Text, nullable=False),
    sqlite_strict=True,
)

stretch_mark = Table(
    "stretch_mark",
    metadata,
    Column("item", Text, primary_key=True),
    Column("kind", Text, primary_key=True, comment="seals or controls"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    body(),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

act = Table(
    "act",
    metadata,
    Column("position", Position, primary_key=True, autoincrement=False),
    body(),
    sqlite_strict=True,
)

touched = Table(
    "touched",
    metadata,
    Column("subject", Text, primary_key=True, comment="item:…, case:…, place:…, manifest:… or everyone"),
    Column("position", Position, primary_key=True, autoincrement=False),
    Index("touched_position", "position"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)


def _stretch_rows(facts: ItemFacts) -> Iterator[Row]:
    for number, shape in enumerate(custody_shape(facts)):
        yield {
            "item": facts.item, "number": number, "holder": shape["holder"], "since": shape["from"],
            "until": shape["to"], "body": written(shape),
        }  # fmt: skip


def _mark_rows(facts: ItemFacts) -> Iterator[Row]:
    for kind, marks in (("seals", seals_shape(facts)), ("controls", controls_shape(facts))):
        for number, shape in enumerate(marks):
            yield {"item": facts.item, "kind": kind, "number": number, "body": written(shape)}


def _place_rows(facts: PlaceFacts) -> Iterator[Row]:
    yield {"place": facts.place, "name": facts.name}


def _act_rows(touching: Touching) -> Iterator[Row]:
    yield {"position": touching.recorded.index + 1, "body": written(act_shape(touching.recorded))}


_OF_ORDER: Final = frozenset({"genesis", "agency", "enrolment", "person", "revocation", "policy", "log-key"})


def _touched_rows(touching: Touching) -> Iterator[Row]:
    position = touching.recorded.index + 1
    for tag in touching.tags:
        if tag.startswith(("item:", "case:", "place:", "manifest:")):
            yield {"subject": tag, "position": position}
    if touching.recorded.act.act in _OF_ORDER:
        yield {"subject": readers.EVERYONE, "position": position}


REGISTER = Register(
    "custody",
    4,
    (
        Part(stretch, "item", "item", _stretch_rows),
        Part(stretch_mark, "item", "item", _mark_rows),
        Part(stretch_place, "place", "place", _place_rows),
        Part(act, "act", "position", _act_rows),
        Part(touched, "act", "position", _touched_rows),
    ),
)


def history(connection: Connection, item: str) -> Shape | None:
    """Return an item's chain of custody."""
    acts = acts_on(connection, f"item:{item}")
    if not acts:
        return None
    places = stretch.outerjoin(stretch_place, stretch_place.c.place == stretch.c.holder)
    asked = select(stretch.c.body, stretch_place.c.place, stretch_place.c.name).select_from(places)
    stretches = connection.execute(asked.where(stretch.c.item == item).order_by(stretch.c.number)).all()
    marks: dict[str, list[Shape]] = {"seals": [], "controls": []}
    told = select(stretch_mark.c.kind, stretch_mark.c.body).where(stretch_mark.c.item == item)
    for kind, text in connection.execute(told.order_by(stretch_mark.c.kind, stretch_mark.c.number)):
        marks[kind].append(read(text))
    named = {row.place: row.name for row in stretches if row.place is not None}
    return history_shape(item, acts, (read(row.body) for row in stretches), named, **marks)


def touched_by(connection: Connection, position: int) -> list[str]:
    """What an act touched: ``item:…``, ``case:…``, ``place:…``, ``manifest:…``, or everyone."""
    return list(connection.scalars(select(touched.c.subject).where(touched.c.position == position)))


def corrections_of(connection: Connection, act_id: str, position: int) -> list[Shape]:
    """The corrections of an act that was recorded at a position, oldest first."""
    subjects = select(touched.c.subject).where(touched.c.position == position)
    later = select(touched.c.position).where(touched.c.subject.in_(subjects), touched.c.position > position)
    names_it = act.c.body.contains(f'"target":"{act_id}"', autoescape=True)
    query = select(act.c.body).where(act.c.position.in_(later), names_it).order_by(act.c.position)
    return [read(text) for text in connection.scalars(query)]


def touched_each(connection: Connection, positions: Sequence[int]) -> dict[int, list[str]]:
    """What each of some acts touched, as `touched_by` says it."""
    found: dict[int, list[str]] = {position: [] for position in positions}
    for some in slices(list(positions)):
        query = select(touched.c.position, touched.c.subject).where(touched.c.position.in_(some))
        for position, subject in connection.execute(query.order_by(touched.c.position, touched.c.subject)):
            found[position].append(subject)
    return found


def positions_on(connection: Connection, subjects: Sequence[str]) -> dict[str, list[int]]:
    """Where the acts on each of some things (``item:…``, ``case:…``) stand, oldest first."""
    found: dict[str, list[int]] = {subject: [] for subject in subjects}
    for some in slices(list(found)):
        query = select(touched.c.subject, touched.c.position).where(touched.c.subject.in_(some))
        for subject, position in connection.execute(query.order_by(touched.c.position)):
            found[subject].append(position)
    return found


def place_names(connection: Connection, places: Sequence[str]) -> dict[str, str]:
    """What places are called."""
    found: dict[str, str] = {}
    for some in slices(list(places)):
        query = select(stretch_place).where(stretch_place.c.place.in_(some))
        found |= {row.place: row.name for row in connection.execute(query)}
    return found


def acts_on(connection: Connection, subject: str, after: int = 0, limit: int = 100_000) -> list[Shape]:
    """Return the acts on ``item:…`` or ``case:…`` after a position, oldest first."""
    query = (
        select(act.c.body)
        .join(touched, touched.c.position == act.c.position)
        .where(touched.c.subject == subject, touched.c.position > after)
        .order_by(touched.c.position)
        .limit(limit)
    )
    return [read(text) for text in connection.scalars(query)]
