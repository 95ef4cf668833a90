"""S8. Sixty items go through three organs on paper, and stay on their shelves.

| line of the scenario | told by |
|---|---|
| 0–6 stored … executed line by line, receipt to the court | `test_sixty_items_go_through_three_organs…` |
| ✗ the police sell after step 2 · the procuratorate orders before it accepted | `test_control` (I-05) |
| ✗ a contractor of the centre reads the narrative (I-30) | not told |
| ✗ a paper line moves the thing | `test_a_line_on_paper_moves_nothing` |
| ✗ the court takes from the police directly | `test_control`, I-21 |
| ⚠ nobody answers within the day | `test_nobody_answers_within_the_day` |

Not told: the ledger keeps no narrative of a case, and no rule says who may read; names are sealed, and whether their
disclosures are shown is up to whoever serves them.
"""

from __future__ import annotations

from typing import Any

from inquiry import chain, deadlines, due, fact, paper, rows, state, statement, whereabouts
from telling import flaws, refuses
from world import World
from world_orders import SAFE, destroys, orders, share
from world_results import on

CASE = "云公(经)侵〔2026〕0088"
JUDGMENT = "（2026）云刑初字第118号"
GOODS = ("U 盘", "合同原件")


def stored(world: World, count: int = 60) -> list[str]:
    """Step 0: stored in hall 2 of the centre, a USB key and a contract among them."""
    world.opens_case(case=CASE)
    names = [*GOODS, *(f"涉案商品 {number}" for number in range(3, count + 1))]
    items = world.seizes(CASE, *(world.item(description=each) for each in names))
    assert flaws(world.checks_in(items)) == {}
    return items


def test_sixty_items_go_through_three_organs_and_stay_on_their_shelves(world: World) -> None:
    """58 on paper and two face to face; sent back for a month, submitted again, charged; the judgment's list names 20,
    30 and 10. Goods move exactly when they are handed over, and control exactly when it is accepted."""
    items = stored(world)
    goods = (items[0], items[1])
    things = [each for each in items if each not in goods]
    hall = world.places["大库"]
    everywhere = [(hall, "psb-yunling")] * 60
    assert [whereabouts(world, each) for each in items] == everywhere
    # 1: proposed, 58 on paper and two as goods, with a proposal for each
    on(world, 5, 11, 9)
    offer = world.offers(items, goods=goods)
    assert {due(world, "D20", each) for each in items} == {"05-12 09:00"}
    assert [whereabouts(world, each) for each in items] == everywhere
    # 2: six are looked at where they lie, two counted face to face
    on(world, 5, 11, 15)
    lines = world.answer_lines(items, goods)
    for line in lines[:6]:
        line["viewed"] = "on-site"
    assert flaws(world.answers(offer, items, goods=goods, lines=lines)) == {}
    world.steps(CASE, "prosecution", by="江检")
    assert {whereabouts(world, each) for each in things} == {(hall, "pro-yunling")}
    assert {whereabouts(world, each) for each in goods} == {("pro-11", "pro-yunling")}
    assert {state(world, "D20", each) for each in items[:3]} == {"met"}
    sent_back(world, items)
    # 4: submitted again, charged: the court gets 58 on paper and two into the judge's hands
    on(world, 6, 15, 9)
    world.answers(world.offers(items), items)
    world.steps(CASE, "prosecution", by="江检")
    assert state(world, "D23") == "met"
    on(world, 6, 20, 9)
    offer = world.offers(items, "crt-yunling", "trial", by="江检", goods=goods)
    world.answers(offer, things, by="钱法官")
    assert fact(world, "manifest", offer).state_at(world.clock.now) == "partly-accepted"
    signers = world.signers(receiver="钱法官", holder="江检")
    world.answers(offer, list(goods), by="钱法官", to={"person": "crt-21"}, lines=world.answer_lines([], goods),
                  signers=signers)  # fmt: skip
    world.steps(CASE, "trial", by="钱法官")
    assert {whereabouts(world, each) for each in things} == {(hall, "crt-yunling")}
    assert {whereabouts(world, each) for each in goods} == {("crt-21", "crt-yunling")}
    executed(world, items, goods)
    assert chain(world, items[30]) == ["psb-0211", hall, None]
    assert chain(world, goods[0]) == ["psb-0211", hall, "pro-11", "crt-21", hall, None]
    for each in (items[30], *goods):
        statement(world, each)


def sent_back(world: World, items: list[str]) -> None:
    """3: returned for supplementary investigation, all sixty on paper; a month, from 20 May to Monday, 22 June."""
    on(world, 5, 20, 9)
    world.answers(world.offers(items, "psb-yunling", "investigation", by="江检"), items, by="周远")
    world.steps(CASE, "investigation", by="江检")
    assert (due(world, "D23"), state(world, "D23")) == ("06-22 23:59", "running")
    assert {whereabouts(world, each)[1] for each in items} == {"psb-yunling"}
    assert {whereabouts(world, each)[0] for each in items[:2]} == {"pro-11"}


def executed(world: World, items: list[str], goods: tuple[str, ...]) -> None:
    """5–6: 20 forfeited, 30 returned, 10 destroyed make 60; the court tells the centre, which does it line by line, and
    the court gets its receipt within a month of service."""
    on(world, 9, 1, 9)
    world.transfers(list(goods), "钱法官", "梁静", to={"place": world.places["大库"]})
    judged: dict[str, Any] = {"instrument": JUDGMENT, "signers": world.signers(officer="钱法官")}
    annex = {"remitted": items[:20], "returned": items[20:50], "destroyed": items[50:]}
    assert sum(map(len, annex.values())) == 60
    order = {
        kind: orders(world, some, share(kind, to="权利人" if kind == "returned" else None), **judged)
        for kind, some in annex.items()
    }
    voucher: dict[str, Any] = {"recipient": None, "attestations": [], "voucher": "缴款书0098"}
    with refuses(world, "order-not-effective"):
        world.releases(annex["remitted"], kind="remitted", ordered_by=order["remitted"], **voucher)
    on(world, 9, 14, 9)
    world.steps(CASE, by="钱法官", final=True, effective=JUDGMENT)
    world.notes(CASE, "judgment-served")
    assert due(world, "D22") == "10-14 23:59"
    world.releases(annex["remitted"], kind="remitted", ordered_by=order["remitted"], **voucher)
    world.releases(annex["returned"], ordered_by=order["returned"])
    destroys(world, annex["destroyed"], order["destroyed"], "10", signers=world.signers(
        holder=SAFE, approver="沈建国", supervisor=["江监督", "高岚"]))  # fmt: skip
    assert rows(paper(world, "execution-receipt", "case", CASE))
    world.notes(CASE, "receipt-to-court-sent")
    assert state(world, "D22") == "met"
    assert {whereabouts(world, each)[0] for each in items} == {None}
    listed = paper(world, "case-file-list", "case", CASE)
    assert len(rows(listed)) == 60
    world.steps(CASE, "execution", by="钱法官")
    world.steps(CASE, "closed", by="钱法官")


def test_a_line_on_paper_moves_nothing(world: World) -> None:
    """✗ The procuratorate answers a paper line as if the thing had come to it, and a line of goods as if on paper."""
    one, two = stored(world, 2)
    offer = world.offers([one, two], goods=(two,))
    with refuses(world, "goods-and-paper"):
        world.answers(offer, [], goods=(one,))
    with refuses(world, "goods-and-paper"):
        world.answers(offer, [two])
    world.answers(offer, [one, two], goods=(two,))
    assert [whereabouts(world, each)[0] for each in (one, two)] == [world.places["大库"], "pro-11"]


def test_nobody_answers_within_the_day(world: World) -> None:
    """⚠ Silence is never acceptance: orange at the day's end, and control stays with the police; offered again."""
    items = stored(world, 2)
    offer = world.offers(items)
    world.clock.forward(hours=24)
    assert {each["colour"] for each in deadlines(world, "D20")} == {"orange"}
    assert {whereabouts(world, each)[1] for each in items} == {"psb-yunling"}
    with refuses(world, "no-such-offer"):
        world.answers(offer, items)
    world.answers(world.offers(items), items)
    assert {whereabouts(world, each)[1] for each in items} == {"pro-yunling"}
