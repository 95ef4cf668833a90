"""Which rule data a deadline runs by: those in force, as the log says, from what starts it to its entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from custody.facts.governing import Founding, GoverningFacts
from custody.rules.calendars import Calendar
from custody.rules.clocks.deadline import Start
from custody.rules.clocks.text import DeadlineText
from custody.rules.policy import Policy


@dataclass(frozen=True)
class InForce:
    """The rule data of a ledger by time. ``by_id`` are those shipped, ``current`` what stands in for those that no
    longer are.

    Which days are worked is no rule that changes: a year that the data in force did not know yet is taken from others
    of the jurisdiction that do, so that a deadline that waited for its calendar gets its day.
    """

    current: Policy
    by_id: Mapping[str, Policy] = field(default_factory=dict)
    founding: Founding | None = None
    governing: GoverningFacts = field(default_factory=GoverningFacts)

    @cached_property
    def policies(self) -> tuple[Policy, ...]:
        """Every policy that was ever in force, oldest first, its calendar completed."""
        ids = [self.founding.policy] if self.founding else []
        named = [self._named(each) for each in (*ids, *(each.policy for each in self.governing.policies))]
        known = dict.fromkeys(each.id for each in named or [self.current])
        return tuple(self._completed[each] for each in known)

    def versions(self, rule: str) -> Iterator[tuple[DeadlineText, Policy]]:
        """Every text that a deadline ever had, with the rule data in which it stands."""
        for policy in self.policies:
            for text in policy.deadline_versions.get(rule, ()):
                yield text, policy

    def holds(self, text: DeadlineText, policy: Policy, start: Start) -> bool:
        """Whether a text was in force at any time from what starts a deadline to its entry.

        What was recorded later never changes that, so that a rebuild finds what was found live.
        """
        last = start.known_at or start.at
        first = min(start.at, last)
        days = (each.astimezone(policy.zone).date() for each in (first, last))
        return policy.id in self._ids(first, last) and text.meets(*days)

    def _ids(self, first: datetime, last: datetime) -> set[str]:
        """The rule data in force at any time from one instant to another; what begins at the second does not count."""
        changes = self.governing.policies
        begun = [each.policy for each in changes if each.since <= first and each.since < last]
        standing = begun[-1] if begun else self.founding.policy if self.founding else self.current.id
        between = [each.policy for each in changes if first < each.since < last]
        return {self._named(each).id for each in (standing, *between)}

    def _named(self, policy: str) -> Policy:
        return self.by_id.get(policy, self.current)

    @cached_property
    def _completed(self) -> Mapping[str, Policy]:
        """Each policy with the years that only others know."""
        shipped = {**self.by_id, self.current.id: self.current}
        years = {year: each for policy in shipped.values() for year, each in policy.calendar.years.items()}
        return {
            name: replace(policy, calendar=Calendar({**years, **policy.calendar.years}))
            for name, policy in shipped.items()
        }
