"""From which day to which something in the rule data holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Span:
    """The days on which something holds, both included; None: without beginning or end."""

    valid_from: date | None = None
    valid_to: date | None = None

    def in_force(self, on: date) -> bool:
        """Whether it holds on a day."""
        return self.meets(on, on)

    def meets(self, first: date, last: date) -> bool:
        """Whether it holds on any day from the first to the last."""
        return (self.valid_from is None or self.valid_from <= last) and (
            self.valid_to is None or first <= self.valid_to
        )
