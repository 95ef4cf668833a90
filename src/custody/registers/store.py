"""Where registers are kept: a SQLite file beside the ledger's, or a schema of the ledger's PostgreSQL database.

The file is named after the ledger's: ``custody.db`` has its registers in ``custody-registers.db``. The schema is
``registers``. Both can be deleted: whoever opens them next makes them again, empty, and the runner fills them.
The registers make and drop their tables themselves; migrations know nothing of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    Table,
    Text,
    delete,
    event,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.schema import CreateSchema

from custody.acts.entry import instant
from custody.ledger.engine import open_engine, translated, writes
from custody.ledger.history import NOW, Moment
from custody.registers.register import STATE, Changes, Part, Register, metadata, slices

SCHEMA: Final = "registers"
_AT_ONCE: Final = 1_000
_ROOM_KB: Final = 64_000
"""What the connection that writes keeps of the file in memory."""


MOMENT: Final = Table("moment", metadata, Column("as_of", Text, primary_key=True), sqlite_strict=True)
"""One row where registers show how it was at a moment; those that follow the present have no such table."""


class Overtaken(Exception):
    """A register stands at another position than expected: somebody else moved it, or built it anew."""


class Store:
    """Registers in one place. Safe to use from any thread, and by several processes."""

    def __init__(self, engine: Engine, schema: str | None = None) -> None:
        self.schema = schema
        self.engine = engine.execution_options(schema_translate_map={None: schema}) if schema else engine

    @classmethod
    def beside(cls, ledger: Engine) -> Store:
        """The registers of a ledger: in a file of their own (SQLite), or in their schema (PostgreSQL)."""
        if ledger.dialect.name == "postgresql":
            return cls(ledger, SCHEMA)
        return cls.in_file(registers_file(ledger))

    @classmethod
    def in_file(cls, path: Path, as_of: datetime | None = None) -> Store:
        """Registers in a SQLite file, which need not exist yet; if they are new, perhaps those of a past moment."""
        engine = open_engine(URL.create("sqlite", database=str(path)))
        event.listen(engine, "connect", _derived)
        event.listen(engine, "begin", _with_room)
        store = cls(engine)
        if as_of is not None:
            with store.writing() as connection:
                MOMENT.create(connection)
                connection.execute(insert(MOMENT).values(as_of=instant(as_of)))
        return store

    @cached_property
    def moment(self) -> Moment:
        """Which acts the rows show: all that the log has, or those that had occurred by a moment."""
        if self.schema is not None or not Path(self.engine.url.database or "").exists():
            return NOW  # asking SQLite would make the file
        with self.reading() as connection:
            found = connection.scalar(select(MOMENT)) if inspect(connection).has_table(MOMENT.name) else None
        return Moment(as_of=datetime.fromisoformat(found)) if found else NOW

    def close(self) -> None:
        """Let go of the file. An engine that was lent stays its owner's."""
        if self.schema is None:
            self.engine.dispose()

    def prepare(self, registers: Iterable[Register]) -> None:
        """Make what is missing; a register of another version is emptied, to be filled from the first act."""
        with self.writing() as connection:
            if self.schema:
                connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('custody registers'))"))
                connection.execute(CreateSchema(self.schema, if_not_exists=True))
            STATE.create(connection, checkfirst=True)
            known = {row.name: row.version for row in connection.execute(select(STATE))}
            there = set(inspect(connection).get_table_names(schema=self.schema))
            for register in registers:
                whole = there.issuperset(table.name for table in register.tables)
                if known.get(register.name) != register.version or not whole:
                    self.renew(connection, register)

    def renew(self, connection: Connection, register: Register, position: int = 0) -> None:
        """Give a register its tables anew, empty."""
        for table in register.tables:
            table.drop(connection, checkfirst=True)
            table.create(connection)
        connection.execute(delete(STATE).where(STATE.c.name == register.name))
        connection.execute(
            insert(STATE).values(name=register.name, version=register.version, position=position)
        )

    def positions(self, registers: Iterable[Register]) -> dict[str, int]:
        """Return the position of each register that is there in its present version."""
        if self.schema is None and not Path(self.engine.url.database or "").exists():
            return {}  # asking SQLite would make the file
        versions = {register.name: register.version for register in registers}
        with self.reading() as connection:
            if not inspect(connection).has_table(STATE.name, schema=self.schema):
                return {}
            rows = connection.execute(select(STATE)).all()
        return {row.name: row.position for row in rows if versions.get(row.name) == row.version}

    def apply(self, register: Register, after: int, upto: int, changes: Changes) -> None:
        """Bring a register from one position to another: its rows and its position in one transaction.

        Raises Overtaken, having written nothing, if it does not stand at ``after``.
        """
        with self.writing() as connection:
            moved = connection.execute(
                update(STATE)
                .where(STATE.c.name == register.name, STATE.c.version == register.version, STATE.c.position == after)
                .values(position=upto)
            )
            if moved.rowcount != 1:
                raise Overtaken(register.name)
            for part in register.parts:
                self._replace(connection, part, changes)
            if register.settle is not None:
                register.settle(connection, changes)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent reading of all registers."""
        with translated(), self.engine.connect() as connection:
            if self.schema:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that writes."""
        with translated(), writes(self.engine).begin() as connection:
            if self.schema:
                # What a crash takes back is taken back together with the position, and is derived again.
                connection.execute(text("SET LOCAL synchronous_commit = off"))
            yield connection

    def _replace(self, connection: Connection, part: Part, changes: Changes) -> None:
        """The rows of all that changed, instead of those that were there."""
        known = changes.get(part.source, {})
        owner = part.table.c[part.owner]
        for ids in slices(list(known)):
            connection.execute(delete(part.table).where(owner.in_(ids)))
        rows = [row for fact in known.values() if fact is not None for row in part.rows(fact)]
        for some in slices(rows):
            connection.execute(insert(part.table), some)


def registers_file(ledger: Engine) -> Path:
    """The file in which the registers of a SQLite ledger are kept."""
    path = Path(ledger.url.database or "")
    return path.with_name(f"{path.stem}-registers{path.suffix}")


def rows_of(connection: Connection, table: Table) -> Iterator[Sequence[Any]]:
    """Every row of a table in the order of its primary key."""
    yield from connection.execution_options(yield_per=_AT_ONCE).execute(
        select(table).order_by(*table.primary_key.columns)
    )


def _derived(connection: Any, _record: Any) -> None:
    # A crash may take back the last commits, rows and position together; they are derived again.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA secure_delete = OFF")  # nothing personal is in here


def _with_room(connection: Connection) -> None:
    # Rows of a chunk lie all over the indexes: with SQLite's 2 MB, each page of them is read again and again.
    if connection.get_execution_options().get("custody_writes"):
        connection.exec_driver_sql(f"PRAGMA cache_size = -{_ROOM_KB}")
