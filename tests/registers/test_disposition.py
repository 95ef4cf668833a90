"""Registers show what is ordered of an item, what took effect, what was sold for how much, and what was erased."""

from __future__ import annotations

from typing import Protocol

from custody.registers import Registers
from harness import check
from world import World
from world_orders import FINANCE, PHOTO, SAFE, cash, deposits, in_effect, joins, orders, pays, sells, share


class Current(Protocol):
    def __call__(self) -> Registers: ...


def test_an_item_shows_its_disposition_from_none_to_released(world: World, registers: Current) -> None:
    (item,) = world.seizes(world.opens_case())
    world.checks_in([item])
    shown = [registers().item(item)["disposition"]]
    waiting = orders(world, [item], share("returned", to="赵某"))
    shown.append(registers().item(item)["disposition"])
    order = orders(world, [item], share("returned", to="赵某"), replaces=waiting, **in_effect(world))
    shown.append(registers().item(item)["disposition"])
    world.releases([item], ordered_by=order)
    shown.append(registers().item(item)["disposition"])
    assert [each["state"] for each in shown] == ["none", "ordered", "effective", "released"]
    assert [each["kind"] for each in shown] == [None, "returned", "returned", "returned"]
    assert [each["order"] for each in shown] == [None, waiting, order, order]
    assert shown[1]["effective_at"] is None
    assert shown[2]["effective_at"] is not None
    check(world)


def test_a_stage_makes_an_order_effective(world: World, registers: Current) -> None:
    case = world.opens_case()
    (item,) = world.seizes(case)
    orders(world, [item], share("destroyed"))
    assert registers().item(item)["disposition"]["state"] == "ordered"
    world.steps(case, effective="云刑初〔2026〕88号")
    shown = registers().item(item)["disposition"]
    assert (shown["state"], shown["kind"], shown["effective_at"] is not None) == ("effective", "destroyed", True)
    check(world)


def test_what_was_sold_goes_on_as_its_price(world: World, registers: Current) -> None:
    """The price stands in the same case, held by who sold; a corrected price is the price."""
    joins(world, "psb-0001", "approver-3")
    case = world.opens_case()
    (tea,) = world.seizes(case, world.item(category="perishable"))
    world.checks_in([tea])
    order = orders(
        world, [tea], share("sold"), ground="perishable", attachments=[PHOTO],
        signers=world.signers(officer="周远", approver="psb-0001"),
    )  # fmt: skip
    price = sells(world, [tea], order, case, "4600.00")
    shown = registers().item(price)
    assert (shown["case"], shown["quantity"], shown["custody"]["holder"]) == (case, "4600.00", "cen-01")
    assert registers().case(case)["items"] == 2
    sold = world.facts(price).born_in
    world.corrects(sold, {"op": "replace", "path": "/sale/price", "old": "4600.00", "new": "4650.00"}, author="郑宏")
    assert registers().item(price)["quantity"] == "4650.00"
    assert registers().item(tea)["status"] == "released"
    check(world)


def test_money_that_is_paid_in_parts_stays_until_nothing_remains(world: World, registers: Current) -> None:
    joins(world, FINANCE, "finance")
    (bulk,) = world.seizes(world.opens_case(), cash(world, "1000.00"))
    world.checks_in([bulk], place="贵重", to=SAFE)
    deposits(world, [bulk], "1000.00")
    order = orders(
        world, [bulk], share("returned", "700.00", "赵某"), share("remitted", "300.00"), **in_effect(world)
    )
    pays(world, bulk, order, "remitted", "300.00", "700.00")
    shown = registers().item(bulk)
    assert (shown["status"], shown["disposition"]["state"], shown["disposition"]["kind"]) == (
        "with-keeper", "effective", None,
    )  # fmt: skip
    pays(world, bulk, order, "returned", "700.00", "0.00")
    assert registers().item(bulk)["status"] == "released"
    check(world)
