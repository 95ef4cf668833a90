"""Facts that a process remembers, so that a decision seldom reads the log.

Every fact is remembered with the position up to which it is complete, and evolves with each act that is appended.
What another process appended is not known here until an append condition fails; then the memory catches up. A stale
fact can therefore cost a second decision, never a wrong one.
"""

from __future__ import annotations

import gc
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from threading import RLock
from typing import Any
from uuid import UUID

from eventsourcing.dcb.api import DCBAppendCondition, DCBQuery, DCBQueryItem

from custody.acts.entry import Recorded, read_entry, recorded_at
from custody.facts.kinds import KINDS, KindName, Need, concerns, evolve, fold, must_refold
from custody.ledger.past import Past, histories, recorded_from
from custody.ledger.reader import Reader

_REMEMBERED = 50_000
_RECENT = 10_000
_WAITING = 500  # a fact that nobody asked for during so many acts is read anew


def calm_collector() -> None:
    """Let Python's cyclic collector look seldom: for programs, once, before they open a ledger.

    Acts and facts are trees that live long; at its defaults the collector walks all of them again and again and takes
    about half of the time of a batch (docs/performance.md).
    """
    gc.set_threshold(200_000, 20, 50)


@dataclass(slots=True)
class _Known:
    kind: KindName
    fact: Any
    upto: int
    """The position up to which it was read."""
    waiting: list[Recorded] = field(default_factory=list)
    """Later acts that it has yet to take in, in log order."""

    def bring_up(self, need: Need) -> bool:
        """Take in what waits. False if one of them changes how earlier acts read: then the fact must be read anew."""
        if any(must_refold(need, recorded) for recorded in self.waiting):
            return False
        for recorded in self.waiting:
            self.fact = evolve(need, self.fact, recorded)
        self.waiting.clear()
        return True


class FactMemory:
    """Facts by need, and when recent entries were recorded. Safe to use from any thread."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._lock = RLock()
        self._known: OrderedDict[Need, _Known] = OrderedDict()
        self._times: OrderedDict[int, datetime] = OrderedDict()
        self._past = Past(reader)
        self._waiting: dict[int, tuple[Recorded, Sequence[str]]] = {}
        self.size = reader.head().size
        """Every fact remembered is complete at least up to this position."""

    def view(self) -> View:
        """Begin a decision: what it reads from here on is complete at least up to the present size."""
        with self._lock:
            return View(self, self.size)

    def advance(self, recorded: Recorded, tags: Sequence[str]) -> None:
        """Take in an act that this process appended; acts may arrive out of order and wait for those before."""
        with self._lock:
            if recorded.index >= self.size:  # else it was taken in from the log meanwhile
                self._waiting[recorded.index] = (recorded, tags)
            while self.size in self._waiting:
                self._take_in(*self._waiting.pop(self.size))
            if len(self._waiting) > _RECENT:
                self.catch_up()

    def catch_up(self) -> None:
        """Take in what stands in the log beyond what is remembered."""
        with self._lock:
            while page := self._reader.tagged_rows(self.size, 256):
                for row, tags in page:
                    ours = self._waiting.pop(row.position - 1, None)
                    self._take_in(*(ours or (recorded_from(row), tags)))

    def _take_in(self, recorded: Recorded, tags: Sequence[str]) -> None:
        """Note for each remembered fact what it has yet to take in: most are not asked for again soon."""
        for tag in tags:
            kind, _, name = tag.partition(":")
            known = self._known.get(Need(kind, name))  # type: ignore[arg-type]
            if known is not None and recorded.index >= known.upto and concerns(known.kind, recorded):
                known.waiting.append(recorded)
                if len(known.waiting) > _WAITING:
                    del self._known[Need(kind, name)]  # type: ignore[arg-type]
        self._remember_time(recorded.index, recorded.recorded_at)
        self.size = recorded.index + 1

    def fold(self, needs: Sequence[Need]) -> dict[Need, Any]:
        """Return the fact of each need, reading from the log those that are not remembered."""
        with self._lock:
            found = {}
            missing = []
            for need in needs:
                known = self._known.get(need)
                if known is None or (known.waiting and not known.bring_up(need)):
                    missing.append(need)
                else:
                    self._known.move_to_end(need)
                    found[need] = known.fact
            if missing:
                found.update(self._read(missing))
            return found

    def _read(self, needs: Sequence[Need]) -> dict[Need, Any]:
        acts, size = self._past.under([item_of(need) for need in needs])
        found = {need: fold(need, acts[need.tag]) for need in needs}
        self._known.update({need: _Known(need.kind, fact, size) for need, fact in found.items()})
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return found

    def recorded_at(self, index: int) -> datetime | None:
        """When the entry at a leaf index was recorded; None beyond the log."""
        with self._lock:
            if index in self._times:
                return self._times[index]
        rows = self._reader.rows(index, 1)
        if not rows:
            return None
        moment = recorded_at(read_entry(rows[0].entry))
        with self._lock:
            self._remember_time(index, moment)
        return moment

    def _remember_time(self, index: int, moment: datetime) -> None:
        self._times[index] = moment
        while len(self._times) > _RECENT:
            self._times.popitem(last=False)

    def record(self, act_id: str) -> Recorded | None:
        """A recorded act by its id."""
        return next(map(recorded_from, self._reader.rows_of([UUID(act_id).bytes])), None)

    def histories(self, tags: Sequence[str]) -> dict[str, list[Recorded]]:
        """Every act under each tag, in log order."""
        with self._lock:
            return histories(self._past, tags)


@dataclass(slots=True)
class View:
    """One decision's reading: a `custody.facts.gather.Source` that keeps what it was asked for."""

    memory: FactMemory
    after: int
    asked: list[DCBQueryItem] = field(default_factory=list)

    def fold(self, needs: Sequence[Need]) -> Mapping[Need, Any]:
        """Facts by need, noted for the condition."""
        self.asked += [item_of(need) for need in needs]
        return self.memory.fold(needs)

    def record(self, act_id: str) -> Recorded | None:
        """A recorded act by its id; what amends it is part of the condition."""
        self.asked.append(DCBQueryItem(types=["correction", "remedy"], tags=[f"act:{act_id}"]))
        return self.memory.record(act_id)

    def histories(self, tags: Sequence[str]) -> Mapping[str, Sequence[Recorded]]:
        """Every act under each tag, noted for the condition."""
        self.asked += [DCBQueryItem(tags=[tag]) for tag in tags]
        return self.memory.histories(tags)

    def recorded_at(self, index: int) -> datetime | None:
        """When an entry was recorded, which never changes."""
        return self.memory.recorded_at(index)

    def condition(self) -> DCBAppendCondition:
        """Append only if nothing that was read has changed since."""
        return DCBAppendCondition(DCBQuery(self.asked), after=self.after)


@lru_cache(maxsize=_REMEMBERED)
def item_of(need: Need) -> DCBQueryItem:
    """The query by which a need's acts are found; the same object each time, since nobody changes it."""
    return DCBQueryItem(types=list(KINDS[need.kind].types), tags=[need.tag])
