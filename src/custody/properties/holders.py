"""One holder at each instant: every item's stretches of custody join, from the act it was taken with to its end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from custody.properties.hands import PASSING, Given, Hand, passings
from custody.properties.property import Contradiction, Take
from custody.properties.told import Told


class _Step(NamedTuple):
    """One passing of an item: when, by which act, and whether its entry records that the giver was another."""

    when: datetime
    leaf: int
    given: Given | None
    taken: Hand | None
    stays: bool
    gap: bool


class Holders:
    """Every passing of each item in reading order: an act recorded late stands where it belongs in time."""

    def __init__(self) -> None:
        self._steps: dict[str, list[_Step]] = {}

    def takes(self) -> Mapping[str, Take]:
        """Every act that passes things on."""
        return dict.fromkeys(PASSING, self._pass)

    def _pass(self, told: Told) -> Iterable[Contradiction]:
        when, index, voided = told.when, told.index, told.reading.voided
        marked = bool(told.reading.recorded.defects)
        late = told.marked("LATE_ENTRY") if marked else ()
        gaps = told.marked("CHAIN_GAP") if marked else ()
        standing = {item for _, item in told.items()} | {each.item for each in told.births} if voided else None
        steps = self._steps
        for item, given, taken, stays in passings(told.act):
            if standing is not None and item not in standing:
                continue
            step = _Step(when, index, given, taken, stays, item in gaps)
            known = steps.get(item)
            if known is None:
                steps[item] = [step]
            elif item in late:
                known.insert(_where(known, when), step)
            else:
                known.append(step)
        return ()

    def end(self) -> Iterable[Contradiction]:
        """Walk through the hands of each item."""
        for item, steps in self._steps.items():
            problem = _broken(steps)
            if problem is not None:
                index, facts = problem
                yield Contradiction(index, {"item": item, **facts})


def _where(steps: list[_Step], when: datetime) -> int:
    """Before the first passing that happened later."""
    return next((number for number, each in enumerate(steps) if each.when > when), len(steps))


def _broken(steps: list[_Step]) -> tuple[int, dict[str, str | None]] | None:
    """The first passing that does not join on to the one before it."""
    first, *rest = steps
    if first.given is not None:
        return first.leaf, {"problem": "moved before it was taken"}
    if first.taken is None:
        return first.leaf, {"problem": "taken by nobody"}
    holder: Hand | None = first.taken
    since = first.when
    for step in rest:
        if step.given is None:
            return step.leaf, {"problem": "taken twice"}
        if holder is None:
            return step.leaf, {"problem": "moved after it left for good"}
        if not step.gap and not step.given.fits(holder):
            return step.leaf, {"problem": "given by another than its holder", "holder": holder.id}
        if step.stays:
            continue
        if step.when < since:
            return step.leaf, {"problem": "two holders at one time", "since": since.isoformat()}
        holder, since = step.taken, step.when
    return None
