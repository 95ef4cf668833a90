"""Loans: what may be asked for, who decides, what leaves on a loan, and how it comes back (I-09, I-10)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from custody.acts.custody import CheckOut, Return
from custody.acts.loans import LoanDecision, LoanRequest
from custody.acts.values import Line
from custody.facts.item import ItemFacts
from custody.facts.loan import LoanFacts
from custody.rules.rule import Breach, Matter, rule
from custody.rules.weighing import graduation


@rule("loan-unapproved", CheckOut)
def a_loan_is_approved_for_its_borrower(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    borrowers = [signer.person for signer in act.signed_by("borrower")]
    if act.loan is None and not act.signed_by("approver"):
        yield Breach(facts={"missing": "approver"})
    if borrowers != [act.borrower]:
        yield Breach(facts={"borrower": act.borrower, "signed": borrowers})
    if act.due <= act.occurred_at:
        yield Breach(facts={"due": act.due.isoformat()})


@rule("loan-approver-level", CheckOut, LoanDecision)
def the_approver_of_a_loan_stands_high_enough(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if isinstance(act, LoanDecision) and act.decision == "reject":
        return
    for signer in act.signed_by("approver"):
        known = matter.facts.person(signer.person)
        held = [level for level in (1, 2, 3) if known is not None and known.holds(f"approver-{level}", matter.day)]
        for index, item in matter.items():
            least = _level(matter, item)
            if max(held, default=0) < least:
                yield Breach((index,), {"approver": signer.person, "expected": f"approver-{least}"})


def _level(matter: Matter, item: ItemFacts) -> int:
    """The lowest level of approver that lends an item of this category."""
    numbers = matter.policy.numbers
    return numbers.get(f"loan_level_{item.category}", numbers["loan_level"])


@rule("loan-request-unsound", LoanRequest)
def a_loan_is_asked_for_an_enrolled_borrower_and_a_time_to_come(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if matter.facts.person(act.borrower) is None:
        yield Breach(facts={"borrower": act.borrower})
    if act.due <= act.occurred_at:
        yield Breach(facts={"due": act.due.isoformat()})


@rule("not-available", LoanRequest)
def what_is_gone_for_good_is_not_asked_for(matter: Matter) -> Iterator[Breach]:
    for index, item in matter.items():
        if item.released:
            yield Breach((index,), {"item": item.item, "released": item.released})
        elif item.consumed:
            yield Breach((index,), {"item": item.item, "consumed": True})


@rule("loan-not-asked-for", LoanDecision)
def a_decision_answers_a_request(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    loan = matter.facts.loan(act.loan)
    if loan is None:
        yield Breach(facts={"loan": act.loan})
        return
    for index, item in enumerate(act.own_items):
        if item not in loan.items:
            yield Breach((index,), {"item": item, "loan": act.loan})


@rule("loan-self-approved", LoanDecision)
def nobody_approves_his_own_loan(matter: Matter) -> Iterator[Breach]:
    loan = matter.facts.loan(matter.act.loan)
    approvers = {signer.person for signer in matter.act.signed_by("approver")}
    if loan is not None and approvers & {loan.borrower, *loan.asked_by}:
        yield Breach(facts={"approver": sorted(approvers)})


@rule("loan-decided-before", LoanDecision)
def a_request_is_decided_once(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    loan = matter.facts.loan(act.loan)
    if loan is None or act.decision == "extend":
        return
    for index, item in enumerate(act.own_items):
        if item in loan.decided:
            yield Breach((index,), {"item": item, "decision": loan.decided[item].act})
    if act.decision == "approve" and act.due is not None and not act.occurred_at < act.due <= loan.due:
        yield Breach(facts={"due": act.due.isoformat(), "requested": loan.due.isoformat()})


@rule("loan-not-extendable", LoanDecision)
def only_a_granted_loan_is_extended_while_it_lasts(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    loan = matter.facts.loan(act.loan)
    if loan is None or act.decision != "extend":
        return
    for index, item in matter.items():
        granted = loan.granted(item.item)
        if granted is None or _came_back(loan, item):
            yield Breach((index,), {"item": item.item, "granted": granted is not None})
        elif act.due is None or act.due <= granted.due:
            yield Breach((index,), {"item": item.item, "due": granted.due.isoformat()})


def _came_back(loan: LoanFacts, item: ItemFacts) -> bool:
    """Whether an item was taken on a loan and is no longer out on it."""
    return item.item in loan.taken and (item.loan is None or item.loan.request != loan.loan)


@rule("loan-not-granted", CheckOut)
def what_leaves_on_a_loan_is_what_was_granted(matter: Matter) -> Iterator[Breach]:
    """The item, the borrower, the purpose and the time are those of the decision; and each item goes out once on it."""
    act = matter.act
    if act.loan is None:
        return
    loan = matter.facts.loan(act.loan)
    if loan is None:
        yield Breach(facts={"loan": act.loan})
        return
    if (act.borrower, act.purpose) != (loan.borrower, loan.purpose):
        yield Breach(facts={"borrower": loan.borrower, "purpose": loan.purpose})
    for index, item in enumerate(act.own_items):
        granted = loan.granted(item)
        if granted is None:
            yield Breach((index,), {"item": item, "granted": False})
        elif item in loan.taken:
            yield Breach((index,), {"item": item, "taken": loan.taken[item]})
        elif act.due > granted.due:
            yield Breach((index,), {"item": item, "granted_until": granted.due.isoformat()})


@rule("EXTENDED_LATE", LoanDecision)
def a_loan_is_extended_before_it_is_due(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if act.decision != "extend":
        return
    for index, item in matter.items():
        out = item.loan is not None and item.loan.request == act.loan
        if out and item.loan is not None and act.occurred_at > item.loan.due:
            yield Breach((index,), {"item": item.item, "due": item.loan.due.isoformat()})


@rule("RETURN_DIFFERS", Return)
def what_differs_from_the_check_out_is_said(matter: Matter) -> Iterator[Breach]:
    if matter.act.difference is not None:
        return
    for index, item in matter.items():
        for unit, before, after in _measured_twice(item, matter.act.lines[index]):
            if abs(after - before) > graduation(matter.policy, before, unit):
                yield Breach((index,), {"item": item.item, "unit": unit, "out": str(before), "back": str(after)})


@rule("VEHICLE_DRIVEN", Return)
def a_lent_vehicle_is_not_driven_about(matter: Matter) -> Iterator[Breach]:
    allowed = matter.policy.numbers["loan_kilometres"]
    for index, item in matter.items():
        for unit, before, after in _measured_twice(item, matter.act.lines[index]):
            if unit == "km" and after - before > allowed:
                yield Breach((index,), {"item": item.item, "kilometres": str(after - before), "allowed": allowed})


def _measured_twice(item: ItemFacts, line: Line) -> Iterator[tuple[str, Decimal, Decimal]]:
    """What was measured in one unit both when an item went out and when it came back."""
    if item.loan is None:
        return
    before = {each.unit: each.amount for each in item.loan.line.measured}
    for each in line.measured:
        if each.unit in before:
            yield each.unit, before[each.unit], each.amount


REFUSALS = (
    what_is_gone_for_good_is_not_asked_for,
    a_loan_is_asked_for_an_enrolled_borrower_and_a_time_to_come,
    a_decision_answers_a_request,
    nobody_approves_his_own_loan,
    the_approver_of_a_loan_stands_high_enough,
    a_request_is_decided_once,
    only_a_granted_loan_is_extended_while_it_lasts,
    a_loan_is_approved_for_its_borrower,
    what_leaves_on_a_loan_is_what_was_granted,
)

DEFECTS = (
    a_loan_is_extended_before_it_is_due,
    what_differs_from_the_check_out_is_said,
    a_lent_vehicle_is_not_driven_about,
)
