"""Sending labels to a printer: raw bytes over TCP, which is all that port 9100 knows. Nothing comes back.

That the printer took every byte is what can be known here; that paper came out, whoever stands there sees.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from time import monotonic
from typing import Final

from custody.cli.printers import Printer
from custody.errors import Unavailable

CONNECT_SECONDS: Final = 3.0
SEND_SECONDS: Final = 20.0
"""For each piece of a job: a printer that is out of paper stops reading."""
JOB_SECONDS: Final = 30.0
"""For all pieces of a job: a printer that reads slowly holds a thread of the server no longer."""
CLOSE_SECONDS: Final = 1.0

_PIECE: Final = 64 * 1024

_LOCKS: Final[dict[tuple[str, int], Lock]] = {}
"""One for each address that was printed on; the settings name them, so they are few."""


@contextmanager
def alone(printer: Printer) -> Iterator[None]:
    """Have a printer for one job of this process. Raises Unavailable at once if it has another: nobody waits."""
    lock = _LOCKS.setdefault((printer.host, printer.port), Lock())
    if not lock.acquire(blocking=False):
        raise Unavailable(
            "unavailable/printer-busy", "The printer has another job: nothing of this one was printed.",
            printer=printer.name, retry_after=10,
        )  # fmt: skip
    try:
        yield
    finally:
        lock.release()


def send(
    printer: Printer, data: bytes, *, connect_seconds: float = CONNECT_SECONDS, send_seconds: float = SEND_SECONDS,
    job_seconds: float = JOB_SECONDS,
) -> None:  # fmt: skip
    """Send a job. Raises Unavailable, and says whether anything of it may have been printed."""
    try:
        connection = socket.create_connection((printer.host, printer.port), timeout=connect_seconds)
    except OSError as error:
        raise Unavailable(
            "unavailable/printer", "The printer does not answer: nothing was printed.", printer=printer.name,
            reason=_reason(error), retry_after=10,
        ) from None  # fmt: skip
    try:
        with connection:
            end = monotonic() + job_seconds
            for start in range(0, len(data), _PIECE):
                connection.settimeout(min(send_seconds, _left(end)))
                connection.sendall(data[start : start + _PIECE])
            connection.shutdown(socket.SHUT_WR)
            _let_it_close(connection)
    except TimeoutError:
        raise _stopped(printer, "timeout") from None
    except OSError as error:
        raise _stopped(printer, _reason(error)) from None


def _left(end: float) -> float:
    """The seconds until an end. Raises TimeoutError if it has come."""
    left = end - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _let_it_close(connection: socket.socket) -> None:
    """Wait a moment for the other side: some printers drop what they have not read yet when one leaves first."""
    connection.settimeout(CLOSE_SECONDS)
    with suppress(OSError):
        connection.recv(1)


def _stopped(printer: Printer, reason: str) -> Unavailable:
    return Unavailable(
        "unavailable/printer-stopped", "The printer stopped in the middle: look at what came out, then print the rest.",
        printer=printer.name, reason=reason, retry_after=10,
    )  # fmt: skip


def _reason(error: OSError) -> str:
    return "timeout" if isinstance(error, TimeoutError) else (error.strerror or type(error).__name__)
