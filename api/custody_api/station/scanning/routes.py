"""The card of a scanned code, and how this device scans."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from custody_api.station.pages import ThePage
from custody_api.station.scanning.cards import card_of

router = APIRouter(include_in_schema=False)

_LONGEST = 200
"""Characters of a code that anybody scanned or typed; more is cut off and is no label."""

_PATIENCE = 0.05
"""Seconds that a card waits for the registers to show what was recorded just now; then it shows what they have."""


@router.get("/scan")
def scan_typed(page: ThePage, code: Annotated[str, Query(max_length=_LONGEST)] = "") -> Response:
    """What was typed into the line where no script runs."""
    plain = "".join(code.split()).upper()
    return RedirectResponse(f"/scan/{plain}" if plain.isalnum() and plain.isascii() else "/", 303)


@router.get("/scan/{code}")
def read_card(code: str, request: Request, page: ThePage, here: str | None = None) -> Response:
    """What a code is, and the acts that make sense now: a card for the scan line, or a page of its own."""
    page.context.runner.wait(page.context.ledger.recorder.head().size, _PATIENCE)
    card = card_of(page, code[:_LONGEST], here)
    part = "hx-request" in request.headers
    return page.render("scanning/card.html" if part else "scanning/scan.html", card=card, headers={
        "Vary": "Accept-Language, Cookie, HX-Request",
    })  # fmt: skip


@router.get("/settings")
def read_settings(page: ThePage) -> Response:
    """How this device scans, sounds and speaks. The device keeps it; the server never learns of it."""
    return page.render("scanning/settings.html")
