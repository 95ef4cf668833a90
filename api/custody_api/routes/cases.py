"""Cases with their items, and blood kits with their tubes."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from custody.ledger.history import case_at
from custody_api import documented
from custody_api.answers import Paged, one, page
from custody_api.callers import TheRegisters
from custody_api.context import TheLedger
from custody_api.past import AtMoment

router = APIRouter(prefix="/v1", tags=["cases"])


class Wanted(Paged):
    """Which cases."""

    lead: str | None = None


@router.get("/cases", **documented.CASES)
def search_cases(request: Request, wanted: Annotated[Wanted, Query()], registers: TheRegisters) -> Response:
    """Cases ordered by reference."""
    found = registers.cases(lead=wanted.lead, after=wanted.after, limit=wanted.limit + 1)
    return page(request, "cases", found, wanted.limit, lambda each: each["case"])


# A reference may hold a slash, and arrives here decoded: what ends in /items is the list.
@router.get("/cases/{reference:path}/items", **documented.ITEMS)
def read_case_items(
    reference: str, request: Request, wanted: Annotated[Paged, Query()], registers: TheRegisters
) -> Response:
    """The items of a case, ordered by id."""
    found = registers.case_items(_normal(reference), after=wanted.after, limit=wanted.limit + 1)
    return page(request, "items", found, wanted.limit, lambda each: each["item"])


@router.get("/cases/{reference:path}", **documented.CASE)
def read_case(
    reference: str, request: Request, registers: TheRegisters, ledger: TheLedger, moment: AtMoment
) -> Response:
    """A case by its reference, percent-encoded; ``items`` counts what belongs to it."""
    name = _normal(reference)
    now = registers.case(name)  # also where the past is asked for: it is read by who may read it now
    return one(request, case_at(ledger.recorder, name, moment) if moment else now)


@router.get("/kits/{kit}", **documented.KIT)
def read_kit(kit: str, request: Request, registers: TheRegisters) -> Response:
    """A blood kit: its tubes as drawn, and each as it is ``now``."""
    return one(request, registers.kit(kit))


def _normal(reference: str) -> str:
    """References are kept in Unicode NFC; some keyboards and file names write otherwise."""
    return unicodedata.normalize("NFC", reference)
