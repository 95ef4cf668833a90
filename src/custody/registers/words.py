"""What a search finds items by: the texts that stand on or with them, and an index of their pairs of characters.

Chinese has no spaces between words, and its words have two characters: an index of words finds nothing inside a
sentence, one of trigrams nothing shorter than three. Every text of two characters and more holds a pair, so the pairs
of a word name, by one index, all items that can hold it; whether they do is then read off their texts. Source:
docs/decisions/0013.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from string import punctuation
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    Dialect,
    Index,
    Table,
    Text,
    TypeDecorator,
    column,
    event,
    literal,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from custody.acts.taking import DigitalDetails, DocumentDetails, VehicleDetails, WeaponDetails
from custody.acts.values import Sealed
from custody.facts.item import ItemFacts
from custody.registers.register import Part, Row, metadata

MOST: Final = 2_500
"""Words that more items may hold than this are not looked up: a walk through the items meets them soon enough."""


class _Each(TypeDecorator[list[str]]):
    """A list of words: an array in PostgreSQL, words between spaces in SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """An array, where there are arrays."""
        return dialect.type_descriptor(ARRAY(Text) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> Any:
        """As it is written."""
        return value if dialect.name == "postgresql" or value is None else " ".join(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> list[str] | None:
        """As it was given."""
        return value.split(" ") if isinstance(value, str) else value


item_pairs = Table(
    "item_pairs",
    metadata,
    Column("item", Text, primary_key=True),
    Column("pairs", _Each, nullable=False, comment="each pair of characters in its texts, once"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
# With fastupdate, every search reads through what is not sorted in yet, and the planner rather reads the whole table.
Index(
    "item_pairs_each", item_pairs.c.pairs, postgresql_using="gin", postgresql_with={"fastupdate": "off"}
).ddl_if(dialect="postgresql")

_found = table("item_found", column("rowid"), column("item_found"))
_number = table("item_number", column("number"), column("item"))


def texts_of(facts: ItemFacts) -> tuple[str, str]:
    """What an item is found by: for whoever sees the thing, and beside that for who sees the whole of it.

    Sealed values are in neither.
    """
    taken = facts.taken
    seen = [facts.item, *facts.retired_codes, facts.code, facts.description, facts.designation, facts.seal, facts.case]
    told = [taken.features, taken.serial, *_details(taken.details)] if taken else []
    return _text(seen), _text(told)


def _details(details: object) -> Iterator[object]:
    """What tells one thing from another of its kind."""
    if isinstance(details, VehicleDetails):
        yield from (details.make, details.model, details.colour, details.plate, details.vin)
    elif isinstance(details, DigitalDetails):
        yield from (details.medium_serial, details.capacity)
    elif isinstance(details, WeaponDetails):
        yield from (details.type, details.calibre)
    elif isinstance(details, DocumentDetails):
        yield details.number


def _text(values: Iterable[object]) -> str:
    return " ".join(word for each in values if each and not isinstance(each, Sealed) for word in words_of(str(each)))


def words_of(text: str) -> list[str]:
    """The words of a text as they are compared: without regard to case, width and other ways to write the same."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(" " if unicodedata.category(each) == "Cc" else each for each in folded).split()


def pairs_of(words: Iterable[str]) -> list[str]:
    """Each pair of neighbouring characters in some words, once."""
    return sorted({word[at : at + 2] for word in words for at in range(len(word) - 1)})


def _rows(facts: ItemFacts) -> Iterator[Row]:
    yield {"item": facts.item, "pairs": pairs_of(" ".join(texts_of(facts)).split())}


PART: Final = Part(item_pairs, "item", "item", _rows)


def holding(connection: Connection, words: Iterable[str]) -> list[str] | None:
    """The items whose texts hold every pair of some words; None if that says little: no pairs, or over `MOST` items."""
    pairs = pairs_of(words)
    if not pairs:
        return None
    query = _in_postgresql(pairs) if connection.dialect.name == "postgresql" else _in_sqlite(pairs)
    found = list(connection.scalars(query.limit(MOST + 1)))
    return found if len(found) <= MOST else None


def _in_postgresql(pairs: list[str]) -> Any:
    return select(item_pairs.c.item).where(item_pairs.c.pairs.op("@>")(literal(pairs, ARRAY(Text))))


def _in_sqlite(pairs: list[str]) -> Any:
    quoted = (each.replace('"', '""') for each in pairs)
    wanted = " AND ".join(f'"{each}"' for each in quoted)
    numbered = select(_number.c.item).join(_found, _found.c.rowid == _number.c.number)
    return numbered.where(_found.c.item_found.op("MATCH")(wanted))


# SQLite has no index over the elements of a column; its full-text index is one, over tokens between spaces. It is kept
# by triggers, so that whoever writes rows keeps it too. It wants numbers, which no VACUUM may change.
_TOKENS: Final = "ascii tokenchars '" + punctuation.replace("'", "''") + "'"
_IN_SQLITE: Final = (
    "DROP TABLE IF EXISTS item_found",
    "DROP TABLE IF EXISTS item_number",
    "CREATE TABLE item_number (number INTEGER PRIMARY KEY, item TEXT NOT NULL UNIQUE) STRICT",
    "CREATE VIRTUAL TABLE item_found USING fts5(pairs, content='', columnsize=0, detail=none, tokenize=\""
    + _TOKENS.replace('"', '""') + '")',
    "CREATE TRIGGER item_pairs_new AFTER INSERT ON item_pairs BEGIN"
    " INSERT OR IGNORE INTO item_number (item) VALUES (new.item);"
    " INSERT INTO item_found (rowid, pairs) SELECT number, new.pairs FROM item_number WHERE item = new.item; END",
    "CREATE TRIGGER item_pairs_gone AFTER DELETE ON item_pairs BEGIN INSERT INTO item_found (item_found, rowid, pairs)"
    " SELECT 'delete', number, old.pairs FROM item_number WHERE item = old.item; END",
)  # fmt: skip


@event.listens_for(item_pairs, "after_create")
def _index(_: Table, connection: Connection, **__: object) -> None:
    if connection.dialect.name == "sqlite":
        for statement in _IN_SQLITE:
            connection.exec_driver_sql(statement)
