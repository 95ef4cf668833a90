"""HEAD: what GET would answer, without the body (RFC 9110 section 9.3.2)."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ASKED_AS: Final = "custody.asked-as"
"""In the scope of a HEAD, which the routes take for a GET."""


def keeps_body_back(request: Request) -> bool:
    """Whether nothing but headers is answered: then nothing is read for it, and nobody takes anything out."""
    return bool(request.scope.get(_ASKED_AS) == "HEAD")


class HeadAsGet:
    """Passes HEAD on as GET and keeps the body back: every route that is read can be asked for its headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            # Complete with its headers: a stream that has no end hears that nobody reads it, and ends.
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b""})

        await self._app({**scope, "method": "GET", _ASKED_AS: "HEAD"}, receive, without_body)
