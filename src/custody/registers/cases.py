"""Cases: who leads and handles them, what holds them, what was noted for their clocks."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import Column, Connection, Index, Table, Text, select

from custody.facts.case import CaseFacts
from custody.facts.shapes import Shape, case_shape
from custody.registers.register import Part, Register, Row, body, metadata, read, slices, written
from custody.registers.sight import Seen

case = Table(
    "case_file",
    metadata,
    Column("case", Text, primary_key=True),
    Column("lead", Text, nullable=False),
    body(),
    Index("case_file_lead", "lead", "case"),
    sqlite_strict=True,
)


def _rows(facts: CaseFacts) -> Iterator[Row]:
    yield {"case": facts.case, "lead": facts.lead, "body": written(case_shape(facts))}


REGISTER = Register("cases", 3, (Part(case, "case", "case", _rows),))


def find(connection: Connection, reference: str) -> Shape | None:
    """Return a case."""
    text = connection.scalar(select(case.c.body).where(case.c.case == reference))
    return read(text) if text else None


def find_each(
    connection: Connection, references: Collection[str], seen: Seen | None = None
) -> dict[str, Shape]:
    """Return those of some cases that there are, by reference; of these, those that are seen."""
    found: dict[str, Shape] = {}
    for some in slices(list(references)):
        query = select(case.c.case, case.c.body).where(case.c.case.in_(some))
        if seen is not None:
            query = query.where(seen.case(case.c.case))
        found |= {row.case: read(row.body) for row in connection.execute(query)}
    return found


def search(
    connection: Connection, lead: str | None, after: str | None, limit: int, seen: Seen | None = None
) -> list[Shape]:
    """Return cases, ordered by reference."""
    query = select(case.c.body).order_by(case.c.case).limit(limit)
    if seen is not None:
        query = query.where(seen.case(case.c.case))
    if lead is not None:
        query = query.where(case.c.lead == lead)
    if after is not None:
        query = query.where(case.c.case > after)
    return [read(text) for text in connection.scalars(query)]
