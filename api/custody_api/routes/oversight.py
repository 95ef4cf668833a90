"""What is due, what went against a rule, what an inspector asks for: deadlines, defects, refusals, the pack."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from custody.errors import NotAllowed
from custody.registers.inspection.report import inspected, report_shape
from custody.rules.clocks.deadline import State
from custody.rules.clocks.text import Colour
from custody_api import documented_oversight as documented
from custody_api.answers import FromPosition, Paged, one, page
from custody_api.callers import TheCaller, TheRegisters
from custody_api.context import WAIT_SECONDS, InContext, TheLedger

router = APIRouter(prefix="/v1", tags=["oversight"])


class WantedDefects(Paged):
    """Which defects."""

    state: Literal["open", "explained", "accepted", "reviewed", "contested"] | None = None
    case: str | None = None


class WantedDeadlines(Paged):
    """Which deadlines; every field that is given has to fit."""

    agency: str | None = Field(None, description="What an agency controls, holds, leads or keeps.")
    case: str | None = None
    item: str | None = Field(None, description="An id or a label code.")
    rule: str | None = Field(None, pattern="^D[0-9]{2}$", description="The number of a deadline: D09.")
    state: State | None = None
    colour: Colour | None = Field(None, description="As it stands now: what is not due soon has none.")
    stopped: bool = Field(False, description="true: those that were stopped, too.")


class WantedViews(FromPosition):
    """From which position of the journal on, and whose."""

    by: str | None = Field(None, max_length=64, description="Who looked.")


@router.get("/defects", **documented.DEFECTS)
def search_defects(request: Request, wanted: Annotated[WantedDefects, Query()], registers: TheRegisters) -> Response:
    """Defects, each with its items and what became of it."""
    found = registers.defects(state=wanted.state, case=wanted.case, after=wanted.after, limit=wanted.limit + 1)
    return page(request, "defects", found, wanted.limit, lambda each: each["id"])


@router.get("/deadlines", **documented.DEADLINES)
def search_deadlines(
    request: Request, wanted: Annotated[WantedDeadlines, Query()], registers: TheRegisters, ledger: TheLedger
) -> Response:
    """Deadlines as they stand now, the first due first; those that nothing has stopped yet, unless asked otherwise."""
    given = wanted.model_dump(exclude={"limit", "at_least"})
    found = registers.deadlines(at=ledger.clock(), limit=wanted.limit + 1, **given)
    return page(request, "deadlines", found, wanted.limit, lambda each: each["deadline"])


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
        return context.runner.wait(ledger.recorder.head().size, WAIT_SECONDS)

    return one(request, report_shape(inspected(ledger, registers, catch_up, wanted.salt, wanted.sample)))


@router.get("/clearances/{name}", **documented.CLEARANCE)
def read_clearance(
    name: str, request: Request, registers: TheRegisters, ledger: TheLedger
) -> Response:
    """What is due or overdue, heading by heading: daily (日清), monthly (月清), quarterly (季清)."""
    return one(request, {"clearance": name, "headings": registers.clearance(name, ledger.clock())})


@router.get("/journal/views", **documented.VIEWS)
def search_views(
    request: Request, wanted: Annotated[WantedViews, Query()], caller: TheCaller, registers: TheRegisters
) -> Response:
    """Who was shown which sealed values, of what, when and why; oldest first, from the journal."""
    if not caller.audits:
        raise NotAllowed("not-allowed/auditors", "Only auditors of an audit office may ask this.")
    found = registers.views(by=wanted.by, after=int(wanted.after or 0), limit=wanted.limit + 1)
    return page(request, "views", found, wanted.limit, lambda each: each["position"])


@router.get("/refusals", **documented.REFUSALS)
def search_refusals(
    request: Request, wanted: Annotated[FromPosition, Query()], caller: TheCaller, registers: TheRegisters
) -> Response:
    """Who tried what, and which rule forbade it; oldest first, from the journal."""
    if not caller.oversees:
        raise NotAllowed("not-allowed/oversight", "Only who reviews, approves, supervises or audits may ask this.")
    found = registers.refusals(after=int(wanted.after or 0), limit=wanted.limit + 1)
    return page(request, "refusals", found, wanted.limit, lambda each: each["position"])
