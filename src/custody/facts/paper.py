"""Facts about an instrument, and about a discrepancy: what a case's papers say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from custody.acts.differences import Closed, Discrepancy, Raised
from custody.acts.measures import ApproverLevel, Instrument, InstrumentType
from custody.facts.amend import Reading


@dataclass(frozen=True, slots=True)
class InstrumentFacts:
    """A legal instrument: of which case and type, by whom, approved at which level (none: by another authority)."""

    reference: str
    case: str
    type: InstrumentType
    issuer: str
    level: ApproverLevel | None
    date: date
    act: str


@dataclass(frozen=True, slots=True)
class DiscrepancyFacts:
    """A discrepancy: its kind, who raised it, the items still in question, and how it ended."""

    act: str
    kind: str
    case: str | None
    raised_by: frozenset[str]
    items: frozenset[str]
    """The items still in question."""
    outcome: str | None = None
    """How it was last closed, wholly or for some of its items."""

    @property
    def open(self) -> bool:
        """Whether the inquiry still runs."""
        return self.outcome is None or bool(self.items)


def evolve_instrument(facts: InstrumentFacts | None, reading: Reading, reference: str) -> InstrumentFacts | None:
    """Fold one act, as it reads, into what is known of an instrument."""
    act = reading.act
    if not isinstance(act, Instrument) or act.reference != reference or facts is not None:
        return facts
    return InstrumentFacts(reference, act.case, act.type, act.issuer, act.approver_level, act.date, act.id)


def evolve_discrepancy(facts: DiscrepancyFacts | None, reading: Reading, raised_in: str) -> DiscrepancyFacts | None:
    """Fold one act into what is known of a discrepancy."""
    act = reading.act
    if not isinstance(act, Discrepancy) or act.raised_in != raised_in:
        return facts
    if isinstance(act.report, Raised):
        who = frozenset([signer.person for signer in act.signers])
        return DiscrepancyFacts(act.id, act.report.kind, act.case, who, frozenset(act.own_items))
    if facts is None or not isinstance(act.report, Closed):
        return facts
    return replace(facts, items=facts.items - set(act.items), outcome=act.report.outcome)
