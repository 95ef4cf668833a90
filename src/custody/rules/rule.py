"""What a rule is: a named function whose name is a sentence, and the data it goes by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from custody.acts.act import Act
from custody.acts.entry import Severity
from custody.facts.gather import Facts
from custody.facts.item import ItemFacts
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
        known = ((index, self.facts.item(item)) for index, item in enumerate(self.act.own_items()))
        return tuple((index, facts) for index, facts in known if facts is not None and not facts.voided)


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
