"""Items: each as it is now, on all its axes, and the searches clerks make.

What an item's case and holder add to it (who controls it, holds on the whole case, the holder's agency) stands beside
it in rows of their own, so that a hold on a case of 400 items changes one row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Index, Select, Table, Text, func, or_, select

from custody.facts.case import CaseFacts
from custody.facts.item import ItemFacts
from custody.facts.parties import PersonFacts, PlaceFacts
from custody.facts.shapes import Shape, case_shape, in_context, item_shape
from custody.registers.register import Part, Register, Row, body, metadata, read, written

item = Table(
    "item",
    metadata,
    Column("item", Text, primary_key=True),
    Column("case", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("kind", Text, comment="person, place or outside; null once it left for good"),
    Column("holder", Text),
    Column("words", Text, nullable=False, comment="what a search looks through"),
    body(),
    Index("item_by_case", "case", "item"),
    Index("item_by_holder", "holder", "item"),
    Index("item_by_status", "status", "item"),
    Index("item_by_category", "category", "item"),
    sqlite_strict=True,
)

item_case = Table(
    "item_case",
    metadata,
    Column("case", Text, primary_key=True),
    Column("lead", Text, nullable=False),
    body(),
    Index("item_case_lead", "lead"),
    sqlite_strict=True,
)

item_keeper = Table(
    "item_keeper",
    metadata,
    Column("keeper", Text, primary_key=True, comment="a person or a place"),
    Column("agency", Text, nullable=False),
    Index("item_keeper_agency", "agency"),
    sqlite_strict=True,
)


def _item_rows(facts: ItemFacts) -> Iterator[Row]:
    taken = facts.taken
    words = [facts.item, facts.code, facts.description, facts.designation, facts.seal, taken and taken.features]
    yield {
        "item": facts.item,
        "case": facts.case,
        "category": facts.category,
        "status": (shape := item_shape(facts))["status"],
        "kind": shape["custody"]["kind"],
        "holder": shape["custody"]["holder"],
        "words": " ".join(word for word in words if word).lower(),
        "body": written(shape),
    }


def _case_rows(facts: CaseFacts) -> Iterator[Row]:
    yield {"case": facts.case, "lead": facts.lead, "body": written(case_shape(facts))}


def _person_rows(facts: PersonFacts) -> Iterator[Row]:
    yield {"keeper": facts.person, "agency": facts.agency}


def _place_rows(facts: PlaceFacts) -> Iterator[Row]:
    yield {"keeper": facts.place, "agency": facts.agency}


REGISTER = Register(
    "items",
    1,
    (
        Part(item, "item", "item", _item_rows),
        Part(item_case, "case", "case", _case_rows),
        Part(item_keeper, "person", "keeper", _person_rows),
        Part(item_keeper, "place", "keeper", _place_rows),
    ),
)


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for; every field that is given has to fit. ``q`` is looked for in id, code, seal and description.

    ``agency`` finds what an agency controls or holds.
    """

    case: str | None = None
    agency: str | None = None
    holder: str | None = None
    place: str | None = None
    status: str | None = None
    category: str | None = None
    q: str | None = None


_WHOLE = (
    select(item.c.body, item_case.c.body, item_keeper.c.agency)
    .outerjoin(item_case, item_case.c.case == item.c.case)
    .outerjoin(item_keeper, item_keeper.c.keeper == item.c.holder)
)


def find(connection: Connection, item_id: str) -> Shape | None:
    """Return an item as it is now."""
    found = _shapes(connection, _WHOLE.where(item.c.item == item_id))
    return found[0] if found else None


def search(connection: Connection, wanted: Search, after: str | None, limit: int) -> list[Shape]:
    """Return items that fit, ordered by id, beginning after ``after``."""
    query = _WHOLE.where(*_conditions(wanted)).order_by(item.c.item).limit(limit)
    return _shapes(connection, query if after is None else query.where(item.c.item > after))


def count(connection: Connection, wanted: Search) -> int:
    """Return how many items fit; voided ones are not counted."""
    query = select(func.count()).select_from(item).where(*_conditions(wanted), item.c.status != "voided")
    return connection.execute(query).scalar_one()


def _conditions(wanted: Search) -> Sequence[ColumnElement[bool]]:
    given: list[tuple[Any, ColumnElement[bool]]] = [
        (wanted.case, item.c.case == wanted.case),
        (wanted.holder, item.c.holder == wanted.holder),
        (wanted.place, item.c.holder == wanted.place),
        (wanted.status, item.c.status == wanted.status),
        (wanted.category, item.c.category == wanted.category),
    ]
    conditions = [condition for value, condition in given if value is not None]
    if wanted.agency is not None:
        led = select(item_case.c.case).where(item_case.c.lead == wanted.agency)
        kept = select(item_keeper.c.keeper).where(item_keeper.c.agency == wanted.agency)
        conditions.append(or_(item.c.case.in_(led), item.c.holder.in_(kept)))
    if wanted.q is not None:
        conditions += [item.c.words.contains(word, autoescape=True) for word in wanted.q.lower().split()]
    return conditions


def _shapes(connection: Connection, query: Select[Any]) -> list[Shape]:
    return [
        in_context(read(own), case and read(case), agency) for own, case, agency in connection.execute(query)
    ]
