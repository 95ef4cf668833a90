"""The tables of a log, twice (``ledger`` and ``journal``), and the erasable disclosures beside them.

A log's row positions are leaf indexes plus one. Everything here is append-only by trigger, apart from the one
head row and from disclosures, whose rows may be deleted: erasure is deletion, and every proof still holds.

The tables stand in whatever schema the connection names first (PostgreSQL: ``public`` unless the URL sets
another ``search_path``); registers and the desk have schemas of their own. Alembic makes and changes all of
this (`custody_migrations`); nothing else issues DDL for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData()

# STRICT tables know INTEGER, not BIGINT; an INTEGER PRIMARY KEY is SQLite's own row number.
_Int = BigInteger().with_variant(Integer(), "sqlite")


@dataclass(frozen=True)
class Log:
    """The tables of one log. ``name`` is their prefix, and the PostgreSQL notification channel."""

    name: str
    head: Table
    """One row: the tree as of the last commit. Locking it is what makes appends take turns."""
    entry: Table
    """The leaves. ``tags`` holds the event's tag ids in its own order, as decimal numbers with spaces between."""
    act: Table
    """Each act's id once, with the SHA-256 of its payload: a repeated submission is recognised by it."""
    tag: Table
    """The dictionary of tags, so that the index below stays small."""
    tagged: Table
    """Which events bear a tag, in log order; with the type, so that a filter need not touch the entry."""
    tile: Table
    """Full tiles of 256 hashes. The partial ones at the right edge are made from the leaves when asked for."""
    checkpoint: Table
    """Each signed head, one for a batch: all entries of the batch were recorded at its ``recorded_at``."""

    @property
    def append_only(self) -> tuple[Table, ...]:
        """The tables whose rows never change and never go."""
        return (self.entry, self.act, self.tag, self.tagged, self.tile, self.checkpoint)


def _log(name: str) -> Log:
    return Log(
        name,
        head=Table(
            f"{name}_head",
            metadata,
            Column("one", Integer, primary_key=True, autoincrement=False),
            Column("size", _Int, nullable=False),
            Column("root", LargeBinary, nullable=False),
            Column("recorded_at", _Int, nullable=False, comment="microseconds since 1970, UTC"),
            CheckConstraint("one = 1", name=f"{name}_head_is_one_row"),
            sqlite_strict=True,
            postgresql_with={"fillfactor": "10"},  # the row is rewritten on every append: leave it room
        ),
        entry=Table(
            f"{name}_entry",
            metadata,
            Column("position", _Int, primary_key=True, autoincrement=False),
            Column("type", Text, nullable=False),
            Column("tags", Text, nullable=False),
            Column("leaf", LargeBinary, nullable=False),
            Column("entry", LargeBinary, nullable=False),
            Column("envelope", LargeBinary, nullable=False),
            sqlite_strict=True,
        ),
        act=Table(
            f"{name}_act",
            metadata,
            Column("id", LargeBinary, primary_key=True),
            Column("digest", LargeBinary, nullable=False),
            Column("position", _Int, nullable=False),
            sqlite_strict=True,
            sqlite_with_rowid=False,
        ),
        tag=Table(
            f"{name}_tag",
            metadata,
            Column("id", _Int, primary_key=True, autoincrement=False),
            Column("name", Text, nullable=False),
            Index(f"{name}_tag_name", "name", unique=True),
            sqlite_strict=True,
        ),
        tagged=Table(
            f"{name}_tagged",
            metadata,
            Column("tag", _Int, primary_key=True, autoincrement=False),
            Column("position", _Int, primary_key=True, autoincrement=False),
            Column("type", Text, nullable=False),
            sqlite_strict=True,
            sqlite_with_rowid=False,
        ),
        tile=Table(
            f"{name}_tile",
            metadata,
            Column("level", Integer, primary_key=True, autoincrement=False),
            Column("number", _Int, primary_key=True, autoincrement=False),
            Column("hashes", LargeBinary, nullable=False, comment="8,192 bytes"),
            sqlite_strict=True,
        ),
        checkpoint=Table(
            f"{name}_checkpoint",
            metadata,
            Column("size", _Int, primary_key=True, autoincrement=False),
            Column("root", LargeBinary, nullable=False),
            Column("recorded_at", _Int, nullable=False, comment="microseconds since 1970, UTC"),
            Column("note", Text, nullable=False),
            sqlite_strict=True,
        ),
    )


LEDGER = _log("ledger")
JOURNAL = _log("journal")

disclosure = Table(
    "disclosure",
    metadata,
    Column("commitment", LargeBinary, primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("value", Text, nullable=False),
    Column("position", _Int, nullable=False, comment="the ledger position of the act that brought it"),
    sqlite_strict=True,
)
