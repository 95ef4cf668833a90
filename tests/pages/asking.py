"""What a page asks of the databases: the one counter of all tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from sqlite3 import Connection
from threading import current_thread
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.pool import Pool

from custody_api.requests import request_id

MOST: Final = 15

_NO_QUESTION: Final = ("PRAGMA", "BEGIN", "COMMIT", "ROLLBACK", "--")
"""The setting up of connections, where transactions begin and end, and what SQLite's search index looks up by itself
within one statement."""

_FOR_REQUESTS: Final = ("submit", "batch")
"""Threads that do the work of requests without knowing whose."""


@contextmanager
def asked() -> Iterator[list[str]]:
    """Every statement that SQLite executes meanwhile for a request, in whichever database: through SQLAlchemy or
    straight through the driver, of the ledger, its journal, the registers and the desk, reading or writing.

    SQLite itself tells of each as it begins, so nothing goes past; one that sets off a trigger counts twice. Not
    counted are bounds of transactions, and what threads of the server look for from time to time without a request.
    What the server remembers from one request to the next is not asked: who calls, his agency, the rules in force.
    """
    found: list[str] = []

    def note(statement: str) -> None:
        for_request = request_id() is not None or current_thread().name.startswith(_FOR_REQUESTS)
        if for_request and not statement.startswith(_NO_QUESTION):
            found.append(statement)

    def begin(connection: Any, *_: object) -> None:
        if isinstance(connection, Connection):
            connection.set_trace_callback(note)

    def end(connection: Any, *_: object) -> None:
        if isinstance(connection, Connection):
            connection.set_trace_callback(None)

    event.listen(Pool, "checkout", begin)
    event.listen(Pool, "checkin", end)
    try:
        yield found
    finally:
        event.remove(Pool, "checkout", begin)
        event.remove(Pool, "checkin", end)


def too_many(statements: Sequence[str]) -> str:
    """What is wrong with how much was asked; empty if nothing is."""
    if len(statements) <= MOST:
        return ""
    return f"{len(statements)} statements\n  " + "\n  ".join(" ".join(each.split())[:200] for each in statements)
