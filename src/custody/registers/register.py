"""What a register is: tables whose rows follow, by pure functions, from the facts of what acts touched.

A register reads no other register. It remembers the position of the log up to which its rows are complete, and that
position is written in one transaction with them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, Select, Table, Text

from custody.facts.kinds import KindName

metadata = MetaData()

Position = BigInteger().with_variant(Integer(), "sqlite")
"""A position of a log: leaf index plus one."""

Source = KindName | Literal["act", "itemless", "docket", "journal"]
"""What rows follow from: a kind of fact, an act itself, the defects of an act without items, all acts of a case or a
place with the rule data, a line of the journal."""

Changes = Mapping[str, Mapping[str, Any]]
"""Source → id of what was touched → what is known of it now; None if nothing is."""

Row = dict[str, Any]

_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one table that follow from one kind of fact; ``owner`` is the column with the fact's id."""

    table: Table
    source: Source
    owner: str
    rows: Callable[[Any], Iterable[Row]]


@dataclass(frozen=True, slots=True)
class Register:
    """A register. ``version`` is raised when tables or row functions change: it is then built anew."""

    name: str
    version: int
    parts: tuple[Part, ...]
    log: Literal["ledger", "journal"] = "ledger"
    settle: Callable[[Connection, Changes], None] | None = None
    """Run after the rows of a chunk, in their transaction, for what follows from rows of several parts."""
    derived: tuple[Table, ...] = ()
    """Tables that only ``settle`` fills."""

    @property
    def tables(self) -> tuple[Table, ...]:
        """Its tables, each once."""
        return tuple(dict.fromkeys([*(part.table for part in self.parts), *self.derived]))

    @property
    def sources(self) -> frozenset[Source]:
        """What its rows follow from."""
        return frozenset(part.source for part in self.parts)


STATE: Final = Table(
    "register",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("position", Position, nullable=False, comment="of its log, up to which the rows are complete"),
    sqlite_strict=True,
)
"""One row for each register."""


def body() -> Column[Any]:
    """A column that holds a shape as JSON."""
    return Column("body", Text, nullable=False)


def written(shape: Any) -> str:
    """Return a shape as the one JSON text that stands in a row, so that equal shapes are equal rows."""
    return json.dumps(shape, ensure_ascii=False, separators=(",", ":"))


def listed(query: Select[Any], position: Column[int], after: int, before: int | None) -> Select[Any]:
    """A query for what stands after a position, oldest first; or before one, if it is given, newest first."""
    if before is not None:
        return query.where(position < before).order_by(position.desc())
    return query.where(position > after).order_by(position)


def slices(whole: list[Any]) -> Iterator[list[Any]]:
    """Cut a list into pieces that fit one statement's parameters."""
    return (whole[start : start + _AT_ONCE] for start in range(0, len(whole), _AT_ONCE))


def read(text: str) -> Any:
    """Return the shape that a row holds."""
    return json.loads(text)
