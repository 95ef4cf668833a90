"""Signing in and out, and who one is."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from custody.access.caller import Caller
from custody.acts.entry import instant
from custody.desk import sessions
from custody_api import callers
from custody_api import documented_session as documented
from custody_api.answers import one
from custody_api.bodies import read_statement_body
from custody_api.callers import LASTS, TheCaller, borne_by, cookie_of, origin_of
from custody_api.context import InContext
from custody_api.requests import asked

router = APIRouter(prefix="/v1/session", tags=["session"])

For = Annotated[
    Literal["machine", "page"],
    Query(alias="for", description="machine: the token comes in the body; page: in a cookie that scripts cannot read."),
]


@router.post("", status_code=201, **documented.SIGN_IN)
async def sign_in(request: Request, context: InContext, bearer: For = "machine") -> Response:
    """Begin a session. The body is a statement that the caller built and signed himself, as a DSSE envelope."""
    context.sign_ins.take(request.client.host if request.client else "")
    statement = await read_statement_body(request)
    token, begun = await run_in_threadpool(callers.sign_in, context, statement, origin_of(request))
    caller = await run_in_threadpool(callers.known, context.ledger, begun.person, begun.key)
    asked().person, asked().agency = caller.person, caller.agency
    body = {**_shape(caller), "expires_at": instant(begun.expires_at)}
    if bearer == "machine":
        return JSONResponse({"token": token, **body}, 201, headers={"Cache-Control": "no-store"})
    response = JSONResponse(body, 201, headers={"Cache-Control": "no-store"})
    keep(request, response, token)
    return response


@router.get("", **documented.SESSION)
def who_am_i(request: Request, caller: TheCaller) -> Response:
    """Who is signed in, in which capacities."""
    return one(request, _shape(caller))


@router.delete("", status_code=204, **documented.SIGN_OUT)
async def sign_out(request: Request, context: InContext) -> Response:
    """End the session. Whoever ends none is told the same."""
    borne = borne_by(request, context)
    if borne is not None and borne.token is not None:
        await run_in_threadpool(sessions.end, context.desk, borne.token)
    response = Response(status_code=204)
    secure = request.url.scheme == "https"
    response.delete_cookie(cookie_of(request), path="/", secure=secure, httponly=True, samesite="strict")
    return response


def keep(request: Request, response: Response, token: str) -> None:
    """Have a page's browser keep the token of a session, out of reach of scripts and of other sites."""
    secure, seconds = request.url.scheme == "https", int(LASTS.total_seconds())
    response.set_cookie(
        cookie_of(request), token, max_age=seconds, httponly=True, samesite="strict", secure=secure, path="/"
    )


def _shape(caller: Caller) -> dict[str, Any]:
    return {
        "person": caller.person, "subject": caller.subject, "agency": caller.agency,
        "capacities": sorted(caller.capacities),
    }  # fmt: skip
