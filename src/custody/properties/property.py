"""What a property is: something that must be true of the whole log, told apart from every single decision."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from custody.properties.told import Told


class Contradiction(NamedTuple):
    """Something in the log that cannot be true together with the rest: at which leaf, and what was compared."""

    leaf: int
    facts: dict[str, Any]


Take = Callable[[Told], Iterable[Contradiction]]
"""Takes one act in, and says what it contradicts."""

Allowed = Callable[[str, str], Decimal]
"""How far two readings of a quantity may lie apart, in its own unit: of this quantity, this unit, by the rule data by
which the act being taken in was judged."""


class Fold(Protocol):
    """What one property remembers while the log is told once, act by act."""

    def takes(self) -> Mapping[str, Take]:
        """What is done with the acts of each type; all others are nothing to it."""

    def end(self) -> Iterable[Contradiction]:
        """What can only be said once everything was told."""


@dataclass(frozen=True, slots=True)
class Property:
    """A property: its code, what a contradiction says, what that means for the evidence, and the fold that finds it."""

    code: str
    zh: str
    en: str
    meaning_zh: str
    meaning_en: str
    begin: Callable[[Allowed], Fold]
