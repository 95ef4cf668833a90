"""The two addresses of a witness (c2sp.org/tlog-witness), behind the same door as the ledger's API."""

from __future__ import annotations

import logging
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from custody.errors import CustodyError, NotFound, TooMany
from custody.tlog.witness import LONGEST
from custody.witnessing.cosigner import Cosigner
from custody_api.door import HERE, Door, Doorway
from custody_api.limits import Limit

A_MINUTE: Final = 600
"""Requests from one address, as for any other that may be asked without signing in."""

_NEVER_KEPT: Final = {"Cache-Control": "no-store"}

log = logging.getLogger("custody.api")


def create_witness(cosigner: Cosigner, doorway: Doorway = HERE, a_minute: int = A_MINUTE) -> Starlette:
    """Make the application; the witness stays its owner's to close."""
    limit = Limit(a_minute, "too-many/writes")

    async def add_checkpoint(request: Request) -> Response:
        try:
            limit.take(request.client.host if request.client else "")
        except TooMany as error:
            return _plain(error.sentence, 429, {"Retry-After": str(error.fields["retry_after"])})
        answer = await run_in_threadpool(cosigner.add, await _body(request))
        # Without the framework's own charset, so that the media type is exactly the specification's.
        return Response(answer.body, answer.status, {**_NEVER_KEPT, "Content-Type": answer.media_type})

    async def read_checkpoint(request: Request) -> Response:
        path = f"{request.path_params['log']}/checkpoint"
        return PlainTextResponse(await run_in_threadpool(cosigner.shown, path), headers={"Cache-Control": "no-cache"})

    async def read_health(request: Request) -> Response:
        return _plain("ok", 200)

    app = Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/healthz", read_health),
            Route("/{log}/checkpoint", read_checkpoint),
        ],
        exception_handlers={CustodyError: _failed, Exception: _surprised, ClientDisconnect: _hung_up},
    )  # fmt: skip
    if doorway.proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(map(str, doorway.proxies)))
    app.add_middleware(Door, doorway=doorway)
    return app


async def _body(request: Request) -> bytes:
    """The body, or one byte more of it than any request may have."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST:
            return body[: LONGEST + 1]
    return body


async def _failed(request: Request, error: Exception) -> Response:
    if isinstance(error, NotFound):
        return _plain(error.sentence, 404)
    log.error("the witness cannot use its state", exc_info=error)
    return _plain("The witness cannot cosign for now.", 503, {"Retry-After": "5"})


async def _surprised(request: Request, error: Exception) -> Response:
    log.error("the witness failed", exc_info=error)
    return _plain("The witness failed.", 500)


async def _hung_up(request: Request, error: Exception) -> Response:
    return _plain("The request broke off.", 400)


def _plain(text: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return PlainTextResponse(f"{text}\n", status, {**_NEVER_KEPT, **(headers or {})})
