"""A reader that asks the database each thing once: for who looks at several moments of the same things."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from eventsourcing.dcb.api import DCBQueryItem

from custody.ledger.drafts import Row
from custody.ledger.past import Past
from custody.ledger.reader import Reader


class Remembering(Reader):
    """What a reader said of tags and positions, kept for as long as this lives; one thread at a time. What is recorded
    meanwhile under a tag that was asked for is not seen."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader.engine, reader.log)
        self._borne: dict[tuple[str, tuple[str, ...]], list[int]] = {}
        self._size = 0
        self._kept: dict[int, Row] = {}
        self.past = Past(self, keep=sys.maxsize)
        """What it has read of the acts, each once."""

    def ask(self, *items: DCBQueryItem) -> None:
        """Ask for what will be needed in one go."""
        self.past.under(items)

    def borne(self, items: Sequence[DCBQueryItem]) -> tuple[dict[str, list[int]], int]:
        """As a reader does, of each tag and types once."""
        missing = [each for each in items if _key(each) not in self._borne]
        if missing:
            found, self._size = super().borne(missing)
            self._borne.update({_key(each): found[each.tags[0]] for each in missing})
        return {each.tags[0]: self._borne[_key(each)] for each in items}, self._size

    def rows_at(self, positions: Sequence[int]) -> list[Row]:
        """As a reader does, of each position once."""
        missing = [each for each in positions if each not in self._kept]
        if missing:
            self._kept.update({row.position: row for row in super().rows_at(missing)})
        return [self._kept[each] for each in sorted(positions) if each in self._kept]


def _key(item: DCBQueryItem) -> tuple[str, tuple[str, ...]]:
    return item.tags[0], tuple(item.types)
