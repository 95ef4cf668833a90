"""Deadlines: what is due when, and what stopped it. Its colour turns on the clock, so it is found when it is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, RowMapping, Table, Text, and_, or_, select

from custody.acts.entry import instant
from custody.facts.shapes import Shape
from custody.ledger.policies import jurisdictions, shipped_policy
from custody.registers.dockets import CaseDocket
from custody.registers.register import Part, Register, Row, metadata
from custody.rules.clocks.deadline import Deadline, level_of
from custody.rules.clocks.deadlines import deadlines_of
from custody.rules.clocks.text import Colour, DeadlineText

deadline = Table(
    "deadline",
    metadata,
    Column("deadline", Text, primary_key=True),
    Column("owner", Text, nullable=False, comment="the case, whose acts all its deadlines follow from"),
    Column("jurisdiction", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("variant", Text, nullable=False),
    Column("case", Text),
    Column("subject", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("due", Text),
    Column("missing_year", Integer),
    Column("stopped_by", Text),
    Column("stopped_at", Text),
    Column("state", Text, nullable=False),
    Index("deadline_owner", "owner"),
    Index("deadline_state", "state", "due", "deadline"),
    Index("deadline_subject", "subject", "due"),
    sqlite_strict=True,
)

def _case_rows(found: CaseDocket) -> Iterator[Row]:
    for each in deadlines_of(found.docket, found.policy):
        yield _row(each, found)


def _row(each: Deadline, found: CaseDocket) -> Row:
    return {
        "deadline": each.id, "owner": found.docket.case, "jurisdiction": found.policy.jurisdiction,
        "rule": each.rule, "variant": each.variant, "case": each.case, "subject": each.subject,
        "act": each.act, "started_at": instant(each.started_at),
        "due": instant(each.due) if each.due else None, "missing_year": each.missing_year,
        "stopped_by": each.stopped_by, "stopped_at": instant(each.stopped_at) if each.stopped_at else None,
        "state": each.state,
    }  # fmt: skip


def _version() -> int:
    """Rows follow from the rule data too: other terms or another calendar make them anew."""
    ids = "".join(shipped_policy(each).id for each in jurisdictions())
    return int(hashlib.sha256(ids.encode()).hexdigest()[:7], 16)


REGISTER = Register(
    "deadlines",
    _version(),
    (Part(deadline, "docket", "owner", _case_rows),),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for; every field that is given has to fit. Without ``state`` and ``stopped``, what still runs."""

    rule: str | None = None
    case: str | None = None
    subject: str | None = None
    state: str | None = None
    colour: Colour | None = None
    stopped: bool = False


def search(
    connection: Connection, wanted: Wanted, at: datetime, after: str | None, limit: int
) -> list[Shape]:
    """Return deadlines as they stand at an instant, the first due first; ``after`` is the id of the last one seen."""
    query = select(deadline).where(*_conditions(wanted))
    due = deadline.c.due
    if after is not None:
        last = connection.execute(select(deadline.c.due).where(deadline.c.deadline == after)).first()
        beyond = and_(due.is_(None), deadline.c.deadline > after)
        if last is not None and last.due is not None:
            beyond = or_(due > last.due, and_(due == last.due, deadline.c.deadline > after), due.is_(None))
        query = query.where(beyond)
    if wanted.colour is not None:
        query = query.where(due.is_not(None))
    found: list[Shape] = []
    for row in connection.execute(query.order_by(due.is_(None), due, deadline.c.deadline)).mappings():
        shape = _shape(row, at)
        if wanted.colour is None or shape["colour"] == wanted.colour:
            found.append(shape)
            if len(found) == limit:
                break
    return found


def _conditions(wanted: Wanted) -> list[Any]:
    column = deadline.c
    given = [
        (wanted.rule, column.rule), (wanted.case, column.case), (wanted.subject, column.subject),
        (wanted.state, column.state),
    ]  # fmt: skip
    found: list[Any] = [each == value for value, each in given if value is not None]
    if wanted.state is None and not wanted.stopped:
        found.append(column.stopped_by.is_(None))
    return found


def _shape(row: RowMapping, at: datetime) -> Shape:
    text = shipped_policy(row["jurisdiction"]).deadlines[row["rule"]]
    colour, tells = _standing(row, text, at)
    shown = {name: row[name] for name in (
        "rule", "variant", "case", "subject", "act", "started_at", "due", "missing_year", "state", "stopped_by",
        "stopped_at",
    )}  # fmt: skip
    return {
        "deadline": row["deadline"], **shown, "colour": colour, "tells": list(tells), "zh": text.zh, "en": text.en,
        "source": text.source, "verified": text.verified,
    }  # fmt: skip


def _standing(row: RowMapping, text: DeadlineText, at: datetime) -> tuple[Colour | None, tuple[str, ...]]:
    due, stopped_at = (datetime.fromisoformat(row[name]) if row[name] else None for name in ("due", "stopped_at"))
    rung = level_of(text, datetime.fromisoformat(row["started_at"]), due, stopped_at, at)
    return (rung.colour, rung.tells) if rung else (None, ())
