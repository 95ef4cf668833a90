"""Compression of answers, but not of files: what a range or a hash names are the bytes as they are."""

from __future__ import annotations

from typing import Final

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import Receive, Scope, Send

_FILES: Final = "/v1/attachments/"


class CompressedButFiles(GZipMiddleware):
    """Compresses what callers accept compressed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request."""
        if scope["type"] == "http" and scope["path"].startswith(_FILES):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)
