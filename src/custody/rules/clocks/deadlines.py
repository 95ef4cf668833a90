"""Every deadline of a case, from its docket and the rule data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from custody.rules.calendars import CalendarMissing, end_of
from custody.rules.clocks import control, disposing, keeping, measures, results, samples
from custody.rules.clocks.clock import Clock
from custody.rules.clocks.deadline import Deadline, Start, State
from custody.rules.clocks.docket import Docket
from custody.rules.clocks.text import DeadlineText
from custody.rules.policy import Policy

CLOCKS: Final[tuple[Clock, ...]] = (
    *keeping.CLOCKS, *samples.CLOCKS, *results.CLOCKS, *measures.CLOCKS, *disposing.CLOCKS,
    *control.CLOCKS,
)  # fmt: skip
"""Every clock."""


def deadlines_of(docket: Docket, policy: Policy) -> Iterator[Deadline]:
    """Every deadline that was ever started in a case, stopped or not; a jurisdiction has those that its data name."""
    for each in CLOCKS:
        text = policy.deadlines.get(each.rule)
        if text is None:
            continue
        for start in each.find(docket, text):
            yield deadline_of(text, start, policy, docket.case)


def deadline_of(text: DeadlineText, start: Start, policy: Policy, case: str | None) -> Deadline:
    """A deadline from what starts it: when it is due, and how it stands."""
    missing, due = None, None
    if not start.suspended:
        try:
            due = _due(text, start, policy)
        except CalendarMissing as error:
            missing = error.year
    return Deadline(
        text.rule, start.variant, start.subject, case, start.act, start.at, due, missing,
        start.stopped_by, start.stopped_at, _state(text, start, due),
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


def _state(text: DeadlineText, start: Start, due: datetime | None) -> State:
    if start.stopped_at is None:
        return "suspended" if start.suspended else "no-calendar" if due is None else "running"
    if due is None or start.stopped_at <= due:
        return "met"
    return "lapsed" if text.lapses else "late"
