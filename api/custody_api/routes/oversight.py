"""What went against a rule, and what an inspector asks for: defects, refusals, what cannot be located, the pack."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from custody.registers.inspection.report import inspected, report_shape
from custody_api import documented
from custody_api.answers import Paged, one, page
from custody_api.context import WAIT_SECONDS, InContext, TheRegisters

router = APIRouter(prefix="/v1", tags=["oversight"])


class WantedDefects(Paged):
    """Which defects."""

    state: Literal["open", "explained", "accepted", "reviewed", "contested"] | None = None
    case: str | None = None


class WantedRefusals(Paged):
    """From which position of the journal on."""

    after: str | None = Field(None, pattern="^[0-9]{1,18}$")


@router.get("/defects", **documented.DEFECTS)
def search_defects(request: Request, wanted: Annotated[WantedDefects, Query()], registers: TheRegisters) -> Response:
    """Defects, each with its items and what became of it."""
    found = registers.defects(state=wanted.state, case=wanted.case, after=wanted.after, limit=wanted.limit + 1)
    return page(request, "defects", found, wanted.limit, lambda each: each["id"])


@router.get("/unlocated", **documented.UNLOCATED)
def read_unlocated(request: Request, registers: TheRegisters) -> Response:
    """What cannot be located: missed by counts or reported missing, until somebody answers for it."""
    return one(request, {"unlocated": registers.unlocated()})


class WantedInspection(BaseModel):
    """The shelf sample: how many beside all of high risk, and the salt of the draw."""

    model_config = ConfigDict(extra="forbid")

    sample: int = Field(30, ge=0, le=10_000)
    salt: str = Field("inspection", min_length=1, max_length=120)
    at_least: int | None = Field(None, ge=0)


@router.get("/inspection", **documented.INSPECTION)
def read_inspection(
    request: Request, context: InContext, registers: TheRegisters, wanted: Annotated[WantedInspection, Query()]
) -> Response:
    """Everything an inspector asks for first, at one position of the log: what `custody inspect` prints."""
    ledger = context.ledger

    def catch_up() -> bool:
        return context.runner.wait(ledger.recorder.head().size, WAIT_SECONDS)

    return one(request, report_shape(inspected(ledger, registers, catch_up, wanted.salt, wanted.sample)))


@router.get("/refusals", **documented.REFUSALS)
def search_refusals(request: Request, wanted: Annotated[WantedRefusals, Query()], registers: TheRegisters) -> Response:
    """Who tried what, and which rule forbade it; oldest first, from the journal."""
    found = registers.refusals(after=int(wanted.after or 0), limit=wanted.limit + 1)
    return page(request, "refusals", found, wanted.limit, lambda each: each["position"])
