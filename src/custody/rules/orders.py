"""Refusals about orders, announcements, deposits and what carries orders out (I-11 to I-16, I-20)."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from custody.acts.disposition import Release
from custody.acts.orders import Appraisal, CashDeposit, DispositionOrder, PublicNotice
from custody.facts.item import ItemFacts
from custody.facts.orders import Ordered
from custody.rules.control import controller, houses
from custody.rules.rule import Breach, Matter, rule

LEVELS: Final = ("approver-1", "approver-2", "approver-3")
CASH: Final = ("cash", "funds")


def approver_level(matter: Matter) -> int:
    """The highest level of those who sign as approver: 1 unit head, 2 responsible person, 3 principal head."""
    found = 0
    for signer in matter.act.signed_by("approver"):
        known = matter.facts.person(signer.person)
        held = [n for n, each in enumerate(LEVELS, 1) if known is not None and known.holds(each, matter.day)]
        found = max([found, *held])
    return found


def is_criminal(matter: Matter, item: ItemFacts) -> bool:
    """Whether an item belongs to a criminal case."""
    case = matter.facts.case(item.case)
    return case is not None and case.kind == "criminal"


@rule("not-available", DispositionOrder, PublicNotice, Appraisal)
def nothing_is_decided_of_what_is_gone(matter: Matter) -> Iterator[Breach]:
    for index, item in matter.items():
        if item.released:
            yield Breach((index,), {"item": item.item, "released": item.released})


@rule("order-foreign", DispositionOrder)
def only_the_controlling_agency_decides(matter: Matter) -> Iterator[Breach]:
    deciding = houses(matter, "officer")
    for index, item in matter.items():
        agency = controller(matter, item)
        if agency not in deciding:
            yield Breach((index,), {"controls": agency, "decides": next(iter(deciding), None)})


@rule("order-unapproved", DispositionOrder)
def an_order_is_approved_at_the_level_it_takes(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    (officer,) = act.signed_by("officer")
    known = matter.facts.person(officer.person)
    decides = known is not None and any(known.holds(each, matter.day) for each in ("judge", "prosecutor"))
    got = approver_level(matter)
    for index, item in matter.items():
        needed = 0 if decides else matter.policy.numbers[_level_of(act, is_criminal(matter, item))]
        if got < needed:
            yield Breach((index,), {"ground": act.ground, "expected": needed, "got": got})


def _level_of(act: DispositionOrder, criminal: bool) -> str:
    if act.ground == "perishable":
        return "approver_perishable" if criminal else "approver_perishable_administrative"
    return "approver_early_return" if act.ground == "early-return" else "approver_order"


@rule("release-approver-is-holder", DispositionOrder)
def the_approver_of_an_order_is_not_an_officer_of_the_case(matter: Matter) -> Iterator[Breach]:
    approvers = {signer.person for signer in matter.act.signed_by("approver")}
    for index, item in matter.items():
        case = matter.facts.case(item.case)
        officers = item.officers | (case.officers if case else frozenset())
        if approvers & officers:
            yield Breach((index,), {"approver": sorted(approvers & officers)})


@rule("order-does-not-add-up", DispositionOrder)
def part_amounts_add_up_to_the_whole(matter: Matter) -> Iterator[Breach]:
    for index, item in matter.items():
        ordered = matter.act.items[index]
        whole = [share for share in ordered.shares if share.amount is None]
        if whole and len(ordered.shares) == 1:
            continue
        if whole or ordered.total() != Decimal(item.quantity):
            yield Breach((index,), {"item": item.item, "sum": str(ordered.total()), "quantity": item.quantity})


@rule("order-standing", DispositionOrder)
def an_order_replaces_the_one_that_stands(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    for index, item in matter.items():
        standing = item.order.act if item.order else None
        if standing != act.replaces:
            yield Breach((index,), {"item": item.item, "stands": standing, "replaces": act.replaces})


@rule("order-unprepared", DispositionOrder)
def what_goes_before_the_decision_is_photographed_and_appraised(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if act.ground not in ("early-return", "perishable"):
        return
    pictures = any(each.kind in ("photo", "recording") for each in act.attachments)
    for index, item in matter.items():
        missing = [] if pictures or (item.taken and item.taken.photos) else ["photo"]
        if act.ground == "early-return" and item.appraised is None and item.category not in CASH:
            missing.append("appraisal")
        if missing:
            yield Breach((index,), {"item": item.item, "missing": missing})


@rule("notice-too-short", PublicNotice)
def a_notice_runs_its_full_time(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    months = matter.policy.numbers[f"notice_months_{act.regime.replace('-', '_')}"]
    least = months_after(act.begins, months)
    if act.ends < least:
        yield Breach(facts={"ends": act.ends.isoformat(), "not_before": least.isoformat()})


@rule("notice-wrong-regime", PublicNotice)
def a_notice_runs_under_the_regime_of_its_case(matter: Matter) -> Iterator[Breach]:
    regime = matter.act.regime
    for index, item in matter.items():
        if is_criminal(matter, item):
            fits = regime in ("criminal", "judgment")
        else:
            fits = regime == "administrative" or (regime != "criminal" and item.category == "vehicle")
        if not fits:
            yield Breach((index,), {"item": item.item, "category": item.category, "regime": regime})


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@rule("order-before-notice-ends", DispositionOrder)
def what_nobody_claimed_was_announced_in_full(matter: Matter) -> Iterator[Breach]:
    if matter.act.ground != "unclaimed":
        return
    for index, item in matter.items():
        ends = item.announced.ends if item.announced else None
        if ends is None or matter.day <= ends:
            yield Breach((index,), {"item": item.item, "ends": ends.isoformat() if ends else None})


@rule("evidential-cash", CashDeposit)
def cash_that_is_itself_evidence_stays_an_article(matter: Matter) -> Iterator[Breach]:
    for index, item in matter.items():
        if item.evidential:
            yield Breach((index,), {"item": item.item})


@rule("deposit-does-not-add-up", CashDeposit)
def a_deposit_is_the_cash_to_the_cent(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    for index, item in matter.items():
        if item.category != "cash" or item.unit != act.currency:
            yield Breach((index,), {"item": item.item, "category": item.category, "unit": item.unit})
    total = sum((Decimal(item.quantity) for _, item in matter.items()), Decimal(0))
    if total != Decimal(act.amount):
        yield Breach(facts={"amount": act.amount, "sum": str(total)})


@rule("two-custodians", CashDeposit, Release)
def cash_and_valuables_leave_the_store_by_two_custodians(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    part = "custodian" if isinstance(act, CashDeposit) else "holder"
    count = len(act.signed_by(part))
    for index, item in matter.items():
        in_store = item.holder is not None and item.holder.kind == "place"
        if count < 2 and in_store and _takes_two(matter, item):
            yield Breach((index,), {"item": item.item, "category": item.category, "expected": 2, "got": count})


def _takes_two(matter: Matter, item: ItemFacts) -> bool:
    if item.category == "cash":
        return Decimal(item.quantity) >= matter.policy.numbers["two_custodians_cash_from"]
    return item.category == "valuables"


@rule("LATE_DEPOSIT", CashDeposit)
def cash_is_deposited_in_time(matter: Matter) -> Iterator[Breach]:
    for index, item in matter.items():
        stored = next((each.since for each in item.custody if each.holder and each.holder.kind == "place"), None)
        if stored is not None and matter.act.occurred_at > stored + matter.policy.hours("deposit_hours"):
            yield Breach((index,), {"item": item.item, "stored_at": stored.isoformat()})


def effective_since(matter: Matter, item: ItemFacts, order: Ordered) -> datetime | None:
    """Since when an order has effect: as it says itself, or as its instrument took effect in the case."""
    case = matter.facts.case(item.case)
    instrument = case.effective.get(order.instrument) if case and order.effective_at is None else None
    if instrument is None or matter.house(instrument.agency) != controller(matter, item):
        return order.effective_at
    return instrument.since


DEFECTS = (cash_is_deposited_in_time,)

REFUSALS = (
    nothing_is_decided_of_what_is_gone,
    only_the_controlling_agency_decides,
    an_order_is_approved_at_the_level_it_takes,
    the_approver_of_an_order_is_not_an_officer_of_the_case,
    part_amounts_add_up_to_the_whole,
    an_order_replaces_the_one_that_stands,
    what_goes_before_the_decision_is_photographed_and_appraised,
    a_notice_runs_its_full_time,
    a_notice_runs_under_the_regime_of_its_case,
    what_nobody_claimed_was_announced_in_full,
    cash_that_is_itself_evidence_stays_an_article,
    a_deposit_is_the_cash_to_the_cent,
    cash_and_valuables_leave_the_store_by_two_custodians,
)
