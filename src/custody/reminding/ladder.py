"""Which rungs of its ladder a deadline has reached. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from custody.facts.shapes import Shape
from custody.rules.clocks.text import DeadlineText, Level


@dataclass(frozen=True, slots=True)
class Standing:
    """A deadline that runs, and the rungs that it has reached at an instant, the lowest first."""

    deadline: Shape
    text: DeadlineText
    due: datetime
    reached: tuple[Level, ...]

    @property
    def escalated(self) -> bool:
        """Whether it stands on the last rung, where a recommendation is drafted."""
        return self.reached[-1] == self.text.ladder[-1]


def standing(deadline: Shape, text: DeadlineText | None, at: datetime) -> Standing | None:
    """How a deadline of the register stands; None before its first rung, once it is stopped, while nobody can say."""
    if text is None or deadline["due"] is None or deadline["stopped_by"] is not None:
        return None
    due = datetime.fromisoformat(deadline["due"])
    if at < datetime.fromisoformat(deadline["started_at"]):
        return None
    reached = tuple(each for each in text.ladder if _reached(each, due, at))
    return Standing(deadline, text, due, reached) if reached else None


def _reached(rung: Level, due: datetime, at: datetime) -> bool:
    """As `custody.rules.clocks.deadline.level_of` has it: before the due instant from its own on, later after it."""
    return due + rung.after < at or (due + rung.after == at and rung.colour == "blue")
