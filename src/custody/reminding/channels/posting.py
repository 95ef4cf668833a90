"""One HTTP POST to an address: no redirect is followed, no proxy is asked."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import Timer
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


def post(
    url: str, body: bytes, headers: dict[str, str], seconds: float, at: Sequence[str] | None = None
) -> Answer:
    """Post and return the answer, whatever its status. Raises NotSent if there was no connection, InDoubt after that.

    ``at`` are the addresses to connect to, instead of those that the name has now. Each connecting may take
    ``seconds``, and everything after it together as long again.
    """
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    with closing(kind(parts.hostname or "", parts.port, timeout=seconds)) as connection, ExitStack() as ending:
        try:
            connection.sock = _connected(connection, at, seconds)
            ending.enter_context(_cut_off_after(seconds, connection.sock))
            if isinstance(connection.sock, ssl.SSLSocket):
                connection.sock.do_handshake()
        except (OSError, ValueError) as error:
            raise NotSent(f"no connection: {type(error).__name__}: {error}"[:300]) from None
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", target, body, headers)
            with connection.getresponse() as answer:
                return Answer(answer.status, _read(answer, seconds))
        except (HTTPException, OSError, ValueError) as error:
            raise InDoubt(f"no answer that can be read: {type(error).__name__}: {error}"[:300]) from None


def _connected(connection: HTTPConnection, at: Sequence[str] | None, seconds: float) -> socket.socket:
    """A socket to the first address that takes it; with TLS before its handshake."""
    failed: OSError = OSError("no address")
    for address in at if at is not None else [connection.host]:
        try:
            connected = socket.create_connection((address, connection.port), timeout=seconds)
        except OSError as error:
            failed = error
            continue
        if not isinstance(connection, HTTPSConnection):
            return connected
        context = ssl.create_default_context()
        return context.wrap_socket(connected, server_hostname=connection.host, do_handshake_on_connect=False)
    raise failed


@contextmanager
def _cut_off_after(seconds: float, connected: socket.socket) -> Iterator[None]:
    """Whoever sends a byte now and then keeps nobody waiting for ever."""

    def cut() -> None:
        with suppress(OSError):
            socket.socket.shutdown(connected, socket.SHUT_RDWR)  # below TLS, in which the other thread may be

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _read(answer: HTTPResponse, seconds: float) -> bytes:
    """The beginning of a body, if it comes in time."""
    until, read = time.monotonic() + seconds, b""
    while len(read) < MOST and (piece := answer.read1(MOST - len(read))):
        read += piece
        if time.monotonic() > until:
            raise TimeoutError("the body takes too long")
    return read
