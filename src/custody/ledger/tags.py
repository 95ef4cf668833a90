"""What a process remembers of tags, so that appends seldom ask the database.

For each tag it has met, the position of the newest event of each type: that answers any condition on one tag,
and gives ``previous``. A tag that is present is complete; one that is absent has to be asked for. All of it is
owned by whoever leads the append at the moment, and changes only by what is committed.
"""

# ruff: noqa: S608 - table names come from tables.py, and every value is a parameter

from __future__ import annotations

from collections.abc import Iterable, Mapping

from eventsourcing.dcb.api import DCBQueryItem

from custody.ledger.drafts import Head
from custody.ledger.session import Query, Rows, Session
from custody.ledger.tables import Log

_REMEMBERED = 200_000
_CAUGHT_UP = 10_000

Newest = dict[str, int]
"""Event type to the position of the newest event of that type."""


class TagMemory:
    """Tag ids by name, and the newest positions by tag id, as of ``size`` entries."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.size = 0
        self.ids: dict[str, int] = {}
        self.newest: dict[int, Newest] = {}
        self.absent: set[str] = set()
        """Names that no event up to ``size`` bears: what every decision reads need not exist yet."""
        self.last_id = 0

    def question(self, session: Session, names: Iterable[str]) -> Query:
        """The query for the ids of those names that are not known yet; `learn_ids` takes its rows."""
        if len(self.ids) > _REMEMBERED or len(self.newest) > _REMEMBERED:
            self.ids, self.newest = {}, {}
        if len(self.absent) > _REMEMBERED:
            self.absent = set()
        among, values = session.among("name", {name for name in names if name not in self.ids})
        return f"SELECT name, id FROM {self._log.tag} WHERE {among}", values

    def foresee(self, names: Iterable[str], asked: Iterable[str]) -> bool:
        """Whether of each tag the id is known, or that there is none; of those ``asked`` for the newest events."""
        ids, newest, absent = self.ids, self.newest, self.absent
        return all(name in ids or name in absent for name in names) and all(
            name in absent or ids[name] in newest for name in asked
        )

    def learn_ids(self, rows: Rows) -> None:
        """Take over (name, id) pairs. They never change once committed."""
        self.ids.update(dict(rows))

    def learn_absent(self, names: Iterable[str]) -> None:
        """Note which of these the dictionary lacks, after `learn_ids` and `catch_up` under one lock."""
        self.absent.update([name for name in names if name not in self.ids])

    def learn_new(self, names: Mapping[str, int]) -> None:
        """Tags that came to exist with what was just committed."""
        self.ids.update(names)
        self.newest.update({number: {} for number in names.values()})
        self.absent.difference_update(names)
        self.last_id += len(names)

    def learn_newest(self, session: Session, names: Iterable[str]) -> None:
        """Make the newest positions of these tags known, as far as they stand in the dictionary."""
        known = {self.ids[name] for name in names if name in self.ids}
        asked = {tag for tag in known if tag not in self.newest}
        if not asked:
            return
        among, values = session.among("tag", asked)
        rows = session.fetch(
            f"SELECT tag, type, max(position) FROM {self._log.tagged} WHERE {among} GROUP BY tag, type",
            *values,
        )
        self.newest.update({tag: {} for tag in asked})  # not before the answer is here: present means complete
        for tag, kind, position in rows:
            self.newest[tag][kind] = position

    def of(self, name: str) -> Newest:
        """The newest positions of a tag that `learn_newest` was asked for, or that does not exist."""
        return self.newest.get(self.ids.get(name, 0), {})

    def catch_up(self, session: Session, head: Head) -> None:
        """Take in what other processes appended."""
        if self.size == head.size:
            return
        self.absent = set()  # others may have brought them
        if self.newest and head.size - self.size <= _CAUGHT_UP:
            for position, kind, tags in session.fetch(
                f"SELECT position, type, tags FROM {self._log.entry} WHERE position > ? ORDER BY position",
                self.size,
            ):
                self.record(position, kind, map(int, tags.split()))
        else:
            self.newest = {}
        ((last_id,),) = session.fetch(f"SELECT coalesce(max(id), 0) FROM {self._log.tag}")
        self.last_id = last_id
        self.size = head.size

    def record(self, position: int, kind: str, tags: Iterable[int]) -> None:
        """An event was committed with these tag ids."""
        for tag in tags:
            known = self.newest.get(tag)
            if known is not None:
                known[kind] = position

    def search(self, session: Session, item: DCBQueryItem, after: int) -> int:
        """The newest committed position after ``after`` that matches a query of several tags, or of none."""
        if any(tag not in self.ids for tag in item.tags):
            return 0
        clauses, values = ["position > ?"], [after]
        if item.types:
            among, types = session.among("type", item.types)
            clauses.append(among)
            values += types
        for tag in item.tags:
            clauses.append(f"position IN (SELECT position FROM {self._log.tagged} WHERE tag = ? AND position > ?)")
            values += [self.ids[tag], after]
        where = " AND ".join(clauses)
        ((found,),) = session.fetch(f"SELECT max(position) FROM {self._log.entry} WHERE {where}", *values)
        return found or 0
