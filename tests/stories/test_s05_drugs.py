"""S5. Drugs, from six packets on a Friday before a holiday to a destruction under two supervisors.

| line of the scenario | told by |
|---|---|
| 1–8 seized, sampled, examined, kept, destroyed, receipt to the court | `test_drugs_from_the_seizure_to_the_receipt…` |
| ✗ one officer submits · 5 September · executor supervises · one custodian | the same |
| variant: 309.98 g | `test_a_batch_that_weighs_less_stops_whole` |

D16: without extension 6 April; the calendar has 4 to 6 April off, so 7 April (`extend_on_holiday` of the rule data).
The tolerance is one graduation of the scale, 0.1 g at this weight (公禁毒〔2016〕511号 art. 14), not the 0.05 g of the
scenario: rules-verified K15.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from harness import check
from inquiry import chain, due, paper, rows, state, statement
from telling import also, flaws, refuses
from world import World
from world_objects import child, closes, divides, raises
from world_orders import SAFE, destroys, joins, orders, share
from world_results import SECOND_EXAMINER, finds, observes, on

CASE = "云公(禁)〔2026〕0403"
JUDGMENT = "（2026）云0311刑初字第120号"
SUPERVISORS = ["江检", "高岚"]


@pytest.fixture(autouse=True)
def the_registers_tell_the_same_story(world: World) -> Iterator[None]:
    """When a story is over, the registers, too, are derived afresh."""
    yield
    check(world)


def seized(world: World) -> str:
    """3 April, 15:20: six packets, weighed before suspect and witness on a scale with a certificate, and sealed."""
    joins(world, SECOND_EXAMINER, "examiner", agency="lab-1")
    joins(world, "cen-03", "custodian", agency="center")
    world.changes("江检", add=[{"capacity": "supervisor"}])
    on(world, 4, 3, 15, 20)
    world.opens_case(case=CASE)
    details = {
        "kind": "drugs", "gross": "331.90", "net": "312.46", "unit": "g", "packages": 6, "scale": "ZC-11",
        "certificate": "检定〔2025〕118号", "certificate_until": "2026-11-30",
    }  # fmt: skip
    packets = world.item(category="drugs", description="白色晶体六包", quantity="312.46", unit="g", details=details)
    suspect = {"part": "holder", "name": {"disclose": "犯罪嫌疑人吴某"}, "kind": "fingerprint"}
    recording = {"sha256": "ab" * 32, "media_type": "video/mp4", "size_bytes": 1, "kind": "recording"}
    taken = world.act(
        world.seizure(CASE, [packets], attestations=[world.witness(), suspect], attachments=[recording])
    )
    assert flaws(taken) == {}
    return str(packets["code"][:16])


def sampled(world: World, item: str) -> list[str]:
    """Two investigators, with suspect and witness, take six samples of 0.35 g: 312.46 = 310.36 + 2.10."""
    world.opens([item], world.facts(item).seal)
    samples = [child(world, "0.35", description=f"检材{number}") for number in range(1, 7)]
    found = divides(world, item, "310.36", samples, weighing={"scale": "ZC-11", "certificate": "检定〔2025〕118号"})
    world.seals_up([item])
    return found


def stored(world: World, item: str) -> None:
    """Both custodians weigh again, 310.36, and put it into the drug store."""
    on(world, 4, 3, 20)
    weighed = world.lines([item], measured=[{"quantity": "310.36", "unit": "g"}])
    assert flaws(world.checks_in([item], place="毒品库", to=SAFE, lines=weighed)) == {}


def examined(world: World, samples: list[str]) -> None:
    """5 April: two officers bring the samples; they are used up in the examination."""
    on(world, 4, 5, 9)
    assert flaws(world.dispatches(samples, signers=world.signers(officer=["周远", "何苗"], approver="刘振"))) == {}
    on(world, 4, 5, 10)
    assert flaws(world.lab_receives(samples)) == {}
    on(world, 4, 7, 9)
    by = ["顾宁", SECOND_EXAMINER]
    for each in samples:
        finds(world, each, "检出甲基苯丙胺", by, unit=None, residual=None, consumed=True)
    world.releases(
        samples, kind="consumed", recipient=None, attestations=[], order=None, basis=["江公鉴(毒)字〔2026〕88号"],
        signers=world.signers(holder="顾宁", approver="刘振"),
    )  # fmt: skip


def condemned(world: World, *items: str) -> str:
    """Judged on 1 September, effective on the 12th; approved by 沈建国, in one batch."""
    on(world, 9, 1, 10)
    order = orders(world, list(items), share("destroyed"), instrument=JUDGMENT)
    on(world, 9, 5, 9)
    with refuses(world, "order-not-effective"):
        destroys(world, list(items), order)
    on(world, 9, 12, 9)
    world.steps(CASE, effective=JUDGMENT)
    world.notes(CASE, "judgment-served")
    assert due(world, "D22") == "10-12 23:59"
    return order


def test_drugs_from_the_seizure_to_the_receipt_of_the_court(world: World) -> None:
    """Every gram: 312.46 seized, 2.10 used up in the laboratory, 310.36 kept, 310.34 on the scale at the end."""
    item = seized(world)
    assert due(world, "D16") == "04-07 23:59"
    samples = sampled(world, item)
    with refuses(world, "drugs-one-officer"):
        world.dispatches(samples)
    stored(world, item)
    examined(world, samples)
    assert {world.facts(each).released for each in samples} == {"consumed"}
    order = condemned(world, item)
    on(world, 10, 10, 9)
    assert flaws(observes(world, [item], "seal", in_range=True)) == {}
    on(world, 10, 15, 9)
    world.changes("郑宏", add=[{"capacity": "supervisor"}])
    with refuses(world, "two-custodians"):
        destroys(world, [item], order, signers=world.signers(
            holder="郑宏", approver="沈建国", supervisor=SUPERVISORS))  # fmt: skip
    with refuses(world, "destruction-unsupervised") as told:
        destroys(world, [item], order, signers=world.signers(
            holder="梁静", approver="沈建国", supervisor=["高岚", "郑宏"]))  # fmt: skip
    assert "two-custodians" in also(told)
    recording = {"sha256": "cd" * 32, "media_type": "video/mp4", "size_bytes": 1, "kind": "recording"}
    destroys(world, [item], order, "310.34", attachments=[recording], note="焚烧炉操作员李某；环保记录〔2026〕77号")
    world.notes(CASE, "receipt-to-court-sent")
    assert state(world, "D22") == "late"
    assert chain(world, item) == ["psb-0211", world.places["毒品库"], None]
    on_paper(world, item, samples)


def on_paper(world: World, item: str, samples: list[str]) -> None:
    """The list of what was destroyed names who supervised; the samples' chains end in the laboratory."""
    listed = paper(world, "destruction-list", "item", item)
    assert len(rows(listed)) == 1
    printed = " ".join(listed.texts())
    assert all(each in printed for each in ("310.34", "焚烧", "江检", "高岚", "郑宏"))
    assert rows(paper(world, "execution-receipt", "item", item))
    statement(world, item)
    for each in samples:
        statement(world, each)


def test_a_batch_that_weighs_less_stops_whole(world: World) -> None:
    """309.98 where 310.36 are due, 0.38 g too little: refused, a discrepancy is raised, and neither it nor what was
    packed with it in the batch goes before it is closed."""
    item = seized(world)
    world.opens([item], world.facts(item).seal)
    (other,) = divides(world, item, "310.36", [child(world, "2.10")], kind="split")
    world.seals_up([item])
    on(world, 4, 3, 20)
    world.checks_in([item, other], place="毒品库", to=SAFE)
    order = condemned(world, item, other)
    on(world, 10, 15, 9)
    both: dict[str, Any] = {"quantity": "312.08", "unit": "g"}
    where = {"where": "江州市固废处置中心", "method": "焚烧", "measured": [both]}
    with refuses(world, "measured-out-of-tolerance"):
        destroys(world, [item, other], order, destruction=where)
    found = {"what": "净重（g）", "expected": "310.36", "found": "309.98"}
    raised = raises(world, CASE, [item], "quantity", facts=[found])
    assert due(world, "D27") == "10-18 23:59"
    for batch in ([item, other], [item]):
        with refuses(world, "open-discrepancy"):
            destroys(world, batch, order)
    closes(world, raised, [item], "explained")
    where["measured"] = [{"quantity": "312.44", "unit": "g"}]
    destroys(world, [item, other], order, destruction=where)
    assert {world.facts(each).released for each in (item, other)} == {"destroyed"}
