"""One request to a witness. Nothing that it answers is trusted to be small, quick or well-formed."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from functools import cache
from typing import Final

import httpx

from custody.tlog.witness import LONGEST

WAIT_SECONDS: Final = 10.0
"""How long connecting may take, and each step after; everything together no longer than twice that."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, media type and body."""

    status: int
    media_type: str
    body: bytes


class NoAnswer(Exception):
    """It cannot be reached, or what came is no answer."""


def ask(url: str, body: bytes | None = None) -> Answer:
    """Post a body, or get what is there. No redirect is followed, no proxy asked. Raises NoAnswer."""
    until = time.monotonic() + 2 * WAIT_SECONDS
    headers = {"Accept-Encoding": "identity", "Content-Type": "text/plain; charset=utf-8"}
    if not url.startswith(("http://", "https://")):
        raise NoAnswer("neither http nor https")
    try:
        with (
            httpx.Client(verify=_trust(), timeout=WAIT_SECONDS, trust_env=False) as client,
            client.stream("GET" if body is None else "POST", url, content=body, headers=headers) as answer,
        ):
            read = b""
            for piece in answer.iter_raw():
                read += piece
                if len(read) > LONGEST or time.monotonic() > until:
                    raise NoAnswer("too much, or too slow")
            media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            return Answer(answer.status_code, media_type, read)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise NoAnswer(type(error).__name__) from None


@cache
def _trust() -> ssl.SSLContext:
    """The operating system's authorities, or those that SSL_CERT_FILE names; reading them takes long."""
    return ssl.create_default_context()
