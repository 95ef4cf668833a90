"""Observations: seals, temperatures, weights, counts and hashes, seen while things are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from custody.acts.counting import list_draft
from custody.registers import Registers
from harness import check
from telling import flaws, open_defects, refuses, tells
from world import World
from world_results import observes, warmth


@pytest.fixture(autouse=True)
def the_registers_tell_the_same_story(world: World) -> Iterator[None]:
    """When a story is over, the registers, too, are derived afresh."""
    yield
    check(world)


def stored(world: World, *items: dict[str, Any], place: str = "大库", to: str | list[str] = "梁静") -> list[str]:
    """Items that were seized and lie in the store."""
    found = world.seizes(world.opens_case(), *items)
    world.checks_in(found, place=place, to=to)
    return found


@tells("TEMPERATURE_EXCURSION")
def test_a_warm_fridge_is_disclosed_with_each_tube(world: World) -> None:
    """S1 ⚠: the fridge stood at 11.6 °C for 47 minutes. What a thermometer shows counts, not what somebody says of it;
    the phone in the hall may be warm."""
    case = world.opens_case()
    one, two = world.draws(case)
    world.checks_in([one, two], place="冷藏")
    assert flaws(observes(world, [one, two], "temperature", temperature=warmth(world, "3.9", "7.8"))) == {}
    warm = observes(world, [one, two], "temperature", temperature=warmth(world, "4.0", "11.6", 47), in_range=True)
    assert flaws(warm) == {"TEMPERATURE_EXCURSION": ("curable", ())}
    assert [each.max for each in world.facts(two).excursions] == ["11.6"]
    (phone,) = world.seizes(case)
    world.checks_in([phone])
    assert flaws(observes(world, [phone], "temperature", temperature=warmth(world, "18", "31"))) == {}
    assert flaws(observes(world, [phone], "temperature", temperature=warmth(world, "18", "71"), in_range=False)) != {}


def test_a_place_is_observed_with_the_digest_of_what_lies_in_it(world: World) -> None:
    """梁静 reads the thermometer of the cold store for all cases at once; it was too warm."""
    tubes = world.draws(world.opens_case())
    world.checks_in(list(tubes), place="冷藏")
    whole = {"lines": [], "place": world.places["冷藏"], "listing": list_draft(tubes)}
    fine = observes(world, [], "temperature", temperature=warmth(world, "3", "5"), in_range=True, **whole)
    assert flaws(fine) == {}
    warm = observes(world, [], "temperature", temperature=warmth(world, "3", "9"), in_range=True, **whole)
    assert flaws(warm) == {"TEMPERATURE_EXCURSION": ("curable", ())}


def test_a_warm_place_concerns_what_lay_in_it_then(world: World) -> None:
    """The cold store was too warm from eight to nine. Tube A lay there and left at ten, before anybody read the
    thermometer; tube B lies there still, in a box within it; a third came in at ten; a fourth had left at seven."""
    world.place("盒 1", "center", "cold", parent=world.places["冷藏"])
    world.place("冷藏二", "center", "cold")
    world.changes("梁静", places_added=[world.places["冷藏二"]])
    one, two = world.draws(world.opens_case())
    three, early = world.draws(world.opens_case(case="云公(交)醉〔2026〕0313"))
    world.checks_in([one], place="冷藏")
    world.checks_in([early], place="冷藏")
    world.checks_in([two], place="盒 1")
    world.relocates([early], "冷藏二")
    since = world.clock.forward(hours=1)
    until = world.clock.forward(hours=1)
    world.clock.forward(hours=1)
    world.relocates([one], "冷藏二")
    world.checks_in([three], place="冷藏")
    warm = {"from": since.isoformat(), "to": until.isoformat(), "min": "4.0", "max": "11.6", "sensor": "CR-02"}
    whole = {"lines": [], "place": world.places["冷藏"], "listing": list_draft([two, three])}
    receipt = observes(world, [], "temperature", temperature=warm, in_range=False, **whole)
    assert flaws(receipt) == {"TEMPERATURE_EXCURSION": ("curable", ())}
    for item in (one, two):
        (excursion,) = world.facts(item).excursions
        assert (excursion.act, excursion.max, excursion.place) == (receipt.act, "11.6", world.places["冷藏"])
        assert "TEMPERATURE_EXCURSION" in open_defects(world, item)
        assert world.facts(item).acts[-1].act == receipt.act
    for item in (three, early):
        assert (world.facts(item).excursions, open_defects(world, item) & {"TEMPERATURE_EXCURSION"}) == ((), set())
    world.remedies(f"{receipt.act}/0", "explain", "梁静")
    assert "TEMPERATURE_EXCURSION" not in open_defects(world, one) | open_defects(world, two)


def test_a_warm_place_is_a_task_of_each_case_that_has_something_in_it(world: World) -> None:
    """Each of two cases with tubes in the warm store has the defect, and half an hour to acknowledge it; a third has
    nothing there. Corrected away, nothing is left of it."""
    cases = [world.opens_case(case=f"云公(交)醉〔2026〕030{number}") for number in range(3)]
    tubes = [world.draws(case)[0] for case in cases]
    world.checks_in(tubes[:1], place="冷藏")
    world.checks_in(tubes[1:2], place="冷藏")
    whole = {"lines": [], "place": world.places["冷藏"], "listing": list_draft(tubes[:2])}
    fine = observes(world, [], "temperature", temperature=warmth(world, "3", "5", 1), in_range=True, **whole)
    warm = observes(world, [], "temperature", temperature=warmth(world, "3", "12", 1), in_range=True, **whole)
    registers = Registers(world.engine)
    try:
        registers.catch_up()
        for number, case in enumerate(cases):
            owed = [each["code"] for each in registers.defects(case=case, state="open")]
            assert owed.count("TEMPERATURE_EXCURSION") == (number < 2)
            running = registers.deadlines(at=world.clock(), case=case, rule="D25")
            assert [each["act"] for each in running] == ([warm.act] if number < 2 else [])
        (shown,) = registers.item(tubes[0])["excursions"]
        assert (shown["act"], shown["place"]) == (warm.act, world.places["冷藏"])
        acts = [each["act"] for each in registers.history(tubes[1])["acts"]]
        assert warm.act in acts
        assert fine.act not in acts
    finally:
        registers.close()


@tells("observation-incomplete")
def test_an_observation_says_what_was_looked_at(world: World) -> None:
    """A weighing without a weight, a temperature without one, nothing at all, a place without its list, a seal of a
    whole place, a hash of something else."""
    (item,) = stored(world)
    place = {"place": world.places["大库"]}
    for kind, fields in (
        ("weight", {}),
        ("temperature", {}),
        ("physical", {"lines": []}),
        ("physical", {"lines": [], **place}),
        ("physical", {**place, "listing": list_draft([item])}),
        ("seal", {"lines": [], **place, "listing": list_draft([item])}),
        ("hash", {}),
        ("seal", {"hashes": [{"item": item, "algorithm": "sha256", "value": "ab" * 32}]}),
    ):
        with refuses(world, "observation-incomplete"):
            observes(world, [item], kind, **fields)
    observes(world, [item], "physical")


@tells("observer-elsewhere")
def test_who_observes_looks_after_the_place_or_holds_the_item(world: World) -> None:
    """顾宁 of the laboratory says how the phone in the hall looks; 郑宏 no longer looks after the hall."""
    (item,) = stored(world)
    with refuses(world, "observer-elsewhere") as told:
        observes(world, [item], "physical", by="顾宁")
    assert told.facts == {"item": item, "holder": world.places["大库"]}
    world.changes("郑宏", places_ended=[world.places["大库"]])
    with refuses(world, "observer-elsewhere"):
        observes(world, [], "physical", by="郑宏", place=world.places["大库"], listing=list_draft([item]))
    observes(world, [item], "physical")


@tells("SEAL_NOT_AS_RECORDED")
def test_a_seal_that_is_not_the_one_on_record_says_so(world: World) -> None:
    """One seal is whole, one is broken, one bears another number, and one item never had a seal."""
    items = stored(world, world.item(), world.item(), world.item(), world.item(seal=None))
    lines = world.lines(items)
    for line, seen in zip(lines[1:], ("broken", "F-999999", "F-777777"), strict=True):
        line["seal_seen"] = seen
    receipt = observes(world, items, "seal", lines=lines, in_range=False)
    assert [(each.severity, each.items) for each in receipt.defects] == [("curable", (1, 3)), ("exclusion-risk", (2,))]
    assert world.facts(items[1]).seal_state == "broken"
    assert open_defects(world, items[0]) == set()
    assert flaws(observes(world, items[1:2], "seal", lines=world.lines(items[1:2], "broken"))) == {}


@tells("WEIGHT_DRIFT")
def test_what_weighs_less_than_it_did_says_so(world: World) -> None:
    """S5: 310.36 g in the book. 310.34 lies within the graduation of the scale, 0.1 g; 309.98 does not, in whichever
    unit it is read; and many small steps are one large one."""
    crystal = world.item(
        category="drugs", description="白色晶体", quantity="310.36", unit="g",
        details={"kind": "drugs", "gross": "331.90", "net": "310.36", "unit": "g", "packages": 6, "scale": "ZC-11",
                 "certificate": "检定〔2025〕118号"},
    )  # fmt: skip
    keepers = ["梁静", "郑宏"]
    (item,) = stored(world, crystal, place="毒品库", to=keepers)

    def reads(quantity: str, unit: str = "g") -> set[str]:
        lines = world.lines([item], measured=[{"quantity": quantity, "unit": unit}])
        return set(flaws(observes(world, [item], "weight", lines=lines)))

    assert reads("310.34") == set()
    assert reads("0.31030", "kg") == set()
    assert reads("309.98") == {"WEIGHT_DRIFT"}
    assert reads("310.27") == set()
    assert reads("310.25") == {"WEIGHT_DRIFT"}
    assert reads("0.310", "kg") == {"WEIGHT_DRIFT"}
    assert [each.quantity for each in world.facts(item).weighed][:2] == ["310.34", "0.31030"]
    lines = world.lines([item], measured=[{"quantity": "309.98", "unit": "g"}])
    moved = world.relocates([item], "毒品库", by=keepers, lines=lines)
    assert flaws(moved) == {"MEASURED_OTHERWISE": ("curable", ())}  # one fact, one defect


def test_a_weight_is_the_same_in_chinese_units(world: World) -> None:
    """Booked in 克, read in kilograms: the kilo scale says the same, and what is missing is missing in any unit."""
    resin = world.item(category="drugs", description="树脂状物", quantity="2500", unit="克")
    keepers = ["梁静", "郑宏"]
    (item,) = stored(world, resin, place="毒品库", to=keepers)

    def reads(quantity: str, unit: str) -> set[str]:
        return set(flaws(observes(world, [item], "weight", lines=measured(quantity, unit))))

    def measured(quantity: str, unit: str) -> list[dict[str, Any]]:
        return world.lines([item], measured=[{"quantity": quantity, "unit": unit}])

    assert reads("2.5", "公斤") == set()
    assert reads("2.4995", "kg") == set()
    assert reads("2.45", "千克") == {"WEIGHT_DRIFT"}
    assert [each.unit for each in world.facts(item).weighed] == ["公斤", "kg", "千克"]
    moved = world.relocates([item], "毒品库", by=keepers, lines=measured("2.45", "kg"))
    assert flaws(moved) == {"MEASURED_OTHERWISE": ("curable", ())}


def test_no_scale_shows_less_than_a_graduation_whatever_lies_on_it(world: World) -> None:
    """Tea booked in 公斤 and read in grams leaves the store as it came, unless more is missing than the scale shows."""
    (item,) = stored(world, world.item(description="茶叶", quantity="0.5", unit="公斤"))

    def moves(grams: str) -> set[str]:
        lines = world.lines([item], measured=[{"quantity": grams, "unit": "g"}])
        return set(flaws(world.relocates([item], "大库", lines=lines)))

    assert moves("499.9") == set()
    assert moves("499.8") == {"MEASURED_OTHERWISE"}


@tells("COUNT_DIFFERS")
def test_a_count_that_differs_says_so(world: World) -> None:
    """212 bank cards in the book, 211 on the table."""
    cards, boxes = stored(world, world.item(quantity="212", unit="张"), world.item(quantity="38", unit="台"))
    lines = [
        *world.lines([cards], measured=[{"quantity": "211", "unit": "张"}]),
        *world.lines([boxes], measured=[{"quantity": "38", "unit": "台"}]),
    ]
    receipt = observes(world, [cards, boxes], "count", lines=lines)
    assert flaws(receipt) == {"COUNT_DIFFERS": ("curable", (0,))}


@tells("HASH_DIFFERS")
def test_an_image_that_hashes_otherwise_says_so(world: World) -> None:
    """S2 ⚠: the image is verified again and hashes to something else: that weighs as altered data do."""
    details = {"kind": "digital", "medium_serial": None, "capacity": "512 GB", "sha256": "ab" * 32, "sm3": None,
               "shielding": "shielded"}  # fmt: skip
    same, other = (world.item(category="digital", description="镜像盘", details=details) for _ in range(2))
    disks = stored(world, same, other)
    values = zip(disks, ("ab", "cd"), strict=True)
    seen = [{"item": item, "algorithm": "sha256", "value": value * 32} for item, value in values]
    receipt = observes(world, disks, "hash", hashes=seen, in_range=False)
    assert flaws(receipt) == {"HASH_DIFFERS": ("exclusion-risk", (1,))}
