"""What comes out of an item: parts, the price, interest. They go on under whoever answers for it, and none is lost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from custody.ledger.history import item_at
from telling import flaws, refuses, tells
from world import World
from world_objects import child, closes, divides, raises
from world_orders import FINANCE, SAFE, cash, deposits, in_effect, joins, orders, pays, sells, share

PROSECUTION = {"agency": "pro-yunling", "stage": "prosecution", "document": "云公移诉字〔2026〕88号"}


@pytest.fixture
def money(world: World) -> World:
    """A world with somebody who keeps the account."""
    joins(world, FINANCE, "finance")
    return world


def passed_on(world: World, case: str, **fields: Any) -> str:
    """An item in the store that the prosecutors control by now."""
    (item,) = world.seizes(case, world.item(seal=None, **fields))
    world.checks_in([item])
    world.answers(world.offers([item]), [item])
    return item


def control(world: World, item: str) -> dict[str, Any]:
    shown: dict[str, Any] = item_at(world.ledger.recorder, item)["control"]
    return {name: shown[name] for name in PROSECUTION}


@tells("proceeds-unlike-sold")
def test_the_price_goes_on_under_whoever_controlled_what_was_sold(world: World) -> None:
    """The prosecutors have the car on paper and order its sale: the price is theirs to decide about, not the police's.
    A sale that does not say so, or says another stage, is refused; as is one that gives away what nobody passed on."""
    case = world.opens_case()
    car = passed_on(world, case, description="轿车")
    order = orders(world, [car], share("sold"), **in_effect(world), signers=world.signers(officer="江检"))
    sale = {"mode": "auction", "case": case, "price": "21840.00", "currency": "CNY", "buyer": None}
    for stated in (None, {**PROSECUTION, "stage": "trial"}, {**PROSECUTION, "agency": "crt-yunling"}):
        with refuses(world, "proceeds-unlike-sold") as told:
            sells(world, [car], order, case, "21840.00", sale={**sale, "proceeds": world.code(), "control": stated})
        assert told.facts == {"item": car, "control": "pro-yunling"}
    price = sells(world, [car], order, case, "21840.00")
    assert control(world, price) == PROSECUTION
    with refuses(world, "order-foreign"):
        orders(world, [price], share("remitted"), **in_effect(world))
    orders(world, [price], share("remitted"), **in_effect(world), signers=world.signers(officer="江检"))
    (tea,) = world.seizes(case, world.item(description="茶叶"))
    world.checks_in([tea])
    ours = orders(world, [tea], share("sold"), **in_effect(world))
    with refuses(world, "proceeds-unlike-sold"):
        sells(world, [tea], ours, case, "460.00", sale={**sale, "proceeds": world.code(), "control": PROSECUTION})
    assert control(world, sells(world, [tea], ours, case, "460.00"))["agency"] == "psb-yunling"


@tells("division-unlike-parent")
def test_a_part_begins_under_the_control_of_the_whole(world: World) -> None:
    """What is divided after it was passed on stays with whom it was passed to."""
    powder = {"category": "general", "quantity": "10", "unit": "盒"}
    box = passed_on(world, world.opens_case(), **powder)
    parts = [child(world, "4", "盒", category="general")]
    with refuses(world, "division-unlike-parent") as told:
        divides(world, box, "6", parts, by=["梁静", "郑宏"], control=None)
    assert told.facts == {"control": "pro-yunling"}
    (part,) = divides(world, box, "6", parts, by=["梁静", "郑宏"])
    assert control(world, part) == PROSECUTION
    world.answers(world.offers([part], "crt-yunling", "trial", by="江检"), [part], by="钱法官")
    assert (control(world, part)["agency"], control(world, box)["agency"]) == ("crt-yunling", "pro-yunling")


@tells("not-the-holder", "quantity-not-conserved", "evidential-cash")
def test_interest_is_an_item_of_its_own_and_leaves_by_who_keeps_the_account(money: World) -> None:
    """S3. The account bears 1,201.55 of interest: a part of the deposited money from then on, remitted with it, each
    as its own line. Only who keeps the account pays either out; interest on the notes in the safe there is none."""
    world = money
    case = world.opens_case()
    bulk, marked = world.seizes(case, cash(world, "1284300.00"), {**cash(world, "2000.00"), "evidential": True})
    world.checks_in([bulk, marked], place="贵重", to=SAFE)
    deposits(world, [bulk], "1284300.00")
    fruit = child(world, "1201.55", "CNY", category="cash", description="孳息", evidential=False, seal=None)
    with refuses(world, "quantity-not-conserved"):
        divides(world, bulk, "1284300.00", [fruit], by=[FINANCE, "周远"], kind="split", gain="1201.50")
    (interest,) = divides(world, bulk, "1284300.00", [fruit], by=["周远", "何苗"], kind="split", gain="1201.55")
    assert world.facts(interest).holder.kind == "outside"
    victims = share("returned", "900000.00", "被害人")
    order = orders(world, [bulk], victims, share("remitted", "384300.00"), **in_effect(world))
    fruits = orders(world, [interest], share("remitted"), **in_effect(world))
    remitted = {"kind": "remitted", "recipient": None, "attestations": [], "voucher": "0098874", "ordered_by": fruits}
    with refuses(world, "not-the-holder"):
        world.releases([interest], **remitted, signers=world.signers(holder="周远", approver="沈建国"))
    world.releases([interest], **remitted, signers=world.signers(holder="周远", approver="沈建国", finance=FINANCE))
    pays(world, bulk, order, "remitted", "384300.00", "900000.00")
    pays(world, bulk, order, "returned", "900000.00", "0")
    assert [world.facts(each).released for each in (bulk, interest, marked)] == ["returned", "remitted", None]


def test_cash_in_two_currencies_keeps_two_books(money: World) -> None:
    """A counterfeit note is set apart before the deposit; yuan and dollars go in as they are, each to its own sum."""
    world = money
    case = world.opens_case()
    notes = {"kind": "cash", "denominations": [{"face": "100", "count": 123}, {"face": "50", "count": 1}]}
    yuan, dollars = world.seizes(case, cash(world, "12350.00", details=notes, seal=None), cash(world, "12300", "USD"))
    false = {"kind": "cash", "denominations": [{"face": "100", "count": 1}]}
    (fake,) = divides(
        world, yuan, "12250.00", [child(world, "100.00", "CNY", category="cash", description="假币", details=false)]
    )
    world.checks_in([yuan, dollars, fake], place="贵重", to=SAFE)
    assert flaws(deposits(world, [yuan], "12250.00")) == {}
    deposits(world, [dollars], "12300", "USD")
    amounts = [Decimal(world.facts(each).quantity) for each in (yuan, dollars, fake)]
    assert amounts == [Decimal("12250.00"), Decimal(12300), Decimal("100.00")]


def test_what_was_wholly_divided_or_lost_does_not_keep_a_case_open(world: World) -> None:
    """Nothing of it is left to pass on: the parts are what has to go."""
    case = world.opens_case()
    whole, gone = world.seizes(case, world.item(seal=None, quantity="2"), world.item())
    world.checks_in([whole, gone])
    halves = divides(
        world, whole, "0", [child(world, "1", "部", category="general") for _ in range(2)], by=["梁静", "郑宏"]
    )
    lost = raises(world, case, [gone], "missing")
    closes(world, lost, [gone], "lost", "云公督〔2026〕9号")
    with refuses(world, "items-left") as told:
        world.steps(case, "closed", by="周远", basis=["云公撤〔2026〕1号"])
    assert sorted(told.facts["items"]) == sorted(halves)
    world.releases(halves)
    world.steps(case, "closed", by="周远", basis=["云公撤〔2026〕1号"])
