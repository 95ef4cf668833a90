"""The HTTP API over one ledger, whose documents stand at /openapi.json, and the pages of the station."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from typing import Any, Final

from anyio import to_thread
from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from custody.attachments import Attachments
from custody.errors import CustodyError
from custody.ledger.ledger import Ledger
from custody_api import context, problems
from custody_api.callers import signed_in, writes_within_limit
from custody_api.compressing import CompressedButFiles
from custody_api.documented import PROBLEMS
from custody_api.door import Door
from custody_api.head import HeadAsGet
from custody_api.operation import DEFAULT, Operation
from custody_api.publishing import publish, publish_last
from custody_api.requests import Told, note_route
from custody_api.routes import (
    books,
    bundles,
    cases,
    feed,
    files,
    health,
    issuers,
    items,
    labels,
    log,
    metrics,
    oversight,
    papers,
    parties,
    pending,
    receipts,
    recorded,
    schemas,
    sign_in,
    subscriptions,
    writing,
)
from custody_api.signing_apart import look_after
from custody_api.station.errors import on_page
from custody_api.station.routing import page_routers
from custody_api.tracing import Traced

ROUTERS: Final = (
    writing.router, recorded.router, bundles.router, items.router, cases.router, parties.router, books.router,
    oversight.router, labels.router, papers.router, log.head_router, feed.router, files.router, pending.router,
    subscriptions.router,
)  # fmt: skip
"""For whoever signed in."""

OPEN: Final = (
    schemas.router, receipts.router, health.router, metrics.router, sign_in.router, issuers.router, log.router,
)  # fmt: skip
"""For everybody: what is published anyway, a receipt by its token, whether the server lives, and the way in.

Figures and the log are shown to whom the settings name."""

_SAYS_NOTHING: Final[TelemetryConfig] = {
    "tracing": False, "metrics": False, "logs": False, "auto_configure": False,
}  # fmt: skip
"""The framework's own telemetry, which variables alone would switch on: it sends addresses, queries and exceptions."""

READING_THREADS = 12
"""Requests that read at one time; the ledger's engine has connections for 20."""


def create_app(
    ledger: Ledger, attachments: Attachments | None = None, operation: Operation = DEFAULT
) -> FastAPI:
    """Make the application. It starts and ends the threads it needs; the ledger stays its owner's to close.

    Without a store of attachments none are taken and none given.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = READING_THREADS
        app.state.context = await context.start(ledger, attachments, operation)
        tasks = [asyncio.create_task(look_after(app.state.context)), asyncio.create_task(publish(ledger))]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await publish_last(ledger)
            await context.stop(app.state.context)

    app = FastAPI(
        title="evidence-custody", version=version("evidence-custody"), lifespan=lifespan,
        docs_url=None, redoc_url=None, telemetry=_SAYS_NOTHING, responses=PROBLEMS, dependencies=[Depends(note_route)],
        generate_unique_id_function=lambda route: route.name,
        description="Signed acts in, receipts and proofs out. Errors are problem documents (RFC 9457).",
    )  # fmt: skip
    app.add_middleware(CompressedButFiles, minimum_size=1024)
    if operation.doorway.proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(map(str, operation.doorway.proxies)))
    app.add_middleware(Door, doorway=operation.doorway)
    app.add_middleware(HeadAsGet)
    if operation.traces:
        app.add_middleware(Traced)
    app.add_middleware(Told)
    app.add_exception_handler(CustodyError, on_page(problems.on_custody_error))
    app.add_exception_handler(RequestValidationError, on_page(problems.on_wrong_query))
    app.add_exception_handler(HTTPException, on_page(problems.on_http_error))
    app.add_exception_handler(ClientDisconnect, problems.on_hang_up)
    app.add_exception_handler(Exception, on_page(problems.on_surprise))
    _route(app)
    _describe(app)
    return app


def _route(app: FastAPI) -> None:
    for router in OPEN:
        app.include_router(router)
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(signed_in), Depends(writes_within_limit)])
    for router in page_routers():
        app.include_router(router)


def _describe(app: FastAPI) -> None:
    """Let the description speak of problem documents where the framework would put its own."""
    framework = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = framework()
            components = document.setdefault("components", {}).setdefault("schemas", {})
            components["Problem"] = problems.Problem.model_json_schema()
            for name in ("HTTPValidationError", "ValidationError"):
                components.pop(name, None)
            for path in document["paths"].values():
                for operation in path.values():
                    operation["responses"].pop("422", None)
        assert app.openapi_schema is not None  # noqa: S101 - the framework keeps what it made
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
