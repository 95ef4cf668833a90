"""Gathering what a decision reads: the facts an act names, and those that follow from them.

The walk is pure: it asks a `Source` for facts, round by round (item → case and kit; place → the places above it), and
keeps what it asked for. The append is then conditional on the union of exactly these queries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from custody.acts.act import Act
from custody.acts.case import CaseOpening, Noted
from custody.acts.counting import StockTake
from custody.acts.custody import CheckIn, CheckOut, Relocation, Return, Transfer
from custody.acts.differences import Discrepancy
from custody.acts.disposition import Release
from custody.acts.dividing import Division, Reclassification
from custody.acts.entry import Recorded
from custody.acts.governing import LogKey, NewPolicy
from custody.acts.keeping import CustodianHandover, Erasure
from custody.acts.loans import LoanDecision, LoanRequest
from custody.acts.measures import Instrument, MeasureChange
from custody.acts.observing import Observation
from custody.acts.orders import DispositionOrder
from custody.acts.oversight import Correction, Hold, Remedy
from custody.acts.parties import Agency, Enrolment, Genesis, Person, Place, Revocation
from custody.acts.results import Reexamination
from custody.acts.samples import BloodDraw, LabDispatch, LabReceipt
from custody.acts.taking import Labelling, Seizure, Unsealing
from custody.errors import Malformed
from custody.facts.amend import amended, inserted_act, readings, touched_items
from custody.facts.answering import ABOUT_CONTROL, CONTROL_NEEDS, party_needs, who_answers
from custody.facts.kinds import GOVERNING, REVIEWERS, Need
from custody.facts.known import Facts
from custody.facts.named import (
    beside,
    laboratories,
    of_agency,
    of_discrepancy,
    of_division,
    of_handover,
    of_observation,
    of_opening,
    of_paper,
    of_place,
    of_release,
    of_seizure,
    of_stock_take,
)  # fmt: skip
from custody.facts.parties import AgencyFacts, new_key
from custody.facts.reach import concerned, looked_at


class Source(Protocol):
    """Where facts come from: a ledger's log, a replay, or a bundle."""

    def fold(self, needs: Sequence[Need]) -> Mapping[Need, Any]:
        """Return the fact of each need, None where nothing is known."""

    def record(self, act_id: str) -> Recorded | None:
        """Return a recorded act by its id."""

    def histories(self, tags: Sequence[str]) -> Mapping[str, Sequence[Recorded]]:
        """Return every act under each tag, in log order; an act under several tags is one object."""

    def recorded_at(self, index: int) -> datetime | None:
        """Return when the entry at a leaf index was recorded."""


def gather(act: Act, source: Source) -> Facts:
    """Gather the facts that deciding an act needs."""
    facts = Facts()
    _gather_records(act, source, facts)
    wanted = [need for each in (act, *facts.amended_acts) for need in needs_of(each)]
    for each in facts.records.values():
        if each is not None:
            wanted += [Need("item", item) for item in each.act.own_items]
            wanted += [Need("person", signer.person) for signer in each.act.signers]
    looked = looked_at(act, facts.records)
    if looked is not None:
        wanted += of_observation(looked)
    while wanted:
        folded = source.fold(list(dict.fromkeys(wanted)))
        facts.found.update(folded.items())
        further = [each for need, fact in folded.items() for each in _follow(act, looked, need, fact)]
        wanted = [need for need in further if need not in facts.found]
    if isinstance(act, Genesis):
        facts.founded = source.recorded_at(0) is not None
    if act.seen.size:
        facts.seen_at = source.recorded_at(act.seen.size - 1)
    return facts


def _gather_records(act: Act, source: Source, facts: Facts) -> None:
    """The acts this one refers to, and for a correction how they read before and after it."""
    for act_id in act.follows:
        facts.records[act_id] = source.record(act_id)
    if isinstance(act, (Correction, Remedy)):
        target = facts.records[act.target] = source.record(act.target)
        if isinstance(act, Correction) and target is not None:
            _gather_amended(act, target, source, facts)
    if isinstance(act, Erasure):
        facts.records[act.target] = source.record(act.target)
    if isinstance(act, Discrepancy) and act.embedded:
        facts.records[act.embedded.id] = source.record(act.embedded.id)
    if isinstance(act, Hold) and act.hold:
        facts.records[act.hold] = source.record(act.hold)
    if isinstance(act, Revocation):
        history = source.histories([f"key:{act.key}"])[f"key:{act.key}"]
        since = act.since
        facts.doubted = tuple(each for each in history if since is not None and each.recorded_at >= since)


def _gather_amended(correction: Correction, target: Recorded, source: Source, facts: Facts) -> None:
    """How the target reads after the correction, which items that touches, and the histories to be replayed."""
    tag = f"act:{target.act.id}"
    earlier = source.histories([tag])[tag]
    read = next((each for each in readings((target, *earlier)) if each.recorded is target), None)
    facts.target = read
    found: list[Act] = []
    for change in correction.changes:
        try:
            if change.op == "insert":
                found.append(inserted_act(correction, change))
            elif read is not None and (change.path or change.op == "replace"):
                read = amended(read, change)
                found.append(read.act)
        except Malformed:
            continue  # the rules say so
    facts.amended_acts = tuple(found)
    facts.touched = touched_items(correction, target.act, found)
    tags = {item: f"item:{item}" for item in sorted(facts.touched)}
    histories = source.histories(list(tags.values()))
    facts.histories = {item: tuple(histories[tag]) for item, tag in tags.items()}


def needs_of(act: Act) -> list[Need]:
    """The facts that an act names itself."""
    found = [GOVERNING, *(Need("key", signer.key) for signer in act.signers)]
    found += [Need("person", signer.person) for signer in act.signers]
    found += [Need("agency", paper.house) for paper in act.attestations if paper.house]
    found += [Need("item", item) for item in act.own_items]
    found += [Need("seal", number) for number in act.seals_put_on]
    found += [Need("code", code) for code in act.codes_given]
    entering = new_key(act)
    if entering is not None:
        found += [Need("person", entering[0]), Need("key", entering[1].key_id)]
    of_its_type = _NAMED.get(type(act))
    return found + of_its_type(act) if of_its_type else found


def _its_case(act: Noted | BloodDraw | Hold) -> list[Need]:
    return [Need("case", act.case)]


def _its_place(act: CheckIn | Return | LabReceipt) -> list[Need]:
    return [Need("place", act.place)]


def _its_parties(act: Transfer) -> list[Need]:
    return party_needs(act.giver) + party_needs(act.taker)


_NAMED: Final[Mapping[type[Act], Callable[[Any], list[Need]]]] = {
    Genesis: lambda act: [Need("agency", act.first_agency.agency)],
    Agency: of_agency,
    Enrolment: lambda act: [Need("agency", act.agency), REVIEWERS],
    Person: lambda act: [Need("person", act.person), *(Need("place", place) for place in act.places_added)],
    Revocation: lambda act: [Need("person", act.person), Need("key", act.key)],
    Place: of_place,
    CaseOpening: of_opening,
    Noted: _its_case,
    **CONTROL_NEEDS,
    Seizure: of_seizure,
    Instrument: lambda act: [Need("case", act.case), Need("instrument", act.reference)],
    MeasureChange: of_paper,
    Reclassification: of_paper,
    Division: of_division,
    Discrepancy: of_discrepancy,
    Hold: _its_case,
    BloodDraw: lambda act: [Need("case", act.case), Need("kit", act.kit)],
    Unsealing: lambda act: [Need("seal", seal.number) for seal in act.seals],
    Labelling: lambda act: [Need("code", act.retired)] if act.retired else [],
    CheckIn: _its_place,
    Return: _its_place,
    LabReceipt: _its_place,
    Relocation: lambda act: [Need("place", act.to)],
    LabDispatch: lambda act: [Need("agency", act.laboratory)],
    Transfer: _its_parties,
    StockTake: of_stock_take,
    DispositionOrder: lambda act: [Need("order", act.replaces)] if act.replaces else [],
    Release: of_release,
    CustodianHandover: of_handover,
    CheckOut: lambda act: [Need("loan", act.loan)] if act.loan else [],
    LoanRequest: lambda act: [Need("person", act.borrower)],
    LoanDecision: lambda act: [Need("loan", act.loan)],
    Observation: of_observation,
    Reexamination: lambda act: [
        *([Need("agency", act.laboratory)] if act.laboratory else []),
        *(Need("person", examiner) for examiner in act.examiners),
    ],
}
"""What acts of a type name beside keys, persons, items, seals and codes."""


ADMINISTRATION: Final = (Agency, Enrolment, Person, Place, Revocation, NewPolicy, LogKey)
"""Acts whose rules ask for which agency an administrator signs."""


def _follow(act: Act, looked: Observation | None, need: Need, fact: Any) -> Iterable[Need]:
    """The facts that follow from one that was found."""
    if fact is None:
        return
    if need.kind in ("within", "stays"):
        yield from concerned(act, looked, need, fact)
        return
    if isinstance(act, ABOUT_CONTROL):
        yield from who_answers(need, fact)
    if need.kind == "item":
        yield from beside(fact)
    elif need.kind == "kit":
        yield from (Need("agency", each) for each in laboratories(fact))
    else:
        yield from _of_parties(act, need, fact)


def _of_parties(act: Act, need: Need, fact: Any) -> Iterable[Need]:
    """What follows from places, agencies, persons and keys."""
    if need.kind == "place":
        yield Need("agency", fact.agency)
        if fact.parent:
            yield Need("place", fact.parent)
    elif need.kind == "agency":
        yield from (Need("agency", each) for each in _kin(act, fact))
    elif need.kind == "reviewers":
        yield from (Need("person", person) for person in fact.persons)
    elif need.kind in ("person", "key"):
        yield from _of_person(act, need, fact)


def _of_person(act: Act, need: Need, fact: Any) -> Iterable[Need]:
    """The agency of a person or a key where it matters which one that is today, and a person's keys."""
    examines = need.kind == "person" and "examiner" in fact.capacities
    if examines or isinstance(act, ADMINISTRATION):
        yield Need("agency", fact.agency)
    if need.kind == "person" and isinstance(act, (Enrolment, Revocation)):
        yield from (Need("key", key) for key in fact.keys)


def _kin(act: Act, agency: AgencyFacts) -> Iterable[str]:
    """Who an agency passed to; and where the agency that opened the ledger is asked for, who passed to it."""
    if agency.successor:
        yield agency.successor
    if isinstance(act, (Agency, NewPolicy, LogKey)):
        yield from agency.predecessors
