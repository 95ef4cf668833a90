"""A reader that asks the database each thing once: for who looks at several moments of the same things."""

# ruff: noqa: S608 - table names come from tables.py, and every value is a parameter

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from eventsourcing.dcb.api import DCBQueryItem

from custody.ledger.drafts import Row
from custody.ledger.past import Past
from custody.ledger.reader import Reader
from custody.ledger.session import Query, Session


class Remembering(Reader):
    """What a reader said of tags and positions, kept for as long as this lives; one thread at a time. It reads the log
    as it stood when it was first asked: what is recorded meanwhile is not seen."""

    def __init__(self, reader: Reader, size: int | None = None) -> None:
        """``size`` is how much of the log is read; None, all that there is when it is first asked."""
        super().__init__(reader.engine, reader.log)
        self._positions: dict[_Asked, list[int]] = {}
        self._size = size
        self._kept: dict[int, Row] = {}
        self.past = Past(self, keep=sys.maxsize)
        """What it has read of the acts, each once."""

    def ask(self, *items: DCBQueryItem) -> None:
        """Ask in one statement for what will be needed: the acts under the one tag of each item, of its types. Not to
        be asked of many things that one long act is about: it is read for each of them."""
        missing = [each for each in items if _asked(each) not in self._positions]
        alike: dict[tuple[str, ...], list[str]] = {}
        for each in missing:
            alike.setdefault(tuple(each.types), []).append(each.tags[0])
            self._positions[_asked(each)] = []
        if not alike:
            return
        with self._session() as session:
            size = self._until(session)
            arms = [self._acts(session, tags, types, size) for types, tags in alike.items()]
            sql = " UNION ALL ".join(arm for arm, _ in arms)
            rows = session.fetch(f"{sql} ORDER BY 3", *(value for _, values in arms for value in values))
        for types, tag, *stored in rows:
            row = Row(*stored)
            self._positions[tag, tuple(json.loads(types))].append(row.position)
            self._kept[row.position] = row

    def borne(self, items: Sequence[DCBQueryItem]) -> tuple[dict[str, list[int]], int]:
        """As a reader does, of each tag and types once."""
        missing = [each for each in items if _asked(each) not in self._positions]
        if missing or self._size is None:
            with self._session() as session:
                found = self._borne(session, missing, self._until(session))
            self._positions.update({_asked(each): found[each.tags[0]] for each in missing})
        return {each.tags[0]: self._positions[_asked(each)] for each in items}, self._size or 0

    def rows_at(self, positions: Sequence[int]) -> list[Row]:
        """As a reader does, of each position once."""
        missing = [each for each in positions if each not in self._kept]
        if missing:
            self._kept.update({row.position: row for row in super().rows_at(missing)})
        return [self._kept[each] for each in sorted(positions) if each in self._kept]

    def _until(self, session: Session) -> int:
        if self._size is None:
            self._size = session.head().size
        return self._size

    def _acts(self, session: Session, tags: Sequence[str], types: Sequence[str], size: int) -> Query:
        where, values = session.among("t.name", tags)
        if types:
            among, listed = session.among("g.type", types)
            where, values = f"{where} AND {among}", [*values, *listed]
        log = self.log
        sql = (
            f"SELECT ? AS types, t.name, e.position, e.type, e.entry, e.envelope FROM {log.tag} t "
            f"JOIN {log.tagged} g ON g.tag = t.id JOIN {log.entry} e ON e.position = g.position "
            f"WHERE {where} AND g.position <= ?"
        )
        return sql, [json.dumps(types), *values, size]


_Asked = tuple[str, tuple[str, ...]]


def _asked(item: DCBQueryItem) -> _Asked:
    return item.tags[0], tuple(item.types)
