"""Where a server listens, with what it encrypts, and how it ends when it is told to."""

from __future__ import annotations

import signal
import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from custody.cli.settings import Settings
from custody_api.door import wrong_use

DONE: Final = 0


def encrypted(settings: Settings) -> ssl.SSLContext | None:
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
def until_terminated() -> Iterator[None]:
    """SIGTERM leaves the block in order, with status 0: the server has stopped taking requests and answered those it
    had before it passes the signal on to us."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(DONE))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def bound(host: str, port: int) -> socket.socket:
    """A socket of our own: what is wrong with the address is said before anything starts. Raises WrongUse."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle's algorithm on, and each answer waits 40 ms for an acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if ":" in host:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # else IPv4 peers would have two names
        listener.bind((host, port))
        listener.listen()  # whoever reads the address below may connect at once, and is answered when all is up
    except BaseException as error:
        listener.close()
        if isinstance(error, OSError | OverflowError):
            reason = getattr(error, "strerror", None) or str(error)
            raise wrong_use("use/port", port=str(port), reason=reason) from None
        raise
    return listener


def address_of(listener: socket.socket, settings: Settings) -> str:
    """Where a server is reached."""
    host, port = listener.getsockname()[:2]
    here = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return settings.public_url or f"{'https' if settings.tls_cert else 'http'}://{here}"
