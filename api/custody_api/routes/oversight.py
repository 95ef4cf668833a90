"""What is due, what went against a rule, what an inspector asks for: deadlines, defects, refusals, the pack."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from custody.errors import NotAllowed
from custody.registers.inspection.report import inspected, report_shape
from custody.rules.clocks.deadline import State
from custody.rules.clocks.text import Colour
from custody_api import documented_oversight as documented
from custody_api.answers import Exported, FromPosition, Listed, TakenOut, one
from custody_api.calendars import calendar_of
from custody_api.callers import TheCaller, TheRegisters
from custody_api.context import InContext, TheLedger, reaches
from custody_api.lists import TheLists, everything
from custody_api.problems import language_of

router = APIRouter(prefix="/v1", tags=["oversight"])


class WantedDefects(Listed):
    """Which defects."""

    state: Literal["open", "explained", "accepted", "reviewed", "contested"] | None = None
    case: str | None = None


class OfDeadlines(BaseModel):
    """Which deadlines; every field that is given has to fit."""

    agency: str | None = Field(None, description="What an agency controls, holds, leads or keeps.")
    case: str | None = None
    item: str | None = Field(None, description="An id or a label code.")
    rule: str | None = Field(None, pattern="^D[0-9]{2}$", description="The number of a deadline: D09.")
    state: State | None = None
    colour: Colour | None = Field(None, description="As it stands now: what is not due soon has none.")
    stopped: bool = Field(False, description="true: those that were stopped, too.")
    before: AwareDatetime | None = Field(None, description="Due before this moment. RFC 3339.")


class WantedDeadlines(OfDeadlines, Listed):
    """A page of deadlines."""


class WantedCalendar(OfDeadlines, TakenOut):
    """Deadlines for a calendar."""


class WantedViews(FromPosition):
    """From which position of the journal on, and whose."""

    by: str | None = Field(None, max_length=64, description="Who looked.")


@router.get("/defects", **documented.DEFECTS)
def search_defects(lists: TheLists, wanted: Annotated[WantedDefects, Query()], registers: TheRegisters) -> Response:
    """Defects, each with its items and what became of it."""
    given = wanted.filters()
    return lists.answer(
        "defects", wanted, lambda after, limit: registers.defects(**given, after=after, limit=limit), "id"
    )


@router.get("/deadlines", **documented.DEADLINES)
def search_deadlines(
    lists: TheLists, wanted: Annotated[WantedDeadlines, Query()], registers: TheRegisters, ledger: TheLedger
) -> Response:
    """Deadlines as they stand now, the first due first; those that nothing has stopped yet, unless asked otherwise."""
    given = wanted.filters() | {"at": ledger.clock()}
    return lists.answer(
        "deadlines", wanted, lambda after, limit: registers.deadlines(**given, after=after, limit=limit), "deadline"
    )


@router.get("/deadlines.ics", response_class=Response, **documented.CALENDAR)
def read_calendar(
    lists: TheLists, wanted: Annotated[WantedCalendar, Query()], registers: TheRegisters, ledger: TheLedger
) -> Response:
    """Deadlines as a calendar (RFC 5545) with alarms, each under a UID that stays; what nobody can date is counted."""
    now = ledger.clock()
    given = wanted.filters() | {"at": now}
    found = everything(
        lambda after, limit: registers.deadlines(**given, after=after, limit=limit), None, "deadline"
    )  # fmt: skip
    data = calendar_of(found, ledger.origin, language_of(lists.request))
    lists.journaled("deadlines", wanted.why, "ics", rows=len(found))
    return lists.file(data, "text/calendar; charset=utf-8", "deadlines.ics")


class WantedInspection(BaseModel):
    """The shelf sample: how many beside all of high risk, and the salt of the draw."""

    model_config = ConfigDict(extra="forbid")

    sample: int = Field(30, ge=0, le=10_000)
    salt: str = Field("inspection", min_length=1, max_length=120)
    at_least: int | None = Field(None, ge=0)


@router.get("/inspection", **documented.INSPECTION)
def read_inspection(
    request: Request, context: InContext, caller: TheCaller, registers: TheRegisters,
    wanted: Annotated[WantedInspection, Query()],
) -> Response:  # fmt: skip
    """Everything an inspector asks for first, at one position of the log: what `custody inspect` prints."""
    if not caller.audits:
        raise NotAllowed("not-allowed/auditors", "Only auditors of an audit office may ask this.")
    ledger = context.ledger

    def catch_up() -> bool:
        return reaches(context, ledger.recorder.head().size)

    return one(request, report_shape(inspected(ledger, registers, catch_up, wanted.salt, wanted.sample)))


@router.get("/clearances/{name}", **documented.CLEARANCE)
def read_clearance(
    name: str, lists: TheLists, wanted: Annotated[Exported, Query()], registers: TheRegisters, ledger: TheLedger
) -> Response:
    """What is due or overdue, heading by heading: daily (日清), monthly (月清), quarterly (季清)."""
    headings = registers.clearance(name, ledger.clock())
    if form := lists.form(wanted):
        rows = [{"heading": heading, **each} for heading, found in headings.items() for each in found]
        return lists.table("clearance", rows, wanted, form)
    return one(lists.request, {"clearance": name, "headings": headings})


@router.get("/journal/views", **documented.VIEWS)
def search_views(
    lists: TheLists, wanted: Annotated[WantedViews, Query()], caller: TheCaller, registers: TheRegisters
) -> Response:
    """Who was shown which sealed values and who took what out, when and why; oldest first, from the journal."""
    if not caller.audits:
        raise NotAllowed("not-allowed/auditors", "Only auditors of an audit office may ask this.")
    return lists.answer(
        "views", wanted, lambda after, limit: registers.views(by=wanted.by, after=int(after or 0), limit=limit),
        "position",
    )  # fmt: skip


@router.get("/refusals", **documented.REFUSALS)
def search_refusals(
    lists: TheLists, wanted: Annotated[FromPosition, Query()], caller: TheCaller, registers: TheRegisters
) -> Response:
    """Who tried what, and which rule forbade it; oldest first, from the journal."""
    if not caller.oversees:
        raise NotAllowed("not-allowed/oversight", "Only who reviews, approves, supervises or audits may ask this.")
    return lists.answer(
        "refusals", wanted, lambda after, limit: registers.refusals(after=int(after or 0), limit=limit), "position"
    )
