"""Custodians who take over, items that are looked at, and disclosures that are erased."""

from __future__ import annotations

from collections.abc import Iterator

from custody.acts.counting import list_digest
from custody.acts.keeping import CustodianHandover, Erasure, PlaceCount, Viewing
from custody.acts.values import decode, sealed_in
from custody.facts.reach import lying
from custody.rules.custody import is_officer_of_case
from custody.rules.draw import drawn
from custody.rules.rule import Breach, Matter, rule


@rule("handover-incomplete", CustodianHandover)
def a_handover_has_everybody_it_takes(matter: Matter) -> Iterator[Breach]:
    """Present: the outgoing signs for places. Unavailable: a reason, and two supervisors instead of a signature."""
    act = matter.act
    missing = [] if act.places or act.lines else ["places or lines"]
    if bool(act.lines) != (act.held_by is not None):
        missing.append("held_by")
    if act.outgoing == "present":
        missing += [] if act.signed_by("outgoing") else ["outgoing"]
        missing += ["outgoing: unavailable"] if act.lines else []
    else:
        missing += [] if act.reason else ["reason"]
        missing += [] if len(act.signed_by("supervisor")) >= 2 else ["second supervisor"]
    if missing:
        yield Breach(facts={"missing": missing})


@rule("not-custodian-of-place", CustodianHandover)
def who_hands_a_place_over_and_who_takes_it_over_look_after_it(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    for each in act.places:
        persons = [signer.person for part in ("outgoing", "incoming") for signer in act.signed_by(part)]
        strange = [person for person in persons if not matter.responsible(person, each.place)]
        if strange or matter.facts.place(each.place) is None:
            yield Breach(facts={"place": each.place, "persons": strange})


@rule("handover-differs-unsaid", CustodianHandover)
def what_is_not_as_the_book_has_it_is_said(matter: Matter) -> Iterator[Breach]:
    for each, book in _differing(matter):
        if not each.differences:
            yield Breach(facts={"place": each.place, "counted": each.count, "book": len(book)})


@rule("INVENTORY_DIFFERS", CustodianHandover)
def a_place_is_handed_over_as_the_book_has_it(matter: Matter) -> Iterator[Breach]:
    for each, book in _differing(matter):
        yield Breach(facts={"place": each.place, "counted": each.count, "book": len(book)})


def _differing(matter: Matter) -> Iterator[tuple[PlaceCount, tuple[str, ...]]]:
    """The places whose count or digest is not that of the book which the signers had seen, or of the draw from it."""
    act = matter.act
    for each in act.places:
        book = lying(matter.facts, act, each.place)
        if each.draw is not None:
            known = {item: facts.category for item in book if (facts := matter.facts.item(item)) is not None}
            book = drawn(decode(act.seen.root), each.draw.salt, known, each.draw.count)
        if (each.count, each.digest) != (len(book), list_digest(book)):
            yield each, book


@rule("not-the-holder", CustodianHandover)
def only_what_the_unavailable_person_holds_is_taken_over(matter: Matter) -> Iterator[Breach]:
    for index, item in matter.items():
        holder = item.holder
        if holder is None or holder.kind != "person" or holder.id != matter.act.held_by:
            yield Breach((index,), {"item": item.item, "holder": holder.id if holder else None})


@rule("officer-is-custodian", CustodianHandover)
def no_custodian_takes_over_items_of_a_case_he_handles(matter: Matter) -> Iterator[Breach]:
    (incoming,) = matter.act.signed_by("incoming")
    known = matter.facts.person(incoming.person)
    if known is None or not known.holds("custodian", matter.day):
        return
    for index, item in matter.items():
        if is_officer_of_case(matter, incoming.person, item):
            yield Breach((index,), {"person": incoming.person, "case": item.case})


@rule("viewing-unsigned", Viewing)
def who_looks_signs_or_is_attested(matter: Matter) -> Iterator[Breach]:
    if not matter.act.signed_by("viewer") and not matter.act.attested("viewer"):
        yield Breach(facts={"missing": "viewer"})


@rule("viewing-opens-a-seal", Viewing)
def nothing_sealed_is_opened_to_be_looked_at(matter: Matter) -> Iterator[Breach]:
    for index, item in matter.items():
        if matter.act.opened and item.seal_state == "sealed":
            yield Breach((index,), {"item": item.item, "seal": item.seal})


@rule("not-custodian-of-place", Viewing)
def things_are_shown_by_who_looks_after_them(matter: Matter) -> Iterator[Breach]:
    persons = [signer.person for signer in matter.act.signed_by("custodian")]
    for index, item in matter.items():
        place = item.holder.id if item.holder and item.holder.kind == "place" else None
        if place is None or not all(matter.responsible(person, place) for person in persons):
            yield Breach((index,), {"item": item.item, "place": place, "persons": persons})


@rule("erasure-of-nothing", Erasure)
def only_what_an_act_disclosed_is_erased(matter: Matter) -> Iterator[Breach]:
    target = matter.facts.record(matter.act.target)
    there = set(sealed_in(target.act.model_dump(mode="json", by_alias=True))) if target is not None else set()
    strange = sorted(set(matter.act.disclosures) - there)
    if strange:
        yield Breach(facts={"target": matter.act.target, "not_there": strange})


@rule("erasure-on-hold", Erasure)
def nothing_is_erased_while_the_case_is_held(matter: Matter) -> Iterator[Breach]:
    target = matter.facts.record(matter.act.target)
    items = [matter.facts.item(item) for item in target.act.own_items] if target is not None else []
    reasons: set[str] = set()
    for item in items:
        case = matter.facts.case(item.case) if item is not None else None
        reasons |= {reason for _, reason in item.holds} if item is not None else set()
        reasons |= set(case.holds.values()) if case is not None else set()
    if reasons:
        yield Breach(facts={"holds": sorted(reasons)})


REFUSALS = (
    a_handover_has_everybody_it_takes,
    who_hands_a_place_over_and_who_takes_it_over_look_after_it,
    what_is_not_as_the_book_has_it_is_said,
    only_what_the_unavailable_person_holds_is_taken_over,
    no_custodian_takes_over_items_of_a_case_he_handles,
    who_looks_signs_or_is_attested,
    nothing_sealed_is_opened_to_be_looked_at,
    things_are_shown_by_who_looks_after_them,
    only_what_an_act_disclosed_is_erased,
    nothing_is_erased_while_the_case_is_held,
)

DEFECTS = (a_place_is_handed_over_as_the_book_has_it,)
