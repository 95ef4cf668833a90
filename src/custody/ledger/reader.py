"""Reading a log: events by query, rows, acts by id, checkpoints and proofs. Takes no lock, blocks no append.

Positions are leaf indexes plus one. Every method raises Unavailable when the database cannot be reached.
"""

# ruff: noqa: S608 - table names come from tables.py, and every value is a parameter

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from eventsourcing.dcb.api import DCBEvent, DCBQuery, DCBQueryItem, DCBReadResponse, DCBSequencedEvent
from sqlalchemy import Engine

from custody.errors import Damaged, NotFound
from custody.ledger.case_keys import case_keys_of, opened
from custody.ledger.drafts import Head, Row
from custody.ledger.engine import translated
from custody.ledger.query import ReadResponse, alternatives
from custody.ledger.session import Query, Session
from custody.ledger.tables import LEDGER, Log, disclosure
from custody.ledger.tree import Tree
from custody.tlog.merkle import EMPTY_ROOT
from custody.tlog.tiles import TILE_WIDTH

_PAGE = 500
_TAG_ID = re.compile("[1-9][0-9]{0,17}")
_CHECKPOINTS_IN_MEMORY = 4_096


class Reader:
    """The reading side of the log ``log`` in the database of ``engine``."""

    def __init__(self, engine: Engine, log: Log = LEDGER) -> None:
        self.engine = engine
        self.log = log
        self.case_keys = case_keys_of(engine)
        self._tree = Tree(engine, log)
        self._checkpoints: OrderedDict[int, tuple[bytes, str]] = OrderedDict()

    def head(self) -> Head:
        """The tree as of the last commit."""
        with self._session() as session:
            return session.head()

    def read(
        self, query: DCBQuery | None = None, *, after: int | None = None, limit: int | None = None
    ) -> DCBReadResponse:
        """The library's way to read: events after a position that match any item of the query, oldest first."""
        start = after or 0
        if limit is not None:
            found, _ = self.scan(query, start, limit)
            return ReadResponse(iter(found), found[-1].position if found else None)
        size = self.head().size
        return ReadResponse(self._pages(query, start, size), size or None)

    def scan(self, query: DCBQuery | None, after: int, limit: int) -> tuple[list[DCBSequencedEvent], int]:
        """At most ``limit`` matching events, and the position up to which none was left out.

        That position also moves past what does not match, so that a filtered follower never looks twice.
        """
        with self._session() as session:
            return self._scan(session, query, after, session.head().size, limit)

    def rows(self, after: int, limit: int) -> list[Row]:
        """Up to ``limit`` stored events after a position, with entry and envelope."""
        with self._named(range(after + 1, after + limit + 1)):
            return self._rows("position > ? ORDER BY position LIMIT ?", after, limit)

    def entries(self, after: int, limit: int) -> list[bytes]:
        """Up to ``limit`` entries after a position, as bundles hold them; envelopes stay where they are."""
        with self._session() as session:
            sql = f"SELECT entry FROM {self.log.entry} WHERE position > ? ORDER BY position LIMIT ?"
            return [bytes(entry) for (entry,) in session.fetch(sql, after, limit)]

    def row(self, position: int) -> Row:
        """One stored event. Raises NotFound."""
        with self._named((position,)):
            for row in self._rows("position = ?", position):
                return row
        raise NotFound("not-found/position", "The log has no event at this position.", position=position)

    def select(self, query: DCBQuery) -> tuple[list[tuple[Row, list[str]]], int]:
        """Every stored event that matches, oldest first, with its tags, and the size up to which that is complete."""
        with self._session() as session:
            size = session.head().size
            where, values = session.among("position", self._matching(session, query.items, (0, size, size)))
            found = self._tagged_rows(session, f"{where} ORDER BY position", values)
        return [(Row(position, kind, entry, data), tags) for position, kind, entry, data, tags in found], size

    def borne(self, items: Sequence[DCBQueryItem]) -> tuple[dict[str, list[int]], int]:
        """Where events of each item's types bear its one tag, oldest first, and the size up to which that is all."""
        with self._session() as session:
            size = session.head().size
            return self._borne(session, items, size), size

    def _borne(self, session: Session, items: Sequence[DCBQueryItem], size: int) -> dict[str, list[int]]:
        types = {item.tags[0]: tuple(item.types) for item in items}
        where, names = session.among("name", types)
        ids: dict[int, str] = dict(session.fetch(f"SELECT id, name FROM {self.log.tag} WHERE {where}", *names))
        alike: dict[tuple[str, ...], list[int]] = {}
        for tag, name in ids.items():
            alike.setdefault(types[name], []).append(tag)
        found: dict[str, list[int]] = {tag: [] for tag in types}
        arms = [self._bearing(session, tags, kinds, size) for kinds, tags in alike.items()]
        if arms:
            sql = " UNION ALL ".join(arm for arm, _ in arms)
            values = [value for _, given in arms for value in given]
            for tag, position in session.fetch(f"{sql} ORDER BY position", *values):
                found[ids[tag]].append(position)
        return found

    def _bearing(self, session: Session, tags: Sequence[int], types: Sequence[str], size: int) -> Query:
        """Asked by id, and not joined by name: so PostgreSQL takes the index before it has met any statistics."""
        where, values = session.among("tag", tags)
        if types:
            among, listed = session.among("type", types)
            where, values = f"{where} AND {among}", [*values, *listed]
        return f"SELECT tag, position FROM {self.log.tagged} WHERE {where} AND position <= ?", [*values, size]

    def rows_at(self, positions: Sequence[int]) -> list[Row]:
        """The stored events at these positions, oldest first."""
        with self._session() as session:
            where, values = session.among("position", positions)
        with self._named(positions):
            return self._rows(f"{where} ORDER BY position", *values)

    def tagged_rows(self, after: int, limit: int) -> list[tuple[Row, list[str]]]:
        """Up to ``limit`` stored events after a position, each with its tags in its own order."""
        with self._named(range(after + 1, after + limit + 1)), self._session() as session:
            found = self._tagged_rows(session, "position > ? ORDER BY position LIMIT ?", [after, limit])
        return [(Row(position, kind, entry, data), tags) for position, kind, entry, data, tags in found]

    def tags_at(self, position: int) -> list[str]:
        """The tags of the event at a position, in its own order; none beyond the log."""
        with self._session() as session:
            found = self._tagged_rows(session, "position = ?", [position])
        return found[0][4] if found else []

    def rows_of(self, act_ids: Iterable[bytes]) -> list[Row]:
        """The stored events of those of some acts (ids of 16 bytes) that the log has, oldest first."""
        with self._session() as session:
            among, listed = session.among("id", act_ids)
        return self._rows(f"position IN (SELECT position FROM {self.log.act} WHERE {among}) ORDER BY position", *listed)

    def find(self, act_id: bytes) -> tuple[int, bytes] | None:
        """Position and payload digest of the act with this id (16 bytes)."""
        with self._session() as session:
            rows = session.fetch(f"SELECT position, digest FROM {self.log.act} WHERE id = ?", act_id)
        return (rows[0][0], rows[0][1]) if rows else None

    def find_many(self, act_ids: Iterable[bytes]) -> dict[bytes, tuple[int, bytes]]:
        """Position and payload digest of each act that the log has."""
        with self._session() as session:
            among, listed = session.among("id", act_ids)
            rows = session.fetch(f"SELECT id, position, digest FROM {self.log.act} WHERE {among}", *listed)
        return {bytes(act_id): (position, digest) for act_id, position, digest in rows}

    def last(self, tag: str) -> int | None:
        """The position of the last event that bears the tag."""
        with self._session() as session:
            rows = session.fetch(
                f"SELECT max(position) FROM {self.log.tagged} "
                f"WHERE tag = (SELECT id FROM {self.log.tag} WHERE name = ?)",
                tag,
            )
        found: int | None = rows[0][0]
        return found

    def root_at(self, size: int) -> bytes | None:
        """The root of the checkpoint that was issued at ``size``, or None if none was."""
        if size == 0:
            return EMPTY_ROOT
        known = self._checkpoint("size = ?", size)
        return known[1] if known else None

    def checkpoint(self, size: int | None = None) -> str:
        """The signed note at ``size``, or the newest. Raises NotFound if no checkpoint of that size was issued."""
        known = self._checkpoint("size > 0 ORDER BY size DESC") if size is None else self._checkpoint("size = ?", size)
        if known is None:
            raise NotFound("not-found/checkpoint", "The log issued no such checkpoint.", size=size)
        return known[2]

    def first_checkpoint_covering(self, index: int) -> tuple[int, str]:
        """Size and note of the oldest checkpoint over leaf ``index``. Raises NotFound beyond the log's end."""
        known = self._checkpoint("size > ? ORDER BY size", index)
        if known is None:
            raise NotFound("not-found/checkpoint", "No checkpoint covers this leaf yet.", index=index)
        return known[0], known[2]

    def inclusion_path(self, index: int, size: int) -> list[bytes]:
        """The path of leaf ``index`` in the tree of ``size``. Raises NotFound if the log is not that long."""
        return self._tree.inclusion_path(index, size)

    def inclusion_paths(self, indexes: Iterable[int], size: int) -> dict[int, list[bytes]]:
        """The path of each of some leaves in the tree of ``size``. Raises NotFound if the log is not that long."""
        return self._tree.inclusion_paths(indexes, size)

    def consistency_path(self, old: int, new: int) -> list[bytes]:
        """The proof that size ``new`` continues size ``old``. Raises NotFound if the log is not that long."""
        return self._tree.consistency_path(old, new)

    def tile(self, level: int, number: int, width: int = TILE_WIDTH) -> bytes:
        """The first ``width`` hashes of a tile (tlog-tiles). Raises NotFound unless the log has that many."""
        return self._tree.tile(level, number, width)

    def disclosures(self, commitments: Iterable[bytes]) -> dict[bytes, tuple[bytes, str]]:
        """Salt and value behind each commitment, as far as they were not erased, and their case's key is here."""
        kept = self.kept_disclosures(commitments)
        return {commitment: (salt, value) for commitment, (salt, value, _) in kept.items() if value is not None}

    def kept_disclosures(self, commitments: Iterable[bytes]) -> dict[bytes, tuple[bytes, str | None, int]]:
        """Salt, value (None without the case's key), and the position of its act, of each that was not erased."""
        with self._session() as session:
            among, values = session.among("commitment", commitments)
            rows = session.fetch(f"SELECT commitment, salt, value, position FROM {disclosure} WHERE {among}", *values)
        return {row[0]: (*opened(self.case_keys, *row[:3]), row[3]) for row in rows}

    def count_disclosures(self, size: int) -> int:
        """How many disclosures are kept that the first ``size`` acts brought."""
        with self._session() as session:
            return int(session.fetch(f"SELECT count(*) FROM {disclosure} WHERE position <= ?", size)[0][0])

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with translated(), Session(self.engine, self.log) as session:
            yield session

    @contextmanager
    def _named(self, positions: Iterable[int]) -> Iterator[None]:
        """Where the database gives up on a query, say which of the entries asked for it cannot give back."""
        try:
            yield
        except Damaged as damage:
            lost = [position for position in positions if not self._readable(position)]
            if not lost:
                raise
            raise Damaged(
                "damaged/rows", f"Entries {lost[0]} to {lost[-1]} of the {self.log.name} cannot be read.",
                log=self.log.name, first=lost[0], last=lost[-1], count=len(lost), cause=damage.fields.get("cause"),
            ) from damage  # fmt: skip

    def _readable(self, position: int) -> bool:
        try:
            self._rows("position = ?", position)
        except Damaged:
            return False
        return True

    def _rows(self, where: str, *values: Any) -> list[Row]:
        with self._session() as session:
            found = session.fetch(
                f"SELECT position, type, entry, envelope FROM {self.log.entry} WHERE {where}",
                *values,
            )
        return [Row(*row) for row in found]

    def _checkpoint(self, where: str, *values: Any) -> tuple[int, bytes, str] | None:
        known = self._checkpoints.get(values[0]) if where == "size = ?" else None
        if known is not None:
            return (values[0], *known)
        with self._session() as session:
            rows = session.fetch(f"SELECT size, root, note FROM {self.log.checkpoint} WHERE {where} LIMIT 1", *values)
        for size, root, note in rows:
            self._remember(size, root, note)
            return size, root, note
        return None

    def _remember(self, size: int, root: bytes, note: str) -> None:
        self._checkpoints[size] = root, note
        while len(self._checkpoints) > _CHECKPOINTS_IN_MEMORY:
            self._checkpoints.popitem(last=False)

    def _pages(self, query: DCBQuery | None, after: int, size: int) -> Iterator[DCBSequencedEvent]:
        while after < size:
            with self._session() as session:
                events, after = self._scan(session, query, after, size, _PAGE)
            yield from events

    def _scan(
        self, session: Session, query: DCBQuery | None, after: int, size: int, limit: int
    ) -> tuple[list[DCBSequencedEvent], int]:
        if not limit:
            return [], after
        if query is not None and query.items:
            where, values = session.among("position", self._matching(session, query.items, (after, size, limit)))
            events = self._events(session, f"{where} ORDER BY position", values)
        else:
            between = "position > ? AND position <= ? ORDER BY position LIMIT ?"
            events = self._events(session, between, (after, size, limit))
        return events, events[-1].position if len(events) == limit else max(after, size)

    def _matching(self, session: Session, items: Sequence[DCBQueryItem], span: tuple[int, int, int]) -> list[int]:
        """The first positions within ``span`` (after, size, limit) that match any of the items."""
        limit = span[2]
        found: set[int] = set()
        for types, tags in alternatives(items):
            where, values = self._where(session, types, tags)
            table = self.log.tagged if tags else self.log.entry
            found.update(
                position
                for (position,) in session.fetch(
                    f"SELECT DISTINCT position FROM {table} WHERE {where} position > ? AND position <= ? "
                    "ORDER BY position LIMIT ?",
                    *values,
                    *span,
                )
            )
        return sorted(found)[:limit]

    def _where(self, session: Session, types: Sequence[str], tags: Sequence[Sequence[str]]) -> tuple[str, list[Any]]:
        """Conditions on type and tags, each ending in AND: any tag of the first set, and every further one."""
        sql, values = "", []
        if types:
            among, listed = session.among("type", types)
            sql, values = f"{among} AND ", [*listed]
        for number, names in enumerate(tags):
            among, listed = session.among("name", names)
            ids = f"(SELECT id FROM {self.log.tag} WHERE {among})"
            if number == 0:
                sql += f"tag IN {ids} AND "
            else:
                sql += f"position IN (SELECT position FROM {self.log.tagged} WHERE tag IN {ids}) AND "
            values += listed
        return sql, values

    def _events(self, session: Session, where: str, values: Sequence[Any]) -> list[DCBSequencedEvent]:
        found = self._tagged_rows(session, where, values)
        return [DCBSequencedEvent(DCBEvent(kind, data, tags), position) for position, kind, _, data, tags in found]

    def _tagged_rows(
        self, session: Session, where: str, values: Sequence[Any]
    ) -> list[tuple[int, str, bytes, bytes, list[str]]]:
        """(position, type, entry, envelope, tags) of the rows that a condition finds."""
        rows = session.fetch(
            f"SELECT position, type, entry, envelope, tags FROM {self.log.entry} WHERE {where}", *values
        )
        asked = {int(tag) for row in rows for tag in row[4].split() if _TAG_ID.fullmatch(tag)}
        among, listed = session.among("id", asked)
        found = session.fetch(f"SELECT id, name FROM {self.log.tag} WHERE {among}", *listed) if rows else []
        names = {str(number): name for number, name in found}
        # What was damaged stands as it is: verifying finds it, and nothing else has to stop.
        return [(*row[:4], [names.get(tag, tag) for tag in row[4].split()]) for row in rows]
