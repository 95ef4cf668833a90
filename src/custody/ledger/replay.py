"""Replaying history: every act decided again against the facts as they stood, in log order.

The same pure functions as at the time of recording, over facts folded from nothing but the log before each act.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from eventsourcing.dcb.api import DCBQuery, DCBQueryItem

from custody.acts.entry import Recorded
from custody.facts.gather import Facts, gather
from custody.facts.kinds import KINDS, Need, evolve, fold, must_refold
from custody.facts.tags import tags_of
from custody.ledger.memory import recorded_from
from custody.ledger.reader import Reader


class Replay:
    """The facts as of a position of the log: a `custody.facts.gather.Source` that moves forward act by act.

    Histories are read from the log only where an act changes how earlier ones read (corrections, late entries).
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[Need, Any] = {}
        self._by_id: dict[str, int] = {}
        self._times: list[datetime] = []

    def fold(self, needs: Sequence[Need]) -> Mapping[Need, Any]:
        """Facts by need, as of the present position."""
        return {need: self._known.get(need) for need in needs}

    def record(self, act_id: str) -> Recorded | None:
        """An act recorded before the present position."""
        index = self._by_id.get(act_id)
        return None if index is None else recorded_from(self._reader.row(index + 1))

    def history(self, tag: str) -> list[Recorded]:
        """Every act under a tag before the present position, in log order."""
        return self._history(tag, ())

    def recorded_at(self, index: int) -> datetime | None:
        """When an entry before the present position was recorded."""
        return self._times[index] if index < len(self._times) else None

    def facts(self, recorded: Recorded) -> Facts:
        """What a decision about the next act reads."""
        return gather(recorded.act, self)

    def advance(self, recorded: Recorded, facts: Facts) -> tuple[str, ...]:
        """Take the next act in; returns its tags."""
        tags = tags_of(recorded.act, facts)
        self._by_id[recorded.act.id] = recorded.index
        self._times.append(recorded.recorded_at)
        for tag in tags:
            kind, _, name = tag.partition(":")
            if kind not in KINDS:
                continue
            need = Need(kind, name)
            if must_refold(need, recorded):
                self._known[need] = fold(need, self._history(tag, KINDS[need.kind].types))
            else:
                self._known[need] = evolve(need, self._known.get(need), recorded)
        return tags

    def _history(self, tag: str, types: Sequence[str]) -> list[Recorded]:
        rows, _ = self._reader.select(DCBQuery([DCBQueryItem(types=list(types), tags=[tag])]))
        return [recorded_from(row) for row, _ in rows if row.position <= len(self._times)]
