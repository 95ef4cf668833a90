"""Who asks: a person or a system of one agency, in the capacities that are live on the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from custody.facts.parties import AgencyFacts, PersonFacts

OVERSEEING: Final = frozenset({
    "approver-1", "approver-2", "approver-3", "legal-reviewer", "supervisor", "auditor",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who signed in. What he may read follows from nothing else."""

    person: str
    agency: str
    agency_kind: str
    capacities: frozenset[str]
    subject: str = "person"
    """``person`` or ``system``, as enrolled; rights follow from the capacities of either."""

    @property
    def contractor(self) -> bool:
        """Whether he belongs to a contractor who only keeps things."""
        return self.agency_kind == "custodian-contractor"

    @property
    def oversees(self) -> bool:
        """Whether he reviews, approves, supervises or audits what others do."""
        return bool(self.capacities & OVERSEEING)

    @property
    def audits(self) -> bool:
        """Whether he audits the whole ledger: for an office that audits others, not named by his own agency."""
        return self.agency_kind in ("audit", "supervision") and "auditor" in self.capacities


def caller_of(person: PersonFacts, agency: AgencyFacts, on: date) -> Caller:
    """The caller that a person or a system is on a day."""
    live = frozenset(each for each in person.capacities if person.holds(each, on))
    return Caller(person.person, person.agency, agency.kind, live, person.subject)
