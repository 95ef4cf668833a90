"""Refusals about exits from custody (I-11 to I-14), as far as holds, approvals and bases carry them."""

from __future__ import annotations

from collections.abc import Iterator

from custody.acts.custody import Outside, Transfer
from custody.acts.disposition import Release
from custody.rules.rule import Breach, Matter, rule


@rule("on-hold", Release, Transfer)
def nothing_leaves_while_it_is_held(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if isinstance(act, Transfer) and not isinstance(act.taker, Outside):
        return
    for index, item in matter.items():
        case = matter.facts.case(item.case)
        reasons = [reason for _, reason in item.holds] + (list(case.holds.values()) if case else [])
        doubts = [
            each.code
            for each in item.defects
            if each.code in ("KEY_DOUBTED", "SEIZED_BEFORE_FILING") and each.state not in ("accepted", "reviewed")
        ]
        if reasons or doubts:
            yield Breach((index,), {"item": item.item, "holds": reasons, "defects": doubts})


@rule("release-without-approval", Release)
def a_release_has_an_approver_and_a_basis(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    missing = [] if act.signed_by("approver") else ["approver"]
    missing += [] if act.order or act.basis else ["basis"]
    if missing:
        yield Breach(facts={"missing": missing})


@rule("release-approver-is-holder", Release)
def the_approver_of_a_release_is_not_an_officer_of_the_case(matter: Matter) -> Iterator[Breach]:
    approvers = {signer.person for signer in matter.act.signed_by("approver")}
    for index, item in matter.items():
        case = matter.facts.case(item.case)
        officers = matter.taken(item).officers | (case.officers if case else frozenset())
        if approvers & officers:
            yield Breach((index,), {"approver": sorted(approvers & officers)})


@rule("wrong-recipient", Release)
def things_return_only_to_who_has_a_right(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    recipient = act.recipient
    needs_one = act.kind in ("returned", "handed-over", "supplied-to-subject")
    if recipient is None:
        if needs_one:
            yield Breach(facts={"missing": "recipient"})
        return
    if recipient.authority_staff and recipient.capacity != "authority":
        yield Breach(facts={"recipient": "authority staff"})
    if recipient.capacity == "agent" and recipient.authorisation is None:
        yield Breach(facts={"missing": "authorisation"})
    if act.kind == "returned" and recipient.capacity not in ("right-holder", "agent"):
        yield Breach(facts={"capacity": recipient.capacity})


@rule("recipient-unsigned", Release)
def who_receives_signs_or_is_attested(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if act.kind in ("returned", "supplied-to-subject") and not act.attested("recipient"):
        yield Breach(facts={"missing": "recipient attestation"})


@rule("destruction-unsupervised", Release)
def a_destruction_has_two_supervisors_who_do_not_execute_it(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if act.kind != "destroyed":
        return
    supervisors = {signer.person for signer in act.signed_by("supervisor")}
    custodians = set()
    for person in supervisors:
        known = matter.facts.person(person)
        if known is not None and known.holds("custodian", act.occurred_at.date()):
            custodians.add(person)
    if len(supervisors - custodians) < 2 or act.destruction is None:
        yield Breach(facts={"supervisors": len(supervisors), "custodians_among_them": sorted(custodians)})


@rule("remittance-without-voucher", Release)
def a_remittance_names_its_voucher(matter: Matter) -> Iterator[Breach]:
    if matter.act.kind == "remitted" and matter.act.voucher is None:
        yield Breach(facts={"missing": "voucher"})


REFUSALS = (
    nothing_leaves_while_it_is_held,
    a_release_has_an_approver_and_a_basis,
    the_approver_of_a_release_is_not_an_officer_of_the_case,
    things_return_only_to_who_has_a_right,
    who_receives_signs_or_is_attested,
    a_destruction_has_two_supervisors_who_do_not_execute_it,
    a_remittance_names_its_voucher,
)
