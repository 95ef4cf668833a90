"""What a rule is: a named function whose name is a sentence, and the data it goes by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from custody.acts.act import Act
from custody.acts.entry import Severity
from custody.facts.governing import Founding
from custody.facts.holding import Move, moves
from custody.facts.item import ItemFacts
from custody.facts.known import Facts
from custody.facts.parties import AgencyFacts
from custody.rules.policy import Policy


@dataclass(frozen=True, slots=True)
class Breach:
    """One breach of a rule: by which items (indexes into the act's own list; none: all), and what was compared."""

    items: tuple[int, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity | None = None
    """Heavier or lighter than the rule data say, where the law itself distinguishes."""


@dataclass(frozen=True)
class Matter:
    """What is before the rules: an act, the facts it meets, the policy, and the instant at which it is decided."""

    act: Any
    facts: Facts
    policy: Policy
    now: datetime

    def items(self) -> tuple[tuple[int, ItemFacts], ...]:
        """The items the act names that are known and not voided, each with its index in the act's own list."""
        return self._items

    @cached_property
    def _items(self) -> tuple[tuple[int, ItemFacts], ...]:
        known = [(index, self.facts.item(item)) for index, item in enumerate(self.act.own_items)]
        return tuple([(index, facts) for index, facts in known if facts is not None and not facts.voided])

    def parents(self, item: ItemFacts) -> tuple[ItemFacts, ...]:
        """What an item was divided from, nearest first."""
        found: list[ItemFacts] = []
        above = item.thing.parent
        while above is not None and (known := self.facts.item(above)) is not None and known not in found:
            found.append(known)
            above = known.thing.parent
        return tuple(found)

    def taken(self, item: ItemFacts) -> ItemFacts:
        """The item as which it was taken: itself, or what it was divided from in the end."""
        return self.parents(item)[-1] if item.thing.parent else item

    @cached_property
    def moves(self) -> tuple[Move | None, ...]:
        """What the act does to each item of its own list."""
        return moves(self.act)

    @cached_property
    def day(self) -> date:
        """The day on which the act happened, where it happened."""
        return self.act.occurred_at.date()  # type: ignore[no-any-return]

    def dual_control(self, place: str) -> bool:
        """Whether a place, or one it stands in, opens only to two custodians."""
        return any(each.dual_control for each in self.facts.above(place))

    def responsible(self, person: str, place: str) -> bool:
        """Whether a person moves what lies in a place: its custodian, or in a laboratory an examiner of the house."""
        known = self._responsible.get((person, place))
        if known is None:
            known = self._responsible[person, place] = self._is_responsible(person, place)
        return known

    @cached_property
    def _responsible(self) -> dict[tuple[str, str], bool]:
        """Answered already: four rules ask it of every item."""
        return {}

    def _is_responsible(self, person: str, place: str) -> bool:
        known, above = self.facts.person(person), self.facts.above(place)
        if known is None or not above:
            return False
        if known.holds("custodian", self.day) and any(each.place in known.places for each in above):
            return True
        if above[0].place_class != "laboratory" or not known.holds("examiner", self.day):
            return False
        return self.house(known.agency) == self.house(above[0].agency)

    def house(self, agency: str) -> str:
        """The agency that stands for one today: itself, or once it ended whoever its duties passed to."""
        passed: list[str] = []
        while agency not in passed:
            known = self.facts.agency(agency)
            if known is None or known.successor is None or known.valid_to is None or self.day <= known.valid_to:
                return agency
            passed.append(agency)
            agency = known.successor
        return agency  # successors that name each other in a circle

    def founding(self, agency: str) -> Founding | None:
        """What genesis names, if an agency is the one that opened the ledger, or stands for it today."""
        return self._founding(self.facts.agency(agency), agency, frozenset())

    def _founding(self, known: AgencyFacts | None, standing: str, asked: frozenset[str]) -> Founding | None:
        if known is None or known.agency in asked:
            return None
        if known.founding is not None:
            return known.founding if self.house(known.agency) == standing else None
        asked |= {known.agency}
        found = [self._founding(self.facts.agency(each), standing, asked) for each in known.predecessors]
        return next((each for each in found if each is not None), None)


Check = Callable[[Matter], Iterable[Breach]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as code: the code of its text, the act types it judges, and the function that finds breaches.

    ``if_planned`` names the refusal that a defect becomes while the act is only planned and can still be left undone.
    """

    code: str
    types: tuple[type[Act], ...]
    check: Check
    if_planned: str | None = None

    def breaches(self, matter: Matter) -> tuple[Breach, ...]:
        """Every breach of this rule by this act."""
        return tuple(self.check(matter)) if isinstance(matter.act, self.types) else ()


def rule(code: str, *types: type[Act], if_planned: str | None = None) -> Callable[[Check], Rule]:
    """Make a function a rule under a code, for some act types."""

    def bind(check: Check) -> Rule:
        return Rule(code, types, check, if_planned)

    return bind
