"""Defects: facts that have happened and broke a rule. They are recorded, never turned away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from custody.acts.act import Act
from custody.acts.control import Answer
from custody.acts.custody import CheckIn, Moving, Return
from custody.acts.samples import BloodDraw, LabReceipt
from custody.acts.taking import IN_SITU, Seizure
from custody.facts.item import ItemFacts
from custody.rules.custody import gives_with_gap, other_seal
from custody.rules.order import fills_gap
from custody.rules.rule import Breach, Matter, rule


@rule("LATE_HANDOVER", CheckIn)
def a_taken_item_reaches_the_store_in_time(matter: Matter) -> Iterator[Breach]:
    for index, item in matter.items():
        if item.was_stored() or item.measure in IN_SITU:
            continue
        due = handover_due(matter, item)
        if matter.act.occurred_at > due:
            yield Breach((index,), {"item": item.item, "due": due.isoformat()})


def handover_due(matter: Matter, item: ItemFacts) -> datetime:
    """When an item is due in the store: so many hours after it was taken, after the return to the unit, or after an
    approved urgent examination ended (行程 art. 190)."""
    allowed = matter.policy.hours("handover_hours")
    case = matter.facts.case(item.case)
    taken_at = matter.taken(item).born_at
    starts = [taken_at]
    for noted in case.noted if case else ():
        concerns = not noted.items or item.item in noted.items
        shifts = noted.fact == "returned-to-unit" or (noted.fact == "urgent-examination-ended" and noted.approved)
        if concerns and shifts and noted.at >= taken_at:
            starts.append(noted.at)
    return max(starts) + allowed


def _kind(matter: Matter) -> str | None:
    case = matter.facts.case(matter.act.case)
    return case.kind if case else None


def _alone_with_recording(matter: Matter) -> bool:
    """Whether one officer acted where the law lets one act, if everything was recorded."""
    act = matter.act
    enough = matter.policy.numbers["officers_in_controlled_site"] == 1
    return isinstance(act, Seizure) and act.controlled_site and enough and _kind(matter) == "public-order"


@rule("ONE_OFFICER", Seizure, BloodDraw)
def two_officers_take(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    seconds = [matter.facts.person(signer.person) for signer in act.signed_by("second")]
    day = act.occurred_at.date()
    officers = [person for person in seconds if person is not None and person.holds("officer", day)]
    if isinstance(act, BloodDraw) or (act.measure == "received" and act.has_recording()):
        enough = bool(seconds)
    else:
        enough = bool(officers) or _alone_with_recording(matter)
    if not enough:
        yield Breach(facts={"officers": 1 + len(officers)})


@rule("RECORDING_MISSING", Seizure)
def a_single_officer_records_everything(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    alone = _alone_with_recording(matter) and not act.signed_by("second")
    on_the_spot = act.authority == "on-the-spot" and _kind(matter) == "public-order"
    if (alone or on_the_spot) and not act.has_recording():
        yield Breach(severity="exclusion-risk")


@rule("RECORDING_MISSING", BloodDraw)
def a_draw_is_recorded(matter: Matter) -> Iterator[Breach]:
    if not matter.act.has_recording() and matter.act.recording is None:
        yield Breach(severity="curable")


@rule("NO_WITNESS_NO_RECORDING", Seizure)
def somebody_independent_saw_it_or_it_was_recorded(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if matter.policy.choice("independent_witness") != "or-recording":
        return
    if _kind(matter) in ("criminal", "public-order") and not act.attested("witness") and not act.has_recording():
        yield Breach()


@rule("NO_PHOTO_OF_VALUABLES", Seizure)
def valuables_are_photographed(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    for index, taken in enumerate(act.items):
        if taken.category == "valuables" and not taken.photos and not act.has_recording():
            yield Breach((index,), {"item": taken.item})


@rule("SEIZED_BEFORE_FILING", Seizure)
def nothing_is_seized_before_the_case_is_filed(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    case = matter.facts.case(act.case)
    if case is not None and act.measure != "received" and act.occurred_at < case.opened_at:
        yield Breach(facts={"opened_at": case.opened_at.isoformat()})


@rule("ALCOHOL_DISINFECTANT", BloodDraw)
def the_disinfectant_is_free_of_alcohol(matter: Matter) -> Iterator[Breach]:
    if not matter.act.disinfectant.alcohol_free:
        yield Breach(facts={"disinfectant": matter.act.disinfectant.name})


@rule("EXPIRED_TUBE", BloodDraw, if_planned="draw-not-allowed")
def tubes_are_in_date(matter: Matter) -> Iterator[Breach]:
    day = matter.act.occurred_at.date()
    for index, tube in enumerate(matter.act.tubes):
        if tube.expiry < day:
            yield Breach((index,), {"lot": tube.lot, "expiry": tube.expiry.isoformat()})


@rule("UNQUALIFIED_DRAWER", BloodDraw, if_planned="draw-not-allowed")
def the_drawer_is_qualified(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    day = act.occurred_at.date()
    for signer in act.signed_by("medic"):
        known = matter.facts.person(signer.person)
        grant = known.capacities.get("medic") if known else None
        if known is None or grant is None or grant.licence is None or not known.holds("medic", day):
            yield Breach(facts={"person": signer.person})
    for paper in act.attested("medic"):
        if paper.licence is None:
            yield Breach(facts={"part": "medic"})


@rule("SEAL_BROKEN_AT_RECEIPT", Moving, Answer)
def a_sealed_item_arrives_with_its_seal(matter: Matter) -> Iterator[Breach]:
    """Whoever sends it back for that says so, too; a line on paper says nothing of the seal."""
    for index, item in matter.items():
        seen = matter.act.lines[index].seal_seen
        if seen is not None and not fills_gap(matter.act, item):  # what was seen then is not what is on it now
            yield from other_seal(index, item, seen)


@rule("LATE_ENTRY", Moving)
def a_handover_is_recorded_when_it_happens(matter: Matter) -> Iterator[Breach]:
    for index, item in matter.items():
        if fills_gap(matter.act, item):
            yield Breach((index,), {"item": item.item})


@rule("LATE_RETURN", Return)
def a_loan_returns_when_due(matter: Matter) -> Iterator[Breach]:
    for index, item in matter.items():
        if item.loan is not None and matter.act.occurred_at > item.loan.due:
            yield Breach((index,), {"item": item.item, "due": item.loan.due.isoformat()})


@rule("CHAIN_GAP", CheckIn)
def who_delivers_is_who_held_it(matter: Matter) -> Iterator[Breach]:
    for index, item in matter.items():
        if gives_with_gap(matter, item) and item.holder is not None:
            yield Breach((index,), {"item": item.item, "holder": item.holder.id})


@rule("CLOCK_AHEAD", Seizure, BloodDraw)
def the_device_clock_is_right(matter: Matter) -> Iterator[Breach]:
    if matter.act.occurred_at > matter.now + matter.policy.minutes("clock_ahead_minutes"):
        yield Breach(facts={"occurred_at": matter.act.occurred_at.isoformat()})


@rule("SIGNED_LATER", Act)
def an_act_is_signed_when_it_happens(matter: Matter) -> Iterator[Breach]:
    seen_at = matter.facts.seen_at
    if seen_at is not None and seen_at - matter.act.occurred_at > matter.policy.hours("signed_later_hours"):
        yield Breach(facts={"seen_at": seen_at.isoformat()})


@rule("PAPER_THOUGH_ENROLLED", Act)
def a_house_with_keys_signs_with_them(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    for paper in act.attestations:
        if paper.house is not None and matter.facts.agency(paper.house) is not None:
            yield Breach(facts={"part": paper.part, "house": paper.house})
        elif isinstance(act, LabReceipt) and paper.part == "examiner":
            yield Breach(facts={"part": paper.part, "place": act.place})  # whoever operates a place has keys


DEFECTS = (
    a_taken_item_reaches_the_store_in_time,
    two_officers_take,
    a_single_officer_records_everything,
    a_draw_is_recorded,
    somebody_independent_saw_it_or_it_was_recorded,
    valuables_are_photographed,
    nothing_is_seized_before_the_case_is_filed,
    the_disinfectant_is_free_of_alcohol,
    tubes_are_in_date,
    the_drawer_is_qualified,
    a_sealed_item_arrives_with_its_seal,
    a_handover_is_recorded_when_it_happens,
    a_loan_returns_when_due,
    who_delivers_is_who_held_it,
    the_device_clock_is_right,
    an_act_is_signed_when_it_happens,
    a_house_with_keys_signs_with_them,
)
