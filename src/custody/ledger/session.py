"""A borrowed connection, spoken to in the driver's own SQL, the same for SQLite and PostgreSQL.

Statements are written with ``?``. Outside `lock` each statement stands alone (autocommit); between `lock` and
`commit` they are one transaction; `swap` is one by itself. On PostgreSQL, statements that
need not wait for each other share a round trip.
"""

# ruff: noqa: S608 - table names come from tables.py, and every value is a parameter

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, suppress
from functools import lru_cache
from types import TracebackType
from typing import Any, Self

import psycopg
from sqlalchemy import Engine, PoolProxiedConnection, Table
from sqlalchemy.dialects.postgresql import dialect as postgresql_dialect

from custody.errors import Damaged
from custody.ledger.drafts import Head, from_microseconds, to_microseconds
from custody.ledger.tables import Log, disclosure

_POSTGRESQL: Any = postgresql_dialect()  # type: ignore[no-untyped-call]
_ERASE = f"DELETE FROM {disclosure} WHERE commitment = ?"

Query = tuple[str, Sequence[Any]]
Rows = list[tuple[Any, ...]]
Inserts = Sequence[tuple[Table, Rows]]


class Session(AbstractContextManager["Session"]):
    """Borrows a connection of ``engine`` on entry; on exit rolls back what was not committed, and returns it."""

    def __init__(self, engine: Engine, log: Log) -> None:
        self._engine = engine
        self._log = log
        self._postgres = engine.dialect.name == "postgresql"
        self._open = False

    def __enter__(self) -> Self:
        self._pooled = self._engine.raw_connection()
        self._driver = _driver_of(self._pooled)
        if self._postgres:
            self._driver.autocommit = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._roll_back()
            if self._postgres:
                self._driver.autocommit = False
        except Exception:  # the connection is beyond use, and the error that led here is on its way already
            with suppress(Exception):
                self._pooled.invalidate()
        finally:
            self._pooled.close()

    def fetch(self, sql: str, *values: Any) -> Rows:
        """The rows of one query."""
        return self.fetch_each([(sql, values)])[0]

    def fetch_each(self, queries: Iterable[Query]) -> list[Rows]:
        """The rows of several queries, asked in one round trip."""
        if not self._postgres:
            return [self._execute(sql, values).fetchall() for sql, values in queries]
        with self._driver.pipeline():
            cursors = [self._execute(sql, values) for sql, values in queries]
        return [cursor.fetchall() for cursor in cursors]

    def among(self, column: str, values: Iterable[Any]) -> Query:
        """The SQL that asks for ``column`` to be one of ``values``, and its parameters."""
        wanted = list(values)
        if self._postgres:
            return f"{column} = ANY(?)", [wanted]
        if all(isinstance(value, bytes) for value in wanted):  # which JSON cannot hold
            return f"{column} IN ({','.join('?' * len(wanted))})", wanted
        return f"{column} IN (SELECT value FROM json_each(?))", [json.dumps(wanted)]

    def head(self) -> Head:
        """The head row as it is."""
        return _head(self.fetch(f"SELECT size, root, recorded_at FROM {self._log.head}"))

    def lock(self, queries: Sequence[Query]) -> tuple[Head, list[Rows]]:
        """Begin a transaction, make every other append wait, and answer ``queries`` as of now."""
        select = f"SELECT size, root, recorded_at FROM {self._log.head}"
        if self._postgres:
            self._open = True
            with self._driver.pipeline():
                self._driver.execute("BEGIN ISOLATION LEVEL READ COMMITTED")  # see what was committed while we waited
                head, *rows = self.fetch_each([(f"{select} FOR UPDATE", ()), *queries])
        else:
            self._driver.cursor().execute("BEGIN IMMEDIATE")
            self._open = True
            head, *rows = self.fetch_each([(select, ()), *queries])
        return _head(head), rows

    def commit(self, inserts: Inserts, seen: Head, head: Head, erased: Sequence[bytes] = ()) -> None:
        """Write rows and the new head over the one that `lock` returned, delete the disclosures of the commitments in
        ``erased``, wake those who listen, and commit."""
        if self._postgres:
            with self._driver.pipeline():
                moved = self._write_at_one_stroke(inserts, seen, head, erased)
                self._execute("COMMIT", ())
            written = bool(moved.fetchall())
        else:
            written = self._write_one_by_one(inserts, seen, head, erased)
            self._execute("COMMIT", ())
        self._open = False
        if not written:
            raise Damaged("damaged/head", "The head row moved under its lock: nothing was written.", log=self._log.name)

    def swap(self, inserts: Inserts, seen: Head, head: Head, erased: Sequence[bytes] = ()) -> bool:
        """Without `lock`: write all that `commit` writes if the head still is as ``seen``, in one transaction.

        False if it is not, or if a row is there already: then nothing was written.
        """
        try:
            if self._postgres:  # a statement by itself is a transaction
                return bool(self._write_at_one_stroke(inserts, seen, head, erased).fetchall())
            self._execute("BEGIN IMMEDIATE", ())
            self._open = True
            if self._write_one_by_one(inserts, seen, head, erased):
                self._execute("COMMIT", ())
                self._open = False
                return True
        except (sqlite3.IntegrityError, psycopg.IntegrityError):
            pass
        self._roll_back()
        return False

    def _write_at_one_stroke(self, inserts: Inserts, seen: Head, head: Head, erased: Sequence[bytes]) -> Any:
        """One statement: one plan, one round trip. It returns a row if the head was as seen."""
        filled = [(table, rows) for table, rows in inserts if rows]
        arrays = [list(column) for _, rows in filled for column in zip(*rows, strict=True)]
        return self._execute(_in_one_statement(tuple(table for table, _ in filled), self._log, bool(erased)), [
            *_values(head), seen.size, seen.root, *arrays, *([list(erased)] if erased else []),
        ])  # fmt: skip

    def _write_one_by_one(self, inserts: Inserts, seen: Head, head: Head, erased: Sequence[bytes]) -> bool:
        """Whether the head was as seen; nothing is written otherwise."""
        if self._execute(_update(self._log), [*_values(head), seen.size, seen.root]).rowcount != 1:
            return False
        for table, rows in inserts:
            if rows:
                self._driver.cursor().executemany(_insert(table), rows)
        if erased:
            self._driver.cursor().executemany(_ERASE, [(each,) for each in erased])
        return True

    def _roll_back(self) -> None:
        if self._open:
            self._driver.execute("ROLLBACK")
            self._open = False

    def _execute(self, sql: str, values: Sequence[Any]) -> Any:
        cursor = self._driver.cursor()
        return cursor.execute(_for_psycopg(sql) if self._postgres else sql, values)


def channel(log: Log) -> str:
    """The PostgreSQL notification channel on which commits to a log are announced."""
    return f"custody_{log.name}"


def _driver_of(pooled: PoolProxiedConnection) -> Any:
    return pooled.driver_connection


def _head(rows: Rows) -> Head:
    if len(rows) != 1:
        raise Damaged("damaged/head", "The log has no head row: nothing can be appended to it or read from it.")
    ((size, root, recorded_at),) = rows
    return Head(size, root, from_microseconds(recorded_at))


@lru_cache(maxsize=512)
def _for_psycopg(sql: str) -> str:
    return sql.replace("?", "%b" if "unnest" in sql else "%s")


def _values(head: Head) -> tuple[int, bytes, int]:
    return head.size, head.root, to_microseconds(head.recorded_at)


@lru_cache(maxsize=8)
def _update(log: Log) -> str:
    """The head moves on only from where it is known to stand."""
    return f"UPDATE {log.head} SET size = ?, root = ?, recorded_at = ? WHERE size = ? AND root = ?"


@lru_cache(maxsize=64)
def _in_one_statement(tables: Sequence[Table], log: Log, erases: bool) -> str:
    """The new head, all inserts and the notification as one PostgreSQL statement; nothing, unless the head moves."""
    steps = "".join(f", step{number} AS ({_insert_arrays(table)})" for number, table in enumerate(tables))
    if erases:
        steps += f", erased AS (DELETE FROM {disclosure} USING moved WHERE commitment IN (SELECT unnest(?::bytea[])))"
    return f"WITH moved AS ({_update(log)} RETURNING 1){steps} SELECT pg_notify('{channel(log)}', '') FROM moved"


@lru_cache(maxsize=32)
def _insert(table: Table) -> str:
    return f"INSERT INTO {_into(table)} VALUES ({','.join('?' * len(table.columns))}) {_on_conflict(table)}"


@lru_cache(maxsize=32)
def _insert_arrays(table: Table) -> str:
    """An insert of any number of rows, an array for each column, if the head moved."""
    arrays = ", ".join(f"?::{column.type.compile(_POSTGRESQL)}[]" for column in table.columns)
    return f"INSERT INTO {_into(table)} SELECT given.* FROM unnest({arrays}) AS given, moved {_on_conflict(table)}"


def _into(table: Table) -> str:
    return f"{table.name} ({', '.join(column.name for column in table.columns)})"


def _on_conflict(table: Table) -> str:
    # One sealed value may be brought by two acts. Everything else is unique, and must fail if it is not.
    return "ON CONFLICT DO NOTHING" if table.name == "disclosure" else ""
