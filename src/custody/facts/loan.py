"""Facts about loans: what was asked for, what was granted until when, and what was taken on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from custody.acts.custody import CheckOut
from custody.acts.loans import LoanDecision, LoanRequest
from custody.acts.values import Line
from custody.facts.amend import Reading


@dataclass(frozen=True, slots=True)
class Loan:
    """An item out on loan: to whom, what for, until when, the line it left with, and the request it left on."""

    borrower: str
    purpose: str
    due: datetime
    act: str
    line: Line
    request: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided of one item of a request: granted until when, or rejected; by which act."""

    act: str
    granted: bool
    due: datetime


@dataclass(frozen=True, slots=True)
class LoanFacts:
    """A loan as it was asked for, named by the id of its request. ``taken`` maps an item to its check-out."""

    loan: str
    items: frozenset[str]
    borrower: str
    purpose: str
    due: datetime
    asked_by: frozenset[str]
    decided: Mapping[str, Decided] = field(default_factory=dict)
    taken: Mapping[str, str] = field(default_factory=dict)

    def granted(self, item: str) -> Decided | None:
        """What stands granted of an item."""
        decided = self.decided.get(item)
        return decided if decided is not None and decided.granted else None


def evolve_loan(facts: LoanFacts | None, reading: Reading, loan: str) -> LoanFacts | None:
    """Fold one act, as it reads, into what is known of a loan."""
    act = reading.act
    if isinstance(act, LoanRequest) and act.id == loan and facts is None:
        asked_by = frozenset([signer.person for signer in act.signers])
        return LoanFacts(loan, _standing(reading), act.borrower, act.purpose, act.due, asked_by)
    if facts is None:
        return None
    if isinstance(act, LoanDecision) and act.loan == loan:
        decided = dict(facts.decided)
        for item in _standing(reading):
            decided[item] = _decided(facts, act, item)
        return replace(facts, decided=decided)
    if isinstance(act, CheckOut) and act.loan == loan:
        return replace(facts, taken={**facts.taken, **dict.fromkeys(sorted(_standing(reading)), act.id)})
    return facts


def extended(loan: Loan | None, act: LoanDecision) -> Loan | None:
    """The loan an item is out on, after a decision: an extension moves the time at which it is due."""
    if loan is None or loan.request != act.loan or act.decision != "extend" or act.due is None:
        return loan
    return replace(loan, due=act.due)


def _standing(reading: Reading) -> frozenset[str]:
    """The items an act names, without those that a correction voided in it."""
    return frozenset([item for index, item in enumerate(reading.act.own_items) if index not in reading.voided])


def _decided(facts: LoanFacts, act: LoanDecision, item: str) -> Decided:
    before = facts.decided.get(item)
    due = act.due or (before.due if before else facts.due)
    return Decided(act.id, act.decision != "reject", due)
