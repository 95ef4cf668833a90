"""Loans: what was asked for, granted until when, rejected and taken; and what is out now, asked for or not."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    Connection,
    Index,
    RowMapping,
    Select,
    Subquery,
    Table,
    Text,
    cast,
    exists,
    literal,
    null,
    or_,
    select,
    true,
    union,
    union_all,
)

from custody.access.rights import Sight
from custody.acts.entry import instant
from custody.facts.item import ItemFacts
from custody.facts.loan import LoanFacts
from custody.facts.shapes import Shape
from custody.registers.register import Part, Register, Row, body, metadata, read, written
from custody.registers.sight import Seen

loan = Table(
    "loan",
    metadata,
    Column("loan", Text, primary_key=True, comment="the act that asked for it"),
    Column("borrower", Text, nullable=False),
    Column("state", Text, nullable=False, comment="requested while an item of it is undecided, or decided"),
    body(),
    Index("loan_borrower", "borrower", "loan"),
    Index("loan_state", "state", "loan"),
    sqlite_strict=True,
)

loan_item = Table(
    "loan_item",
    metadata,
    Column("loan", Text, primary_key=True),
    Column("item", Text, primary_key=True),
    Index("loan_item_item", "item"),
    sqlite_strict=True,
)

lent = Table(
    "lent",
    metadata,
    Column("item", Text, primary_key=True),
    Column("loan", Text, nullable=False, comment="the act that asked for it; without one, that let it go"),
    Column("act", Text, nullable=False, comment="the check-out"),
    Column("borrower", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("due", Text, nullable=False, comment="as it was granted, or extended since"),
    Index("lent_loan", "loan"),
    Index("lent_due", "due"),
    sqlite_strict=True,
)


def loan_shape(facts: LoanFacts) -> Shape:
    """Show a loan: what was asked for, and what was decided and taken of each item."""
    items = []
    for item in sorted(facts.items):
        decided = facts.decided.get(item)
        items.append({
            "item": item,
            "decision": None if decided is None else "approved" if decided.granted else "rejected",
            "decided_by": decided.act if decided else None,
            "due": instant(decided.due) if decided and decided.granted else None,
            "taken_by": facts.taken.get(item),
        })  # fmt: skip
    return {
        "loan": facts.loan,
        "state": _state(facts),
        "borrower": facts.borrower,
        "purpose": facts.purpose,
        "due": instant(facts.due),
        "asked_by": sorted(facts.asked_by),
        "items": items,
    }


def _state(facts: LoanFacts) -> str:
    return "decided" if facts.items <= facts.decided.keys() else "requested"


def _rows(facts: LoanFacts) -> Iterator[Row]:
    yield {"loan": facts.loan, "borrower": facts.borrower, "state": _state(facts), "body": written(loan_shape(facts))}


def _item_rows(facts: LoanFacts) -> Iterator[Row]:
    for item in sorted(facts.items):
        yield {"loan": facts.loan, "item": item}


def _lent_rows(facts: ItemFacts) -> Iterator[Row]:
    out = facts.loan
    if out is not None and not facts.voided:
        yield {
            "item": facts.item, "loan": out.request or out.act, "act": out.act, "borrower": out.borrower,
            "purpose": out.purpose, "due": instant(out.due),
        }  # fmt: skip


REGISTER = Register(
    "loans",
    3,
    (
        Part(loan, "loan", "loan", _rows),
        Part(loan_item, "loan", "loan", _item_rows),
        Part(lent, "item", "item", _lent_rows),
    ),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for; every field that is given has to fit."""

    borrower: str | None = None
    state: str | None = None


def find(connection: Connection, loan_id: str, at: datetime | None, seen: Seen | None = None) -> Shape | None:
    """Return a loan by the act that asked for it; one that nobody had asked for, while it is out, by its check-out.

    None also where the whole of none of its items is seen.
    """
    named = select(literal(loan_id).label("loan")).subquery()
    found = _shown(connection, named, select(named), at, seen)
    return found[0] if found else None


def search(
    connection: Connection, wanted: Wanted, at: datetime | None, after: str | None, limit: int,
    seen: Seen | None = None,
) -> list[Shape]:  # fmt: skip
    """Return loans by id, which follows the time they were asked for or let go."""
    names = union(*(_selected(table, wanted, at, after) for table in (loan, lent))).subquery()
    return _shown(connection, names, select(names).order_by(names.c.loan).limit(limit), at, seen)


def out(connection: Connection, limit: int, seen: Seen | None = None) -> list[Shape]:
    """Return what is out on loan, the first due first: ``{"loan","item","borrower","purpose","due"}``, of items whose
    whole is seen."""
    visible = seen.item(lent.c.item, Sight.WHOLE) if seen is not None else true()
    columns = (lent.c.loan, lent.c.item, lent.c.borrower, lent.c.purpose, lent.c.due)
    query = select(*columns).where(visible).order_by(lent.c.due, lent.c.item).limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]


def _seen(seen: Seen, name: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the whole of an item is seen that was asked for in a loan, or went with it."""
    return or_(*(
        exists().where(table.c.loan == name, seen.item(table.c.item, Sight.WHOLE)) for table in (loan_item, lent)
    ))  # fmt: skip


def _selected(table: Table, wanted: Wanted, at: datetime | None, after: str | None) -> Select[Any]:
    """The names of loans in one table: of those asked for, or of those of which something is out."""
    query = select(table.c.loan)
    out = lent.c.loan == table.c.loan if table is loan else lent.c.item.is_not(None)
    if wanted.borrower is not None:
        query = query.where(table.c.borrower == wanted.borrower)
    if after is not None:
        query = query.where(table.c.loan > after)
    if wanted.state == "overdue":
        out = out & (lent.c.due < instant(at) if at else lent.c.due.is_(None))
    if wanted.state in ("open", "overdue"):
        return query.where(select(lent.c.item).where(out).exists() if table is loan else out)
    if wanted.state is not None:
        return query.where(loan.c.state == wanted.state if table is loan else lent.c.item.is_(None))
    return query


def _shown(
    connection: Connection, of: Subquery, names: Select[Any], at: datetime | None, seen: Seen | None
) -> list[Shape]:
    """Show loans that are seen by name, each with what is out of it and what of that is overdue; of items, those that
    are seen."""
    query = names.outerjoin(loan, loan.c.loan == of.c.loan).add_columns(loan.c.body)
    if seen is not None:
        query = query.where(_seen(seen, of.c.loan))
    found: dict[str, Shape | None] = {row.loan: row.body and read(row.body) for row in connection.execute(query)}
    lines = connection.execute(_lines(list(found), seen)).mappings().all() if found else []
    out: dict[str, dict[str, RowMapping]] = {}
    for row in lines:
        if row["act"] is not None:
            out.setdefault(row["loan"], {})[row["item"]] = row
    shown = {row["item"] for row in lines}
    shapes = {
        name: {**shape, "items": [each for each in shape["items"] if seen is None or each["item"] in shown]}
        for name, shape in found.items() if shape is not None
    }  # fmt: skip
    return [
        _with_out(shapes.get(name) or _unasked(out[name]), out.get(name, {}), at)
        for name in sorted(found) if name in shapes or name in out
    ]  # fmt: skip


def _lines(names: Collection[str], seen: Seen | None) -> CompoundSelect[Any]:
    """What is out of some loans, and, without an act, what was asked for in them; of items whose whole is seen."""
    further = ("act", "borrower", "purpose", "due")
    parts = (
        (lent, [lent.c[name] for name in further]),
        (loan_item, [cast(null(), Text).label(name) for name in further]),
    )
    return union_all(*(
        select(table.c.loan, table.c.item, *columns)
        .where(table.c.loan.in_(names), seen.item(table.c.item, Sight.WHOLE) if seen is not None else true())
        for table, columns in parts
    )).order_by("item")  # fmt: skip


def _unasked(rows: dict[str, RowMapping]) -> Shape:
    """A loan that nobody had asked for before it left: the approver signed at the counter."""
    first = next(iter(rows.values()))
    taken = {"decision": None, "decided_by": None}
    return {
        "loan": first["loan"], "state": "unasked", "borrower": first["borrower"], "purpose": first["purpose"],
        "due": first["due"], "asked_by": [],
        "items": [{"item": item, **taken, "due": row["due"], "taken_by": row["act"]} for item, row in rows.items()],
    }  # fmt: skip


def _with_out(shape: Shape, rows: dict[str, RowMapping], at: datetime | None) -> Shape:
    items = [
        {**each, "out": each["item"] in rows, "due": rows[each["item"]]["due"] if each["item"] in rows else each["due"]}
        for each in shape["items"]
    ]
    overdue = [item for item, row in rows.items() if at is not None and row["due"] < instant(at)]
    return {**shape, "items": items, "out": len(rows), "overdue": overdue}
