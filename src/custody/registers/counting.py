"""Stock-takes: what was opened, counted and closed; and what cannot be located until somebody answers for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Connection, Index, Select, Table, Text, exists, literal, select, true

from custody.acts.counting import ItemList, StockTake, list_digest
from custody.acts.entry import instant
from custody.acts.values import decode
from custody.errors import Damaged, NotFound
from custody.facts.counting import StockTakeFacts
from custody.facts.item import ItemFacts
from custody.facts.shapes import Shape
from custody.ledger.past import recorded_from
from custody.ledger.reader import Reader
from custody.registers import item_tables, items, places
from custody.registers.register import Part, Register, Row, body, metadata, read, slices, written
from custody.registers.sight import Seen

stock_take_place = Table(
    "stock_take_place",
    metadata,
    Column("stock_take", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    sqlite_strict=True,
)

stock_take = Table(
    "stock_take",
    metadata,
    Column("stock_take", Text, primary_key=True, comment="the act that opened it"),
    Column("state", Text, nullable=False, comment="open or closed"),
    body(),
    Index("stock_take_state", "state", "stock_take"),
    sqlite_strict=True,
)

unlocated = Table(
    "unlocated",
    metadata,
    Column("stock_take", Text, primary_key=True),
    Column("item", Text, primary_key=True),
    Column("act", Text, nullable=False, comment="the count that did not find it"),
    Index("unlocated_item", "item"),
    sqlite_strict=True,
)

answer = Table(
    "answer",
    metadata,
    Column("item", Text, primary_key=True),
    Column("act", Text, primary_key=True, comment="the count that did not find it"),
    Column("answered_by", Text, nullable=False),
    sqlite_strict=True,
)

sought = Table(
    "sought",
    metadata,
    Column("item", Text, primary_key=True),
    Column("act", Text, primary_key=True, comment="the discrepancy that reports it missing, while it is open"),
    sqlite_strict=True,
)


def stock_take_shape(facts: StockTakeFacts) -> Shape:
    """Show a stock-take: scope, draw, counts so far, what is missing, and whether it is closed."""
    return {
        "stock_take": facts.opening,
        "state": "closed" if facts.closed_by else "open",
        "opened_at": instant(facts.opened_at),
        "closed_at": instant(facts.closed_at) if facts.closed_at else None,
        "seen": facts.seen,
        "places": list(facts.places),
        "uncounted": list(facts.uncounted),
        "draw": facts.draw.model_dump() if facts.draw else None,
        "book": {"count": facts.book, "digest": facts.book_digest},
        "counters": list(facts.counters),
        "counts": [
            {
                "act": each.act, "at": instant(each.at), "places": list(each.places), "book": each.book,
                "verdicts": each.verdicts.model_dump(), "missing": list(each.missing),
                "misplaced": [found.model_dump() for found in each.misplaced],
            }
            for each in facts.counts
        ],
        "missing": sorted(facts.missing),
    }  # fmt: skip


def _rows(facts: StockTakeFacts) -> Iterator[Row]:
    shape = stock_take_shape(facts)
    yield {"stock_take": facts.opening, "state": shape["state"], "body": written(shape)}


def _place_rows(facts: StockTakeFacts) -> Iterator[Row]:
    for place in facts.places:
        yield {"stock_take": facts.opening, "place": place}


def _unlocated_rows(facts: StockTakeFacts) -> Iterator[Row]:
    for item, act in facts.missing.items():
        yield {"stock_take": facts.opening, "item": item, "act": act}


def _answer_rows(facts: ItemFacts) -> Iterator[Row]:
    for each in facts.thing.missed:
        if each.answered_by is not None:
            yield {"item": facts.item, "act": each.act, "answered_by": each.answered_by}


def _sought_rows(facts: ItemFacts) -> Iterator[Row]:
    for each in facts.thing.open_questions if facts.thing.questions else ():
        if each.kind == "missing":
            yield {"item": facts.item, "act": each.act}


REGISTER = Register(
    "counting",
    3,
    (
        Part(stock_take, "stock-take", "stock_take", _rows),
        Part(stock_take_place, "stock-take", "stock_take", _place_rows),
        Part(unlocated, "stock-take", "stock_take", _unlocated_rows),
        Part(answer, "item", "item", _answer_rows),
        Part(sought, "item", "item", _sought_rows),
    ),
)


def find(connection: Connection, opening: str) -> Shape | None:
    """Return a stock-take."""
    text = connection.scalar(select(stock_take.c.body).where(stock_take.c.stock_take == opening))
    return read(text) if text else None


def search(
    connection: Connection, state: str | None, after: str | None, limit: int, seen: Seen | None = None
) -> list[Shape]:
    """Return stock-takes in the order of their opening acts."""
    query = select(stock_take.c.body).order_by(stock_take.c.stock_take).limit(limit)
    if seen is not None:
        query = query.where(_seen(seen, stock_take.c.stock_take))
    if state is not None:
        query = query.where(stock_take.c.state == state)
    if after is not None:
        query = query.where(stock_take.c.stock_take > after)
    return [read(text) for text in connection.scalars(query)]


def is_seen(connection: Connection, opening: str, seen: Seen) -> bool:
    """Whether a stock-take counts a place that is seen."""
    return connection.scalar(select(_seen(seen, literal(opening)))) is True


def _seen(seen: Seen, opening: ColumnElement[str]) -> ColumnElement[bool]:
    return exists().where(stock_take_place.c.stock_take == opening, seen.place(stock_take_place.c.place))


def queue(
    connection: Connection, opening: str | None = None, after: str | None = None
) -> list[Shape]:
    """Return what cannot be located, or all that one stock-take missed: each item once, with the counts that missed it
    and the reports that it is missing, ordered by item.

    An item stays until every one is answered. A count: by a later one of the same stock-take that finds it, by an act
    with a line on it, or by the end of the inquiry into where it is. A report: by the end of its inquiry alone.
    """
    found: dict[str, Shape] = {}
    missed = _unanswered() if opening is None else select(unlocated).where(unlocated.c.stock_take == opening)
    for row in connection.execute(missed.order_by(unlocated.c.item, unlocated.c.stock_take)).mappings():
        each = found.setdefault(row["item"], {"item": row["item"], "missed": [], "discrepancies": []})
        each["missed"].append({"stock_take": row["stock_take"], "act": row["act"]})
    reports = select(sought).order_by(sought.c.item, sought.c.act)
    for row in connection.execute(reports).mappings() if opening is None else ():
        each = found.setdefault(row["item"], {"item": row["item"], "missed": [], "discrepancies": []})
        each["discrepancies"].append(row["act"])
    wanted = [each for each in sorted(found) if each > (after or "")]
    now = {each["item"]: each for each in items.some(connection, wanted)}
    shown = [{**found[each], "now": now.get(each)} for each in wanted]
    return [each for each in shown if opening or each["now"] is None or each["now"]["status"] not in _SETTLED]


_SETTLED = ("lost", "voided")
"""Shown to be gone, or never to have been there."""


def _unanswered() -> Select[Any]:
    known = select(answer.c.act).where(answer.c.item == unlocated.c.item, answer.c.act == unlocated.c.act)
    return select(unlocated).where(~known.exists())


def book(connection: Connection, scope: Collection[str]) -> dict[str, str]:
    """Return what should lie in the places of a scope now: item → the nearest of these places above it."""
    slots = within(connection, scope)
    found: dict[str, str] = {}
    for some in slices(sorted(slots)):
        column = item_tables.item.c
        query = select(column.item, column.holder).where(
            column.kind == "place", column.holder.in_(some), column.status != "voided"
        )
        found |= {item: slots[holder] for item, holder in connection.execute(query)}
    return dict(sorted(found.items()))


def within(connection: Connection, scope: Collection[str], seen: Seen | None = None) -> dict[str, str]:
    """Return the places of a scope and those within them, or such of them as are seen: place → the nearest of the
    scope above it."""
    of = places.place.c
    rows = connection.execute(select(of.place, of.parent, seen.place(of.place) if seen else true())).all()
    parents = {place: parent for place, parent, _ in rows}
    return {place: slot for place, _, shown in rows if shown and (slot := _slot(place, parents, scope)) is not None}


def slot(connection: Connection, item: str, scope: Collection[str]) -> str | None:
    """Return the place of a scope in which one item should lie now; None if it belongs elsewhere."""
    column = item_tables.item.c
    query = select(column.holder).where(column.item == item, column.kind == "place", column.status != "voided")
    holder = connection.scalar(query)
    parents = dict(connection.execute(select(places.place.c.place, places.place.c.parent)).all()) if holder else {}
    return _slot(holder, parents, scope) if holder else None


def _slot(place: str, parents: Mapping[str, str | None], scope: Collection[str]) -> str | None:
    walked: set[str] = set()
    at: str | None = place
    while at is not None and at not in walked:
        if at in scope:
            return at
        walked.add(at)
        at = parents.get(at)
    return None


def categories(connection: Connection, wanted: Collection[str]) -> dict[str, str]:
    """Return the category of each of these items that is known."""
    found: dict[str, str] = {}
    for some in slices(sorted(wanted)):
        query = select(item_tables.item).where(item_tables.item.c.item.in_(some))
        found |= {row["item"]: row["category"] for row in connection.execute(query).mappings()}
    return found


def opened_list(reader: Reader, opening: str) -> tuple[str, ...]:
    """Return the book of a stock-take as it was opened, from its sealed sheets.

    Raises NotFound if it is no stock-take or its sheets were erased, Damaged if they are not what was signed.
    """
    act = next((recorded_from(row).act for row in reader.rows_of([UUID(opening).bytes])), None)
    if not isinstance(act, StockTake) or act.step != "opened" or act.book is None:
        raise NotFound("not-found/stock-take", "The ledger knows no such stock-take.", asked=opening)
    return listed(reader, act.book)


def listed(reader: Reader, stated: ItemList) -> tuple[str, ...]:
    """Return the items of a sealed list. Raises NotFound if a sheet was erased, Damaged if the digest differs."""
    commitments = [decode(each.sealed) for each in stated.sheets]
    kept = reader.disclosures(commitments)
    if len(kept) < len(set(commitments)):
        raise NotFound("not-found/sheets", "The sheets of this list were erased; only its digest is left.")
    found = tuple(line for each in commitments for line in kept[each][1].split("\n"))
    if list_digest(found) != stated.digest:
        raise Damaged("damaged/sheets", "The sheets of a list do not agree with the digest that was signed.")
    return found
