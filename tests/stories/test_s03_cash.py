"""S3. Cash: 1,286,400.00 yuan, of which twenty marked notes, and 12,300 dollars.

| line of the scenario | told by |
|---|---|
| 1–6 from the search to the treasury, to the cent | `test_every_yuan_is_accounted_for` |
| ✗ another sum · marked notes deposited · one custodian · before it is effective · dollars sold | the same |
| ⚠ deposited on 10 July | `test_dollars_deposited_a_day_late…` |

The counterfeit note is handed to the bank under the order of the judgment: a handover takes one, like every exit.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from custody.acts.values import decode
from custody.ledger.opening import Disclosure
from harness import check
from inquiry import chain, due, owes, paper, rows, state, statement
from telling import flaws, holder, open_defects, refuses
from world import World, disclosed
from world_objects import child, divides, division, reclassifies
from world_orders import FINANCE, SAFE, cash, deposits, joins, orders, pays, sells, share
from world_results import on

CASE = "云公(刑)〔2026〕0708"
JUDGMENT = "（2026）云0311刑初字第203号"
SERIALS = [f"HD9021{number:04}" for number in range(20)]


@pytest.fixture(autouse=True)
def the_registers_tell_the_same_story(world: World) -> Iterator[None]:
    """When a story is over, the registers, too, are derived afresh."""
    yield
    check(world)


def notes(count: int, serials: list[str] | None = None) -> dict[str, Any]:
    """So many notes of a hundred, with their serial numbers if they were taken down."""
    return {"kind": "cash", "denominations": [{"face": "100", "count": count, "serials": serials or []}]}


def searched(world: World) -> tuple[str, str, str]:
    """8 July, 10:30: the bulk, twenty marked notes that are evidence, dollars; 14:05, counted by two into safe V-03."""
    joins(world, FINANCE, "finance")
    world.place("V-03", "center", "valuables", dual=True)
    for each in SAFE:
        world.changes(each, places_added=[world.places["V-03"]])
    on(world, 7, 8, 10, 30)
    world.opens_case(case=CASE)
    marked = cash(world, "2000.00", details=notes(20, SERIALS), seal=world.seal())
    dollars = {"kind": "cash", "denominations": [{"face": "100", "count": 123}]}
    bulk, kept, foreign = world.seizes(
        CASE, cash(world, "1284400.00", details=notes(12_844), seal=None), {**marked, "evidential": True},
        cash(world, "12300.00", "USD", details=dollars),
    )  # fmt: skip
    on(world, 7, 8, 14, 5)
    assert flaws(world.checks_in([bulk, kept, foreign], place="V-03", to=SAFE)) == {}
    return bulk, kept, foreign


def set_apart(world: World, bulk: str) -> str:
    """The machine finds one counterfeit note: an item of its own, face 100, worth nothing."""
    note = child(
        world, "100.00", "CNY", category="cash", description="假币一张", features="面额 100 元，价值 0 元",
        details=notes(1, ["HD90210001"]),
    )  # fmt: skip
    (counterfeit,) = divides(world, bulk, "1284300.00", [note], SAFE, kind="split", reason="点钞机清点发现")
    return counterfeit


def total(world: World, *items: str) -> Decimal:
    """What items add up to."""
    return sum((Decimal(world.facts(each).quantity) for each in items), Decimal(0))


def test_every_yuan_is_accounted_for(world: World) -> None:
    """1,284,300 + 2,000 + 100 = 1,286,400. Into the account, each in its currency; 900,000 to two victims, 384,300 and
    the interest to the treasury, and the marked notes, no evidence any more, on a line of their own: 386,300."""
    bulk, marked, dollars = searched(world)
    assert {due(world, "D17", each) for each in (bulk, dollars)} == {"07-09 14:05"}
    counterfeit = set_apart(world, bulk)
    assert total(world, bulk, marked, counterfeit) == Decimal("1286400.00")
    on(world, 7, 9, 9, 40)
    with refuses(world, "release-without-order"):
        sells(world, [dollars], None, CASE, "88000.00", signers=world.signers(holder=SAFE, approver="沈建国"))
    with refuses(world, "deposit-does-not-add-up"):
        deposits(world, [bulk], "1284400.00")
    with refuses(world, "evidential-cash"):
        deposits(world, [marked], "2000.00")
    with refuses(world, "two-custodians"):
        deposits(world, [bulk], "1284300.00", signers=world.signers(custodian="梁静", finance=FINANCE))
    assert flaws(deposits(world, [bulk], "1284300.00")) == {}
    assert flaws(deposits(world, [dollars], "12300.00", "USD", account={"disclose": "涉案款外汇子户 0017-2"})) == {}
    assert {state(world, "D17", each) for each in (bulk, dollars)} == {"met"}
    assert [holder(world, each) for each in (marked, counterfeit)] == [world.places["V-03"]] * 2
    the_judgment(world, bulk, marked, counterfeit)
    assert len(rows(paper(world, "seizure-list", "case", CASE))) == 3
    for each in (marked, counterfeit):
        assert chain(world, each)[-1] is None
        statement(world, each)


def fruit_of(world: World, bulk: str) -> str:
    """Interest of 1,201.55, in the same account: its sealed name is disclosed once more, as it was."""
    fruit = child(world, "1201.55", "CNY", category="cash", description="孳息", seal=None, evidential=False)
    account = world.facts(bulk).holder.id
    ((salt, name),) = world.ledger.recorder.disclosures([decode(account)]).values()
    prepared = world.prepare(
        division(
            world, bulk, "1284300.00", [fruit], SAFE, kind="split", gain="1201.55",
            held_by={"outside": {"sealed": account}},
        )
    )  # fmt: skip
    world.signed = world.sign(prepared)
    world.ledger.submit(world.signed, (*disclosed(prepared), Disclosure(salt, name)))
    return str(fruit["code"][:16])


def the_judgment(world: World, bulk: str, marked: str, counterfeit: str) -> None:
    """Ordered on 1 September, effective on the 12th; nothing is paid before. Interest of 1,201.55 is an item, too."""
    on(world, 9, 1, 10)
    interest = fruit_of(world, bulk)
    judged = {"instrument": JUDGMENT}
    victims = (share("returned", "500000.00", "被害人甲"), share("returned", "400000.00", "被害人乙"))
    order = orders(world, [bulk], *victims, share("remitted", "384300.00"), **judged)
    rest = orders(world, [marked, interest], share("remitted"), **judged)
    handed = orders(world, [counterfeit], share("handed-over"), **judged)
    with refuses(world, "order-not-effective"):
        pays(world, bulk, order, "remitted", "384300.00", "900000.00")
    on(world, 9, 12, 9)
    world.steps(CASE, effective=JUDGMENT)
    reclassifies(world, marked, evidential=False, reason="判决认定不再作为证据")
    pays(world, bulk, order, "returned", "500000.00", "784300.00")
    pays(world, bulk, order, "returned", "400000.00", "384300.00")
    pays(world, bulk, order, "remitted", "384300.00", "0")
    treasury: dict[str, Any] = {
        "kind": "remitted", "recipient": None, "attestations": [], "voucher": "国库缴款书0098873", "ordered_by": rest,
    }  # fmt: skip
    world.releases([marked], **treasury, signers=world.signers(holder=SAFE, approver="沈建国"))
    world.releases([interest], **treasury, signers=world.signers(holder="梁静", approver="沈建国", finance=FINANCE))
    bank = {"name": {"disclose": "中国人民银行江州支行"}, "capacity": "authority", "authorisation": None,
            "authority_staff": False}  # fmt: skip
    world.releases(
        [counterfeit], kind="handed-over", ordered_by=handed, order="假币收缴凭证 0311", recipient=bank,
        signers=world.signers(holder=SAFE, approver="沈建国"),
    )  # fmt: skip
    assert {world.facts(each).released for each in (bulk, marked, interest)} == {"remitted"}
    remitted = Decimal("384300.00") + total(world, marked)
    assert (remitted, total(world, interest)) == (Decimal("386300.00"), Decimal("1201.55"))
    assert "国库缴款书0098873" in " ".join(paper(world, "execution-receipt", "item", interest).texts())


def test_dollars_deposited_a_day_late_say_so(world: World) -> None:
    """⚠ 10 July: recorded, with a defect that somebody owes an explanation for."""
    _, _, dollars = searched(world)
    on(world, 7, 10, 9)
    late = deposits(world, [dollars], "12300.00", "USD")
    assert flaws(late) == {"LATE_DEPOSIT": ("curable", ())}
    assert (open_defects(world, dollars), state(world, "D17", dollars)) == ({"LATE_DEPOSIT"}, "late")
    assert owes(world, dollars, "LATE_DEPOSIT")[1] == "legal-reviewer"
