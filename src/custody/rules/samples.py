"""Refusals about samples, seals and quantities (I-15, 17, 18, 19, 26, 29)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from custody.acts.act import Act
from custody.acts.custody import CheckOut, InPlace, Moving, Outside, Return, Transfer, person_of
from custody.acts.disposition import Release
from custody.acts.samples import BloodDraw, LabDispatch, LabReceipt
from custody.acts.taking import CashDetails, Seizure, Unsealing
from custody.facts.case import KitFacts
from custody.facts.holding import Holder
from custody.facts.item import ItemFacts
from custody.facts.parties import PlaceFacts
from custody.rules.custody import destination
from custody.rules.order import fills_gap
from custody.rules.rule import Breach, Matter, rule


def _tubes(matter: Matter) -> Iterator[tuple[int, ItemFacts, KitFacts]]:
    for index, item in matter.items():
        kit = matter.facts.kit(item.kit) if item.kit else None
        if kit is not None:
            yield index, item, kit


@rule("reserve-tube-without-reexamination", LabDispatch, LabReceipt, Unsealing, CheckOut, Transfer)
def a_reserve_tube_stays_until_reexamination_is_granted(matter: Matter) -> Iterator[Breach]:
    for index, item, kit in _tubes(matter):
        if kit.reserved(item.item) and _leaves(matter.act, item) and not _released(matter, item, kit):
            yield Breach((index,), {"item": item.item, "kit": kit.kit})


def _released(matter: Matter, item: ItemFacts, kit: KitFacts) -> bool:
    """Whether a granted re-examination lets a reserve tube do this: it goes to that laboratory, and is opened there."""
    act = matter.act
    laboratory = kit.examined.released_for(item.item)
    if laboratory is None:
        return False
    if isinstance(act, LabDispatch):
        return matter.house(act.laboratory) == matter.house(laboratory)
    arrives = item.laboratory is not None and matter.house(item.laboratory) == matter.house(laboratory)
    if isinstance(act, LabReceipt):
        return arrives
    there = laboratory in item.received_by
    if isinstance(act, Transfer):
        return there or arrives
    return there and isinstance(act, Unsealing)


def _leaves(act: Act, item: ItemFacts) -> bool:
    """Whether a reserve tube would leave the store: by a transfer, once it lay there, it goes into places only."""
    if not isinstance(act, Transfer):
        return True
    if fills_gap(act, item) or isinstance(act.taker, InPlace):
        return False
    return item.was_stored() or isinstance(act.taker, Outside)


@rule("not-dispatched", Moving)
def items_enter_a_laboratory_as_they_were_dispatched(matter: Matter) -> Iterator[Breach]:
    """Otherwise whatever a dispatch demands (approval, two officers, no reserve tube) could be gone around."""
    act = matter.act
    place = destination(act)
    known = matter.facts.place(place) if place else None
    for index, item in matter.items():
        if isinstance(act, LabReceipt):
            sent_to = item.laboratory and matter.house(item.laboratory)
            strange = act.acceptance is not None and known is not None and sent_to != matter.house(known.agency)
        else:
            strange = _enters_laboratory(matter, item, known) and not fills_gap(act, item)
        if strange:
            yield Breach((index,), {"item": item.item, "dispatched_to": item.laboratory, "place": place})


def _enters_laboratory(matter: Matter, item: ItemFacts, place: PlaceFacts | None) -> bool:
    """Whether an act that is no lab-receipt brings an item from outside into a laboratory or an examiner's hands."""
    act = matter.act
    if isinstance(act, Return) and any(each.holder == Holder("place", act.place) for each in item.custody):
        return False
    taker = person_of(act.taker) if isinstance(act, Transfer) else None
    if not (place is not None and place.place_class == "laboratory") and not _examines(matter, taker):
        return False
    if item.holder is None or item.holder.kind == "outside":
        return True
    if item.holder.kind == "place":
        lies = matter.facts.place(item.holder.id)
        return lies is None or lies.place_class != "laboratory"
    return not _examines(matter, person_of(act.giver) if isinstance(act, Transfer) else None)


def _examines(matter: Matter, person: str | None) -> bool:
    known = matter.facts.person(person) if person else None
    return known is not None and known.holds("examiner", matter.act.occurred_at.date())


@rule("tubes-together", LabDispatch)
def tubes_of_one_kit_never_travel_together(matter: Matter) -> Iterator[Breach]:
    kits = Counter(kit.kit for _, _, kit in _tubes(matter))
    for index, item, kit in _tubes(matter):
        if kits[kit.kit] > 1:
            yield Breach((index,), {"item": item.item, "kit": kit.kit})


@rule("same-laboratory", LabDispatch)
def the_reserve_never_goes_to_the_first_laboratory(matter: Matter) -> Iterator[Breach]:
    for index, item, kit in _tubes(matter):
        others = {kit.dispatched[each] for each in kit.tubes if each != item.item and each in kit.dispatched}
        if matter.house(matter.act.laboratory) in {matter.house(each) for each in others}:
            yield Breach((index,), {"item": item.item, "laboratory": matter.act.laboratory})


@rule("same-laboratory", LabReceipt)
def the_reserve_never_meets_the_first_examiner(matter: Matter) -> Iterator[Breach]:
    hands = {signer.person for signer in matter.act.signed_by("examiner")}
    for index, item, kit in _tubes(matter):
        others = {person for each, who in kit.examiners.items() if each != item.item for person in who}
        if hands & others:
            yield Breach((index,), {"item": item.item, "examiners": sorted(hands & others)})


@rule("laboratory-unknown", LabDispatch)
def items_go_to_a_registered_laboratory(matter: Matter) -> Iterator[Breach]:
    known = matter.facts.agency(matter.act.laboratory)
    if known is None or known.kind != "lab":
        yield Breach(facts={"laboratory": matter.act.laboratory})


@rule("dispatch-unapproved", LabDispatch)
def a_dispatch_before_check_in_is_approved(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    for index, item in matter.items():
        if not item.was_stored() and (act.approved_for is None or not act.signed_by("approver")):
            yield Breach((index,), {"item": item.item, "missing": "approver"})


@rule("drugs-one-officer", LabDispatch)
def drugs_are_submitted_by_two_officers(matter: Matter) -> Iterator[Breach]:
    for index, item in matter.items():
        if item.category == "drugs" and len(matter.act.signed_by("officer")) < 2:
            yield Breach((index,), {"item": item.item, "expected": 2})


@rule("tubes-share-a-seal", BloodDraw)
def every_tube_has_a_seal_of_its_own(matter: Matter) -> Iterator[Breach]:
    numbers = Counter(tube.seal for tube in matter.act.tubes)
    for index, tube in enumerate(matter.act.tubes):
        if numbers[tube.seal] > 1:
            yield Breach((index,), {"seal": tube.seal})


@rule("kit-used", BloodDraw)
def a_kit_is_drawn_once(matter: Matter) -> Iterator[Breach]:
    kit = matter.facts.kit(matter.act.kit)
    if kit is not None:
        yield Breach(facts={"kit": kit.kit, "drawn_by": kit.drawn_by})


@rule("tube-destroyed-early", Release)
def tubes_are_kept_until_the_case_is_final(matter: Matter) -> Iterator[Breach]:
    """Final, and kept for its time since; that an order in effect and an approver are there, other rules see to."""
    for index, item, kit in _tubes(matter):
        case = matter.facts.case(item.case)
        ended = case.final_at if case else None
        kept_until = ended + timedelta(days=matter.policy.numbers["retention_days"]) if ended else None
        early = matter.act.kind == "destroyed" and (kept_until is None or matter.act.occurred_at < kept_until)
        if early or (kit.reserved(item.item) and matter.act.kind == "consumed"):
            until = kept_until.isoformat() if kept_until else None
            yield Breach((index,), {"item": item.item, "kit": kit.kit, "kept_until": until})


@rule("cash-does-not-add-up", Seizure)
def the_notes_add_up_to_the_sum(matter: Matter) -> Iterator[Breach]:
    for index, taken in enumerate(matter.act.items):
        if isinstance(taken.details, CashDetails) and taken.details.total() != Decimal(taken.quantity):
            yield Breach((index,), {"sum": str(taken.details.total()), "quantity": taken.quantity})


@rule("cash-does-not-add-up", Moving)
def cash_is_the_same_to_the_cent(matter: Matter) -> Iterator[Breach]:
    for index, item in matter.items():
        if item.category != "cash":
            continue
        for measure in matter.act.lines[index].measured:
            if measure.unit == item.unit and measure.amount != Decimal(item.quantity):
                yield Breach((index,), {"counted": measure.quantity, "quantity": item.quantity})


@rule("seal-not-on-item", Unsealing)
def only_the_seal_in_force_is_opened(matter: Matter) -> Iterator[Breach]:
    order = {item: index for index, item in enumerate(matter.act.own_items)}
    for seal in matter.act.seals:
        known = matter.facts.seal(seal.number)
        for item in seal.items:
            facts = matter.facts.item(item)
            in_force = facts is not None and facts.seal == seal.number  # also as a correction has it
            if known is None or known.opened or not (item in known.items or in_force):
                yield Breach((order[item],), {"item": item, "seal": seal.number})


REFUSALS = (
    a_reserve_tube_stays_until_reexamination_is_granted,
    items_enter_a_laboratory_as_they_were_dispatched,
    tubes_of_one_kit_never_travel_together,
    the_reserve_never_goes_to_the_first_laboratory,
    the_reserve_never_meets_the_first_examiner,
    items_go_to_a_registered_laboratory,
    a_dispatch_before_check_in_is_approved,
    drugs_are_submitted_by_two_officers,
    every_tube_has_a_seal_of_its_own,
    a_kit_is_drawn_once,
    tubes_are_kept_until_the_case_is_final,
    the_notes_add_up_to_the_sum,
    cash_is_the_same_to_the_cent,
    only_the_seal_in_force_is_opened,
)
