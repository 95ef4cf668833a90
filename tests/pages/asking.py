"""What a page asks of the databases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import current_thread

from sqlalchemy import Engine, event

from custody.ledger.session import Query, Rows, Session

MOST = 15

_GOING_ON = ("PRAGMA", "BEGIN", "SELECT pending.", "SELECT size, note FROM publication", "UPDATE pending")
"""What no page asks: the setting up of connections, and what the server's threads look for from time to time."""


@contextmanager
def asked() -> Iterator[list[str]]:
    """Every statement that this process sends meanwhile, through the engines or, as the log does, to the driver."""
    found: list[str] = []

    def add(statements: Iterable[str]) -> None:
        if current_thread().name.startswith("AnyIO worker"):  # which answer requests
            found.extend(each for each in statements if not each.startswith(_GOING_ON))

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        add([statement])

    plain = Session.fetch_each

    def noted(session: Session, queries: Iterable[Query]) -> list[Rows]:
        listed = list(queries)
        add(sql for sql, _ in listed)
        return plain(session, listed)

    event.listen(Engine, "before_cursor_execute", note)
    Session.fetch_each = noted  # type: ignore[method-assign]
    try:
        yield found
    finally:
        Session.fetch_each = plain  # type: ignore[method-assign]
        event.remove(Engine, "before_cursor_execute", note)
