"""The morning report (点调会): one page for one minute. Everything on it is a link, and nothing scores a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from custody.acts.entry import instant
from custody.cli.zone import here
from custody.desk import comments
from custody.facts.shapes import Shape
from custody.registers.reading import MOST
from custody.reminding.recommendations import recommendations
from custody_api.context import Context
from custody_api.station.overseeing.admitted import agency_names, agency_of, require_oversight
from custody_api.station.pages import Page, ThePage

router = APIRouter()

SHOWN: Final = 20
"""Lines of each part; the rest is behind its link."""

EXCURSION: Final = "TEMPERATURE_EXCURSION"


@router.get("/morning")
def read_morning(page: ThePage, agency: str | None = None) -> Response:
    """What an agency has to talk about today."""
    require_oversight(page)
    now = page.context.ledger.clock()
    return page.render("overseeing/morning.html", now=now, **told(page, agency_of(page, agency), now))


def told(page: Page, agency: str | None, now: datetime) -> dict[str, Any]:
    """Every part of the report."""
    registers, desk = page.registers, page.context.desk
    tonight = here(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    due = registers.deadlines(at=now, agency=agency, before=tonight, limit=MOST)
    overdue = [each for each in due if each["due"] < instant(now)]
    flaws = registers.defects(state="open", limit=MOST)
    loans = registers.lent(limit=MOST)
    units = by_unit(registers.cases_named({each["case"] for each in overdue if each["case"]}), overdue)
    return {
        "agency": agency, "day": here(now).date(), "shown": SHOWN, "at": instant(now),
        "names": agency_names(page.context.ledger, [*units, *([agency] if agency else [])]),
        "today": [each for each in due if each["due"] >= instant(now)],
        "overdue": overdue, "units": units,
        "defects": [each for each in flaws if each["code"] != EXCURSION],
        "excursions": [each for each in flaws if each["code"] == EXCURSION],
        "loans": loans, "late_loans": sum(each["due"] < instant(now) for each in loans),
        "offers": registers.manifests(waits_for=agency, state=None if agency else "open", at=now, limit=MOST),
        "recommendations": of_agency(recommendations(desk, registers, now), agency),
        "unread": comments.unread(desk, agency) if agency else 0,
        "log": log_of(page.context, now),
    }  # fmt: skip


def by_unit(cases: dict[str, Shape], overdue: Sequence[Shape]) -> dict[str, int]:
    """How many are overdue in the cases that each agency leads, the most first; what belongs to none, last."""
    leads = Counter(cases[each["case"]]["lead"] if each["case"] in cases else "" for each in overdue)
    return dict(sorted(leads.items(), key=lambda each: (not each[0], -each[1], each[0])))


def of_agency(found: Iterable[Shape], agency: str | None) -> list[Shape]:
    """Recommendations that an agency answers for."""
    return [each for each in found if agency is None or each["agency"] == agency]


def log_of(context: Context, now: datetime) -> Shape:
    """How far the log has come, what of it was published, and what a quorum of witnesses has cosigned."""
    ledger = context.ledger
    head = ledger.recorder.head()
    witnesses = context.witnesses.standing() if context.witnesses is not None else None
    return {
        "size": head.size, "recorded_at": head.recorded_at, "published": ledger.publication.size(),
        "witnessed": witnesses and witnesses.size, "witnessed_at": witnesses and witnesses.at,
        "waiting_minutes": round(witnesses.waiting_seconds / 60) if witnesses else 0,
    }  # fmt: skip
