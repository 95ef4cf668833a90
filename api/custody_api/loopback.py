"""Only this machine: which addresses the server binds, and which host names it answers to.

Sessions would travel in the clear. Binding loopback keeps other machines out;
checking the Host header keeps out a page in this machine's browser whose name was made to point here (DNS rebinding).
"""

from __future__ import annotations

import re
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from custody_api.problems import misdirected

ADDRESSES: Final = ("127.0.0.1", "localhost", "::1")

_HOST: Final = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)


class OnlyLoopback:
    """Answers 421 to requests whose Host header names anything but this machine."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is meant for us."""
        if scope["type"] == "http":
            request = Request(scope)
            hosts = request.headers.getlist("host")
            if len(hosts) != 1 or not _HOST.fullmatch(hosts[0].strip()):
                await misdirected(request)(scope, receive, send)
                return
        await self._app(scope, receive, send)
