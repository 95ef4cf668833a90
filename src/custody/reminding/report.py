"""The morning report (点调会): what an agency has to talk about today, one list for each agency and day.

It is made once and kept as it was made, so that everybody at the table has the same list.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Final

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from custody.acts.entry import instant
from custody.desk.tables import morning_report
from custody.facts.shapes import Shape

UNDELIVERED: Final = ("dead", "in-doubt", "no-address")


@dataclass(frozen=True, slots=True)
class Told:
    """What a report draws on beside the deadlines: recommendations, what did not arrive, whom nobody answers for."""

    recommendations: Sequence[Shape]
    undelivered: Sequence[Shape]
    nobody: Sequence[Shape]


def report_of(
    agency: str, name: str, day: date, deadlines: Iterable[tuple[Shape, str | None]], told: Told, zone: tzinfo
) -> Shape:
    """Make an agency's list for a day from the deadlines that run, each with the colour it has."""
    sections: dict[str, list[Shape]] = {"red": [], "orange": [], "today": []}
    for each, colour in deadlines:
        if colour in sections:
            sections[colour].append(facts_of(each))
        elif each["due"] and datetime.fromisoformat(each["due"]).astimezone(zone).date() == day:
            sections["today"].append(facts_of(each))
    return {
        "agency": agency, "name": name, "day": day.isoformat(), **sections,
        "recommendations": [
            {field: each[field] for field in ("reference", "case", "state", "reply_by", "late")}
            for each in told.recommendations
        ],
        "undelivered": [
            {field: each[field] for field in ("id", "recipient", "state", "about", "level")}
            for each in told.undelivered
        ],
        "nobody": list(told.nobody),
    }  # fmt: skip


def facts_of(deadline: Shape) -> Shape:
    """What messages and reports say of a deadline."""
    shown = ("rule", "zh", "en", "case", "subject", "due", "source", "verified", "deadline")
    return {name: deadline[name] for name in shown}


def is_empty(report: Shape) -> bool:
    """Whether a list has nothing on it: nobody sits down over it."""
    lists = ("red", "orange", "today", "recommendations", "undelivered", "nobody")
    return not any(report[each] for each in lists)


def keep(connection: Connection, report: Mapping[str, Any], at: datetime) -> Shape:
    """Keep a report, unless the agency has one for the day; returns the one that is kept."""
    made = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {"agency": report["agency"], "day": report["day"], "made_at": instant(at),
           "body": json.dumps(report, ensure_ascii=False)}  # fmt: skip
    connection.execute(made(morning_report).values(row).on_conflict_do_nothing())
    kept = kept_report(connection, report["agency"], report["day"])
    assert kept is not None  # noqa: S101 - it was put there, or was there before
    return kept


def kept_report(connection: Connection, agency: str, day: str) -> Shape | None:
    """The report of an agency and a day, as it was made."""
    column = morning_report.c
    body = connection.scalar(select(column.body).where(column.agency == agency, column.day == day))
    return dict(json.loads(body)) if body else None
