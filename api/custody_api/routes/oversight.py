"""What went against a rule: defects that were recorded, and attempts that were refused."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from custody_api import documented
from custody_api.answers import Paged, page
from custody_api.context import TheRegisters

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


@router.get("/refusals", **documented.REFUSALS)
def search_refusals(request: Request, wanted: Annotated[WantedRefusals, Query()], registers: TheRegisters) -> Response:
    """Who tried what, and which rule forbade it; oldest first, from the journal."""
    found = registers.refusals(after=int(wanted.after or 0), limit=wanted.limit + 1)
    return page(request, "refusals", found, wanted.limit, lambda each: each["position"])
