"""Refusals about custody: who may give, who may take, and where things may lie (I-05, 06, 08, 09, 10, 20)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from custody.acts.act import Act
from custody.acts.control import Answer, Offer
from custody.acts.custody import ByPerson, CheckIn, CheckOut, InPlace, Moving, Relocation, Return, Transfer
from custody.acts.disposition import Release
from custody.acts.dividing import Division
from custody.acts.samples import LabDispatch, LabReceipt
from custody.acts.taking import Labelling, Sealing, Unsealing
from custody.facts.holding import holder_of
from custody.facts.item import ItemFacts
from custody.rules.order import fills_gap
from custody.rules.rule import Breach, Matter, rule

TAKING_PART = {"check-in": "custodian", "return": "custodian", "relocation": "custodian", "lab-receipt": "examiner",
               "transfer": "receiver", "answer": "receiver"}  # fmt: skip
"""The part that answers for the place things are put into."""


def is_officer_of_case(matter: Matter, person: str, item: ItemFacts) -> bool:
    """Whether a person handles the case of an item: named as its officer, or one of those who took the item."""
    case = matter.facts.case(item.case)
    return person in matter.taken(item).officers or (case is not None and person in case.officers)


def gives_with_gap(matter: Matter, item: ItemFacts) -> bool:
    """Whether a check-in comes from an officer of the case who is not the recorded holder: a fact, with a gap."""
    act = matter.act
    if not isinstance(act, CheckIn) or item.holder is None or item.holder.kind != "person":
        return False
    deliverers = [signer.person for signer in act.signed_by("deliverer")]
    return item.holder.id not in deliverers and any(is_officer_of_case(matter, each, item) for each in deliverers)


def other_seal(index: int, item: ItemFacts, seen: str) -> Iterator[Breach]:
    """A seal that is not the one on record: gone or broken, or, which weighs heavier, another one; or one where none
    was put on."""
    numbered = seen not in ("none", "broken")
    if item.seal_state == "sealed" and seen != item.seal:
        yield Breach((index,), {"seal": item.seal, "seen": seen}, "exclusion-risk" if numbered else None)
    if item.seal_state in ("none", "open") and numbered:
        yield Breach((index,), {"seal": None, "seen": seen})


def handled(matter: Matter) -> tuple[tuple[int, ItemFacts], ...]:
    """The items that an act has in hand: all it names, except those that an answer takes over on paper or refuses."""
    if not isinstance(matter.act, Answer):
        return matter.items()
    return tuple([each for each in matter.items() if matter.moves[each[0]] is not None])


@rule("not-the-holder", Moving, Answer)
def only_who_holds_an_item_gives_it(matter: Matter) -> Iterator[Breach]:
    for index, item in matter.items():
        done = matter.moves[index]
        if done is None or item.holder is None or fills_gap(matter.act, item) or gives_with_gap(matter, item):
            continue
        if not _gives(matter, item, done.giving_part or ""):
            yield Breach((index,), {"item": item.item, "holder": item.holder.id, "holder_kind": item.holder.kind})


def _gives(matter: Matter, item: ItemFacts, part: str) -> bool:
    act, holder = matter.act, item.holder
    if holder is None:
        return False
    if isinstance(act, Transfer) and holder_of(act.giver).kind != holder.kind:
        return False
    persons = [signer.person for signer in act.signed_by(part)]
    if holder.kind == "person":
        stated = isinstance(act, Transfer) and holder_of(act.giver) != holder
        return holder.id in persons and not stated
    if isinstance(act, Release) and in_account(matter, item):
        return bool(act.signed_by("finance"))  # who keeps the account pays out of it
    if holder.kind == "place":
        if isinstance(act, Transfer) and holder_of(act.giver) != holder:
            return False
        return any(matter.responsible(person, holder.id) for person in persons)
    return bool(act.attested(part)) or any(is_officer_of_case(matter, person, item) for person in persons)


def in_account(matter: Matter, item: ItemFacts) -> bool:
    """Whether an item is money in the account: it was paid in, or set apart (as interest is) from what was."""
    stretch = item.custody[-1]
    for parent in matter.parents(item):
        before = [each for each in parent.custody if each.index < stretch.index]
        if stretch.type != "division" or not before:
            break
        stretch = before[-1]
    return stretch.type == "cash-deposit"


@rule("not-as-stated", Transfer)
def a_transfer_is_signed_by_those_it_names(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    for party, part in ((act.giver, "deliverer"), (act.taker, "receiver")):
        if isinstance(party, ByPerson) and party.person not in [signer.person for signer in act.signed_by(part)]:
            yield Breach(facts={"part": part, "person": party.person})
        if not isinstance(party, (ByPerson, InPlace)) and not act.attested(part):
            yield Breach(facts={"part": part, "expected": "paper"})


@rule("not-custodian-of-place", CheckIn, Return, Relocation, LabReceipt, Transfer, Answer)
def who_takes_into_a_place_looks_after_it(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    place = destination(act)
    if place is None:
        return
    known = matter.facts.place(place)
    signers = act.signed_by(TAKING_PART[act.act])
    if known is None:
        yield Breach(facts={"place": place})
    elif isinstance(act, LabReceipt) and not signers:
        return
    elif not signers or not all(matter.responsible(each.person, place) for each in signers):
        yield Breach(facts={"place": place, "persons": [each.person for each in signers]})


def destination(act: Any) -> str | None:
    """The place an act puts its items into, if it does."""
    if isinstance(act, (CheckIn, Return, LabReceipt)):
        return act.place
    if isinstance(act, Relocation):
        return act.to
    return act.taker.place if isinstance(act, (Transfer, Answer)) and isinstance(act.taker, InPlace) else None


@rule("not-a-laboratory", LabReceipt)
def a_laboratory_receives_in_its_laboratory(matter: Matter) -> Iterator[Breach]:
    known = matter.facts.place(matter.act.place)
    if known is not None and known.place_class != "laboratory":
        yield Breach(facts={"place": matter.act.place, "class": known.place_class})
    if (matter.act.acceptance is None) == (matter.act.refusal is None):
        yield Breach(facts={"expected": "acceptance or refusal"})


def keepers(act: Act, item: ItemFacts) -> list[str]:
    """The persons who sign for a place: the one an item lies in, or the one it is put into."""
    parts = ["custodian", "second-custodian", "examiner"]
    if isinstance(act, Transfer):
        parts += ["deliverer"] if isinstance(act.giver, InPlace) else []
        parts += ["receiver"] if isinstance(act.taker, InPlace) else []
    if isinstance(act, Answer) and isinstance(act.taker, InPlace):
        parts.append("receiver")
    if isinstance(act, (Release, Answer)) and item.holder and item.holder.kind == "place":
        parts.append("holder")
    return [signer.person for part in parts for signer in act.signed_by(part)]


@rule("officer-is-custodian", Moving, Answer)
def a_custodian_is_never_an_officer_of_the_case(matter: Matter) -> Iterator[Breach]:
    for index, item in handled(matter):
        for person in keepers(matter.act, item):
            if is_officer_of_case(matter, person, item):
                yield Breach((index,), {"person": person, "case": item.case})


@rule("wrong-place", CheckIn, Return, Relocation, Transfer, Answer)
def a_place_takes_only_what_may_lie_there(matter: Matter) -> Iterator[Breach]:
    place = destination(matter.act)
    known = matter.facts.place(place) if place else None
    if known is None:
        return
    for index, item in handled(matter):
        allowed = matter.policy.storage.get(item.category)
        if allowed is not None and known.place_class not in allowed:
            yield Breach((index,), {"category": item.category, "class": known.place_class, "allowed": list(allowed)})


@rule("two-custodians", Moving, Answer)
def dual_control_takes_two_custodians(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    for index, item in handled(matter):
        if fills_gap(act, item):
            continue
        places = {destination(act), item.holder.id if item.holder and item.holder.kind == "place" else None}
        for place in sorted([each for each in places if each and matter.dual_control(each)]):
            present = {each for each in keepers(act, item) if matter.responsible(each, place)}
            if len(present) < 2:
                yield Breach((index,), {"place": place, "expected": 2, "got": len(present)})


@rule("not-available", Moving, Sealing, Unsealing, Labelling, Division, Offer, Answer)
def what_is_out_or_gone_goes_nowhere(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    for index, item in handled(matter):
        if fills_gap(act, item):
            continue
        if item.released:
            yield Breach((index,), {"item": item.item, "released": item.released})
        elif item.thing.used_up:
            yield Breach((index,), {"item": item.item, "divided_into": list(item.thing.children)})
        elif isinstance(act, (Return, Sealing, Unsealing, Labelling, Division, Offer)):
            continue
        elif item.loan is not None:
            yield Breach((index,), {"item": item.item, "on_loan_to": item.loan.borrower})
        elif isinstance(act, (CheckOut, LabDispatch, Release, Answer)) and item.laboratory is not None:
            yield Breach((index,), {"item": item.item, "on_the_way_to": item.laboratory})
        elif isinstance(act, CheckOut) and (item.holder is None or item.holder.kind != "place"):
            yield Breach((index,), {"item": item.item, "holder": item.holder.id if item.holder else None})


@rule("not-at-hand", Sealing, Unsealing, Labelling)
def who_seals_opens_or_labels_an_item_has_it_at_hand(matter: Matter) -> Iterator[Breach]:
    persons = [signer.person for signer in matter.act.signers]
    for index, item in matter.items():
        holder = item.holder
        if holder is not None and holder.kind == "place":
            near = any(matter.responsible(person, holder.id) for person in persons)
        else:
            near = any(is_officer_of_case(matter, person, item) for person in persons)
            near = near or (holder is not None and holder.id in persons)
        if not near:
            yield Breach((index,), {"item": item.item, "holder": holder.id if holder else None})


@rule("not-on-loan", Return)
def only_what_is_on_loan_returns(matter: Matter) -> Iterator[Breach]:
    for index, item in matter.items():
        if item.loan is None:
            yield Breach((index,), {"item": item.item})


REFUSALS = (
    a_custodian_is_never_an_officer_of_the_case,
    what_is_out_or_gone_goes_nowhere,
    only_who_holds_an_item_gives_it,
    a_transfer_is_signed_by_those_it_names,
    who_takes_into_a_place_looks_after_it,
    a_laboratory_receives_in_its_laboratory,
    a_place_takes_only_what_may_lie_there,
    dual_control_takes_two_custodians,
    only_what_is_on_loan_returns,
    who_seals_opens_or_labels_an_item_has_it_at_hand,
)
