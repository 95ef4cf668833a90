"""Deadlines: what is due when, and what stopped it. Its colour turns on the clock, so it is found when it is read."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    RowMapping,
    Table,
    Text,
    and_,
    exists,
    func,
    or_,
    select,
    true,
)

from custody.acts.entry import instant
from custody.facts.shapes import Shape
from custody.ledger.policies import jurisdictions, policy_by_id, shipped_policies, shipped_policy
from custody.registers.dockets import KeptDocket
from custody.registers.item_tables import item, item_case, item_keeper
from custody.registers.register import Part, Register, Row, metadata, slices
from custody.registers.sight import Seen
from custody.rules.clocks.deadline import Deadline, level_of
from custody.rules.clocks.deadlines import deadlines_of
from custody.rules.clocks.text import Colour, DeadlineText

deadline = Table(
    "deadline",
    metadata,
    Column("deadline", Text, primary_key=True),
    Column("owner", Text, nullable=False, comment="case:… or place:…, whose acts all its deadlines follow from"),
    Column("jurisdiction", Text, nullable=False),
    Column("policy", Text, nullable=False, comment="the rule data by which it runs"),
    Column("rule", Text, nullable=False),
    Column("variant", Text, nullable=False),
    Column("case", Text),
    Column("subject", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("due", Text),
    Column("first_due", Text, comment="before it was extended"),
    Column("extended_by", Text, comment="the act that did"),
    Column("missing_year", Integer),
    Column("stopped_by", Text),
    Column("stopped_at", Text),
    Column("state", Text, nullable=False),
    Index("deadline_owner", "owner"),
    Index("deadline_state", "state", "due", "deadline"),
    Index("deadline_subject", "subject", "due"),
    Index("deadline_due", "due", "deadline"),
    Index("deadline_case", "case", "due", "deadline"),
    Index("deadline_rule", "rule", "started_at", "state", "stopped_at", "stopped_by", "due", "case"),
    sqlite_strict=True,
)

_RUNS: Final = deadline.c.stopped_by.is_(None)
"""Of all there ever were, few still run."""

for _name, _columns in (
    ("deadline_runs", (deadline.c.due, deadline.c.deadline)),
    ("deadline_runs_by_rule", (deadline.c.rule, deadline.c.due, deadline.c.case)),
):
    Index(_name, *_columns, sqlite_where=_RUNS, postgresql_where=_RUNS)


def _rows(found: KeptDocket) -> Iterator[Row]:
    for each in deadlines_of(found.docket, found.law):
        yield _row(each, found)


def _row(each: Deadline, found: KeptDocket) -> Row:
    return {
        "deadline": each.id, "owner": found.owner, "jurisdiction": found.jurisdiction, "policy": each.policy,
        "rule": each.rule, "variant": each.variant, "case": each.case, "subject": each.subject,
        "act": each.act, "started_at": instant(each.started_at),
        "due": instant(each.due) if each.due else None,
        "first_due": instant(each.first_due) if each.first_due else None, "extended_by": each.extended_by,
        "missing_year": each.missing_year,
        "stopped_by": each.stopped_by, "stopped_at": instant(each.stopped_at) if each.stopped_at else None,
        "state": each.state,
    }  # fmt: skip


_ROWS: Final = "4"
"""Another number when clocks or columns change."""


def _version() -> int:
    """Rows follow from the rule data too: other terms or another calendar make them anew."""
    ids = "".join(sorted(policy for each in jurisdictions() for policy in shipped_policies(each).by_id)) + _ROWS
    return int(hashlib.sha256(ids.encode()).hexdigest()[:7], 16)


REGISTER = Register(
    "deadlines",
    _version(),
    (Part(deadline, "docket", "owner", _rows),),
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
    agency: str | None = None
    """The agency that controls or holds the item, leads the case, or keeps the place."""
    before: str | None = None
    """What is due before an instant."""
    by: str | None = None
    """What is due by an instant, or cannot be dated."""


def search(
    connection: Connection, wanted: Wanted, at: datetime, after: str | None, limit: int, seen: Seen | None = None
) -> list[Shape]:
    """Return deadlines as they stand at an instant, the first due first; ``after`` is the id of the last one seen."""
    visible = _seen(seen) if seen is not None else true()
    query = select(deadline).where(*_conditions(wanted), visible)
    due = deadline.c.due
    if after is not None:
        last = connection.execute(select(deadline.c.due).where(deadline.c.deadline == after, visible)).first()
        beyond = and_(due.is_(None), deadline.c.deadline > after)
        if last is not None and last.due is not None:
            beyond = or_(due > last.due, and_(due == last.due, deadline.c.deadline > after), due.is_(None))
        query = query.where(beyond)
    if wanted.colour is not None:
        query = query.where(due.is_not(None))
    found: list[Shape] = []
    for row in connection.execute(query.order_by(due.nulls_last(), deadline.c.deadline)).mappings():
        shape = _shape(row, at)
        if wanted.colour is None or shape["colour"] == wanted.colour:
            found.append(shape)
            if len(found) == limit:
                break
    return found


def of_subjects(connection: Connection, subjects: Collection[str], at: datetime) -> list[Shape]:
    """Deadlines of some subjects that nothing has stopped yet, as they stand at an instant, the first due first."""
    found: list[Shape] = []
    for some in slices(sorted(subjects)):
        query = select(deadline).where(deadline.c.subject.in_(some), _RUNS)
        found += [_shape(row, at) for row in connection.execute(query).mappings()]
    return sorted(found, key=lambda each: (each["due"] is None, each["due"] or "", each["deadline"]))


def _conditions(wanted: Wanted) -> list[Any]:
    column = deadline.c
    given = [
        (wanted.rule, column.rule), (wanted.case, column.case), (wanted.subject, column.subject),
        (wanted.state, column.state),
    ]  # fmt: skip
    found: list[Any] = [each == value for value, each in given if value is not None]
    if wanted.agency is not None:
        found.append(_of_agency(wanted.agency))
    if wanted.before is not None:
        found.append(column.due < wanted.before)
    if wanted.by is not None:
        found.append(or_(column.due <= wanted.by, column.state == "no-calendar"))
    if wanted.state is None and not wanted.stopped:
        found.append(_RUNS)
    return found


def _seen(seen: Seen) -> ColumnElement[bool]:
    """Deadlines of the items, cases and places that are seen."""
    of = _about(seen.item(item.c.item), seen.case(item_case.c.case), seen.place(item_keeper.c.keeper))
    return of | seen.case(deadline.c.case)


def _of_agency(agency: str) -> ColumnElement[bool]:
    """Deadlines of what an agency answers for now."""
    own = or_(item.c.lead == agency, item.c.agency == agency)
    return _about(own, item_case.c.lead == agency, item_keeper.c.agency == agency)


def _about(
    items: ColumnElement[bool], cases: ColumnElement[bool], keepers: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Deadlines whose subject is an item, a case or a place of which something holds."""
    kinds = (("item", item.c.item, items), ("case", item_case.c.case, cases), ("place", item_keeper.c.keeper, keepers))
    subject = deadline.c.subject
    return or_(*(
        subject.startswith(f"{kind}:") & exists().where(name == func.substr(subject, len(kind) + 2), holds)
        for kind, name, holds in kinds
    ))  # fmt: skip


def beside(connection: Connection, shapes: Sequence[Shape]) -> list[Shape]:
    """Show items with their deadlines that nothing has stopped yet, the first due first. Which colour each has turns
    on the clock, and is not said here."""
    found: dict[str, list[Shape]] = {f"item:{each['item']}": [] for each in shapes}
    for some in slices(list(found)):
        query = select(deadline).where(deadline.c.subject.in_(some), _RUNS)
        due = deadline.c.due
        for row in connection.execute(query.order_by(due.nulls_last(), deadline.c.deadline)).mappings():
            text = _text(row)
            shown = {name: row[name] for name in _OF_ITEM}
            found[row["subject"]].append({**shown, "zh": text.zh, "en": text.en})
    return [{**each, "deadlines": found[f"item:{each['item']}"]} for each in shapes]


_OF_ITEM: Final = (
    "deadline", "rule", "variant", "act", "started_at", "due", "first_due", "extended_by", "missing_year", "state",
)  # fmt: skip


def _text(row: RowMapping) -> DeadlineText:
    """What the rule data by which a deadline runs say of it."""
    policy = policy_by_id(row["policy"]) or shipped_policy(row["jurisdiction"])
    return policy.deadlines[row["rule"]]


def _shape(row: RowMapping, at: datetime) -> Shape:
    text = _text(row)
    colour, tells = _standing(row, text, at)
    shown = {name: row[name] for name in (
        "rule", "variant", "case", "subject", "act", "started_at", "due", "missing_year", "state", "stopped_by",
        "stopped_at", "first_due", "extended_by", "policy",
    )}  # fmt: skip
    return {
        "deadline": row["deadline"], **shown, "colour": colour, "tells": list(tells), "zh": text.zh, "en": text.en,
        "source": text.source, "verified": text.verified,
    }  # fmt: skip


def _standing(row: RowMapping, text: DeadlineText, at: datetime) -> tuple[Colour | None, tuple[str, ...]]:
    due, stopped_at = (datetime.fromisoformat(row[name]) if row[name] else None for name in ("due", "stopped_at"))
    rung = level_of(text, datetime.fromisoformat(row["started_at"]), due, stopped_at, at)
    return (rung.colour, rung.tells) if rung else (None, ())
