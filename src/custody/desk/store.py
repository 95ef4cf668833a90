"""Where the desk is kept: a SQLite file beside the ledger's, or the schema ``desk`` of its PostgreSQL database.

The file is named after the ledger's: ``ledger.db`` has its desk in ``ledger-desk.db``. Unlike a register's, its
commits wait for the disk: a reminder that is marked as being sent stays marked through a power cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, inspect, text

from custody.desk.tables import SCHEMA, metadata
from custody.errors import Unavailable
from custody.ledger.engine import open_engine, translated, writes

_LOCK = "SELECT pg_advisory_xact_lock(hashtext('custody desk'))"


class Desk:
    """The desk of a ledger. Safe to use from any thread, and by several processes."""

    def __init__(self, engine: Engine, schema: str | None = None) -> None:
        self.schema = schema
        self.engine = engine.execution_options(schema_translate_map={None: schema}) if schema else engine

    @classmethod
    def beside(cls, ledger: Engine) -> Desk:
        """The desk of a ledger, which `custody migrate` has made. Raises Unavailable if it is not there."""
        desk = cls(ledger, SCHEMA) if ledger.dialect.name == "postgresql" else cls._in_file(desk_file(ledger))
        with translated(), desk.engine.connect() as connection:
            there = set(inspect(connection).get_table_names(schema=desk.schema))
        if not there.issuperset(metadata.tables):
            raise _not_there()
        return desk

    @classmethod
    def _in_file(cls, path: Path) -> Desk:
        if not path.exists():
            raise _not_there()  # opening it would leave an empty file behind
        return cls(open_engine(URL.create("sqlite", database=str(path))))

    def close(self) -> None:
        """Let go of the file. An engine that was lent stays its owner's."""
        if self.schema is None:
            self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent reading."""
        with translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, *, alone: bool = False) -> Iterator[Connection]:
        """One transaction that writes, durable when it is over; ``alone``: no two such transactions overlap."""
        with translated(), writes(self.engine).begin() as connection:
            if alone and self.schema:  # SQLite's writers take turns anyway
                connection.execute(text(_LOCK))
            yield connection


def desk_file(ledger: Engine) -> Path:
    """The file in which the desk of a SQLite ledger is kept."""
    path = Path(ledger.url.database or "")
    return path.with_name(f"{path.stem}-desk{path.suffix}")


def _not_there() -> Unavailable:
    return Unavailable("unavailable/desk", "The desk has no tables yet: run custody migrate.")
