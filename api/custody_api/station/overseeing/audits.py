"""Verifying the whole ledger from a page: begun, watched, cancelled; kept with what it found."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from custody.desk import verifications
from custody_api.station.overseeing.admitted import require_audit
from custody_api.station.pages import ThePage

router = APIRouter()

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/audit")
def read_audits(page: ThePage) -> Response:
    """Where an audit begins: verifications that were run, and the ways to look closer."""
    require_audit(page)
    found = verifications.search(page.context.desk, 20)
    running = any(each["state"] == "running" for each in found)
    size = page.context.ledger.recorder.head().size
    return page.render("overseeing/audit.html", found=found, running=running, size=size)


@router.post("/audit/runs")
def begin_audit(page: ThePage) -> Response:
    """Begin a verification. Raises Conflict while one runs."""
    require_audit(page)
    number = page.context.auditing.begin(page.caller.person)
    return RedirectResponse(f"/audit/runs/{number}", 303)


@router.get("/audit/runs/{number}")
def read_audit(page: ThePage, number: Number, request: Request) -> Response:
    """How far one is, and what it found; to htmx, that part alone, which asks again while it runs."""
    require_audit(page)
    found = verifications.find(page.context.desk, number)
    part = "hx-request" in request.headers
    return page.render(f"overseeing/{'run' if part else 'audit-run'}.html", told=found)


@router.post("/audit/runs/{number}/cancel")
def cancel_audit(page: ThePage, number: Number) -> Response:
    """Have one end."""
    require_audit(page)
    verifications.find(page.context.desk, number)
    page.context.auditing.cancel(number, page.caller.person)
    return RedirectResponse(f"/audit/runs/{number}", 303)
