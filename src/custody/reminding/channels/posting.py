"""One HTTP POST to an address that the operator configured: no redirect is followed, no proxy is asked."""

from __future__ import annotations

import ssl
import time
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

from custody.reminding.channels.answer import InDoubt, NotSent

MOST: Final = 65_536
"""Bytes of an answer that are read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The status and the first bytes of the body."""

    status: int
    body: bytes


def post(url: str, body: bytes, headers: dict[str, str], seconds: float) -> Answer:
    """Post and return the answer, whatever its status. Raises NotSent if there was no connection, InDoubt after that.

    ``seconds`` is how long it waits for the connection, for each piece of the answer, and for the body as a whole.
    """
    parts = urlsplit(url)
    with closing(_connection(parts.scheme, parts.hostname or "", parts.port, seconds)) as connection:
        try:
            connection.connect()
        except (OSError, ValueError) as error:
            raise NotSent(f"no connection: {type(error).__name__}: {error}"[:300]) from None
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", target, body, headers)
            with connection.getresponse() as answer:
                return Answer(answer.status, _read(answer, seconds))
        except (HTTPException, OSError, ValueError) as error:
            raise InDoubt(f"no answer that can be read: {type(error).__name__}: {error}"[:300]) from None


def _connection(scheme: str, host: str, port: int | None, seconds: float) -> HTTPConnection:
    if scheme == "https":
        return HTTPSConnection(host, port, timeout=seconds, context=ssl.create_default_context())
    return HTTPConnection(host, port, timeout=seconds)


def _read(answer: HTTPResponse, seconds: float) -> bytes:
    """The beginning of a body, if it comes in time."""
    until, read = time.monotonic() + seconds, b""
    while len(read) < MOST and (piece := answer.read1(MOST - len(read))):
        read += piece
        if time.monotonic() > until:
            raise TimeoutError("the body takes too long")
    return read
