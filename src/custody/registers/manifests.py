"""Manifests: who offers what to whom, and how each line was answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Connection, Index, RowMapping, Table, Text, false, or_, select

from custody.acts.control import ByAgency
from custody.acts.custody import ByPerson, InPlace
from custody.acts.entry import instant
from custody.facts.control_shapes import manifest_shape
from custody.facts.manifest import ManifestFacts
from custody.facts.shapes import Shape
from custody.registers.item_tables import item, item_keeper
from custody.registers.register import Part, Register, Row, body, metadata, read, written
from custody.registers.sight import Seen

manifest = Table(
    "manifest",
    metadata,
    Column("manifest", Text, primary_key=True),
    Column("sender", Text, nullable=False),
    Column("receiver", Text, comment="the agency that receives; null if it is offered to a person or a place"),
    Column("keeper", Text, comment="the person or the place that it is offered to instead"),
    Column("state", Text, nullable=False, comment="of its lines; an open one may have expired"),
    Column("waits_until", Text, comment="while a line of it is open: when it expires"),
    body(),
    Index("manifest_by_sender", "sender", "manifest"),
    Index("manifest_by_receiver", "receiver", "manifest"),
    sqlite_strict=True,
)

manifest_item = Table(
    "manifest_item",
    metadata,
    Column("manifest", Text, primary_key=True),
    Column("item", Text, primary_key=True),
    Index("manifest_item_item", "item"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)


def _rows(facts: ManifestFacts) -> Iterator[Row]:
    shape = manifest_shape(facts)
    waits = any(line.state == "open" for line in facts.lines.values())
    yield {
        "manifest": facts.manifest, "sender": facts.sender,
        "receiver": facts.receiver.agency if isinstance(facts.receiver, ByAgency) else None,
        "keeper": _keeper(facts), "state": shape["state"],
        "waits_until": instant(facts.expires_at) if waits else None, "body": written(shape),
    }  # fmt: skip


def _lines(facts: ManifestFacts) -> Iterator[Row]:
    return ({"manifest": facts.manifest, "item": each} for each in facts.lines)


def _keeper(facts: ManifestFacts) -> str | None:
    if isinstance(facts.receiver, ByPerson):
        return facts.receiver.person
    return facts.receiver.place if isinstance(facts.receiver, InPlace) else None


REGISTER = Register(
    "manifests",
    3,
    (
        Part(manifest, "manifest", "manifest", _rows),
        Part(manifest_item, "manifest", "manifest", _lines),
    ),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for; every field that is given has to fit. ``waits_for``: the agency that has to answer."""

    agency: str | None = None
    state: str | None = None
    waits_for: str | None = None
    case: str | None = None
    """The case of an item on it."""


def find(connection: Connection, manifest_id: str, at: datetime | None) -> Shape | None:
    """Return a manifest; ``expired`` if a line of it was still open then."""
    row = connection.execute(select(manifest).where(manifest.c.manifest == manifest_id)).mappings().first()
    return _shown(row, at) if row else None


def search(
    connection: Connection, wanted: Wanted, at: datetime | None, after: str | None, limit: int,
    seen: Seen | None = None,
) -> list[Shape]:  # fmt: skip
    """Return manifests, ordered by id; ``agency`` is the sender or the receiver."""
    query = select(manifest).where(*_conditions(wanted, at)).order_by(manifest.c.manifest).limit(limit)
    if seen is not None:
        query = query.where(seen.manifest(manifest.c.manifest))
    if after is not None:
        query = query.where(manifest.c.manifest > after)
    return [_shown(row, at) for row in connection.execute(query).mappings()]


def _conditions(wanted: Wanted, at: datetime | None) -> Iterator[ColumnElement[bool]]:
    column = manifest.c
    expired = column.waits_until <= instant(at) if at else false()
    if wanted.agency is not None:
        yield or_(column.sender == wanted.agency, column.receiver == wanted.agency)
    if wanted.state == "expired":
        yield expired
    elif wanted.state is not None:
        yield column.state == wanted.state
        yield or_(column.waits_until.is_(None), ~expired)
    if wanted.waits_for is not None:
        own = select(item_keeper.c.keeper).where(item_keeper.c.agency == wanted.waits_for)
        yield or_(column.receiver == wanted.waits_for, column.keeper.in_(own))
        yield column.waits_until.is_not(None)
        yield ~expired
    if wanted.case is not None:
        of_case = item.c.item == manifest_item.c.item, item.c.case == wanted.case
        yield column.manifest.in_(select(manifest_item.c.manifest).where(*of_case))


def _shown(row: RowMapping, at: datetime | None) -> Shape:
    shape: Shape = read(row["body"])
    expired = at is not None and row["waits_until"] is not None and row["waits_until"] <= instant(at)
    return {**shape, "state": "expired"} if expired else shape
