"""A deadline: what has to be done by when, since which act, and which act stopped it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from custody.rules.clocks.text import Colour, DeadlineText, Level

State = Literal["running", "suspended", "no-calendar", "met", "late", "lapsed"]
"""running: not stopped yet, overdue or not (what it is at an instant, the colour says); suspended: it does not run
now; no-calendar: a year's calendar is missing, so that nobody can say when it is due; met and late: stopped in time,
or after; lapsed: what it limited ended by itself before anything stopped it."""


@dataclass(frozen=True, slots=True)
class Start:
    """What starts a deadline, found by its function: the act, the instant, and what stopped it, if anything has.

    ``due`` is given where an act names the instant, ``last_day`` where it names the day. A suspended one does not run;
    ``credit_days`` are days that did not count, by which it ends later. ``extension`` is the act that extended it.
    """

    act: str
    at: datetime
    subject: str
    """``item:…``, ``case:…``, ``kit:…`` or ``place:…``"""
    variant: str = ""
    due: datetime | None = None
    last_day: date | None = None
    stopped_by: str | None = None
    stopped_at: datetime | None = None
    suspended: bool = False
    credit_days: int = 0
    extension: Extended | None = None
    known_at: datetime | None = None
    """When the act that starts it was recorded; None: nobody asked."""


@dataclass(frozen=True, slots=True)
class Extended:
    """What extended a deadline, and when; ``due`` or ``last_day`` where the act names it, else the data's own term."""

    act: str
    at: datetime
    due: datetime | None = None
    last_day: date | None = None

    def moves(self, first_due: datetime) -> bool:
        """Whether it extends a deadline: a longer term only before the first one is over."""
        return self.due is not None or self.last_day is not None or self.at <= first_due


@dataclass(frozen=True, slots=True)
class Deadline:
    """One deadline of one subject. ``due`` is the last instant in time; None while nobody can say it.

    Of one that was extended, ``first_due`` is when it was due before and ``extended_by`` the act; else both are None.
    """

    rule: str
    variant: str
    subject: str
    case: str | None
    act: str
    started_at: datetime
    due: datetime | None
    missing_year: int | None
    stopped_by: str | None
    stopped_at: datetime | None
    state: State
    policy: str
    """The id of the rule data by which it runs."""
    first_due: datetime | None = None
    extended_by: str | None = None

    @property
    def id(self) -> str:
        """``D01/<act>/<subject>``, with the variant after the number where there is one."""
        variant = f".{self.variant}" if self.variant else ""
        return f"{self.rule}{variant}/{self.act}/{self.subject}"


def colour(deadline: Deadline, text: DeadlineText, at: datetime) -> Colour | None:
    """The colour of a deadline at an instant; None before the first rung, and once it is stopped."""
    rung = level(deadline, text, at)
    return rung.colour if rung else None


def level(deadline: Deadline, text: DeadlineText, at: datetime) -> Level | None:
    """The rung of the ladder that a deadline has reached at an instant; None before the first, and once stopped."""
    return level_of(text, deadline.started_at, deadline.due, deadline.stopped_at, at)


def level_of(
    text: DeadlineText, started_at: datetime, due: datetime | None, stopped_at: datetime | None, at: datetime
) -> Level | None:
    """The rung reached at an instant. Before the due instant a rung counts from its own instant on, after it later."""
    if due is None or at < started_at or (stopped_at is not None and stopped_at <= at):
        return None
    reached = [
        each for each in text.ladder
        if due + each.after < at or (due + each.after == at and each.colour == "blue")
    ]  # fmt: skip
    return reached[-1] if reached else None
