"""The docket of a case or a place: its acts as they read now, and what deadlines ask of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import Any

from custody.acts.case import CaseOpening, Noted
from custody.acts.measures import MeasureChange
from custody.acts.samples import BloodDraw, Tube
from custody.acts.taking import Seizure, TakenItem
from custody.facts.amend import Reading
from custody.facts.holding import Holder, move
from custody.rules.clocks.deadline import Extended, Start
from custody.rules.clocks.text import DeadlineText


@dataclass(frozen=True)
class Docket:
    """The acts on a case and its items, or on a place, in the order in which they happened."""

    case: str
    acts: tuple[Reading, ...]
    place: str | None = None
    """The place, of a docket that is no case's; ``case`` is then empty."""

    @classmethod
    def of(cls, case: str, readings: Iterable[Reading]) -> Docket:
        """Order acts, as corrections make them read, by when they happened; those of one instant as recorded."""
        return cls(case, tuple(sorted(readings, key=lambda each: each.happened_at)))

    @classmethod
    def of_place(cls, place: str, readings: Iterable[Reading]) -> Docket:
        """The same for a place: how it was registered, looked at and counted."""
        return cls("", tuple(sorted(readings, key=lambda each: each.happened_at)), place)

    @cached_property
    def kind(self) -> str | None:
        """What kind of case it is: criminal, administrative, public-order or traffic."""
        opened = next((each.act for each in self.acts if isinstance(each.act, CaseOpening)), None)
        return opened.kind if opened else None

    @property
    def criminal(self) -> bool:
        """Whether criminal procedure governs it."""
        return self.kind == "criminal"

    @cached_property
    def _by_type(self) -> dict[str, list[Reading]]:
        found: dict[str, list[Reading]] = {}
        for each in self.acts:
            found.setdefault(each.act.act, []).append(each)
        return found

    @cached_property
    def _by_item(self) -> dict[str, list[Reading]]:
        found: dict[str, list[Reading]] = {}
        for each in self.acts:
            for item in each.act.positions:
                if each.position_of(item) is not None:
                    found.setdefault(item, []).append(each)
        return found

    def acts_of(self, *types: str) -> Iterator[Reading]:
        """The acts of some types, in the order of the types and then of time."""
        for each in types:
            yield from self._by_type.get(each, ())

    def on(self, item: str) -> list[Reading]:
        """The acts that name an item and were not voided for it."""
        return self._by_item.get(item, [])

    def seized(self, text: DeadlineText) -> Iterator[tuple[Reading, Seizure, TakenItem]]:
        """Every item seized, with the act, where seizures start the deadline."""
        for each in self.acts_of("seizure") if "seizure" in text.starts else ():
            if isinstance(each.act, Seizure):
                for index, taken in enumerate(each.act.items):
                    if index not in each.voided:
                        yield each, each.act, taken

    def drawn(self) -> Iterator[tuple[Reading, Tube]]:
        """Every tube of blood drawn, with the act."""
        for each in self.acts_of("blood-draw"):
            if isinstance(each.act, BloodDraw):
                yield from ((each, tube) for index, tube in enumerate(each.act.tubes) if index not in each.voided)

    @cached_property
    def items(self) -> dict[str, Reading]:
        """Every item of the case, and the act by which it was taken."""
        return {item: each for each in self.acts_of("seizure", "blood-draw") for item in items_of(each)}

    def noted(self, fact: str) -> Iterator[Reading]:
        """The acts that noted a fact."""
        for each in self.acts_of("noted"):
            if isinstance(each.act, Noted) and each.act.fact == fact:
                yield each

    def concerned(self, noted: Reading) -> dict[str, None]:
        """The items that a noted fact concerns: those it names, or all that were taken by then."""
        known = self._concerned.get(id(noted))
        if known is None:
            named, whole = items_of(noted), not noted.act.own_items
            known = self._concerned[id(noted)] = dict.fromkeys(
                item for item, taken in self.items.items()
                if item in named or (whole and taken.happened_at <= noted.happened_at)
            )  # fmt: skip
        return known

    @cached_property
    def _concerned(self) -> dict[int, dict[str, None]]:
        """Answered already: it is asked for every item."""
        return {}

    def places_of(self, item: str) -> Iterator[tuple[Reading, Holder | None]]:
        """Each act that moved an item, and who held it from then on; None: it left for good."""
        for each in self.on(item):
            position = each.position_of(item)
            done = move(each.act, position) if position is not None else None
            if done is not None:
                yield each, done.taker

    def stored(self, item: str, since: datetime) -> Reading | None:
        """The act by which an item came into a place, or left for good, at or after an instant."""
        for each, taker in self.places_of(item):
            if each.happened_at >= since and (taker is None or taker.kind == "place"):
                return each
        return None

    def days_in_laboratory(self, item: str, since: datetime) -> tuple[int, bool]:
        """How many whole days an item was examined since an instant, and whether it still is."""
        stretches = [each for each, _ in self.places_of(item)]
        days = 0
        for each, following in pairwise([*stretches, None]):
            if each is None or each.act.act != "lab-receipt" or each.happened_at < since:
                continue
            if following is None:
                return days, True
            days += (following.happened_at - each.happened_at).days
        return days, False

    def first(self, item: str, types: Iterable[str], since: datetime) -> Reading | None:
        """The first act of some types on an item at or after an instant; ``noted:…`` means that fact, noted of it or
        of the whole case."""
        wanted = frozenset(types)
        found = [
            each for each in (*self.on(item), *self._noted_of_all)
            if each.happened_at >= since and name_of(each) in wanted
        ]  # fmt: skip
        return min(found, key=lambda each: each.happened_at, default=None)

    @cached_property
    def _noted_of_all(self) -> list[Reading]:
        return [each for each in self.acts_of("noted") if not each.act.own_items]

    def extension(self, text: DeadlineText, item: str, start: Start) -> Extended | None:
        """The fact that extends the term of an item, approved and noted before it was stopped: the first one."""
        extension = text.extension
        if extension is None or start.variant not in extension.terms:
            return None
        for noted in self.noted(extension.noted):
            over = start.stopped_at is not None and noted.happened_at > start.stopped_at
            approved = noted.happened_at >= start.at and not over and noted.act.signed_by("approver")
            if approved and item in self.concerned(noted):
                return Extended(noted.recorded.act.id, noted.happened_at)
        return None

    def item_start(self, text: DeadlineText, each: Reading, item: str, **fields: Any) -> Start:
        """A deadline of an item that an act starts and the first of the act types in the rule data stops."""
        stop = self.first(item, text.stops, fields.get("at", each.happened_at))
        start = started(each, f"item:{item}", stop, **fields)
        extension = self.extension(text, item, start)
        return replace(start, extension=extension) if extension else start


def started(each: Reading, subject: str, stop: Reading | None, **fields: Any) -> Start:
    """A deadline that an act starts at its own instant, unless another is given."""
    return Start(**{
        "act": each.recorded.act.id, "at": each.happened_at, "subject": subject,
        "known_at": each.recorded.recorded_at,
        "stopped_by": stop.recorded.act.id if stop else None, "stopped_at": stop.happened_at if stop else None,
        **fields,
    })  # fmt: skip


def items_of(each: Reading) -> tuple[str, ...]:
    """The items an act names, without those that were voided in it."""
    return tuple(item for index, item in enumerate(each.act.own_items) if index not in each.voided)


def name_of(each: Reading) -> str:
    """An act as the rule data name it: its type, a noted fact ``noted:…``, a measure lifted ``measure-change:lift``."""
    act = each.act
    if isinstance(act, MeasureChange):
        return f"{act.act}:{act.change.kind}"
    return f"noted:{act.fact}" if isinstance(act, Noted) else act.act
