"""The pages of signing in, of one's keys, and of what waits for one's signature; what signs is their scripts."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import APIRouter
from starlette.responses import HTMLResponse, JSONResponse, Response

from custody.acts import ACT_TYPES
from custody.acts.claim import Claim
from custody.acts.parts import PARTS
from custody.errors import NotFound
from custody_api.callers import TheCaller
from custody_api.context import TheLedger
from custody_api.station.pages import OpenPage, ThePage, own_path
from custody_api.station.telling import act_name
from custody_api.wording import TAGS, Language
from custody_scanners.symbols import qr_text

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
def sign_in(page: OpenPage, next: str = "/") -> HTMLResponse:
    """Sign in with a key of this device, a passkey, a key file, or at an issuer's page; then go on to ``next``."""
    return page.render("signing/sign-in.html", onward=own_path(next))


@router.get("/keys")
def read_keys(page: ThePage) -> HTMLResponse:
    """One's keys, those that this device holds, and the enrolment of a new one."""
    return page.render("signing/keys.html")


@router.get("/waiting")
def read_waiting(page: ThePage) -> HTMLResponse:
    """What waits for one's signature."""
    return page.render("signing/waiting.html")


@router.get("/signing/parts/{lang}")
def read_parts(lang: str) -> JSONResponse:
    """What every act and each part in it is called. Raises NotFound."""
    if lang not in TAGS:
        raise NotFound("not-found/route", "There is nothing at this address.")
    return JSONResponse(parts_in("zh" if lang == "zh" else "en"), headers={"Cache-Control": "public, max-age=3600"})


@router.get("/signing/log-keys")
def read_log_keys(caller: TheCaller, ledger: TheLedger) -> JSONResponse:
    """The verifier keys of the log, for whoever checks a receipt."""
    return JSONResponse({"keys": sorted(ledger.log_keys())}, headers={"Cache-Control": "no-cache"})


@router.get("/signing/claim.svg")
def draw_claim(text: str, caller: TheCaller) -> Response:
    """The QR code of a claim about the log, ``CL1 …``. Raises Malformed."""
    drawing = drawn(str(Claim.parse(text)))
    return Response(drawing, media_type="image/svg+xml", headers={"X-Content-Type-Options": "nosniff"})


@cache
def parts_in(lang: Language) -> dict[str, Any]:
    """Type of act → its name and its parts, each with a name and whether somebody without a key may stand in it."""
    return {
        kind: {
            "name": act_name(lang, kind),
            "parts": {
                name: {"name": part.zh if lang == "zh" else part.en, "paper": part.paper}
                for name, part in PARTS.get(kind, {}).items()
            },
        }
        for kind in ACT_TYPES
    }


def drawn(text: str) -> str:
    """A text as a QR code in SVG: one path over a white ground."""
    symbol = qr_text(text)
    size, quiet = len(symbol.rows) + 2 * symbol.quiet, symbol.quiet
    dark = "".join(f"M{quiet + x} {quiet + y}h{length}v1h-{length}z" for x, y, length in symbol.runs())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path d="{dark}"/></svg>'
    )
