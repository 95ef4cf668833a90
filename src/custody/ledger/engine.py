"""Connections to the database, set up for durability, and what its errors mean to a caller."""

from __future__ import annotations

import select
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import sqlalchemy.exc
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

from custody.errors import CustodyError, Damaged, Unavailable

BUSY_SECONDS = 10
RETRY_AFTER_SECONDS = 2
_WIPING_SECONDS = 0.2

_SQLITE_TRY_AGAIN = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}
_SQLITE_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_POSTGRES_DAMAGED = {"XX001", "XX002"}  # data_corrupted, index_corrupted


def open_engine(url: str | URL, *, threads: int = 20) -> Engine:
    """An engine for a SQLite file or a PostgreSQL database, with connections for ``threads`` at a time.

    Raises ValueError for another database, and for SQLite in memory, which no second thread could see.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed, threads)
    if parsed.get_backend_name() == "postgresql":
        return _open_postgresql(parsed, threads)
    raise ValueError(f"custody keeps its ledger in SQLite or PostgreSQL, not {parsed.get_backend_name()}")


def writes(engine: Engine) -> Engine:
    """The same engine, whose transactions take SQLite's write lock at once instead of failing half-way."""
    return engine.execution_options(custody_writes=True)


def wiped(engine: Engine) -> bool:
    """Write SQLite's write-ahead log back into its file and cut it off, so that what was deleted stands in neither.

    False if that has to wait, because somebody still reads an older state; True where there is no such log. What is
    deleted is overwritten in the file itself (``secure_delete``), but the log keeps pages as they were before.
    Sources: sqlite.org/pragma.html#pragma_secure_delete, #pragma_wal_checkpoint.
    """
    if engine.dialect.name != "sqlite":
        return True
    try:
        with closing(sqlite3.connect(engine.url.database or "", timeout=_WIPING_SECONDS)) as connection:
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error:
        return False
    return not busy


@contextmanager
def translated() -> Iterator[None]:
    """Turn a driver's errors into Unavailable or Damaged."""
    try:
        yield
    except sqlalchemy.exc.TimeoutError as error:
        raise _unavailable(error) from error
    except sqlalchemy.exc.DBAPIError as error:
        raise meaning(error.orig or error) from error
    except (sqlite3.Error, psycopg.Error) as error:
        raise meaning(error) from error


def meaning(error: BaseException) -> BaseException:
    """What a driver's error means; the error itself if it can only be our own mistake."""
    if _is_full(error):
        return _full(error)
    if isinstance(error, sqlite3.Error):
        # A mistake of the sqlite3 module's own user ("closed database") carries no code.
        primary = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if primary in _SQLITE_DAMAGED or isinstance(error, sqlite3.IntegrityError):
            return _damaged(error)
        return _unavailable(error) if primary in _SQLITE_TRY_AGAIN else error
    if isinstance(error, psycopg.IntegrityError) or getattr(error, "sqlstate", None) in _POSTGRES_DAMAGED:
        return _damaged(error)
    if isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction)):
        return _unavailable(error)
    return error


def _is_full(error: BaseException) -> bool:
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF == sqlite3.SQLITE_FULL
    return isinstance(error, psycopg.errors.DiskFull)


def _full(error: BaseException) -> CustodyError:
    return Unavailable(
        "unavailable/full",
        "The disk that the database lies on is full: nothing was written. Once there is space, it goes on by itself.",
        retry_after=RETRY_AFTER_SECONDS,
        cause=str(error).strip(),
    )


def _unavailable(error: BaseException) -> CustodyError:
    return Unavailable(
        "unavailable/database",
        "The database is locked or gone: try again.",
        retry_after=RETRY_AFTER_SECONDS,
        cause=str(error).strip(),
    )


def _damaged(error: BaseException) -> CustodyError:
    return Damaged("damaged/database", "The database holds what cannot be there.", cause=str(error).strip())


def _open_sqlite(url: URL, threads: int) -> Engine:
    if url.database in (None, "", ":memory:"):
        raise ValueError("a ledger in memory would be gone with its connection: name a file")
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None, "check_same_thread": False},
        pool_size=threads,
        max_overflow=0,
        pool_use_lifo=True,  # the connection used last has its pages and plans at hand
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _open_postgresql(url: URL, threads: int) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=threads,
        max_overflow=0,
        pool_use_lifo=True,  # the connection used last has its pages and plans at hand
    )
    event.listen(engine, "connect", _prepare_postgresql)
    event.listen(engine, "checkout", _require_silence)
    return engine


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    connection.execute(f"SET lock_timeout = {int(BUSY_SECONDS * 1000)}")
    connection.commit()


def _require_silence(connection: Any, _record: Any, _proxy: Any) -> None:
    """A connection at rest has nothing to say. One that does was dropped (a restart, a fail-over): the pool makes
    another instead of failing an append. It asks the socket, not the server, which would be a round trip each time.
    """
    socket = select.poll()
    try:
        socket.register(connection.fileno(), select.POLLIN)
        dropped = bool(socket.poll(0))
    except psycopg.Error:
        dropped = True
    if dropped:
        raise sqlalchemy.exc.DisconnectionError("the server dropped this connection")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",  # a commit that was answered survives a power cut
        "recursive_triggers = ON",  # else INSERT OR REPLACE deletes rows behind the triggers' back
        "secure_delete = ON",  # an erased disclosure is overwritten, not just unlinked
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # The driver's own transactions are off (isolation_level None): it would begin them late and deferred.
    immediate = connection.get_execution_options().get("custody_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
