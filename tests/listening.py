"""Real servers on the loopback address for tests of channels: they keep what they were sent, and answer as told."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any


@dataclass
class Posted:
    """One request that a web server was sent."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Web:
    """A web server. ``answers`` are used up one a request, then everything is accepted; ``raw`` bytes end at once."""

    url: str = ""
    posted: list[Posted] = field(default_factory=list)
    answers: list[tuple[int, bytes] | bytes | None] = field(default_factory=list)
    """Status and body; bytes that are sent as they are; None: no answer at all."""
    usual: tuple[int, bytes] = (204, b"")


@contextmanager
def web_server() -> Iterator[Web]:
    """A web server for the length of a test."""
    web = Web()
    silent = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            web.posted.append(Posted(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            answer = web.answers.pop(0) if web.answers else web.usual
            if answer is None:
                silent.wait(5)
            elif isinstance(answer, bytes):
                self.wfile.write(answer)
                self.close_connection = True
            else:
                self.send_response(answer[0])
                self.send_header("Content-Length", str(len(answer[1])))
                self.send_header("Location", f"{web.url}/elsewhere")
                self.end_headers()
                self.wfile.write(answer[1])

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        web.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield web
        finally:
            silent.set()
            server.shutdown()


@dataclass
class Post:
    """A mail server. ``says`` overrides the answer to a verb (``RCPT``, ``DATA``, ``message``); None: no answer."""

    port: int = 0
    mails: list[tuple[str, str, bytes]] = field(default_factory=list)
    says: dict[str, bytes | None] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    offers_tls: bool = False


@contextmanager
def mail_server(certificate: tuple[Path, Path] | None = None, *, from_the_start: bool = False) -> Iterator[Post]:
    """A mail server for the length of a test: in the clear, with STARTTLS, or with TLS ``from_the_start``."""
    post = Post(offers_tls=certificate is not None and not from_the_start)
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
    silent = threading.Event()

    class Handler(StreamRequestHandler):
        def setup(self) -> None:
            if context is not None and from_the_start:
                self.request = context.wrap_socket(self.request, server_side=True)
            super().setup()

        def handle(self) -> None:
            with suppress(OSError, ssl.SSLError):
                _Conversation(self, post, context, silent).hold()

    class Server(ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

        def handle_error(self, *_: Any) -> None:
            """A client that does not trust our certificate hangs up: that is what is tested."""

    with Server(("127.0.0.1", 0), Handler) as server:
        post.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield post
        finally:
            silent.set()
            server.shutdown()


class _Conversation:
    """One session of SMTP."""

    def __init__(
        self, handler: StreamRequestHandler, post: Post, context: ssl.SSLContext | None, silent: threading.Event
    ) -> None:
        self.handler, self.post, self.context, self.silent = handler, post, context, silent
        self.read: Callable[[], bytes] = handler.rfile.readline
        self.socket: socket.socket = handler.request
        self.sender = self.recipient = ""

    def say(self, verb: str, usual: bytes) -> bool:
        answer = self.post.says.get(verb, usual)
        if answer is None:
            self.silent.wait(5)
            return False
        self.socket.sendall(answer + b"\r\n")
        return True

    def hold(self) -> None:
        self.say("greeting", b"220 mail.example.test ESMTP")
        while line := self.read():
            verb, _, rest = line.decode().strip().partition(" ")
            verb = verb.upper()
            self.post.heard.append(verb)
            if verb == "QUIT":
                self.say("QUIT", b"221 bye")
                return
            if verb == "STARTTLS" and self.context is not None:
                self.say("STARTTLS", b"220 go ahead")
                self.socket = self.context.wrap_socket(self.socket, server_side=True)
                self.read = self.socket.makefile("rb").readline
            elif verb == "DATA":
                self._data()
            else:
                self._answer(verb, rest)

    def _answer(self, verb: str, rest: str) -> None:
        if verb == "EHLO":
            extensions = [b"STARTTLS"] * (self.post.offers_tls and self.socket is self.handler.request)
            offered = [b"mail.example.test", *extensions, b"AUTH PLAIN"]
            lines = [b"250-" + each for each in offered[:-1]] + [b"250 " + offered[-1]]
            self.say(verb, b"\r\n".join(lines))
        elif verb == "AUTH":
            self.post.heard.append(rest)
            self.say(verb, b"235 ok")
        else:
            self.sender = rest if verb == "MAIL" else self.sender
            self.recipient = rest if verb == "RCPT" else self.recipient
            self.say(verb, b"250 ok")

    def _data(self) -> None:
        answer = self.post.says.get("DATA", b"354")
        if not self.say("DATA", b"354 go ahead") or answer is None or not answer.startswith(b"354"):
            return
        lines = []
        while (line := self.read()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        answer = self.post.says.get("message", b"250")
        if answer is None or not answer.startswith((b"4", b"5")):
            self.post.mails.append((self.sender, self.recipient, b"".join(lines)))
        self.say("message", b"250 taken")


def certificate_for_loopback(folder: Path) -> tuple[Path, Path]:
    """A fresh self-signed certificate for 127.0.0.1, and its key."""
    certificate, key = folder / "server.pem", folder / "server.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
         "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key
