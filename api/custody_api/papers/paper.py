"""A paper as data: what stands on it, in one language, before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

Language = Literal["zh", "en"]

NO_CASE: Final = "—"
"""Of a paper that is about no one case, such as a stock-take."""


@dataclass(frozen=True, slots=True)
class Field:
    """One named value above the lists."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list; ``share`` is its part of the paper's width, relative to the others."""

    name: str
    share: float


@dataclass(frozen=True, slots=True)
class Table:
    """A list under a heading. A row with a single cell stretches over all columns."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    end: str = ""
    """What stands under the last row: how many there are, and that nothing follows."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who stands to what the paper says: in which part, how it was signed, and when."""

    part: str
    name: str
    how: str
    when: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """Where in the ledger a paper was drawn from: position, size of the log, and the moment it was drawn at."""

    origin: str
    position: int
    at: str


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper.

    ``symbol`` is the text of its QR code, ``symbol_says`` the line under it. ``blanks`` are lines left open for a pen.
    """

    kind: str
    lang: Language
    house: str
    title: str
    case: str
    number: str
    drawn: Drawn
    fields: tuple[Field, ...]
    tables: tuple[Table, ...]
    signatures: tuple[Signature, ...]
    remarks: tuple[str, ...] = ()
    blanks: tuple[str, ...] = ()
    symbol: str = ""
    symbol_says: str = ""

    def texts(self) -> Iterator[str]:
        """Everything that is printed on it."""
        yield from (self.house, self.title, self.case, self.number, self.drawn.origin, self.drawn.at)
        for each in self.fields:
            yield from (each.name, each.value)
        for table in self.tables:
            yield from (table.title, table.end, *(column.name for column in table.columns))
            yield from (cell for row in table.rows for cell in row)
        for signature in self.signatures:
            yield from (signature.part, signature.name, signature.how, signature.when)
        yield from (*self.remarks, *self.blanks, self.symbol_says)
