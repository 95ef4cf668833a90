"""Replaying history: every act decided again against the facts as they stood, in log order.

The same pure functions as at the time of recording, over facts folded from nothing but the log before each act.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from custody.acts.entry import Recorded
from custody.facts.gather import gather
from custody.facts.kinds import KINDS, Need, evolve, fold, must_refold
from custody.facts.known import Facts
from custody.facts.tags import tags_of
from custody.ledger.past import Past, histories, recorded_from
from custody.ledger.reader import Reader


class Replay:
    """The facts as of a position of the log: a `custody.facts.gather.Source` that moves forward act by act.

    Histories are read from the log only where an act changes how earlier ones read (corrections, late entries).
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._past = Past(reader)
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

    def histories(self, tags: Sequence[str]) -> Mapping[str, Sequence[Recorded]]:
        """Every act under each tag before the present position, in log order."""
        return {
            tag: [each for each in history if each.index < len(self._times)]
            for tag, history in histories(self._past, tags).items()
        }

    def recorded_at(self, index: int) -> datetime | None:
        """When an entry before the present position was recorded."""
        return self._times[index] if index < len(self._times) else None

    def facts(self, recorded: Recorded) -> Facts:
        """What a decision about the next act reads."""
        return gather(recorded.act, self)

    def advance(self, recorded: Recorded, facts: Facts) -> tuple[str, ...]:
        """Take the next act in; returns its tags."""
        tags = tags_of(recorded.act, facts, recorded.defects)
        self._by_id[recorded.act.id] = recorded.index
        self._times.append(recorded.recorded_at)
        needs = [Need(kind, name) for kind, _, name in (tag.partition(":") for tag in tags) if kind in KINDS]
        past = self.histories([need.tag for need in needs if must_refold(need, recorded)])
        for need in needs:
            if need.tag in past:
                types = KINDS[need.kind].types
                self._known[need] = fold(need, [each for each in past[need.tag] if not types or each.act.act in types])
            else:
                self._known[need] = evolve(need, self._known.get(need), recorded)
        return tags
