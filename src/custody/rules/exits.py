"""Refusals about carrying orders out: by which order, how much, with what proceeds, measured how (I-12, I-15, I-18)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from custody.acts.disposition import Release
from custody.facts.item import ItemFacts
from custody.facts.orders import Ordered
from custody.facts.weight import GRAMS
from custody.rules.control import begins_alike, controller
from custody.rules.orders import approver_level, effective_since
from custody.rules.rule import Breach, Matter, rule
from custody.rules.weighing import tolerance

BY_ORDER: Final = ("returned", "remitted", "sold", "destroyed", "handed-over")
"""Kinds of release that carry out an order; a return may say why it needs none."""


@rule("release-without-order", Release)
def what_an_order_decides_leaves_by_an_order(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if act.kind not in BY_ORDER or act.ordered_by is not None:
        return
    if act.kind != "returned" or act.without_order is None:
        yield Breach(facts={"kind": act.kind})


@rule("order-not-effective", Release)
def an_order_is_carried_out_once_it_has_effect(matter: Matter) -> Iterator[Breach]:
    for index, item in matter.items():
        if item.order is None or matter.act.kind not in BY_ORDER:
            continue
        since = effective_since(matter, item, item.order)
        if since is None or since > matter.act.occurred_at:
            effective = since.isoformat() if since else None
            yield Breach((index,), {"item": item.item, "order": item.order.act, "effective_at": effective})


@rule("release-not-as-ordered", Release)
def a_release_is_what_the_order_says(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    for index, item in matter.items():
        if act.kind not in BY_ORDER or (item.order is None and act.ordered_by is None):
            continue
        if item.order is None or item.order.act != act.ordered_by or not _open_shares(act, item, item.order):
            says = list(item.order.kinds) if item.order else []
            stands = item.order.act if item.order else None
            yield Breach((index,), {"item": item.item, "stands": stands, "ordered": says, "kind": act.kind})


def _open_shares(act: Release, item: ItemFacts, order: Ordered) -> bool:
    """Whether a share of the order, not yet paid out, is what the act releases."""
    if act.payment is None:
        return [share.kind for share in order.shares] == [act.kind] and order.shares[0].amount is None
    open_shares = [(share.kind, _money(share.amount), _money(share.interest)) for share in order.shares]
    for paid in item.paid:
        done = (paid.kind, _money(paid.payment.amount), _money(paid.payment.interest))
        if done in open_shares:
            open_shares.remove(done)
    return (act.kind, _money(act.payment.amount), _money(act.payment.interest)) in open_shares


def _money(amount: str | None) -> Decimal:
    return Decimal(amount) if amount is not None else Decimal(0)


@rule("payment-does-not-add-up", Release)
def what_is_paid_and_what_remains_are_the_whole(matter: Matter) -> Iterator[Breach]:
    payment = matter.act.payment
    if payment is None:
        return
    if len(matter.act.own_items) != 1:
        yield Breach(facts={"expected": "one item", "got": len(matter.act.own_items)})
    for index, item in matter.items():
        paid = sum((Decimal(each.payment.amount) for each in item.paid), Decimal(payment.amount))
        if item.category not in ("cash", "funds") or paid + Decimal(payment.remains) != Decimal(item.quantity):
            facts = {"quantity": item.quantity, "paid": str(paid), "remains": payment.remains}
            yield Breach((index,), {"item": item.item, **facts})


@rule("release-approver-level", Release)
def a_release_is_approved_at_the_level_of_its_kind(matter: Matter) -> Iterator[Breach]:
    needed = matter.policy.numbers.get(f"approver_{matter.act.kind.replace('-', '_')}", 0)
    got = approver_level(matter)
    if matter.act.signed_by("approver") and got < needed:
        yield Breach(facts={"kind": matter.act.kind, "expected": needed, "got": got})


@rule("sale-without-proceeds", Release)
def the_price_of_a_sale_becomes_a_new_item(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if (act.kind == "sold") != (act.sale is not None):
        yield Breach(facts={"kind": act.kind, "sale": act.sale is not None})
    if act.sale is not None:
        cases = {item.case for _, item in matter.items()}
        if cases - {act.sale.case} or not Decimal(act.sale.price):
            yield Breach(facts={"cases": sorted(cases), "case": act.sale.case, "price": act.sale.price})


@rule("proceeds-unlike-sold", Release)
def the_price_begins_under_the_control_of_what_was_sold(matter: Matter) -> Iterator[Breach]:
    sale = matter.act.sale
    for index, item in matter.items() if sale is not None else ():
        if not begins_alike(matter, sale.control, item):
            yield Breach((index,), {"item": item.item, "control": controller(matter, item)})


@rule("code-used", Release)
def the_proceeds_bear_a_fresh_code(matter: Matter) -> Iterator[Breach]:
    for code in matter.act.codes_given:
        if matter.facts.code(code) is not None:
            yield Breach(facts={"code": code})


@rule("measured-out-of-tolerance", Release)
def what_is_destroyed_weighs_what_was_taken(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if act.kind != "destroyed" or act.destruction is None:
        return
    weighed = [item for _, item in matter.items() if item.unit in GRAMS]
    if not weighed:
        return
    booked = sum((Decimal(item.quantity) * GRAMS[item.unit] for item in weighed), Decimal(0))
    measures = [each for each in act.destruction.measured if each.unit in GRAMS]
    measured = sum((each.amount * GRAMS[each.unit] for each in measures), Decimal(0))
    allowed = tolerance(matter.policy, booked, "g")
    if not measures or abs(measured - booked) > allowed:
        facts = {"booked_g": str(booked), "measured_g": str(measured), "tolerance_g": str(allowed)}
        yield Breach(facts=facts)


REFUSALS = (
    what_an_order_decides_leaves_by_an_order,
    an_order_is_carried_out_once_it_has_effect,
    a_release_is_what_the_order_says,
    what_is_paid_and_what_remains_are_the_whole,
    a_release_is_approved_at_the_level_of_its_kind,
    the_price_of_a_sale_becomes_a_new_item,
    the_price_begins_under_the_control_of_what_was_sold,
    the_proceeds_bear_a_fresh_code,
    what_is_destroyed_weighs_what_was_taken,
)
