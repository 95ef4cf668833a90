"""One line in the log for each request, and an id by which it is found again.

The id is the caller's ``X-Request-Id`` if it is well-formed, else a new one; every answer bears it, and the journal
keeps it with a refusal. A line has no path, no query, no body and no name: the route's template says what was asked.
"""

from __future__ import annotations

import logging
import re
import time
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("custody.requests")

HEADER: Final = "X-Request-Id"

_WELL_FORMED: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{7,63}")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(slots=True)
class Asked:
    """What may be said of a request: its id, the template of its route, and who called for which agency."""

    id: str
    route: str | None = None
    person: str | None = None
    agency: str | None = None


_asked: ContextVar[Asked | None] = ContextVar("asked", default=None)


def asked() -> Asked:
    """The request in hand."""
    return _asked.get() or Asked("")


def request_id() -> str | None:
    """The id of the request in hand, if there is one."""
    return asked().id or None


async def note_route(request: Request) -> None:
    """Note which route a request came to."""
    asked().route = request.scope["route"].path


class Told:
    """Gives each request its id and, when it is answered, tells the log and whoever counts."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        this = Asked(given if _WELL_FORMED.fullmatch(given) else uuid4().hex)
        _asked.set(this)  # never reset: a request has a task, and so a context, of its own
        status, began = 500, time.perf_counter()

        async def with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = this.id
            await send(message)

        try:
            await self._app(scope, receive, with_id)
        finally:
            _tell(scope, this, status, time.perf_counter() - began)


def method_of(scope: Scope) -> str:
    """The method of a request; of one that no standard names, no more than that."""
    return str(scope["method"]) if scope["method"] in _METHODS else "other"


def _tell(scope: Scope, this: Asked, status: int, seconds: float) -> None:
    method = method_of(scope)
    about: dict[str, Any] = {"method": method, "route": this.route, "status": status, "ms": round(seconds * 1000, 1),
                             "person": this.person, "agency": this.agency}  # fmt: skip
    log.info("request", extra={"about": about})
    context = getattr(scope["app"].state, "context", None)
    if context is not None and context.metrics is not None:
        context.metrics.requested(this.route, method, status, seconds)
