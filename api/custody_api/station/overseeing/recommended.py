"""Recommendations (执法建议书): what was drafted, issued and answered; the next act of each, to be signed here."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from custody.errors import Malformed, NotAllowed, NotFound
from custody.facts.shapes import Shape
from custody.reminding.recommendations import act_of, find, make_void, recommendations
from custody_api.bodies import read_form
from custody_api.station.overseeing.admitted import agency_of, require_oversight
from custody_api.station.overseeing.morning import of_agency
from custody_api.station.pages import Page, ThePage

router = APIRouter()


@router.get("/recommendations")
def read_recommendations(page: ThePage, agency: str | None = None, closed: bool = False) -> Response:
    """Those of an agency that are open, or all."""
    require_oversight(page)
    of, now = agency_of(page, agency), page.context.ledger.clock()
    found = of_agency(recommendations(page.context.desk, page.registers, now, closed=closed), of)
    return page.render("overseeing/recommendations.html", found=found, closed=closed, agency=of)


@router.get("/recommendations/{reference:path}")
def read_recommendation(page: ThePage, reference: str) -> Response:
    """One of them, with the act that takes it further as a draft for who reviews."""
    found = _found(page, reference)
    open_still = found["state"] in ("drafted", "issued")
    draft = act_of(found, page.caller.person) if open_still and _reviews(page) else None
    return page.render("overseeing/recommendation.html", told=found, draft=draft)


@router.post("/recommendations/{reference:path}/void")
async def void_recommendation(page: ThePage, reference: str, request: Request) -> Response:
    """Give one up that was not issued, for a reason; its number stays used."""
    reason = (await read_form(request)).get("reason", "").strip()
    if not 1 <= len(reason) <= 200:
        raise Malformed("malformed/query", "Say why it is given up.", field="reason", expected="a reason")
    await run_in_threadpool(_void, page, reference, reason)
    return RedirectResponse(f"/recommendations/{quote(reference)}", 303)


def _void(page: Page, reference: str, reason: str) -> None:
    _found(page, reference)
    if not _reviews(page):
        raise NotAllowed("not-allowed/oversight", "Only who reviews, approves, supervises or audits may ask this.")
    make_void(page.context.desk, page.registers, reference, reason, page.context.ledger.clock())


def _found(page: Page, reference: str) -> Shape:
    """A recommendation of the reader's agency, or for an auditor, of any. Raises NotFound for all others."""
    require_oversight(page)
    found = find(page.context.desk, page.registers, reference, page.context.ledger.clock())
    if not of_agency([found], agency_of(page, None)):
        raise NotFound("not-found/recommendation", "There is no recommendation of this number.", asked=reference)
    return found


def _reviews(page: Page) -> bool:
    return "legal-reviewer" in page.caller.capacities and not page.caller.audits
