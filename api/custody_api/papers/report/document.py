"""A report as data: what stands in it, in one language, before it is set as a page or on paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from custody_api.papers.paper import Field, Language, Table


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do by oneself: why, and the lines to type, ASCII only."""

    says: str
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One subject: sentences, then lists, then steps."""

    title: str
    says: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A report. ``symbol`` is the text of the QR code on its cover."""

    lang: Language
    title: str
    subject: str
    origin: str
    fields: tuple[Field, ...]
    says: tuple[str, ...]
    symbol: str
    symbol_says: str
    contents: str
    """What the list of chapters is called."""
    chapters: tuple[Chapter, ...]

    def texts(self) -> Iterator[str]:
        """Everything that can be read in it."""
        yield from (self.title, self.subject, self.origin, *self.says, self.symbol, self.symbol_says, self.contents)
        for field in self.fields:
            yield from (field.name, field.value)
        for chapter in self.chapters:
            yield from (chapter.title, *chapter.says)
            for table in chapter.tables:
                yield from (table.title, table.end, *(column.name for column in table.columns))
                yield from (cell for row in table.rows for cell in row)
            for step in chapter.steps:
                yield from (step.says, *step.commands)
