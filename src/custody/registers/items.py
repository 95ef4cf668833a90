"""Items: each as it is now, on all its axes, and the searches clerks make.

What an item's case and holder add to it (who controls it, holds on the whole case, the holder's agency) stands beside
it in rows of their own, so that a hold on a case of 400 items changes one row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Select,
    func,
    literal,
    or_,
    select,
    true,
    union,
    union_all,
    update,
)

from custody.access.rights import Sight
from custody.facts.case import CaseFacts
from custody.facts.item import ItemFacts
from custody.facts.parties import PersonFacts, PlaceFacts
from custody.facts.shapes import Shape, case_shape, in_context, item_shape
from custody.registers import readers, words
from custody.registers.item_tables import item, item_case, item_keeper
from custody.registers.register import Changes, Part, Register, Row, read, slices, written
from custody.registers.sight import Seen


def _item_rows(facts: ItemFacts) -> Iterator[Row]:
    seen, told = words.texts_of(facts)
    yield {
        "item": facts.item,
        "case": facts.case,
        "category": facts.category,
        "status": (shape := item_shape(facts))["status"],
        "kind": shape["custody"]["kind"],
        "holder": shape["custody"]["holder"],
        "control": facts.controls[-1].agency if facts.controls else None,
        "manifest": facts.offer.manifest if facts.offer else None,
        "lead": None,
        "agency": None,
        "due": shape["loan"] and shape["loan"]["due"],
        "parent": shape["parent"],
        "words": seen,
        "told": told,
        "body": written(shape),
    }


def _case_rows(facts: CaseFacts) -> Iterator[Row]:
    yield {"case": facts.case, "lead": facts.lead, "body": written(case_shape(facts))}


def _person_rows(facts: PersonFacts) -> Iterator[Row]:
    yield {"keeper": facts.person, "agency": facts.agency, "name": None}


def _place_rows(facts: PlaceFacts) -> Iterator[Row]:
    yield {"keeper": facts.place, "agency": facts.agency, "name": facts.name}


def _settle(connection: Connection, changes: Changes) -> None:
    """Write beside each item which agencies it is looked for by, wherever item, case or holder changed."""
    lead = select(item_case.c.lead).where(item_case.c.case == item.c.case).scalar_subquery()
    agency = select(item_keeper.c.agency).where(item_keeper.c.keeper == item.c.holder).scalar_subquery()
    keepers = [*changes.get("person", ()), *changes.get("place", ())]
    changed = [(item.c.item, changes.get("item", ())), (item.c.case, changes.get("case", ())), (item.c.holder, keepers)]
    for column, ids in changed:
        for some in slices(list(ids)):
            own = func.coalesce(item.c.control, lead)
            connection.execute(update(item).where(column.in_(some)).values(lead=own, agency=agency))
    readers.settle(connection, changes)


REGISTER = Register(
    "items",
    11,
    (
        Part(item, "item", "item", _item_rows),
        words.PART,
        Part(item_case, "case", "case", _case_rows),
        Part(item_keeper, "person", "keeper", _person_rows),
        Part(item_keeper, "place", "keeper", _place_rows),
        *readers.PARTS,
    ),
    settle=_settle,
    derived=readers.DERIVED,
)


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for; every field that is given has to fit. ``q`` is looked for in the texts that
    `custody.registers.words` names: each of its words has to stand somewhere in them.

    ``agency`` finds what an agency controls or holds; ``overdue``, with an instant, what is out and was due back by
    then, or with False, what is not.
    """

    case: str | None = None
    agency: str | None = None
    holder: str | None = None
    place: str | None = None
    status: str | None = None
    category: str | None = None
    q: str | None = None
    overdue: tuple[bool, str] | None = None
    manifest: str | None = None
    """On which it is offered, neither answered nor withdrawn."""


_WHOLE = (
    select(item.c.body, item_case.c.body, item_keeper.c.agency, item_keeper.c.name)
    .outerjoin(item_case, item_case.c.case == item.c.case)
    .outerjoin(item_keeper, item_keeper.c.keeper == item.c.holder)
)


def find(connection: Connection, item_id: str) -> Shape | None:
    """Return an item as it is now."""
    found = _shapes(connection, _WHOLE.where(item.c.item == item_id))
    return found[0] if found else None


def search(
    connection: Connection, wanted: Search, after: str | None, limit: int, seen: Seen | None = None
) -> list[Shape]:
    """Return items that fit and are seen, ordered by id, beginning after ``after``.

    Rare words are looked up, common ones are met on a walk through the items.
    """
    fits = _fitting(connection, wanted, after, limit, seen, lambda: seen is not None and seen.reads_few(connection))
    return _shapes(connection, _WHOLE.where(*fits).order_by(item.c.item).limit(limit))


def first_of(
    connection: Connection, searches: Mapping[str, Search], limit: int, seen: Seen | None = None
) -> dict[str, list[Shape]]:
    """Return the first items of several searches, by the names of these, in as few statements as those of one."""
    few = cache(lambda: seen is not None and seen.reads_few(connection))
    walks = []
    for name, wanted in searches.items():
        fits = _fitting(connection, wanted, None, limit, seen, few)
        first = select(item.c.item).where(*fits).order_by(item.c.item).limit(limit).subquery()
        walks.append(select(literal(name), first.c.item))
    found = sorted(connection.execute(union_all(*walks)).all()) if walks else []
    shapes = {each["item"]: each for each in some(connection, list({each for _, each in found}))}
    return {name: [shapes[each] for of, each in found if of == name] for name in searches}


def _fitting(
    connection: Connection, wanted: Search, after: str | None, limit: int, seen: Seen | None, few: Callable[[], bool]
) -> list[ColumnElement[bool]]:
    """What has to hold of an item that is looked for; ``few`` says whether the reader sees few items."""
    conditions = _conditions(wanted)
    said = words.words_of(wanted.q or "")
    found = words.holding(connection, said)
    if found is not None:
        conditions.append(item.c.item.in_(found))
    conditions += [_says(word, seen) for word in said]
    if seen is not None and not seen.caller.audits:
        narrow = found is not None or any(
            (wanted.case, wanted.holder, wanted.place, wanted.agency, wanted.manifest)
        )
        if not narrow and (not conditions or few()):
            conditions = [item.c.item.in_(seen.first(conditions, after or "", limit))]
        else:
            conditions.append(seen.item(item.c.item))
    if after is not None:
        conditions.append(item.c.item > after)
    if wanted.agency is not None:
        conditions = [item.c.item.in_(_of_agency(wanted.agency, conditions, limit))]
    return conditions


def some(connection: Connection, wanted: Sequence[str]) -> list[Shape]:
    """Return those of some items that are known, ordered by id."""
    return [each for part in slices(sorted(wanted))
            for each in _shapes(connection, _WHOLE.where(item.c.item.in_(part)).order_by(item.c.item))]  # fmt: skip


def count(connection: Connection, wanted: Search, seen: Seen | None = None) -> int:
    """Return how many items fit; voided ones are not counted. ``agency`` and ``q`` are not looked at."""
    visible = seen.item(item.c.item) if seen else true()
    query = select(func.count()).select_from(item).where(*_conditions(wanted), visible, item.c.status != "voided")
    return connection.execute(query).scalar_one()


def _of_agency(agency: str, conditions: Sequence[ColumnElement[bool]], limit: int) -> Select[Any]:
    """The first items that an agency controls, and the first that it holds: each a walk along one index."""
    walks = [
        select(select(item.c.item).where(column == agency, *conditions).order_by(item.c.item).limit(limit).subquery())
        for column in (item.c.lead, item.c.agency)
    ]
    return select(union(*walks).subquery())


def _conditions(wanted: Search) -> list[ColumnElement[bool]]:
    given: list[tuple[Any, ColumnElement[bool]]] = [
        (wanted.case, item.c.case == wanted.case),
        (wanted.holder, item.c.holder == wanted.holder),
        (wanted.place, item.c.holder == wanted.place),
        (wanted.status, item.c.status == wanted.status),
        (wanted.category, item.c.category == wanted.category),
        (wanted.manifest, item.c.manifest == wanted.manifest),
    ]
    conditions = [condition for value, condition in given if value is not None]
    if wanted.overdue is not None:
        over, at = wanted.overdue
        due = item.c.due
        conditions.append(due < at if over else or_(due.is_(None), due >= at))
    return conditions


def _says(word: str, seen: Seen | None) -> ColumnElement[bool]:
    """Whether an item bears a word, where the reader sees it: else a search would tell what the answer does not."""
    told = item.c.told.contains(word, autoescape=True)
    if seen is not None:
        told = told & seen.item(item.c.item, Sight.WHOLE)
    return item.c.words.contains(word, autoescape=True) | told


def _shapes(connection: Connection, query: Select[Any]) -> list[Shape]:
    rows = [(read(own), case and read(case), agency, name) for own, case, agency, name in connection.execute(query)]
    above = _above(connection, {own["parent"] for own, *_ in rows})
    return [in_context(own, case, agency, name, above) for own, case, agency, name in rows]


def ancestors(connection: Connection, item_id: str) -> list[str]:
    """What an item was divided from, and that again."""
    chain = _chain(item.c.item == item_id)
    return list(connection.scalars(select(chain.c.item).where(chain.c.item != item_id)))


def _above(connection: Connection, parents: set[str | None]) -> dict[str, Shape]:
    """What items were divided from, and that again, by id: as they show themselves."""
    wanted = sorted(each for each in parents if each is not None)
    if not wanted:
        return {}
    chain = select(_chain(item.c.item.in_(wanted)).c.item)
    bodies = connection.scalars(select(item.c.body).where(item.c.item.in_(chain)))
    return {shape["item"]: shape for shape in map(read, bodies)}


def _chain(begins: ColumnElement[bool]) -> CTE:
    """Some items, what they were divided from, and that again."""
    first = select(item.c.item, item.c.parent).where(begins).cte("chain", recursive=True)
    return first.union(select(item.c.item, item.c.parent).where(item.c.item == first.c.parent))
