"""A real web server between a client and the server it means: passes everything on, loses it, or changes it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

LOST_BEFORE = "lost before"
LOST_AFTER = "lost after"
Trouble = str | tuple[int, dict[str, str]]
"""The connection is lost before or after the request was passed on; or a status and headers are answered instead."""


@dataclass
class Between:
    """``troubles`` are used up one a request; ``change`` gets path and body of each answer and returns the body."""

    url: str = ""
    troubles: list[Trouble] = field(default_factory=list)
    change: Callable[[str, bytes], bytes] = lambda path, body: body
    cut: int | None = None
    """After how many bytes each stream of the feed is cut off."""
    asked: list[str] = field(default_factory=list)


@contextmanager
def between(server: str) -> Iterator[Between]:
    """Stand before a server for the length of a test."""
    made = Between()

    class Handler(_Handler):
        behind, way = urlsplit(server).netloc, made

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as web:
        web.daemon_threads = True
        made.url = f"http://127.0.0.1:{web.server_address[1]}"
        threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield made
        finally:
            web.shutdown()


class _Handler(BaseHTTPRequestHandler):
    behind: str
    way: Between

    def do_GET(self) -> None:
        self.way.asked.append(f"{self.command} {self.path}")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        trouble = self.way.troubles.pop(0) if self.way.troubles else None
        if isinstance(trouble, tuple):
            self._answer(trouble[0], trouble[1].items())
        elif trouble == LOST_BEFORE:
            self.connection.close()
        else:
            self._pass_on(body, lost=trouble == LOST_AFTER)

    do_POST = do_DELETE = do_GET

    def _pass_on(self, body: bytes, *, lost: bool) -> None:
        with closing(HTTPConnection(self.behind, timeout=30)) as connection, suppress(OSError):
            connection.request(self.command, self.path, body, {**self.headers, "Connection": "close"})
            answer = connection.getresponse()
            if lost:
                answer.read()
                self.connection.close()
                return
            self._answer(answer.status, answer.getheaders())
            if "/feed/stream" in self.path:
                self._stream(answer)
            else:
                self.wfile.write(self.way.change(self.path, answer.read()))

    def _answer(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in ("content-length", "transfer-encoding", "date", "connection"):
                self.send_header(name, value)
        self.end_headers()

    def _stream(self, answer: HTTPResponse) -> None:
        left = self.way.cut
        while (left is None or left > 0) and (data := answer.read1(left if left is not None else 65_536)):
            self.wfile.write(data)
            left = None if left is None else left - len(data)

    def log_message(self, *_: Any) -> None:
        """Nothing."""
