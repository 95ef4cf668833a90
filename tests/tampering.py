"""What somebody with the database file can do to it: every table, every column, by rule and not by choice.

Triggers are taken away first and put back afterwards, as an attacker would.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import CheckConstraint, Column, Table

Change = Callable[[sqlite3.Connection, Table], bool]
"""Does something to a table; False if there is nothing it could be done to."""


@dataclass(frozen=True)
class Files:
    """A sound database, and one that was copied from it some acts ago."""

    now: Path
    before: Path

    def tampered(self, to: Path, table: Table, change: Change) -> bool:
        """A copy in which a table was changed; False if it could not be."""
        shutil.copy(self.now, to)
        with closing(sqlite3.connect(to)) as database:
            database.execute("PRAGMA synchronous = OFF")
            database.execute("ATTACH ? AS before", (str(self.before),))
            with unguarded(database):
                return change(database, table)


@contextmanager
def unguarded(database: sqlite3.Connection) -> Iterator[None]:
    """Take the triggers of a database away, and put them back."""
    sql = "SELECT name, sql FROM main.sqlite_master WHERE type = 'trigger'"
    triggers = database.execute(sql).fetchall()
    for name, _ in triggers:
        database.execute(f"DROP TRIGGER {name}")
    yield
    for _, statement in triggers:
        database.execute(statement)
    database.commit()


def changes_of(table: Table) -> Iterator[tuple[str, Change]]:
    """Everything that is tried on a table, with what it is called.

    A head is one row by its constraint, and what is one row, or keeps no rows but what it had, leaves less to try.
    """
    one_row = any(isinstance(each, CheckConstraint) for each in table.constraints)
    for column in table.columns:
        if not (one_row and column.primary_key):
            yield f"{column.name} changed", _flip(column.name)
    for at in ("first",) if one_row else ("first", "middle", "last"):
        yield f"the {at} row deleted", _delete(at)
    if not one_row:
        yield "a row inserted", insert
        yield "two rows swapped", swap
        yield "truncated", truncate
    yield "an older copy restored", restore


def _flip(column: str) -> Change:
    def change(database: sqlite3.Connection, table: Table) -> bool:
        key, row = _row(database, table, "middle")
        if row is None:
            return False
        there = row[[each.name for each in table.columns].index(column)]
        for other in flipped(there):
            try:
                database.execute(f'UPDATE main.{table} SET "{column}" = ? WHERE {_where(table)}', (other, *key))
            except sqlite3.IntegrityError:  # another row has it, or the table cannot hold it
                continue
            return True
        return False

    return change


def _delete(at: str) -> Change:
    def change(database: sqlite3.Connection, table: Table) -> bool:
        key, row = _row(database, table, at)
        if row is not None:
            database.execute(f"DELETE FROM main.{table} WHERE {_where(table)}", key)
        return row is not None

    return change


def insert(database: sqlite3.Connection, table: Table) -> bool:
    """One row more: like the middle one under another key, or made up where there is none."""
    _, row = _row(database, table, "middle")
    names = [column.name for column in table.columns]
    values = list(row) if row is not None else [_made_up(column) for column in table.columns]
    unique = {column.name for column in table.primary_key.columns}
    unique |= {column.name for index in table.indexes if index.unique for column in index.columns}
    for number in range(1, 2_000):
        other = [_moved(value, number) if name in unique else value for name, value in zip(names, values, strict=True)]
        try:
            database.execute(f"INSERT INTO main.{table} VALUES ({', '.join('?' for _ in names)})", other)
        except sqlite3.IntegrityError:
            continue
        return True
    return False


def swap(database: sqlite3.Connection, table: Table) -> bool:
    """The first and the last row change what they hold, under their keys."""
    (one_key, one), (other_key, other) = _row(database, table, "first"), _row(database, table, "last")
    keys = [column.name for column in table.primary_key.columns]
    held = [column.name for column in table.columns if column.name not in keys]
    if one is None or other is None or not held:
        return False
    at = [[column.name for column in table.columns].index(name) for name in held]
    if [one[each] for each in at] == [other[each] for each in at]:
        return False
    sets = ", ".join(f'"{name}" = ?' for name in held)
    unique = any(index.unique for index in table.indexes)
    if unique:
        database.execute(f"DELETE FROM main.{table} WHERE {_where(table)}", one_key)
        database.execute(f"UPDATE main.{table} SET {sets} WHERE {_where(table)}", (*[one[i] for i in at], *other_key))
        mixed = [other[i] if i in at else one[i] for i in range(len(one))]
        database.execute(f"INSERT INTO main.{table} VALUES ({', '.join('?' for _ in mixed)})", mixed)
        return True
    for key, row in ((one_key, other), (other_key, one)):
        database.execute(f"UPDATE main.{table} SET {sets} WHERE {_where(table)}", (*[row[each] for each in at], *key))
    return True


def truncate(database: sqlite3.Connection, table: Table) -> bool:
    """All rows deleted."""
    return database.execute(f"DELETE FROM main.{table}").rowcount > 0


def restore(database: sqlite3.Connection, table: Table) -> bool:
    """The rows that an older copy has, and no others."""
    now, before = (database.execute(f"SELECT * FROM {each}.{table}").fetchall() for each in ("main", "before"))
    if sorted(map(repr, now)) == sorted(map(repr, before)):
        return False
    database.execute(f"DELETE FROM main.{table}")
    database.execute(f"INSERT INTO main.{table} SELECT * FROM before.{table}")
    return True


def flipped(value: Any) -> Iterator[Any]:
    """Values that differ from one by little."""
    if isinstance(value, int):
        yield from (value ^ 1, value + 1, value + 100_000)
    elif value is None:
        yield from (0, "x")
    elif isinstance(value, float):
        yield value + 1
    elif isinstance(value, bytes):
        middle = len(value) // 2
        yield value[:middle] + bytes([value[middle] ^ 1]) + value[middle + 1 :] if value else b"x"
    else:
        middle = len(value) // 2
        yield value[:middle] + ("b" if value[middle : middle + 1] == "a" else "a") + value[middle + 1 :]


def _row(database: sqlite3.Connection, table: Table, at: str) -> tuple[list[Any], Sequence[Any] | None]:
    rows = database.execute(f"SELECT * FROM main.{table} ORDER BY {_keys(table)}").fetchall()
    if not rows:
        return [], None
    row = rows[{"first": 0, "middle": len(rows) // 2, "last": -1}[at]]
    names = [column.name for column in table.columns]
    return [row[names.index(column.name)] for column in _key_columns(table)], row


def _keys(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in _key_columns(table))


def _where(table: Table) -> str:
    return " AND ".join(f'"{column.name}" IS ?' for column in _key_columns(table))


def _key_columns(table: Table) -> list[Column[Any]]:
    """What a row is known by; where it has no key, all of it."""
    return list(table.primary_key.columns) or list(table.columns)


def _moved(value: Any, number: int) -> Any:
    if isinstance(value, int):
        return value + number
    return value[:-1] + bytes([value[-1] ^ number]) if isinstance(value, bytes) else f"{value}{number}"


def _made_up(column: Any) -> Any:
    return {int: 0, bytes: bytes(32), str: "x"}[column.type.python_type]
