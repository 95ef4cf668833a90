"""Every deadline of a case or a place, from its docket and the rule data in force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from custody.rules.calendars import CalendarMissing, end_of
from custody.rules.clocks import control, disposing, keeping, listing, measures, places, results, samples
from custody.rules.clocks.clock import Clock
from custody.rules.clocks.deadline import Deadline, Extended, Start, State
from custody.rules.clocks.docket import Docket
from custody.rules.clocks.in_force import InForce
from custody.rules.clocks.text import DeadlineText
from custody.rules.policy import Policy

CLOCKS: Final[tuple[Clock, ...]] = (
    *keeping.CLOCKS, *samples.CLOCKS, *results.CLOCKS, *measures.CLOCKS, *disposing.CLOCKS,
    *control.CLOCKS, *listing.CLOCKS,
)  # fmt: skip
"""Every clock of cases."""

PLACE_CLOCKS: Final[tuple[Clock, ...]] = places.CLOCKS
"""Every clock of places."""


def deadlines_of(docket: Docket, law: InForce) -> Iterator[Deadline]:
    """Every deadline that was ever started in a case or a place, stopped or not; a jurisdiction has those that its data
    name. Of two texts in force from what started it to its entry, the one by which it is due first holds."""
    for each in PLACE_CLOCKS if docket.place else CLOCKS:
        found: dict[str, Deadline] = {}
        for text, policy in law.versions(each.rule):
            for start in each.find(docket, text):
                if law.holds(text, policy, start):
                    made = deadline_of(text, start, policy, None if docket.place else docket.case)
                    found[made.id] = _stricter(found.get(made.id), made)
        yield from found.values()


def _stricter(one: Deadline | None, other: Deadline) -> Deadline:
    """The one that is due first; one of which nobody can say when it is due counts as due at once."""
    if one is None or other.due is None:
        return other
    return one if one.due is None or one.due <= other.due else other


def deadline_of(text: DeadlineText, start: Start, policy: Policy, case: str | None) -> Deadline:
    """A deadline from what starts it: when it is due, and how it stands."""
    missing, first, due, extension = None, None, None, None
    if not start.suspended:
        try:
            first = _due(text, start, policy)
            extension = start.extension if start.extension and start.extension.moves(first) else None
            due = _extended(text, start, extension, policy) if extension else first
        except CalendarMissing as error:
            missing, due = error.year, None
    return Deadline(
        text.rule, start.variant, start.subject, case, start.act, start.at, due, missing,
        start.stopped_by, start.stopped_at, _state(text, start, due), policy.id,
        first if extension else None, extension.act if extension else None,
    )  # fmt: skip


def _due(text: DeadlineText, start: Start, policy: Policy) -> datetime:
    """The last instant in time. Raises CalendarMissing."""
    if start.last_day is not None:
        return end_of(start.last_day, policy.zone)
    term = text.term(start.variant)
    if start.due is not None or term is None:
        return start.due or start.at
    counted = start.at + timedelta(days=start.credit_days)  # as if it had begun so much later
    return term.end(counted, policy.calendar, policy.zone)


def _extended(text: DeadlineText, start: Start, extension: Extended, policy: Policy) -> datetime:
    """The last instant of the longer term. Raises CalendarMissing."""
    if extension.last_day is not None:
        return end_of(extension.last_day, policy.zone)
    term = text.extension.terms.get(start.variant) if text.extension else None
    if extension.due is not None or term is None:
        return extension.due or _due(text, start, policy)
    return term.end(start.at, policy.calendar, policy.zone)


def _state(text: DeadlineText, start: Start, due: datetime | None) -> State:
    if start.stopped_at is None:
        return "suspended" if start.suspended else "no-calendar" if due is None else "running"
    if due is None or start.stopped_at <= due:
        return "met"
    return "lapsed" if text.lapses else "late"
