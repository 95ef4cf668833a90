"""Which acts name which files: by the hash, for whoever asks to read one, and for what no act names."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import Column, Connection, Index, Table, Text, select

from custody.facts.files import files_of
from custody.registers.feeds import Touching
from custody.registers.register import Part, Position, Register, Row, metadata, slices

naming = Table(
    "naming",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("position", Position, primary_key=True, autoincrement=False),
    Index("naming_position", "position"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)


def _rows(touching: Touching) -> Iterator[Row]:
    for sha256 in files_of(touching.recorded.act):
        yield {"sha256": sha256, "position": touching.recorded.index + 1}


REGISTER = Register("files", 1, (Part(naming, "act", "position", _rows),))


def positions_naming(connection: Connection, sha256: str) -> list[int]:
    """The positions of the acts that name a file, oldest first."""
    query = select(naming.c.position).where(naming.c.sha256 == sha256).order_by(naming.c.position)
    return list(connection.scalars(query))


def named(connection: Connection, hashes: Collection[str]) -> set[str]:
    """Which of some files an act names."""
    return {
        found
        for some in slices(list(hashes))
        for found in connection.scalars(select(naming.c.sha256).where(naming.c.sha256.in_(some)).distinct())
    }
