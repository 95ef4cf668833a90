"""Signing in at the page of an issuer: the way there and the way back."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from html import escape
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from custody.errors import Malformed, NotFound, NotSignedIn
from custody_api import callers
from custody_api import documented_session as documented
from custody_api.answers import one
from custody_api.callers import origin_of
from custody_api.context import Context, InContext
from custody_api.problems import language_of
from custody_api.requests import asked
from custody_api.routes.sign_in import keep
from custody_api.wording import TAGS, say

if TYPE_CHECKING:
    from custody.vouching.code_flow import Visit
    from custody.vouching.tokens import Known

router = APIRouter(prefix="/v1/session/issuers", tags=["session"])

VISIT_SECONDS: Final = 600
"""How long somebody may take at the issuer's page."""

_NEVER_KEPT: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_PAGE: Final = """<!doctype html>
<html lang="{lang}"><meta charset="utf-8"><meta http-equiv="refresh" content="0;url={onward}">
<title>{said}</title><p><a href="{onward}">{said}</a></p></html>
"""


@router.get("", **documented.ISSUERS)
def read_issuers(request: Request, context: InContext) -> Response:
    """The issuers at whose pages one can sign in."""
    named = context.operation.vouching.issuers.items()
    pages = [
        {"issuer": name, "title": each.title or name, "start": f"{router.prefix}/{name}/start"}
        for name, each in named
        if each.client_id is not None
    ]
    return one(request, {"issuers": pages})


@router.get("/{issuer}/start", status_code=303, **documented.START)
async def go_there(
    issuer: str,
    request: Request,
    context: InContext,
    onward: Annotated[str, Query(alias="next", description="The path of this site to go on at afterwards.")] = "/",
) -> Response:
    """Send the browser to an issuer's page."""
    from custody.vouching import code_flow  # its libraries: for whoever has issuers

    context.sign_ins.take(request.client.host if request.client else "")
    known = _named(context, issuer)
    if not code_flow.stays_here(onward):
        raise Malformed("malformed/query", "The query parameter next is wrong.", field="next", expected="/…", got="")
    visit = code_flow.Visit(code_flow.new_secret(), onward, _back(request, issuer))
    address = await run_in_threadpool(code_flow.way_there, known, visit)
    response = RedirectResponse(address, 303, headers=_NEVER_KEPT)
    kept = f"{visit.secret}.{urlsafe_b64encode(onward.encode()).decode()}"
    secure = request.url.scheme == "https"
    # Lax: the issuer's page sends the browser back here, and only then has the cookie to come along.
    response.set_cookie(
        _cookie(request), kept, max_age=VISIT_SECONDS, httponly=True, samesite="lax", secure=secure, path="/"
    )
    return response


@router.get("/{issuer}/callback", response_class=HTMLResponse, **documented.CALLBACK)
async def come_back(issuer: str, request: Request, context: InContext) -> Response:
    """Begin the session of whoever the issuer's page sends back."""
    from custody.vouching import code_flow

    context.sign_ins.take(request.client.host if request.client else "")
    known, visit = _named(context, issuer), _visit(request, issuer)
    if len(request.query_params.multi_items()) != len(request.query_params):
        raise Malformed("malformed/query", "A query parameter stands twice.", field="", expected="one each", got="")
    answer = dict(request.query_params)
    whom = await run_in_threadpool(code_flow.way_back, known, visit, answer, context.ledger.clock())
    caller = await run_in_threadpool(callers.vouched, context.ledger, whom)
    asked().person, asked().agency = caller.person, caller.agency
    token, _ = await run_in_threadpool(callers.begin, context.desk, caller.person, None, context.ledger)
    response = _going_on(request, visit.onward)
    keep(request, response, token)
    response.delete_cookie(_cookie(request), path="/", secure=request.url.scheme == "https", httponly=True)
    return response


def _going_on(request: Request, onward: str) -> Response:
    """A page of ours that goes on by itself. A redirect would belong to the issuer's page, from which browsers send no
    cookie that is for this site alone."""
    language = language_of(request)
    page = _PAGE.format(lang=TAGS[language], onward=escape(onward), said=escape(say("sign-in/done", language)))
    headers = {**_NEVER_KEPT, "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
    return HTMLResponse(page, headers=headers)


def _named(context: Context, issuer: str) -> Known:
    known = context.issuers.named.get(issuer) if context.issuers else None
    if known is None or known.configured.client_id is None:
        raise NotFound("not-found/issuer", "There is no such issuer.")
    return known


def _visit(request: Request, issuer: str) -> Visit:
    """The visit that this browser is on. Raises NotSignedIn if it is on none."""
    from custody.vouching.code_flow import Visit, stays_here

    secret, _, kept = request.cookies.get(_cookie(request), "").partition(".")
    try:
        onward = urlsafe_b64decode(kept).decode()
    except (NotBase64, ValueError):
        onward = ""
    if len(secret) < 32 or not stays_here(onward):
        raise NotSignedIn("not-signed-in/not-asked-for", "Nobody here asked for this sign-in: begin it again.")
    return Visit(secret, onward, _back(request, issuer))


def _back(request: Request, issuer: str) -> str:
    return f"{origin_of(request)}{router.prefix}/{issuer}/callback"


def _cookie(request: Request) -> str:
    return "__Host-custody-visit" if request.url.scheme == "https" else "custody-visit"
