"""Disposition: what is ordered, takes effect and is carried out; cash, drugs, a victim's necklace, perishables."""

from __future__ import annotations

import pytest

from telling import flaws, holder, refuses, tells
from world import World
from world_orders import (
    FINANCE,
    PHOTO,
    SAFE,
    announces,
    cash,
    deposits,
    destroys,
    in_effect,
    joins,
    orders,
    pays,
    sells,
    share,
)


@pytest.fixture
def money(world: World) -> World:
    """A world with somebody who keeps the account."""
    joins(world, FINANCE, "finance")
    return world


def banked(world: World, amount: str = "1284300.00") -> str:
    """Cash that was seized, counted in the safe and paid into the account."""
    (bulk,) = world.seizes(world.opens_case(), cash(world, amount))
    world.checks_in([bulk], place="贵重", to=SAFE)
    deposits(world, [bulk], amount)
    return bulk


@tells("evidential-cash", "deposit-does-not-add-up", "two-custodians", "LATE_DEPOSIT")
def test_cash_goes_into_the_account_to_the_cent(money: World) -> None:
    """S3. 1,284,300 and 12,300 dollars are deposited, each in its currency; the 2,000 marked notes stay in the safe.
    Another sum, the marked notes, a single custodian, dollars as yuan: refused. The dollars come late: a defect."""
    world = money
    case = world.opens_case()
    bulk, marked, dollars = world.seizes(
        case, cash(world, "1284300.00"), {**cash(world, "2000.00"), "evidential": True}, cash(world, "12300", "USD")
    )
    world.checks_in([bulk, marked, dollars], place="贵重", to=SAFE)
    with refuses(world, "deposit-does-not-add-up") as told:
        deposits(world, [bulk], "1284400.00")
    assert told.facts == {"amount": "1284400.00", "sum": "1284300.00"}
    with refuses(world, "evidential-cash"):
        deposits(world, [marked], "2000.00")
    with refuses(world, "two-custodians"):
        deposits(world, [bulk], "1284300.00", signers=world.signers(custodian="梁静", finance=FINANCE))
    with refuses(world, "deposit-does-not-add-up"):
        deposits(world, [dollars], "12300")
    assert flaws(deposits(world, [bulk], "1284300.00")) == {}
    world.clock.forward(hours=30)
    assert flaws(deposits(world, [dollars], "12300", "USD")) == {"LATE_DEPOSIT": ("curable", ())}
    assert world.facts(bulk).holder.kind == "outside"
    assert holder(world, marked) == world.places["贵重"]
    order = orders(world, [marked], share("remitted"), **in_effect(world))  # the judgment remits the notes themselves
    remitted = {"kind": "remitted", "recipient": None, "attestations": [], "voucher": "0098875", "ordered_by": order}
    world.releases([marked], **remitted, signers=world.signers(holder=SAFE, approver="沈建国"))
    assert world.facts(marked).released == "remitted"


@tells("two-custodians")
def test_much_cash_leaves_any_store_by_two_custodians(money: World) -> None:
    """Cash in a store without dual control: one custodian brings 9,000 to the account, but not 90,000."""
    world = money
    case = world.opens_case()
    much, little = world.seizes(case, cash(world, "90000.00"), cash(world, "9000.00"))
    world.checks_in([much, little])
    alone = world.signers(custodian="梁静", finance=FINANCE)
    with refuses(world, "two-custodians"):
        deposits(world, [much], "90000.00", signers=alone)
    deposits(world, [little], "9000.00", signers=alone)


@tells("order-not-effective", "release-not-as-ordered", "payment-does-not-add-up", "correction-impossible")
def test_a_judgment_divides_the_money(money: World) -> None:
    """S3. 900,000 to the victims, 384,300 and 1,201.55 interest to the treasury. Nothing is paid before the judgment
    has effect; no other sum, no other kind; and the last payment leaves nothing of the item."""
    world = money
    bulk = banked(world)
    victims, treasury = share("returned", "900000.00", "被害人"), share("remitted", "384300.00", interest="1201.55")
    waiting = orders(world, [bulk], victims, treasury)
    with refuses(world, "order-not-effective") as told:
        pays(world, bulk, waiting, "remitted", "384300.00", "900000.00", "1201.55")
    assert told.facts["effective_at"] is None
    order = orders(world, [bulk], victims, treasury, replaces=waiting, **in_effect(world))
    with refuses(world, "release-not-as-ordered"):
        pays(world, bulk, waiting, "remitted", "384300.00", "900000.00", "1201.55")
    with refuses(world, "release-not-as-ordered") as told:
        pays(world, bulk, order, "remitted", "384400.00", "899900.00", "1201.55")
    assert told.facts["kind"] == "remitted"
    with refuses(world, "payment-does-not-add-up") as told:
        pays(world, bulk, order, "remitted", "384300.00", "899999.99", "1201.55")
    assert told.facts["quantity"] == "1284300.00"
    pays(world, bulk, order, "remitted", "384300.00", "900000.00", "1201.55")
    facts = world.facts(bulk)
    wrong = {"op": "replace", "path": "/payment/remains", "old": "900000.00", "new": "900000.01"}
    with refuses(world, "correction-impossible"):
        world.corrects(facts.paid[0].act, wrong, author="周远")
    assert (facts.released, facts.holder.kind) == (None, "outside")
    with refuses(world, "release-not-as-ordered"):
        pays(world, bulk, order, "remitted", "384300.00", "515700.00", "1201.55")
    pays(world, bulk, order, "returned", "900000.00", "0")
    assert (world.facts(bulk).released, holder(world, bulk)) == ("returned", None)


@tells("order-does-not-add-up", "order-standing", "correction-impossible")
def test_the_shares_of_an_order_add_up_and_one_order_stands(money: World) -> None:
    """900,000 and 384,299.99 are a cent short; a second order says which one it replaces."""
    world = money
    bulk = banked(world)
    with refuses(world, "order-does-not-add-up") as told:
        orders(world, [bulk], share("returned", "900000.00", "被害人"), share("remitted", "384299.99"))
    assert told.facts["sum"] == "1284299.99"
    with refuses(world, "order-does-not-add-up"):
        orders(world, [bulk], share("returned", to="被害人"), share("remitted", "384300.00"))
    first = orders(world, [bulk], share("remitted"))
    wrong = {"op": "replace", "path": "/items/0/shares/0/amount", "old": None, "new": "1284000.00"}
    with refuses(world, "correction-impossible") as told_of_correction:
        world.corrects(first, wrong, author="周远")
    assert told_of_correction.facts["problem"] == "order-does-not-add-up"
    with refuses(world, "order-standing") as told:
        orders(world, [bulk], share("returned", to="被害人"))
    assert told.facts["stands"] == first
    second = orders(world, [bulk], share("returned", to="被害人"), replaces=first)
    assert world.facts(bulk).order.act == second


@tells("not-the-holder")
def test_deposited_money_is_paid_out_by_who_keeps_the_account(money: World) -> None:
    """A custodian cannot pay from the account without the finance department."""
    world = money
    bulk = banked(world)
    order = orders(world, [bulk], share("remitted", "1284300.00"), **in_effect(world))
    with refuses(world, "not-the-holder"):
        pays(
            world, bulk, order, "remitted", "1284300.00", "0",
            signers=world.signers(holder="梁静", approver="沈建国"),
        )  # fmt: skip
    pays(world, bulk, order, "remitted", "1284300.00", "0")


def drugs(world: World) -> list[str]:
    """S5: what remains of the drugs after the samples."""
    case = world.opens_case(case="云公(禁)〔2026〕0403")
    items = world.seizes(case, world.item(category="drugs", description="毒品", quantity="310.36", unit="g"))
    world.checks_in(items, place="毒品库", to=SAFE)
    return items


@tells("release-without-order", "order-not-effective", "destruction-unsupervised", "measured-out-of-tolerance")
def test_drugs_are_destroyed_once_the_judgment_has_effect(world: World) -> None:
    """S5. Without an order, before it has effect, with a custodian as supervisor, at 309.98 g: refused. At 310.34 g,
    under the eyes of 江检 and 高岚: destroyed."""
    items = drugs(world)
    with refuses(world, "release-without-order"):
        destroys(world, items, None)
    later = world.clock.now.replace(month=9, day=12).isoformat()
    effect = {"at": later, "instrument": "云刑初〔2026〕120号生效证明"}
    order = orders(world, items, share("destroyed"), effect=effect)
    with refuses(world, "order-not-effective"):
        destroys(world, items, order)
    world.clock.forward(days=217)
    world.changes("郑宏", add=[{"capacity": "supervisor"}])
    joins(world, "cen-03", "custodian", agency="center")
    with refuses(world, "two-custodians"):
        destroys(
            world, items, order,
            signers=world.signers(holder="梁静", approver="沈建国", supervisor=["高岚", "江检"]),
        )  # fmt: skip
    with refuses(world, "destruction-unsupervised"):
        destroys(
            world, items, order,
            signers=world.signers(holder="梁静", approver="沈建国", supervisor=["高岚", "郑宏"]),
        )  # fmt: skip
    with refuses(world, "measured-out-of-tolerance") as told:
        destroys(world, items, order, "309.98")
    assert told.facts == {"booked_g": "310.36", "measured_g": "309.98", "tolerance_g": "0.1"}
    destroys(world, items, order)
    assert world.facts(items[0]).released == "destroyed"


@tells("order-unapproved", "sale-without-proceeds", "code-used")
def test_perishables_are_sold_with_the_principal_head_and_the_price_stays(money: World) -> None:
    """Three boxes of fresh tea: only the principal head approves their sale before the judgment. The price becomes a
    cash item of the same case, which is deposited, and remitted by the judgment."""
    world = money
    joins(world, "psb-0001", "approver-3")
    case = world.opens_case()
    (tea,) = world.seizes(case, world.item(category="perishable", description="鲜茶叶", quantity="3", unit="箱"))
    world.checks_in([tea])
    early = {"ground": "perishable", "instrument": "云公先处〔2026〕1号", "attachments": [PHOTO]}
    with refuses(world, "order-unapproved") as told:
        orders(world, [tea], share("sold"), **early)
    assert (told.facts["expected"], told.facts["got"]) == (3, 2)
    order = orders(
        world, [tea], share("sold"), **early, signers=world.signers(officer="周远", approver="psb-0001")
    )
    with refuses(world, "sale-without-proceeds"):
        sells(world, [tea], order, case, "4600.00", sale=None)
    with refuses(world, "sale-without-proceeds"):
        sells(world, [tea], order, "云公(刑)别〔2026〕1", "4600.00")
    with refuses(world, "code-used"):
        sells(world, [tea], order, case, "4600.00", proceeds=world.facts(tea).code)
    price = sells(world, [tea], order, case, "4600.00")
    facts = world.facts(price)
    assert (facts.case, facts.category, facts.quantity, facts.unit) == (case, "cash", "4600.00", "CNY")
    assert holder(world, price) == "cen-01"
    deposits(
        world, [price], "4600.00", signers=world.signers(custodian="梁静", finance=FINANCE)
    )
    judged = orders(world, [price], share("remitted"), **in_effect(world))
    world.releases(
        [price], kind="remitted", ordered_by=judged, recipient=None, attestations=[], voucher="0098873",
        signers=world.signers(holder="梁静", approver="沈建国", finance=FINANCE),
    )  # fmt: skip
    assert world.facts(price).released == "remitted"


@tells("notice-too-short", "notice-wrong-regime", "order-before-notice-ends")
def test_what_nobody_claims_goes_to_the_treasury_after_six_months(world: World) -> None:
    """A bicycle without an owner: announced for six months, not for five; ordered only when they have passed."""
    items = world.seizes(world.opens_case())
    world.checks_in(items)
    with refuses(world, "notice-too-short") as told:
        announces(world, items, "2026-03-13", "2026-08-13")
    assert told.facts == {"ends": "2026-08-13", "not_before": "2026-09-13"}
    with refuses(world, "notice-wrong-regime"):
        announces(world, items, "2026-03-13", "2026-06-13", regime="detained-vehicle")
    announces(world, items, "2026-03-13", "2026-09-13")
    unclaimed = {"ground": "unclaimed", "instrument": "云公无主〔2026〕2号"}
    with refuses(world, "order-before-notice-ends"):
        orders(world, items, share("remitted"), **unclaimed)
    world.clock.forward(days=190)
    order = orders(world, items, share("remitted"), **unclaimed)
    world.releases(
        items, kind="remitted", ordered_by=order, recipient=None, attestations=[], voucher="0098874"
    )
    assert world.facts(items[0]).released == "remitted"


@tells("order-foreign", "release-approver-is-holder", "not-available")
def test_only_who_controls_decides_and_nobody_of_the_case_approves(world: World) -> None:
    """The court does not order what the police still control; an officer of the case does not approve; and of what
    is gone nothing is ordered any more."""
    world.changes("刘振", add=[{"capacity": "officer"}, {"capacity": "approver-2"}])
    case = world.opens_case(officers=["psb-0211", "psb-0102"])
    items = world.seizes(case)
    world.checks_in(items)
    with refuses(world, "order-foreign") as told:
        orders(world, items, share("returned", to="赵某"), signers=world.signers(officer="钱法官"))
    assert told.facts == {"controls": "psb-yunling", "decides": "crt-yunling"}
    with refuses(world, "release-approver-is-holder"):
        orders(
            world, items, share("returned", to="赵某"), signers=world.signers(officer="周远", approver="刘振")
        )
    world.releases(items)
    with refuses(world, "not-available"):
        orders(world, items, share("destroyed"))


@tells("release-without-order", "release-approver-level")
def test_a_return_says_why_it_needs_no_order_and_a_responsible_person_approves(world: World) -> None:
    """A phone goes back: with neither order nor reason, or approved by the head of the unit alone: refused."""
    items = world.seizes(world.opens_case())
    world.checks_in(items)
    with refuses(world, "release-without-order"):
        world.releases(items, without_order=None)
    with refuses(world, "release-approver-level") as told:
        world.releases(items, signers=world.signers(holder="梁静", approver="刘振"))
    assert told.facts == {"kind": "returned", "expected": 2, "got": 1}
    world.releases(items)


@tells("on-hold")
def test_a_banks_claim_holds_the_car_until_the_judgment_upholds_it(world: World) -> None:
    """S4. The finance bank claims the car: it goes nowhere, order or not. The judgment upholds the claim, the hold is
    lifted, and the car returns to the bank by its agent."""
    case = world.opens_case()
    (car,) = world.seizes(case, world.item(category="vehicle", description="江B·K3391", unit="辆"))
    world.checks_in([car], place="车场")
    hold = world.holds(case, [car], reason="claim")
    order = orders(world, [car], share("returned", to="江州银行"), **in_effect(world))
    with refuses(world, "on-hold"):
        world.releases([car], ordered_by=order)
    world.lifts(hold, case, [car])
    agent = {
        "name": {"disclose": "柜员秦某"}, "capacity": "agent", "authorisation": "委托书〔2026〕9号",
        "authority_staff": False,
    }  # fmt: skip
    world.releases([car], ordered_by=order, recipient=agent)
    assert world.facts(car).released == "returned"


@tells("tube-destroyed-early", "release-without-order", "order-not-effective")
def test_a_reserve_tube_is_destroyed_once_the_case_is_final_and_it_is_ordered(world: World) -> None:
    """S1. Tube B stays while the case runs, also by an order; without an order it stays when the case is final, too.
    The judgment final, 180 days passed, the order in effect by the stage that names its instrument: it is destroyed."""
    case = world.opens_case(kind="criminal")
    _, reserve = world.draws(case)
    world.checks_in([reserve], place="冷藏")
    where = {"where": "医疗废物处置点", "method": "高温灭活", "measured": [{"quantity": "3.0", "unit": "mL"}]}
    gone = {
        "kind": "destroyed", "recipient": None, "attestations": [], "destruction": where,
        "signers": world.signers(holder="梁静", approver="沈建国", supervisor=["江监督", "高岚"]),
    }  # fmt: skip
    order = orders(world, [reserve], share("destroyed"))
    with refuses(world, "tube-destroyed-early") as told:
        world.releases([reserve], ordered_by=order, **gone)
    assert told.facts["kept_until"] is None
    world.steps(case, final=True)
    with refuses(world, "tube-destroyed-early") as told:
        world.releases([reserve], ordered_by=order, **gone)
    assert told.facts["kept_until"].startswith("2026-09-08")
    world.clock.forward(days=180)
    with refuses(world, "order-not-effective"):
        world.releases([reserve], ordered_by=order, **gone)
    world.steps(case, effective="云刑初〔2026〕88号")
    with refuses(world, "release-without-order"):
        world.releases([reserve], **gone)
    world.releases([reserve], ordered_by=order, **gone)
    assert world.facts(reserve).released == "destroyed"


@tells("order-not-effective")
def test_an_instrument_that_takes_effect_by_a_stage_is_as_good_as_a_stated_effect(world: World) -> None:
    """S4. The judgment returns the car to the bank; the car stays until the stage says that the judgment has effect."""
    case = world.opens_case()
    (car,) = world.seizes(case, world.item(category="vehicle", description="江B·K3391", unit="辆"))
    world.checks_in([car], place="车场")
    order = orders(world, [car], share("returned", to="江州银行"))
    with refuses(world, "order-not-effective"):
        world.releases([car], ordered_by=order)
    world.steps(case, effective="云刑初〔2026〕88号")
    world.releases([car], ordered_by=order)
    assert world.facts(car).released == "returned"
