"""What a query of the library asks, drawn together into as few questions to the database as it takes; and how it is
answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from eventsourcing.dcb.api import DCBQueryItem, DCBReadResponse, DCBSequencedEvent


def alternatives(items: Sequence[DCBQueryItem]) -> Iterator[tuple[list[str], list[list[str]]]]:
    """The items as (types, tag sets), those of one tag and the same types drawn together into one question."""
    ordered = sorted(items, key=lambda item: (len(item.tags) == 1, sorted(item.types)))
    for (single, types), group in groupby(ordered, key=lambda item: (len(item.tags) == 1, sorted(item.types))):
        if single:
            yield types, [[item.tags[0] for item in group]]
        else:
            yield from ((types, [[tag] for tag in item.tags]) for item in group)


class ReadResponse(DCBReadResponse):
    """Events as they are read, with the head as of the beginning."""

    def __init__(self, events: Iterator[DCBSequencedEvent], head: int | None) -> None:
        self._events = events
        self._head = head

    @property
    def head(self) -> int | None:
        return self._head

    def __next__(self) -> DCBSequencedEvent:
        return next(self._events)
