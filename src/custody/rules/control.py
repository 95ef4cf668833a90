"""Refusals about control: who may offer and answer, and where a case may go next (I-05, 07, 21, 22).

Who holds an item moves it; which agency controls it decides about it; an exit needs both. A house that ended is read as
the one that succeeded it, on both sides of every comparison.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final, get_args

from custody.acts.control import Answer, ByAgency, CaseStage, InControl, Offer, OfferWithdrawal, Receiver
from custody.acts.custody import ByPerson, InPlace
from custody.acts.parties import AgencyKind
from custody.facts.item import ItemFacts
from custody.facts.manifest import ManifestFacts, control_of
from custody.facts.parties import AgencyFacts, PersonFacts, PlaceFacts
from custody.rules.rule import Breach, Matter, rule

CLOSED: Final = "closed"
"""The stage of a case that has ended."""

ANY_AGENCY: Final[frozenset[str]] = frozenset(get_args(AgencyKind))


def controller(matter: Matter, item: ItemFacts) -> str | None:
    """The agency that controls an item today; None if its case is not known."""
    case = matter.facts.case(item.case)
    return matter.house(control_of(item, case).agency) if case else None


def begins_alike(matter: Matter, stated: InControl | None, item: ItemFacts) -> bool:
    """Whether what comes out of an item begins under the control that the item is under: none is stated as long as it
    is still with the agency that leads the case."""
    case = matter.facts.case(item.case)
    if not item.controls or case is None:
        return stated is None
    own = control_of(item, case)
    if stated is None:
        return False
    same_agency = matter.house(stated.agency) == matter.house(own.agency)
    return same_agency and (stated.stage, stated.document) == (own.stage, own.document)


def stage_of(matter: Matter, item: ItemFacts) -> str | None:
    """The stage at which the agency that controls an item has it."""
    case = matter.facts.case(item.case)
    return control_of(item, case).stage if case else None


def houses(matter: Matter, *parts: str) -> set[str]:
    """The agencies of those who sign in some parts."""
    persons = [matter.facts.person(signer.person) for part in parts for signer in matter.act.signed_by(part)]
    return {matter.house(person.agency) for person in persons if person is not None}


def receives(matter: Matter, receiver: Receiver) -> str | None:
    """The agency of whoever a manifest is offered to; None if the ledger does not know them."""
    known: AgencyFacts | PersonFacts | PlaceFacts | None
    if isinstance(receiver, ByAgency):
        known = matter.facts.agency(receiver.agency)
    elif isinstance(receiver, ByPerson):
        known = matter.facts.person(receiver.person)
    else:
        known = matter.facts.place(receiver.place)
    return matter.house(known.agency) if known is not None else None


def kind_of(matter: Matter, agency: str) -> str | None:
    """The kind of an agency: police, court and so on."""
    known = matter.facts.agency(matter.house(agency))
    return known.kind if known else None


def works_in(matter: Matter, stage: str) -> frozenset[str]:
    """The kinds of agency that work in a stage; any, where a jurisdiction names no stages."""
    return matter.policy.stages.get(stage, frozenset()) if matter.policy.stages else ANY_AGENCY


def follows(matter: Matter, before: str | None, after: str | None) -> bool:
    """Whether one stage may follow another; any, where a jurisdiction names no passages."""
    return not matter.policy.passages or (before, after) in matter.policy.passages


def is_open(matter: Matter, item: ItemFacts) -> bool:
    """Whether a manifest offers an item and can still be accepted when the act happens."""
    return item.offer is not None and item.offer.stands(matter.act.occurred_at)


def _manifest(matter: Matter) -> ManifestFacts | None:
    return matter.facts.manifest(matter.act.manifest)


@rule("another-agency", CaseStage, Offer, OfferWithdrawal)
def who_signs_belongs_to_the_agency_he_speaks_for(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if isinstance(act, OfferWithdrawal):
        manifest = _manifest(matter)
        if manifest is None:
            return
        named = manifest.sender
    else:
        named = act.agency if isinstance(act, CaseStage) else act.sender
    signing = houses(matter, "signer", "deliverer")
    if signing != {matter.house(named)}:
        yield Breach(facts={"agency": named, "signed_for": sorted(signing)})


@rule("another-agency", Answer)
def only_the_receiver_answers(matter: Matter) -> Iterator[Breach]:
    manifest = _manifest(matter)
    if manifest is None:
        return
    receiver, signing = manifest.receiver, matter.act.signed_by("receiver")
    persons = [signer.person for signer in signing]
    if isinstance(receiver, ByPerson):
        right = receiver.person in persons
    elif isinstance(receiver, InPlace):
        right = all(matter.responsible(person, receiver.place) for person in persons)
    else:
        right = houses(matter, "receiver") == {matter.house(receiver.agency)}
    if not right:
        yield Breach(facts={"receiver": receiver.model_dump(), "signed_by": persons})


@rule("offer-incomplete", Offer)
def an_offer_says_to_whom_until_when_and_on_what(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if act.expires_at <= act.occurred_at:
        yield Breach(facts={"expires_at": act.expires_at.isoformat()})
    if receives(matter, act.receiver) is None:
        yield Breach(facts={"unknown": act.receiver.model_dump()})
    passing = tuple(index for index, line in enumerate(act.lines) if line.moves != "custody")
    if passing:
        missing = [] if act.stage else ["stage"]
        missing += [] if act.document else ["document"]
        missing += [] if isinstance(act.receiver, ByAgency) else ["agency"]
        if missing:
            yield Breach(passing, {"missing": missing})


@rule("manifest-used", Offer)
def a_manifest_is_offered_once(matter: Matter) -> Iterator[Breach]:
    if _manifest(matter) is not None:
        yield Breach(facts={"manifest": matter.act.manifest})


@rule("offered-twice", Offer)
def an_item_stands_in_one_open_manifest(matter: Matter) -> Iterator[Breach]:
    for index, item in matter.items():
        if is_open(matter, item) and item.offer is not None:
            yield Breach((index,), {"item": item.item, "manifest": item.offer.manifest})


@rule("not-in-control", Offer)
def only_the_agency_in_control_offers_control(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    sender = matter.house(act.sender)
    for index, item in matter.items():
        if act.lines[index].moves != "custody" and (control := controller(matter, item)) != sender:
            yield Breach((index,), {"item": item.item, "control": control, "sender": act.sender})


@rule("offer-not-held", Offer)
def things_are_offered_by_who_holds_or_controls_them(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    persons = [signer.person for signer in act.signed_by("deliverer")]
    sender = matter.house(act.sender)
    for index, item in matter.items():
        if act.lines[index].moves == "custody" and controller(matter, item) != sender:
            holder = item.holder
            held = holder is not None and (
                holder.id in persons if holder.kind == "person"
                else holder.kind == "place" and any(matter.responsible(person, holder.id) for person in persons)
            )  # fmt: skip
            if not held:
                yield Breach((index,), {"item": item.item, "holder": holder.id if holder else None})


@rule("own-receiver", Offer)
def control_does_not_pass_to_its_own_sender(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    passing = any(line.moves != "custody" for line in act.lines)
    if passing and receives(matter, act.receiver) == matter.house(act.sender):
        yield Breach(facts={"agency": act.sender})


@rule("not-next-stage", Offer)
def control_passes_to_the_next_stage_or_back(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if act.basis or act.stage is None:  # an instrument about jurisdiction leads around
        return
    receiver = receives(matter, act.receiver)
    works = receiver is not None and kind_of(matter, receiver) in works_in(matter, act.stage)
    sends_from_there = kind_of(matter, act.sender) in works_in(matter, act.stage)
    for index, item in matter.items():
        if act.lines[index].moves == "custody":
            continue
        before = stage_of(matter, item)
        goes = follows(matter, before, act.stage) or (before == act.stage and not sends_from_there)
        if not (works and goes):
            yield Breach((index,), {"item": item.item, "from": before, "to": act.stage, "receiver": receiver})


@rule("not-next-stage", CaseStage)
def a_case_goes_to_the_next_stage_or_back(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    case = matter.facts.case(act.case)
    if case is None:
        return
    if act.stage is None and not act.final and act.effective is None:
        yield Breach(facts={"expected": "stage, final or effective"})
    goes = act.stage is None or follows(matter, case.stage, act.stage) or bool(act.basis)
    if not goes:
        yield Breach(facts={"from": case.stage, "to": act.stage})
    working = works_in(matter, case.stage) | works_in(matter, act.stage or case.stage)
    if kind_of(matter, act.agency) not in working:
        yield Breach(facts={"agency": act.agency, "stage": act.stage or case.stage, "works_there": sorted(working)})


@rule("returned-too-often", Offer)
def a_case_goes_back_only_so_often(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    for index, item in matter.items():
        case = matter.facts.case(item.case)
        before = stage_of(matter, item)
        passage = matter.policy.passages.get((before or "", act.stage or ""))
        if passage is None or passage.most is None or case is None or act.lines[index].moves == "custody":
            continue
        stages = [case.stages[0].stage, *(each.stage for each in item.controls)]
        gone = list(pairwise(stages)).count((passage.before, passage.after))
        if gone >= matter.policy.numbers[passage.most]:
            yield Breach((index,), {"item": item.item, "returned": gone, "most": matter.policy.numbers[passage.most]})


@rule("no-such-offer", Answer, OfferWithdrawal)
def only_an_open_line_is_answered_or_withdrawn(matter: Matter) -> Iterator[Breach]:
    act, manifest = matter.act, _manifest(matter)
    for index, item in enumerate(act.own_items):
        line = manifest.lines.get(item) if manifest else None
        if manifest is None or line is None or not manifest.open_at(item, act.occurred_at):
            expired = manifest is not None and act.occurred_at >= manifest.expires_at
            state = "expired" if line and line.state == "open" and expired else line.state if line else None
            yield Breach((index,), {"manifest": act.manifest, "item": item, "state": state})


@rule("goods-and-paper", Answer)
def things_move_exactly_on_the_lines_that_move_them(matter: Matter) -> Iterator[Breach]:
    act, manifest = matter.act, _manifest(matter)
    for index, line in enumerate(act.lines):
        known = manifest.lines.get(line.item) if manifest else None
        if known is not None and known.moves != line.moves:
            yield Breach((index,), {"item": line.item, "offered": known.moves, "answered": line.moves})
        if line.hands_over and (act.taker is None or line.condition is None or line.seal_seen is None):
            yield Breach((index,), {"item": line.item, "missing": "to, condition, seal_seen"})
        if line.decision == "accepted" and not line.hands_over and line.viewed is None:
            yield Breach((index,), {"item": line.item, "missing": "viewed"})
        if line.decision == "refused" and line.reason is None:
            yield Breach((index,), {"item": line.item, "missing": "reason"})
    handed = any(line.hands_over for line in act.lines)
    if handed != (act.taker is not None) or handed != bool(act.signed_by("holder") or act.attested("holder")):
        yield Breach(facts={"things_change_hands": handed})


@rule("not-as-stated", Answer)
def who_takes_the_things_signs_for_them(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if isinstance(act.taker, ByPerson) and act.taker.person not in [each.person for each in act.signed_by("receiver")]:
        yield Breach(facts={"part": "receiver", "person": act.taker.person})


REFUSALS = (
    who_signs_belongs_to_the_agency_he_speaks_for,
    only_an_open_line_is_answered_or_withdrawn,
    only_the_receiver_answers,
    a_manifest_is_offered_once,
    an_offer_says_to_whom_until_when_and_on_what,
    an_item_stands_in_one_open_manifest,
    only_the_agency_in_control_offers_control,
    things_are_offered_by_who_holds_or_controls_them,
    control_does_not_pass_to_its_own_sender,
    a_case_goes_back_only_so_often,
    control_passes_to_the_next_stage_or_back,
    a_case_goes_to_the_next_stage_or_back,
    things_move_exactly_on_the_lines_that_move_them,
    who_takes_the_things_signs_for_them,
)
