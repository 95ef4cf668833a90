"""The tables of a log, twice (``ledger`` and ``journal``); publications, cosignatures and erasable disclosures.

A log's row positions are leaf indexes plus one. Everything here is append-only by trigger, apart from the one
head row and from disclosures, whose rows may be deleted: erasure is deletion, and every proof still holds.

The tables stand in whatever schema the connection names first (PostgreSQL: ``public`` unless the URL sets
another ``search_path``); registers and the desk have schemas of their own. Alembic makes and changes all of
this (`custody_migrations`); nothing else issues DDL for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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


def _table(name: str, *parts: Column[Any] | CheckConstraint | Index, **options: Any) -> Table:
    return Table(name, metadata, *parts, sqlite_strict=True, **options)


def _key(name: str, kind: Any = _Int) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _of(name: str, kind: Any, comment: str | None = None) -> Column[Any]:
    return Column(name, kind, nullable=False, comment=comment)


def _head(name: str) -> Table:
    return _table(
        name,
        _key("one", Integer),
        _of("size", _Int),
        _of("root", LargeBinary),
        _of("recorded_at", _Int, "microseconds since 1970, UTC"),
        CheckConstraint("one = 1", name=f"{name}_is_one_row"),
        postgresql_with={"fillfactor": "10"},  # the row is rewritten on every append: leave it room
    )


def _entry(name: str) -> Table:
    return _table(
        name,
        _key("position"),
        _of("type", Text),
        _of("tags", Text),
        _of("leaf", LargeBinary),
        _of("entry", LargeBinary),
        _of("envelope", LargeBinary),
    )


def _checkpoint(name: str) -> Table:
    return _table(
        name,
        _key("size"),
        _of("root", LargeBinary),
        _of("recorded_at", _Int, "microseconds since 1970, UTC"),
        _of("note", Text),
    )


def _log(name: str) -> Log:
    tag = f"{name}_tag"
    narrow = {"sqlite_with_rowid": False}  # the row lives in its key's own tree
    return Log(
        name,
        head=_head(f"{name}_head"),
        entry=_entry(f"{name}_entry"),
        act=_table(
            f"{name}_act", _key("id", LargeBinary), _of("digest", LargeBinary), _of("position", _Int), **narrow
        ),
        tag=_table(tag, _key("id"), _of("name", Text), Index(f"{tag}_name", "name", unique=True)),
        tagged=_table(f"{name}_tagged", _key("tag"), _key("position"), _of("type", Text), **narrow),
        tile=_table(
            f"{name}_tile", _key("level", Integer), _key("number"), _of("hashes", LargeBinary, "8,192 bytes")
        ),
        checkpoint=_checkpoint(f"{name}_checkpoint"),
    )


LEDGER = _log("ledger")
JOURNAL = _log("journal")

publication = _table(
    "publication",
    _key("size"),
    _of("note", Text),
)
"""Checkpoints of the ledger as they were published: with every signature of the log. Append-only, so that each size is
published with the same bytes for ever."""

cosignature = _table(
    "cosignature",
    _key("size"),
    _key("witness", Text),
    _of("line", Text, "as it stands in the note"),
    Index("cosignature_witness", "witness", "size"),
)
"""The first cosignature of each witness, by its verifier key, on a checkpoint of the ledger. Append-only."""

disclosure = _table(
    "disclosure",
    _key("commitment", LargeBinary),
    _of("salt", LargeBinary),
    _of("value", Text),
    _of("position", _Int, "the ledger position of the act that brought it"),
)
"""Salt and value of each sealed value, by its commitment. Deleting a row erases what was disclosed."""


time_token = _table(
    "time_token",
    _key("number"),
    Column("size", _Int, nullable=True, comment="of the checkpoint it is over; none for a renewal"),
    _of("authority", Text),
    _of("time", _Int, "the authority's, microseconds since 1970, UTC"),
    _of("asked_at", _Int, "by the ledger's clock, microseconds since 1970, UTC"),
)
"""What independent authorities said of the time: a row for each token (RFC 3161), in the order they came."""

time_file = _table("time_file", _key("number"), _key("name", Text), _of("digest", LargeBinary))
"""The files of each token: itself, what it is over, its certificates, what was revoked (`custody.timestamps`)."""

time_evidence = _table("time_evidence", _key("digest", LargeBinary), _of("data", LargeBinary))
"""The bytes of those files, once for all tokens, by their SHA-256."""

TIME_TABLES = (time_token, time_file, time_evidence)
"""Append-only like a log's."""
