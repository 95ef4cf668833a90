"""What lies in a place and lay there, stay by stay: what a count is held against, and whom a warm night concerns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from custody.acts.entry import Recorded
from custody.acts.oversight import Correction
from custody.acts.parties import Place
from custody.facts.amend import Reading
from custody.facts.holding import CUSTODY_MOVING, Holder, moves


class Stay(NamedTuple):
    """One stay of an item in a place; without an end it lies there still. Indexes are those of the acts' leaves."""

    item: str
    since: datetime
    came: int
    until: datetime | None = None
    went: int | None = None


@dataclass(frozen=True, eq=False)
class StaysFacts:
    """The stays in one place, as a chain of the acts that moved something in or out.

    A busy store has very many: each act adds one link, and whoever asks pays for the walk. Late entries add none:
    they fill the past, and who holds an item now stays who he is.
    """

    place: str
    before: StaysFacts | None
    index: int
    at: datetime
    moved: tuple[tuple[str, bool], ...]
    """(item, whether it came): otherwise it went, if it was there."""
    voids: bool
    """Whether something was voided or inserted: then an item's own facts say whether it was ever there."""

    @property
    def unsure(self) -> bool:
        """Whether any act of the chain voided or inserted something."""
        return any(each.voids for each in self._chain())

    @cached_property
    def stays(self) -> tuple[Stay, ...]:
        """Every stay, in the order in which they began."""
        found: list[Stay] = []
        lying: dict[str, int] = {}
        for each in reversed(list(self._chain())):
            for item, came in each.moved:
                there = lying.get(item)
                if came and there is None:
                    lying[item] = len(found)
                    found.append(Stay(item, each.at, each.index))
                elif not came and there is not None:
                    found[lying.pop(item)] = found[there]._replace(until=each.at, went=each.index)
        return tuple(found)

    def lying(self, size: int) -> list[str]:
        """The items that lay there when the log had this size."""
        return [each.item for each in self.stays if each.came < size and (each.went is None or each.went >= size)]

    def during(self, first: datetime, last: datetime) -> list[str]:
        """The items that lay there at any instant from the first to the last."""
        return [
            each.item for each in self.stays if each.since <= last and (each.until is None or each.until > first)
        ]

    def _chain(self) -> Iterator[StaysFacts]:
        link: StaysFacts | None = self
        while link is not None:
            yield link
            link = link.before

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StaysFacts) and (self.place, self.stays) == (other.place, other.stays)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class WithinFacts:
    """The places that stand directly in one."""

    places: frozenset[str] = frozenset()


def evolve_stays(facts: StaysFacts | None, reading: Reading, place: str) -> StaysFacts | None:
    """Fold one act, as it reads, into what lies in a place."""
    act = reading.act
    voids = isinstance(act, Correction) and any(each.op != "replace" for each in act.changes)
    moved: list[tuple[str, bool]] = []
    if act.act in CUSTODY_MOVING:
        here, late = Holder("place", place), _late(reading)
        for number, (item, done) in enumerate(zip(act.own_items, moves(act), strict=True)):
            if done is not None and number not in reading.voided and number not in late:
                moved.append((item, done.taker == here))
    if not moved and not voids:
        return facts
    return StaysFacts(place, facts, reading.recorded.index, reading.happened_at, tuple(moved), voids)


def _late(reading: Reading) -> frozenset[int]:
    """The items of an act that it only entered late, by index."""
    marked = next((each for each in reading.recorded.defects if each.code == "LATE_ENTRY"), None)
    if marked is None:
        return frozenset()
    return frozenset(marked.items or range(len(reading.act.own_items)))


def evolve_within(facts: WithinFacts | None, recorded: Recorded, place: str) -> WithinFacts | None:
    """Fold one act into what stands in a place: a place may be registered anew under another one."""
    act = recorded.act
    if not isinstance(act, Place):
        return facts
    known = facts.places if facts else frozenset()
    return WithinFacts(known | {act.place} if act.parent == place else known - {act.place})
