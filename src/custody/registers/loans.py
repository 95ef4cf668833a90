"""Loans as they were asked for: what was granted until when, what was rejected, and what was taken."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, Connection, Index, Table, Text, select

from custody.acts.entry import instant
from custody.facts.loan import LoanFacts
from custody.facts.shapes import Shape
from custody.registers.register import Part, Register, Row, body, metadata, read, written

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


REGISTER = Register("loans", 1, (Part(loan, "loan", "loan", _rows),))


def find(connection: Connection, loan_id: str) -> Shape | None:
    """Return a loan by the act that asked for it."""
    text = connection.scalar(select(loan.c.body).where(loan.c.loan == loan_id))
    return read(text) if text else None


def search(
    connection: Connection, borrower: str | None, state: str | None, after: str | None, limit: int
) -> list[Shape]:
    """Return loans in the order in which they were asked for."""
    query = select(loan.c.body).order_by(loan.c.loan).limit(limit)
    if borrower is not None:
        query = query.where(loan.c.borrower == borrower)
    if state is not None:
        query = query.where(loan.c.state == state)
    if after is not None:
        query = query.where(loan.c.loan > after)
    return [read(text) for text in connection.scalars(query)]
