"""Gathering what a decision reads: the facts an act names, and those that follow from them.

The walk is pure: it asks a `Source` for facts, round by round (item → case and kit; place → the places above it), and
keeps what it asked for. The append is then conditional on the union of exactly these queries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
from custody.facts.amend import Reading, amended, inserted_act, readings, touched_items
from custody.facts.answering import ABOUT_CONTROL, CONTROL_NEEDS, party_needs, who_answers
from custody.facts.case import CaseFacts, CodeFacts, KitFacts, SealFacts
from custody.facts.counting import StockTakeFacts
from custody.facts.governing import GoverningFacts
from custody.facts.item import ItemFacts
from custody.facts.kinds import GOVERNING, REVIEWERS, KindName, Need
from custody.facts.loan import LoanFacts
from custody.facts.manifest import ContentsFacts, ManifestFacts
from custody.facts.named import (
    beside,
    of_discrepancy,
    of_division,
    of_handover,
    of_opening,
    of_paper,
    of_place,
    of_release,
    of_seizure,
    of_stock_take,
)  # fmt: skip
from custody.facts.orders import OrderFacts
from custody.facts.paper import DiscrepancyFacts, InstrumentFacts
from custody.facts.parties import AgencyFacts, KeyFacts, PersonFacts, PlaceFacts, ReviewerFacts, new_key


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


@dataclass(slots=True)
class Facts:
    """The facts one decision reads. Asking for one that was not gathered is a mistake of ours: KeyError."""

    found: dict[tuple[KindName, str], Any] = field(default_factory=dict)
    """By need."""
    records: dict[str, Recorded | None] = field(default_factory=dict)
    histories: dict[str, tuple[Recorded, ...]] = field(default_factory=dict)
    amended_acts: tuple[Act, ...] = ()
    touched: frozenset[str] = frozenset()
    """The items whose history a correction makes read differently."""
    doubted: tuple[Recorded, ...] = ()
    seen_at: datetime | None = None
    """When the head that the signers saw was recorded; None for an empty log."""
    founded: bool = False
    """Whether the log has its genesis already; asked for a genesis only."""
    target: Reading | None = None
    """The act that a correction amends, as it reads before; None if there is none, or it was voided."""

    def key(self, key_id: str) -> KeyFacts | None:
        """What is known of a key."""
        return self.found["key", key_id]  # type: ignore[no-any-return]

    def person(self, person: str) -> PersonFacts | None:
        """What is known of a person."""
        return self.found["person", person]  # type: ignore[no-any-return]

    def agency(self, agency: str) -> AgencyFacts | None:
        """What is known of an agency."""
        return self.found["agency", agency]  # type: ignore[no-any-return]

    def place(self, place: str) -> PlaceFacts | None:
        """What is known of a place."""
        return self.found["place", place]  # type: ignore[no-any-return]

    def case(self, case: str) -> CaseFacts | None:
        """What is known of a case."""
        return self.found["case", case]  # type: ignore[no-any-return]

    def kit(self, kit: str) -> KitFacts | None:
        """What is known of a blood kit."""
        return self.found["kit", kit]  # type: ignore[no-any-return]

    def seal(self, number: str) -> SealFacts | None:
        """What is known of a seal number."""
        return self.found["seal", number]  # type: ignore[no-any-return]

    def code(self, code: str) -> CodeFacts | None:
        """What is known of a label code."""
        return self.found["code", code]  # type: ignore[no-any-return]

    def stock_take(self, opening: str) -> StockTakeFacts | None:
        """What is known of a stock-take, by the act that opened it."""
        return self.found["stock-take", opening]  # type: ignore[no-any-return]

    def item(self, item: str) -> ItemFacts | None:
        """What is known of an item."""
        return self.found["item", item]  # type: ignore[no-any-return]

    def governing(self) -> GoverningFacts:
        """Which policy is in force and which keys sign the log: asked for by every act."""
        known: GoverningFacts | None = self.found[GOVERNING]
        return known or GoverningFacts()

    def order(self, order: str) -> OrderFacts | None:
        """What is known of a disposition order."""
        return self.found["order", order]  # type: ignore[no-any-return]

    def loan(self, loan: str) -> LoanFacts | None:
        """What is known of a loan that was asked for, by the id of its request."""
        return self.found["loan", loan]  # type: ignore[no-any-return]

    def manifest(self, manifest: str) -> ManifestFacts | None:
        """What is known of a manifest."""
        return self.found["manifest", manifest]  # type: ignore[no-any-return]

    def contents(self, case: str) -> ContentsFacts | None:
        """Every item that was taken in a case."""
        return self.found["contents", case]  # type: ignore[no-any-return]

    def instrument(self, reference: str) -> InstrumentFacts | None:
        """What is known of an instrument."""
        return self.found["instrument", reference]  # type: ignore[no-any-return]

    def discrepancy(self, act_id: str) -> DiscrepancyFacts | None:
        """What is known of the discrepancy that an act raised."""
        return self.found["discrepancy", act_id]  # type: ignore[no-any-return]

    def reviewers(self) -> tuple[PersonFacts, ...]:
        """Everybody who was ever a legal reviewer or a supervisor."""
        known: ReviewerFacts | None = self.found[REVIEWERS]
        persons = (self.person(person) for person in sorted(known.persons)) if known else ()
        return tuple(person for person in persons if person is not None)

    def record(self, act_id: str) -> Recorded | None:
        """A recorded act that this one refers to."""
        return self.records[act_id]

    def above(self, place: str) -> tuple[PlaceFacts, ...]:
        """A place and the places it stands in, inner first."""
        found: list[PlaceFacts] = []
        facts = self.place(place)
        while facts is not None and facts not in found:
            found.append(facts)
            facts = self.place(facts.parent) if facts.parent else None
        return tuple(found)


def gather(act: Act, source: Source) -> Facts:
    """Gather the facts that deciding an act needs."""
    facts = Facts()
    _gather_records(act, source, facts)
    wanted = [need for each in (act, *facts.amended_acts) for need in needs_of(each)]
    for each in facts.records.values():
        if each is not None:
            wanted += [Need("item", item) for item in each.act.own_items]
            wanted += [Need("person", signer.person) for signer in each.act.signers]
    while wanted:
        folded = source.fold(list(dict.fromkeys(wanted)))
        facts.found.update(folded.items())
        further = [each for need, fact in folded.items() for each in _follow(act, need, fact)]
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


def _agency(act: Agency) -> list[Need]:
    return [Need("agency", each) for each in (act.agency, act.parent, act.successor) if each]


def _its_case(act: Noted | BloodDraw | Hold) -> list[Need]:
    return [Need("case", act.case)]


def _its_place(act: CheckIn | Return | LabReceipt) -> list[Need]:
    return [Need("place", act.place)]


def _its_parties(act: Transfer) -> list[Need]:
    return party_needs(act.giver) + party_needs(act.taker)


_NAMED: Final[Mapping[type[Act], Callable[[Any], list[Need]]]] = {
    Genesis: lambda act: [Need("agency", act.first_agency.agency)],
    Agency: _agency,
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
    Observation: lambda act: [Need("place", act.place)] if act.place else [],
    Reexamination: lambda act: [
        *([Need("agency", act.laboratory)] if act.laboratory else []),
        *(Need("person", examiner) for examiner in act.examiners),
    ],
}
"""What acts of a type name beside keys, persons, items, seals and codes."""


def _follow(act: Act, need: Need, fact: Any) -> Iterable[Need]:
    """The facts that follow from one that was found."""
    if fact is None:
        return
    if isinstance(act, ABOUT_CONTROL):
        yield from who_answers(need, fact)
    if need.kind == "item":
        yield from beside(fact)
    else:
        yield from _of_parties(act, need, fact)


def _of_parties(act: Act, need: Need, fact: Any) -> Iterable[Need]:
    """What follows from places, agencies, persons and keys."""
    if need.kind == "place":
        yield Need("agency", fact.agency)
        if fact.parent:
            yield Need("place", fact.parent)
    elif need.kind == "agency" and fact.successor:
        yield Need("agency", fact.successor)
    elif need.kind == "reviewers":
        yield from (Need("person", person) for person in fact.persons)
    elif need.kind == "person" and isinstance(act, (Enrolment, Revocation)):
        yield from (Need("key", key) for key in fact.keys)
    elif need.kind in ("person", "key") and isinstance(act, (Agency, Revocation, NewPolicy, LogKey)):
        yield Need("agency", fact.agency)
