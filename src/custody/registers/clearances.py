"""The three clearances (日清、月清、季清) and the figures of a period, from the registers of deadlines and defects.

Daily: what has to reach the store or the account. Monthly: loans, and measures about to end. Quarterly: what was
ordered, announced or kept and is still there. Each is a work list of what runs, not a judgment on anybody.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, distinct, func, select

from custody.acts.entry import instant
from custody.facts.shapes import Shape
from custody.registers.deadlines import Wanted, deadline, search
from custody.registers.defects import defect
from custody.registers.item_tables import item_case as case_lead
from custody.registers.sight import Seen

_ALL: Final = 100_000

DAILY: Final[Mapping[str, str]] = {
    "handovers": "D01", "vehicles": "D14", "blood": "D09", "drugs": "D16", "cash": "D17", "reports": "D29",
    "unregistered": "D30",
}  # fmt: skip
MONTHLY: Final[Mapping[str, str]] = {
    "loans": "D03", "irrelevant": "D04", "seizures": "D06", "registrations": "D07", "freezes": "D08",
    "appraisals": "D18", "complaints": "D28", "unfreezing": "D31",
}  # fmt: skip
QUARTERLY: Final[Mapping[str, str]] = {
    "undisposed": "D21", "unclaimed": "D05", "receipts": "D22", "reserve": "D24", "stock_takes": "D26",
}  # fmt: skip
"""Heading → the deadline whose running ones stand under it."""


CLEARANCES: Final[Mapping[str, tuple[Mapping[str, str], timedelta]]] = {
    "daily": (DAILY, timedelta(days=1)),
    "monthly": (MONTHLY, timedelta(days=31)),
    "quarterly": (QUARTERLY, timedelta(days=92)),
}
"""日清, 月清, 季清: what runs under which headings, and how far ahead one looks."""


def cleared(connection: Connection, name: str, at: datetime, seen: Seen | None = None) -> dict[str, list[Shape]]:
    """What runs under each heading of a clearance and is due by then, or overdue; what nobody can date is always on the
    list."""
    headings, ahead = CLEARANCES[name]
    by = instant(at + ahead)
    return {
        heading: search(connection, Wanted(rule=rule, by=by), at, None, _ALL, seen)
        for heading, rule in headings.items()
    }


def statistics(connection: Connection, since: datetime, until: datetime, agency: str | None = None) -> Shape:
    """The figures of a period: ``{"taken","stored","check_in_rate","late_handovers","overdue_loans","undisposed",
    "open_defects"}``.

    ``taken`` counts what had to be handed over from ``since`` on and before ``until``, ``stored`` what of it was;
    ``check_in_rate`` (入库率) is their ratio with four digits, null if nothing was taken. Late handovers of the period
    count whether they were made late or are overdue; loans, orders and defects are those open at ``until``.
    ``agency`` narrows all of them to the cases that it leads.
    """
    led = _led_by(agency)
    column = deadline.c
    began = [column.rule == "D01", column.started_at >= instant(since), column.started_at < instant(until), *led]
    taken = _count(connection, *began)
    stored = _count(connection, *began, column.stopped_by.is_not(None), column.stopped_at < instant(until))
    late = _count(connection, *began, column.state == "late") + _overdue(connection, "D01", since, until, led)
    return {
        "since": instant(since), "until": instant(until), "taken": taken, "stored": stored,
        "check_in_rate": f"{stored / taken:.4f}" if taken else None, "late_handovers": late,
        "overdue_loans": _overdue(connection, "D03", None, until, led),
        "undisposed": _overdue(connection, "D21", None, until, led), "open_defects": _open_defects(connection, agency),
    }  # fmt: skip


def by_week(
    connection: Connection, weeks: Sequence[datetime], agency: str | None = None
) -> list[dict[str, Any]]:
    """What had to be handed over (D01), by the week in which that began: ``{"since","until","taken","in_time","late",
    "overdue","running"}``. ``weeks`` are the instants at which each begins, and that at which the last one ends."""
    column = deadline.c
    hour, until = func.substr(column.started_at, 1, 13), weeks[-1]
    still = and_(column.stopped_by.is_(None), column.due < instant(until))
    query = select(hour.label("hour"), column.state, still.label("still"), func.count().label("count")).where(
        column.rule == "D01", column.started_at >= instant(weeks[0]), column.started_at < instant(until),
        *_led_by(agency),
    ).group_by(hour, column.state, still)  # fmt: skip
    found: list[dict[str, Any]] = [
        {"since": instant(since), "until": instant(end), "taken": 0, "in_time": 0, "late": 0, "overdue": 0,
         "running": 0}
        for since, end in pairwise(weeks)
    ]  # fmt: skip
    for row in connection.execute(query):
        began = datetime.fromisoformat(f"{row.hour}:00:00+00:00")
        week = found[max(0, bisect_right(weeks, began) - 1)]
        name = {"met": "in_time", "late": "late"}.get(row.state, "overdue" if row.still else "running")
        week[name] += row.count
        week["taken"] += row.count
    return found


def overdue_by_rule(connection: Connection, at: datetime, agency: str | None = None) -> dict[str, int]:
    """How many of each number are overdue at an instant and nothing has stopped."""
    column = deadline.c
    query = select(column.rule, func.count().label("overdue")).where(
        column.stopped_by.is_(None), column.due < instant(at), *_led_by(agency)
    ).group_by(column.rule)  # fmt: skip
    return {row.rule: row.overdue for row in connection.execute(query)}


def open_defects_by_code(connection: Connection, agency: str | None = None) -> dict[tuple[str, str], int]:
    """How many defects of each (severity, code) are open."""
    column = defect.c
    query = select(column.severity, column.code, func.count(distinct(column.defect))).where(column.state == "open")
    if agency is not None:
        query = query.where(column.case.in_(_cases_of(agency)))
    found = connection.execute(query.group_by(column.severity, column.code)).all()
    return {(severity, code): count for severity, code, count in found}


def _led_by(agency: str | None) -> list[ColumnElement[bool]]:
    """What narrows deadlines to the cases that an agency leads."""
    return [] if agency is None else [deadline.c.case.in_(_cases_of(agency))]


def _cases_of(agency: str) -> Select[tuple[str]]:
    return select(case_lead.c.case).where(case_lead.c.lead == agency)


def _open_defects(connection: Connection, agency: str | None) -> int:
    query = select(func.count(distinct(defect.c.defect))).where(defect.c.state == "open")
    if agency is not None:
        query = query.where(defect.c.case.in_(_cases_of(agency)))
    return connection.scalar(query) or 0


def _overdue(
    connection: Connection, rule: str, since: datetime | None, until: datetime, led: Sequence[ColumnElement[bool]]
) -> int:
    """How many of a number are not stopped and were due before an instant."""
    column = deadline.c
    began = [*led, column.started_at >= instant(since)] if since else led
    return _count(connection, column.rule == rule, column.stopped_by.is_(None), column.due < instant(until), *began)


def _count(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).select_from(deadline).where(*conditions)) or 0
