"""Identity and order: cases, codes, seals and time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from custody.errors import Untrusted
from telling import flaws, holder, open_defects, refuses, tells
from world import World


@tells("no-case")
def test_nothing_is_seized_into_a_case_that_nobody_opened(world: World) -> None:
    """周远 seizes a phone for a case that is not in the ledger: refused. He opens the case, and seizes it."""
    phone = world.item()
    with refuses(world, "no-case") as told:
        world.seizes("云公(刑)诈〔2026〕9999", phone)
    assert told.facts == {"case": "云公(刑)诈〔2026〕9999"}
    (item,) = world.seizes(world.opens_case(case="云公(刑)诈〔2026〕9999"), phone)
    assert holder(world, item) == "psb-0211"


@tells("case-opened-before")
def test_a_case_is_opened_once(world: World) -> None:
    """The same reference is opened twice: the second time it is refused."""
    case = world.opens_case()
    with refuses(world, "case-opened-before"):
        world.opens_case(officer="何苗", case=case)
    world.opens_case(officer="何苗", case="云公(刑)诈〔2026〕0521")


@tells("case-foreign-lead")
def test_a_case_is_led_by_a_registered_agency_and_handled_by_enrolled_officers(world: World) -> None:
    """Neither an agency nor an officer whom nobody registered can have a case."""
    with refuses(world, "case-foreign-lead") as told:
        world.opens_case(lead="psb-nowhere")
    assert told.facts["lead"] == "psb-nowhere"
    with refuses(world, "case-foreign-lead") as told:
        world.opens_case(officers=["psb-0211", "psb-9999"])
    assert told.facts["unknown_officers"] == ["psb-9999"]
    world.opens_case(officers=["psb-0211", "psb-0347"])


@tells("unknown-item")
def test_an_item_that_was_never_taken_goes_nowhere(world: World) -> None:
    """梁静 scans a bag of a roll that nobody has used: the ledger knows no such item."""
    case = world.opens_case()
    stranger = world.code()[:16]
    with refuses(world, "unknown-item") as told:
        world.checks_in([stranger])
    assert told.facts == {"item": stranger}
    world.checks_in(world.seizes(case))


@tells("item-named-twice")
def test_a_list_names_an_item_once(world: World) -> None:
    """One phone stands in two lines of a check-in, or one code on two lines of a seizure."""
    case = world.opens_case()
    (item,) = world.seizes(case)
    with refuses(world, "item-named-twice") as told:
        world.checks_in([item, item])
    assert told.items == [1]
    twice = world.item()
    with refuses(world, "item-named-twice"):
        world.seizes(case, twice, {**twice, "seal": world.seal()})
    world.checks_in([item])


@tells("several-cases")
def test_one_act_names_items_of_one_case(world: World) -> None:
    """Two bags of two cases go into the store: two acts."""
    one, two = world.opens_case(), world.opens_case(case="云公(刑)盗〔2026〕0077")
    (phone,), (watch,) = world.seizes(one), world.seizes(two)
    with refuses(world, "several-cases"):
        world.checks_in([phone, watch])
    with refuses(world, "several-cases"):
        world.notes(one, "returned-to-unit", [watch])
    world.checks_in([phone])
    world.checks_in([watch])


@tells("code-used")
def test_a_label_code_is_used_once_for_ever(world: World) -> None:
    """A code that named an item, even one since retired, never names another."""
    case = world.opens_case()
    first = world.item()
    (item,) = world.seizes(case, first)
    with refuses(world, "code-used"):
        world.seizes(case, world.item(code=first["code"]))
    world.labels(item)
    with refuses(world, "code-used"):
        world.seizes(case, world.item(code=first["code"]))
    with refuses(world, "code-used"):
        world.labels(item, code=first["code"])


@tells("code-not-in-force")
def test_only_the_label_in_force_is_retired(world: World) -> None:
    """S10: relabelled once, the phone's first code is retired and can neither be retired again nor move anything."""
    case = world.opens_case()
    first = world.item()
    (item,) = world.seizes(case, first)
    second = world.labels(item, reason="swapped")
    assert (world.facts(item).code, world.facts(item).retired_codes) == (second, (first["code"],))
    with refuses(world, "code-not-in-force") as told:
        world.labels(item, retired=first["code"])
    assert told.facts["in_force"] == second
    with refuses(world, "code-not-in-force"):
        world.labels(item, retired=None, reason="lost")
    assert world.labels(item) == world.facts(item).code
    with refuses(world, "unknown-item"):
        world.checks_in([second[:16]])


@tells("seal-used")
def test_a_seal_number_is_used_once_for_ever(world: World) -> None:
    """S2: after imaging, the phone is sealed again with the old number: refused. A fresh seal is taken."""
    case = world.opens_case()
    items = world.seizes(case, world.item(), world.item())
    old = world.facts(items[0]).seal
    world.opens([items[0]], old)
    with refuses(world, "seal-used") as told:
        world.seals_up([items[0]], numbers=[old])
    assert told.facts == {"seal": old}
    with refuses(world, "seal-used"):
        world.seals_up([items[0]], [items[1]], numbers=["F-1", "F-1"])
    with refuses(world, "seal-used"):
        world.seizes(case, world.item(seal=old))
    (number,) = world.seals_up([items[0]])
    assert (world.facts(items[0]).seal, world.facts(items[0]).seal_state) == (number, "sealed")


@tells("clock-ahead")
def test_an_act_does_not_lie_in_the_future(world: World) -> None:
    """A tablet runs ten minutes ahead: refused. Four minutes are taken as its clock's fault, and hold nothing up."""
    case = world.opens_case()
    (item,) = world.seizes(case)
    ahead = world.clock.now + timedelta(minutes=10)
    with refuses(world, "clock-ahead"):
        world.checks_in([item], occurred_at=ahead.isoformat())
    world.checks_in([item], occurred_at=(world.clock.now + timedelta(minutes=4)).isoformat())
    world.lends([item])
    assert holder(world, item) == "psb-0211"


@tells("CLOCK_AHEAD")
def test_a_seizure_by_a_clock_that_is_ahead_is_read_at_the_ledgers_time(world: World) -> None:
    """The seizing tablet is three hours ahead. What was seized is a fact: recorded, with a minor defect, and the item
    can be checked in at once, by a clock that is right."""
    case = world.opens_case()
    line = world.item()
    receipt = world.act(
        world.seizure(case, [line]), occurred_at=(world.clock.now + timedelta(hours=3)).isoformat()
    )
    item = line["code"][:16]
    assert flaws(receipt) == {"CLOCK_AHEAD": ("minor", ())}
    assert world.facts(item).born_at == receipt.recorded_at
    assert open_defects(world, item) == {"CLOCK_AHEAD"}
    assert flaws(world.checks_in([item])) == {}


@tells("SIGNED_LATER")
def test_what_is_signed_long_after_it_happened_says_so(world: World) -> None:
    """A case is noted as having happened yesterday morning: more than a day before the head its signers saw."""
    case = world.opens_case()
    world.clock.forward(hours=30)
    world.opens_case(case="云公(刑)盗〔2026〕0077")  # so that the head is of today
    late = world.notes(case, "returned-to-unit", occurred_at=(world.clock.now - timedelta(hours=25)).isoformat())
    assert flaws(late) == {"SIGNED_LATER": ("minor", ())}
    in_time = world.notes(case, "returned-to-unit", occurred_at=(world.clock.now - timedelta(hours=23)).isoformat())
    assert flaws(in_time) == {}


@tells("out-of-order")
def test_custody_moves_forward_in_time(world: World) -> None:
    """A transfer is signed with a time before the check-in it follows: refused, unless it fills a recorded gap."""
    case = world.opens_case()
    (item,) = world.seizes(case)
    before = world.clock.now
    world.clock.forward(minutes=30)
    world.checks_in([item])
    with refuses(world, "out-of-order"):
        world.relocates([item], "车场", occurred_at=before.isoformat())
    with refuses(world, "out-of-order"):
        world.labels(item, occurred_at=(before - timedelta(days=2)).isoformat())
    world.relocates([item], "车场")


@tells("LATE_ENTRY", "CHAIN_GAP")
def test_a_late_handover_fills_the_gap_that_stands_open(world: World) -> None:
    """周远 seizes, 何苗 delivers: who delivers is not who held it, so the chain has a gap. Next day both sign the
    handover that was forgotten: it fills the gap, and the store remains the holder."""
    case = world.opens_case(officers=["psb-0211", "psb-0347"])
    items = world.seizes(case, world.item(), world.item())
    handed = world.clock.now
    world.clock.forward(hours=1)
    gap = world.checks_in(items, by="何苗")
    assert flaws(gap) == {"CHAIN_GAP": ("curable", ())}
    assert len(world.facts(items[0]).gaps()) == 1
    world.clock.forward(hours=2)
    late = world.transfers(items[:1], "周远", "何苗", occurred_at=handed.isoformat())
    assert flaws(late) == {"LATE_ENTRY": ("minor", ())}
    assert world.facts(items[0]).gaps() == ()
    assert [each.holder.id for each in world.facts(items[0]).custody] == ["psb-0211", "psb-0347", world.places["大库"]]
    assert len(world.facts(items[1]).gaps()) == 1


def test_a_late_handover_that_does_not_fit_the_gap_is_refused(world: World) -> None:
    """Other people than those on both sides of the gap, or a time outside it: no late entry."""
    case = world.opens_case(officers=["psb-0211", "psb-0347"])
    before = world.clock.now
    world.clock.forward(minutes=30)
    (item,) = world.seizes(case)
    handed = world.clock.now
    world.clock.forward(hours=1)
    world.checks_in([item], by="何苗")
    with refuses(world, "out-of-order"):
        world.transfers([item], "何苗", "孙凯", occurred_at=handed.isoformat())
    with refuses(world, "out-of-order"):
        world.transfers([item], "周远", "何苗", occurred_at=before.isoformat())
    with refuses(world, "not-the-holder"):
        world.transfers([item], "周远", "何苗")
    world.transfers([item], "周远", "何苗", occurred_at=handed.isoformat())
    with refuses(world, "out-of-order"):
        world.transfers([item], "周远", "何苗", occurred_at=handed.isoformat())


def test_a_late_handover_is_taken_also_once_the_item_is_gone_for_good(world: World) -> None:
    """The gap is noticed after the phone went back to its owner: the missing handover is recorded all the same."""
    case = world.opens_case(officers=["psb-0211", "psb-0347"])
    (item,) = world.seizes(case)
    handed = world.clock.now
    world.clock.forward(hours=1)
    world.checks_in([item], by="何苗")
    world.releases([item])
    world.transfers([item], "周远", "何苗", occurred_at=handed.isoformat())
    assert (world.facts(item).gaps(), world.facts(item).released, holder(world, item)) == ((), "returned", None)


def test_a_stranger_to_the_case_cannot_deliver_with_a_gap(world: World) -> None:
    """Only an officer of the case leaves a gap; anybody else who turns up with the item did not hold it."""
    (item,) = world.seizes(world.opens_case())
    with refuses(world, "not-the-holder"):
        world.checks_in([item], by="孙凯")
    assert flaws(world.checks_in([item])) == {}


def test_nobody_signs_for_another_ledger(world: World) -> None:
    """The same people sign the same thing for the ledger of another city: it cannot be replayed here."""
    draft = world.seizure(world.opens_case(), [world.item()])
    with pytest.raises(Untrusted, match="another ledger"):
        world.act({**draft, "ledger": "custody.example/elsewhere"})
    with pytest.raises(Untrusted, match="another ledger"):
        world.ledger.check_act(world.prepare({**draft, "ledger": "custody.example/elsewhere"}).act)
