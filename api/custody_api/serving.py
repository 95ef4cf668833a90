"""``custody serve``: the API, until it is interrupted."""

from __future__ import annotations

import logging
import signal
import socket
import ssl
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import uvicorn

from custody.cli.ledgers import attachments_of, writing
from custody.cli.parser import WrongUse
from custody.cli.settings import Settings, settings_of
from custody.cli.terminal import note, progress, tell
from custody.cli.words import language
from custody.ledger.ledger import Ledger
from custody.registers import Registers
from custody_api import logs
from custody_api.app import create_app
from custody_api.door import wrong_use
from custody_api.operation import operation_of
from custody_api.wording import CATALOGUE, Language, say

log = logging.getLogger("custody.api")

LONGEST_STOP_SECONDS = 30
"""How long requests may take to finish when the server is told to stop."""

DONE = 0
REFUSED = 1
WRONG_USE = 2


class Server(uvicorn.Server):
    """The server. It waits for answers that are on their way, so those that have no end are told to end first."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop."""
        self.config.app.state.context.streams.stop()  # type: ignore[union-attr] # the application that create_app made
        await super().shutdown(sockets)


def run(args: Namespace) -> int:
    """Serve the ledger that the arguments name; return the exit status."""
    settings = settings_of(args)
    try:
        operation = replace(operation_of(settings, args.host), apart=True)
        encrypted = _encrypted(settings)
    except WrongUse as error:
        if error.code not in CATALOGUE:
            raise
        return _wrong_use(error.code, **error.fields)
    logs.begin(settings.log_format)
    try:
        listener = _bound(args.host, args.port)
    except (OSError, OverflowError) as error:
        return _wrong_use("use/port", port=args.port, reason=getattr(error, "strerror", None) or error)
    with listener, _until_terminated(), writing(settings) as ledger:
        host, port = listener.getsockname()[:2]
        here = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        address = settings.public_url or f"{'https' if encrypted else 'http'}://{here}"
        _catch_up(ledger)
        tell(say("serve/address", _language(), address=address))
        sys.stdout.flush()
        config = uvicorn.Config(
            create_app(ledger, attachments_of(settings), operation), log_config=None, access_log=False,
            server_header=False, timeout_graceful_shutdown=LONGEST_STOP_SECONDS, proxy_headers=False,
            ssl_context_factory=(lambda *_: encrypted) if encrypted else None,
        )  # fmt: skip
        server = Server(config)
        server.run([listener])
        return DONE if server.started else REFUSED


def _encrypted(settings: Settings) -> ssl.SSLContext | None:
    """TLS 1.2 or newer, if it ends here. Raises WrongUse if certificate and key cannot be used, or others read it."""
    cert, key = settings.tls_cert, settings.tls_key
    if cert is None or key is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        if key.stat().st_mode & 0o007:
            raise OSError("chmod o= " + str(key))
        context.load_cert_chain(cert, key, password=_asked_for_passphrase)
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
        raise wrong_use("use/tls", cert=str(cert), key=str(key), reason=reason) from None
    return context


def _asked_for_passphrase() -> str:
    raise ValueError("passphrase")  # nobody is there to type it; the file's mode protects it


@contextmanager
def _until_terminated() -> Iterator[None]:
    """SIGTERM leaves the block in order, with status 0: the server has stopped taking requests and answered those it
    had before it passes the signal on to us."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(DONE))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _catch_up(ledger: Ledger) -> None:
    """Bring the registers up to date first, so that nobody is told that what exists is not there."""
    try:
        with closing(Registers(ledger.engine)) as registers, progress(say("serve/registers", _language())) as bar:
            registers.catch_up(bar)
    except Exception as error:
        # Acts can be recorded without registers. The runner tries again, and /readyz says what it fails at.
        note(f"⚠ {say('serve/registers-behind', _language())}")
        log.error("the registers were not brought up to date", exc_info=error)


def _bound(host: str, port: int) -> socket.socket:
    """A socket of our own: what is wrong with the address is said before anything starts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle's algorithm on, and each answer waits 40 ms for an acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if ":" in host:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # else IPv4 peers would have two names
        listener.bind((host, port))
        listener.listen()  # whoever reads the address below may connect at once, and is answered when all is up
    except BaseException:
        listener.close()
        raise
    return listener


def _wrong_use(code: str, **fields: object) -> int:
    note(f"✗ {say(code, _language(), **fields)}")
    return WRONG_USE


def _language() -> Language:
    return "zh" if language() == "zh" else "en"
