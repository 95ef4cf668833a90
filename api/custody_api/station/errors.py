"""Errors of pages: the same problem that the API answers with, told to a person."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from custody.errors import NotSignedIn
from custody_api.problems import language_of
from custody_api.station.pages import Page

Handler = Callable[[Request, Exception], Awaitable[Response]]

_THROUGH_AN_ISSUER: Final = "/v1/session/issuers/"
"""Where browsers go to an issuer's page and come back: what goes wrong on that way is told on a page."""

_FOR_MACHINES: Final = ("/v1/", "/log/", "/static/", "/healthz", "/readyz", "/metrics", "/openapi.json")


def on_page(handler: Handler) -> Handler:
    """The same handler, but who asked for a page gets one, or is asked to sign in and comes back."""

    async def handled(request: Request, error: Exception) -> Response:
        if not _asked_for_a_page(request):
            return await handler(request, error)
        first = isinstance(error, NotSignedIn) and not request.url.path.startswith(_THROUGH_AN_ISSUER)
        if first and "hx-request" not in request.headers:
            return _sign_in_first(request)
        answer = await handler(request, error)
        if first:  # a part of a page: the whole page goes there
            answer.headers["HX-Redirect"] = "/sign-in"
            return answer
        problem = json.loads(bytes(answer.body) or b"{}")
        page = Page(request, request.app.state.context, language_of(request))
        kept = {name: value for name, value in answer.headers.items() if name in ("retry-after", "x-request-id")}
        return page.render("station/problem.html", answer.status_code, kept, problem=problem)

    return handled


def _sign_in_first(request: Request) -> Response:
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    to = f"/sign-in?next={quote(here)}"
    return RedirectResponse(to, 303, headers={"Cache-Control": "no-store"})


def _asked_for_a_page(request: Request) -> bool:
    path = request.url.path
    machines = path.startswith(_FOR_MACHINES) and not path.startswith(_THROUGH_AN_ISSUER)
    if machines or "authorization" in request.headers:
        return False
    return "text/html" in request.headers.get("accept", "") or "hx-request" in request.headers
