"""Dividing: what is set apart, left and lost is what there was, and an image overwrites nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from custody.errors import Untrusted
from custody.ledger.history import item_at
from custody.registers import Registers
from telling import also, flaws, holder, open_defects, refuses, tells
from world import CST, World
from world_objects import child, closes, divides, division, extends, lifts_measure, raises

DRUGS = "云公(禁)〔2026〕0403"


def packets(world: World, **fields: Any) -> dict[str, Any]:
    """Six packets of white crystals, weighed on the spot."""
    details = {
        "kind": "drugs", "gross": "331.90", "net": "312.46", "unit": "g", "packages": 6, "scale": "ZC-11",
        "certificate": "检定〔2025〕118号", "certificate_until": "2026-11-30", **fields.pop("details", {}),
    }  # fmt: skip
    return world.item(category="drugs", description="白色晶体六包", quantity="312.46", unit="g", details=details,
                      **fields)  # fmt: skip


def opened(world: World) -> str:
    """The packets, seized and unsealed for sampling on the same day."""
    world.clock.now = datetime(2026, 4, 3, 15, 20, tzinfo=CST)
    (item,) = world.seizes(world.opens_case(case=DRUGS), packets(world))
    world.opens([item], world.facts(item).seal)
    return item


def six(world: World, quantity: str = "0.35") -> list[dict[str, Any]]:
    return [child(world, quantity, description=f"检材{number}") for number in range(1, 7)]


@tells("quantity-not-conserved")
def test_six_samples_and_the_remainder_are_what_was_seized(world: World) -> None:
    """S5: six samples of 0.35 g and a remainder of 310.36 g make the 312.46 g. A tenth of a gram is what the scale
    shows at this weight; two tenths too little are refused, and so is a gain from nowhere."""
    item = opened(world)
    with refuses(world, "quantity-not-conserved") as told:
        divides(world, item, "310.16", six(world))
    assert told.facts == {"parent": "312.46", "total": "312.26", "unit": "g"}
    with refuses(world, "quantity-not-conserved"):
        divides(world, item, "310.86", six(world), gain="0.5")
    with refuses(world, "quantity-not-conserved"):
        divides(world, item, "310.36", [*six(world)[:5], child(world, "1", unit="包")])
    samples = divides(world, item, "310.36", six(world))
    parent = world.facts(item)
    assert (parent.quantity, list(parent.thing.children)) == ("310.36", samples)
    assert {(world.facts(each).thing.parent, world.facts(each).quantity) for each in samples} == {(item, "0.35")}
    assert {holder(world, each) for each in samples} == {"psb-0211"}
    both = world.signers(officer=["周远", "何苗"], approver="刘振")
    assert flaws(world.dispatches(samples, signers=both)) == {}
    world.lab_receives(samples)
    (box,) = world.seals_up([item])
    measured = world.lines([item], seen=box, measured=[{"quantity": "310.36", "unit": "g"}])
    assert flaws(world.checks_in([item], place="毒品库", to=["梁静", "郑宏"], lines=measured)) == {}


def test_samples_of_one_gram_are_weighed_to_the_hundredth(world: World) -> None:
    """The lighter the thing, the finer the scale: below a hundred grams two hundredths are too much."""
    item = opened(world)
    (light,) = divides(world, item, "302.46", [child(world, "10.00", seal=None)], kind="split")
    with refuses(world, "quantity-not-conserved"):
        divides(world, light, "9.96", [child(world, "0.02")])
    divides(world, light, "9.96", [child(world, "0.02")], loss="0.01")
    assert world.facts(light).quantity == "9.96"


def test_one_person_alone_divides_nothing(world: World) -> None:
    item = opened(world)
    with pytest.raises(Untrusted) as raised:
        divides(world, item, "310.36", six(world), by="周远")
    assert raised.value.code == "untrusted/part-missing"


@tells("divider-not-holder")
def test_who_holds_it_divides_it(world: World) -> None:
    """何苗 and a colleague sample what 周远 holds; later, one custodian opens the drug store for it."""
    item = opened(world)
    with refuses(world, "divider-not-holder") as told:
        divides(world, item, "310.36", six(world), by=["何苗", "孙凯"])
    assert told.facts["holder"] == "psb-0211"
    world.checks_in([item], place="毒品库", to=["梁静", "郑宏"])
    with refuses(world, "divider-not-holder") as told:
        divides(world, item, "310.36", six(world), by=["梁静", "何苗"])
    assert told.facts["expected"] == 2
    samples = divides(world, item, "310.36", six(world), by=["梁静", "郑宏"])
    assert {holder(world, each) for each in samples} == {world.places["毒品库"]}


@tells("division-unlike-parent")
def test_what_is_set_apart_lies_where_the_rest_lies(world: World) -> None:
    """The samples are said to lie in the store already, or to belong to another case."""
    item = opened(world)
    with refuses(world, "division-unlike-parent"):
        divides(world, item, "310.36", six(world), held_by={"place": world.places["毒品库"]})
    other = world.opens_case(case="云公(禁)〔2026〕0999")
    with refuses(world, "division-unlike-parent"):
        divides(world, item, "310.36", six(world), case=other)
    divides(world, item, "310.36", six(world))


@tells("divided-under-seal")
def test_a_sealed_item_is_opened_before_it_is_divided(world: World) -> None:
    (item,) = world.seizes(world.opens_case(case=DRUGS), packets(world))
    with refuses(world, "divided-under-seal") as told:
        divides(world, item, "310.36", six(world))
    assert told.facts["seal"] == world.facts(item).seal
    world.opens([item], world.facts(item).seal)
    divides(world, item, "310.36", six(world))


def test_the_code_of_a_child_is_used_once_and_its_seal_too(world: World) -> None:
    """A sample gets a label of its own: not the parent's, not one of a sample before, and no used seal."""
    item = opened(world)
    first = child(world, "0.35")
    divides(world, item, "312.11", [first])
    with refuses(world, "code-used") as told:
        divides(world, item, "311.76", [child(world, "0.35", code=first["code"])])
    assert told.facts == {"code": first["code"]}
    with refuses(world, "item-named-twice") as told:
        divides(world, item, "311.76", [child(world, "0.35", code=world.facts(item).code)])
    assert also(told) >= {"code-used"}
    with refuses(world, "seal-used"):
        divides(world, item, "311.76", [child(world, "0.35", seal=first["seal"])])
    with refuses(world, "unknown-item"):
        world.act({**division(world, item, "311.76", [child(world, "0.35")]), "parent": world.code()[:16]})


def test_a_counterfeit_note_becomes_an_item_of_its_own(world: World) -> None:
    """S3: the machine finds one counterfeit note among 1,284,400; 1,284,300 stay, and with the 2,000 marked notes and
    the note of 100 all of the 1,286,400 is accounted for. To the cent: a yuan less is refused."""
    case = world.opens_case(case="云公(刑)〔2026〕0708")
    bulk, marked = world.seizes(case, notes(world, "1284400", 12_844), notes(world, "2000", 20))
    world.checks_in([bulk, marked], place="贵重", to=["梁静", "郑宏"])
    world.opens([bulk], world.facts(bulk).seal)
    keepers = ["梁静", "郑宏"]
    counterfeit = child(
        world, "100", "CNY", category="cash", description="假币一张", features="面额100元，冠字号重号",
        details={"kind": "cash", "denominations": [{"face": "100", "count": 1, "serials": ["HD90210001"]}]},
    )  # fmt: skip
    with refuses(world, "quantity-not-conserved") as told:
        divides(world, bulk, "1284299", [counterfeit], keepers, kind="split")
    assert told.facts["total"] == "1284399"
    (note,) = divides(world, bulk, "1284300", [counterfeit], keepers, kind="split")
    assert sum(int(world.facts(each).quantity) for each in (bulk, marked, note)) == 1_286_400
    assert holder(world, note) == world.places["贵重"]
    with refuses(world, "cash-does-not-add-up"):
        divides(world, bulk, "1284100", [child(world, "200", "CNY", category="cash", details={
            "kind": "cash", "denominations": [{"face": "100", "count": 1}]})], keepers, kind="split")  # fmt: skip


def notes(world: World, quantity: str, count: int) -> dict[str, Any]:
    denominations = [{"face": "100", "count": count}]
    return world.item(category="cash", description="人民币", quantity=quantity, unit="CNY",
                      details={"kind": "cash", "denominations": denominations})  # fmt: skip


def test_interest_is_the_gain_of_a_division(world: World) -> None:
    """The account brought 12.50: what is set apart as interest was not there before."""
    case = world.opens_case()
    (cash,) = world.seizes(case, notes(world, "1000", 10))
    world.opens([cash], world.facts(cash).seal)
    fruit = child(world, "12.50", "CNY", category="cash", description="孳息")
    (interest,) = divides(world, cash, "1000", [fruit], kind="split", gain="12.50")
    assert (world.facts(cash).quantity, world.facts(interest).quantity) == ("1000", "12.50")


def test_an_item_that_is_wholly_divided_goes_nowhere_any_more(world: World) -> None:
    item = opened(world)
    parts = divides(world, item, "0", [child(world, "212.46"), child(world, "100")], kind="split")
    assert (world.facts(item).thing.used_up, holder(world, item)) == (True, None)
    with refuses(world, "not-available") as told:
        world.transfers([item], "周远", "何苗")
    assert told.facts["divided_into"] == parts
    world.transfers(parts, "周远", "何苗")


def test_what_was_divided_is_kept_from_the_officers_who_took_it(world: World) -> None:
    """何苗 seized the packets as second officer, though she is no officer of the case: she keeps no sample either."""
    world.changes("何苗", add=[{"capacity": "custodian"}], places_added=[])
    item = opened(world)
    samples = divides(world, item, "310.36", six(world))
    assert world.facts(samples[0]).officers == frozenset()
    with refuses(world, "officer-is-custodian"):
        world.checks_in(samples, place="毒品库", to=["何苗", "郑宏"])


def test_a_hold_on_the_parent_holds_what_was_set_apart(world: World) -> None:
    """A complaint stood on the packets when a part was set apart; the part does not leave either."""
    item = opened(world)
    world.holds(DRUGS, [item])
    (part,) = divides(world, item, "212.46", [child(world, "100")], kind="split")
    world.checks_in([part], place="毒品库", to=["梁静", "郑宏"])
    with refuses(world, "on-hold") as told:
        world.releases([part], signers=world.signers(holder=["梁静", "郑宏"], approver="沈建国"))
    assert told.facts["item"] == item


@tells("image-without-hash", "IMAGE_HASH_DIFFERS")
def test_an_image_bears_its_hash_and_overwrites_none(world: World) -> None:
    """S2: a phone is imaged; the image is an item with SHA-256 and SM3. Where the medium was taken with another value,
    the image is recorded as an exclusion risk, and the value of the medium stays as it was."""
    case = world.opens_case()
    medium = {"kind": "digital", "medium_serial": None, "capacity": "256 GB", "sha256": "aa" * 32, "sm3": None,
              "shielding": "shielded"}  # fmt: skip
    (phone,) = world.seizes(case, world.item(category="digital", details=medium, seal=None))
    image = {"category": "digital", "description": "镜像", "unit": "份", "quantity": "1"}
    with refuses(world, "image-without-hash"):
        divides(world, phone, "1", [child(world, **image)], kind="image")
    with refuses(world, "image-without-hash"):
        divides(world, phone, "1", [child(world, **image, details={**medium, "sha256": None})], kind="image")
    with refuses(world, "quantity-not-conserved"):
        divides(world, phone, "0", [child(world, **image, details=medium)], kind="image")
    same = child(world, **image, details={**medium, "sm3": "bb" * 32})
    assert flaws(world.act(division(world, phone, "1", [same], kind="image"))) == {}
    other = child(world, **image, details={**medium, "sha256": "cc" * 32})
    receipt = world.act(division(world, phone, "1", [other], kind="image"))
    assert flaws(receipt) == {"IMAGE_HASH_DIFFERS": ("exclusion-risk", ())}
    assert open_defects(world, phone) == {"IMAGE_HASH_DIFFERS"}
    values = [world.facts(each).thing.sha256 for each in (phone, same["code"][:16], other["code"][:16])]
    assert values == ["aa" * 32, "aa" * 32, "cc" * 32]
    assert world.facts(phone).quantity == "1"


@tells("weights-do-not-agree")
def test_net_is_within_gross_and_is_the_quantity(world: World) -> None:
    case = world.opens_case(case=DRUGS)
    with refuses(world, "weights-do-not-agree") as told:
        world.seizes(case, packets(world, details={"gross": "300.00"}))
    assert told.facts["net"] == "312.46"
    with refuses(world, "weights-do-not-agree"):
        world.seizes(case, packets(world, details={"net": "312.40"}))
    world.seizes(case, packets(world))


@tells("SCALE_OUT_OF_DATE")
def test_a_scale_whose_certificate_ran_out_is_said(world: World) -> None:
    case = world.opens_case(case=DRUGS)
    late = packets(world, details={"certificate_until": "2026-02-28"})
    assert flaws(world.act(world.seizure(case, [late]))) == {"SCALE_OUT_OF_DATE": ("curable", ())}
    assert flaws(world.act(world.seizure(case, [packets(world)]))) == {}


@tells("weight-differs-at-exit")
def test_drugs_leave_with_the_weight_they_came_with(world: World) -> None:
    """S5: at the door the packets weigh 309.98 where 310.36 are due: the batch stops, and a discrepancy is raised. Once
    it is closed, and the scale shows 310.34, which is as fine as it weighs, they go."""
    item = opened(world)
    divides(world, item, "310.36", six(world))
    world.checks_in([item], place="毒品库", to=["梁静", "郑宏"])
    with refuses(world, "weight-differs-at-exit") as told:
        leaves(world, item, "309.98")
    assert told.facts == {"measured": "309.98", "quantity": "310.36"}
    found = {"what": "净重（g）", "expected": "310.36", "found": "309.98"}
    raised = raises(world, DRUGS, [item], "quantity", facts=[found])
    with refuses(world, "open-discrepancy") as told:
        leaves(world, item, "309.98")
    assert "weight-differs-at-exit" in also(told)
    closes(world, raised, [item], "explained")
    leaves(world, item, "310.34")
    assert world.facts(item).released == "returned"


def leaves(world: World, item: str, weighed: str) -> None:
    """Hand the packets back to the pharmacy they were taken from, weighed at the door."""
    lines = world.lines([item], measured=[{"quantity": weighed, "unit": "g"}])
    world.releases([item], lines=lines, signers=world.signers(holder=["梁静", "郑宏"], approver="沈建国"))


def test_a_division_is_corrected_only_as_far_as_it_still_adds_up(world: World) -> None:
    """Sample 1 weighs 0.45, not 0.35, and the remainder a tenth less: both together, or not at all."""
    item = opened(world)
    samples = six(world)
    receipt = world.act(division(world, item, "310.36", samples))
    heavier = {"op": "replace", "path": "/children/0/quantity", "old": "0.35", "new": "0.45"}
    lighter = {"op": "replace", "path": "/remainder", "old": "310.36", "new": "310.26"}
    with refuses(world, "quantity-not-conserved") as told:
        world.corrects(receipt.act, heavier)
    assert told.facts == {"before": "312.46", "after": "312.56"}
    with refuses(world, "quantity-not-conserved"):
        world.corrects(receipt.act, {"op": "void", "path": "/children/0"})
    world.corrects(receipt.act, heavier, lighter)
    assert (world.facts(item).quantity, world.facts(samples[0]["code"][:16]).quantity) == ("310.26", "0.45")


def test_a_part_is_under_the_measure_of_the_whole(world: World) -> None:
    """A sample, and a sample of that, are held until the day on which the seizure ends; extended, until the new one.
    Once it is lifted, of the sample too."""
    case = world.opens_case(kind="administrative")
    (item,) = world.seizes(case, world.item(seal=None), expires="2026-04-11")
    (part,) = divides(world, item, "0.5", [child(world, "0.5", "部", category="general", seal=None)])
    (piece,) = divides(world, part, "0.25", [child(world, "0.25", "部", category="general")])

    def shown(each: str) -> tuple[str | None, str | None]:
        past = item_at(world.ledger.recorder, each)
        registers = Registers(world.engine)
        registers.catch_up()
        assert registers.item(each) == {**past, "deadlines": registers.item(each)["deadlines"]}
        registers.close()
        return past["measure_expires"], past["measure_lifted"]

    assert {shown(each) for each in (item, part, piece)} == {("2026-04-11", None)}
    extends(world, [item], "2026-05-11")
    assert {shown(each) for each in (item, part, piece)} == {("2026-05-11", None)}
    lifted = lifts_measure(world, [part]).act
    assert [shown(each) for each in (item, part, piece)] == [("2026-05-11", None), (None, lifted), (None, lifted)]
