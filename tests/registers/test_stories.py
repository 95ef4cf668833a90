"""Registers after stories, on both databases: what they show, and that a rebuild shows the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from custody.errors import NotFound, Refused
from custody.registers import Registers
from world import World

Current = Callable[[], Registers]


def test_a_stored_item_shows_its_place_its_agency_and_who_controls_it(world: World, registers: Current) -> None:
    case = world.opens_case()
    (item,) = world.seizes(case)
    receipt = world.checks_in([item])
    shown = registers().item(item)
    assert shown["status"] == "stored"
    assert shown["custody"] == {
        "holder": world.places["大库"], "kind": "place", "place": world.places["大库"], "place_name": "大库",
        "agency": "center",
        "since": "2026-03-12T00:42:00.000000Z", "since_act": receipt.act,
    }  # fmt: skip
    assert shown["control"]["agency"] == "psb-yunling"
    assert shown["seal"]["state"] == "sealed"
    assert shown["version"] == receipt.position


def test_an_item_goes_through_every_status(world: World, registers: Current) -> None:
    case = world.opens_case()
    (item,) = world.seizes(case)
    seen = [registers().item(item)["status"]]
    for step in (
        lambda: world.checks_in([item]),
        lambda: world.lends([item]),
        lambda: world.returns([item]),
        lambda: world.releases([item]),
    ):
        step()
        seen.append(registers().item(item)["status"])
    assert seen == ["in-hands", "stored", "on-loan", "stored", "released"]
    gone = registers().item(item)
    assert gone["custody"]["holder"] is None
    assert (gone["disposition"]["state"], gone["disposition"]["kind"]) == ("released", "returned")


def test_a_kit_shows_where_each_tube_is(world: World, registers: Current) -> None:
    case = world.opens_case(kind="traffic")
    a, b = world.draws(case)
    world.dispatches([a])
    assert registers().item(a)["status"] == "to-laboratory"
    world.lab_receives([a])
    found = registers()
    kit = found.kit(found.item(a)["kit"])
    tubes = {tube["designation"]: tube for tube in kit["tubes"]}
    assert tubes["A"]["now"]["status"] == "in-laboratory"
    assert tubes["A"]["laboratory"] == "lab-1"
    assert tubes["A"]["examiners"] == ["lab1-07"]
    assert tubes["B"]["now"]["status"] == "in-hands"
    assert tubes["B"]["purpose"] == "reserve"
    assert [each["item"] for each in found.person_items("psb-0211")] == [b]
    assert [each["item"] for each in found.place_items(world.places["一所实验室"])] == [a]


def test_the_chain_of_custody_names_every_holder_and_every_gap(world: World, registers: Current) -> None:
    """周远 seizes · hands over to 何苗, unrecorded · 何苗 checks in: a gap between 周远 and 何苗."""
    case = world.opens_case(officers=["psb-0211", "psb-0347"])
    (item,) = world.seizes(case)
    world.checks_in([item], by="何苗")
    chain = registers().history(item)
    assert [(each["holder"], each["type"]) for each in chain["custody"]] == [
        ("psb-0211", "seizure"), (world.places["大库"], "check-in"),
    ]  # fmt: skip
    assert chain["custody"][0]["to"] == chain["custody"][1]["from"]
    assert [each["place_name"] for each in chain["custody"]] == [None, "大库"]
    (gap,) = chain["gaps"]
    assert (gap["held_by"], gap["given_by"]) == ("psb-0211", "psb-0347")
    assert [each["code"] for each in registers().item(item)["defects"]] == ["CHAIN_GAP"]


def test_a_late_entry_fills_the_gap_and_leaves_the_present_holder(world: World, registers: Current) -> None:
    case = world.opens_case(officers=["psb-0211", "psb-0347"])
    (item,) = world.seizes(case)
    between = world.clock.now + timedelta(minutes=5)
    world.clock.forward(minutes=30)
    world.checks_in([item], by="何苗")
    before = registers().history(item)
    world.transfers([item], "周远", "何苗", occurred_at=between.isoformat())
    after = registers().history(item)
    assert len(before["gaps"]) == 1
    assert after["gaps"] == []
    assert [each["holder"] for each in after["custody"]] == ["psb-0211", "psb-0347", world.places["大库"]]
    assert registers().item(item)["custody"]["holder"] == world.places["大库"]


def test_a_retired_code_says_which_code_is_in_force(world: World, registers: Current) -> None:
    case = world.opens_case()
    line = world.item()
    (item,) = world.seizes(case, line)
    world.checks_in([item])
    fresh = world.code()
    receipt = world.act(
        {"act": "labelling", "item": item, "code": fresh, "retired": line["code"], "reason": "damaged",
         "signers": world.signers(labeller="梁静")}
    )  # fmt: skip
    found = registers()
    asked = found.code(line["code"])
    assert asked["state"] == "retired"
    assert asked["retired_by"] == receipt.act
    assert asked["in_force"] == fresh
    assert found.item(fresh)["item"] == item
    assert found.item(line["code"])["code"] == fresh
    assert found.item(line["code"])["asked"]["state"] == "retired"
    assert "asked" not in found.item(item)


def test_a_hold_on_a_case_shows_on_each_of_its_items(world: World, registers: Current) -> None:
    case = world.opens_case()
    items = world.seizes(case, world.item(), world.item())
    hold: dict[str, Any] = {
        "act": "hold", "case": case, "action": "place", "hold": None, "items": [], "reason": "complaint",
        "statement": None, "signers": world.signers(placer="高岚"),
    }  # fmt: skip
    placed = world.act(hold)
    found = registers()
    assert [found.item(item)["holds"] for item in items] == [
        [{"act": placed.act, "reason": "complaint", "scope": "case"}]
    ] * 2
    world.act({**hold, "action": "lift", "hold": placed.act})
    assert registers().item(items[0])["holds"] == []


def test_a_person_shows_capacities_keys_and_who_enrolled_them(world: World, registers: Current) -> None:
    shown = registers().person("cen-01")
    assert [grant["capacity"] for grant in shown["capacities"]] == ["custodian"]
    assert set(shown["places"]) == {world.places[name] for name in ("大库", "冷藏", "车场", "贵重", "毒品库")}
    (key,) = shown["keys"]
    assert (key["live"], key["enrolled_by"], key["revoked_at"]) == (True, "center-admin", None)


def test_a_revoked_key_is_no_longer_live_and_its_items_are_doubted(world: World, registers: Current) -> None:
    case = world.opens_case()
    since = world.clock.now
    (item,) = world.seizes(case)
    receipt = world.act(
        {"act": "revocation", "person": "psb-0347", "key": world.key_id("何苗"), "reason": "compromised",
         "since": since.isoformat(), "signers": world.signers(administrator="psb-admin")}
    )  # fmt: skip
    found = registers()
    (key,) = found.person("psb-0347")["keys"]
    assert (key["live"], key["revoked_at"]) == (False, receipt.position)
    (doubt,) = found.defects(state="open")
    assert (doubt["code"], doubt["items"], doubt["case"]) == ("KEY_DOUBTED", [item], case)
    assert (doubt["owed"]["by"], doubt["owed"]["persons"]) == ("signer", [])


def test_an_act_that_two_doubted_keys_signed_is_one_defect_until_both_are_cleared(
    world: World, registers: Current
) -> None:
    """何苗 and 周远 seized together, and both their keys were copied. She confirms, then he does."""
    since = world.clock.now
    (item,) = world.seizes(world.opens_case())
    for name in ("何苗", "周远"):
        world.revokes(name, since=since)
        world.adds_key(name)
    ((doubt,), (shown,)) = (registers().item(item)["defects"], registers().defects(state="open"))
    assert doubt["id"] == shown["id"]
    for name, state in (("何苗", "open"), ("周远", "accepted")):
        world.remedies(doubt["id"], "confirm", name)
        assert [each["state"] for each in registers().item(item)["defects"]] == [state]
        assert [each["state"] for each in registers().defects() if each["items"]] == [state]


def test_a_defect_is_open_then_explained_then_accepted(world: World, registers: Current) -> None:
    case = world.opens_case()
    (item,) = world.seizes(case)
    world.clock.forward(hours=72)
    late = world.checks_in([item])
    found = registers()
    (defect,) = found.defects(state="open")
    assert (defect["code"], defect["items"]) == ("LATE_HANDOVER", [item])
    assert (defect["owed"]["by"], defect["owed"]["persons"]) == ("officer", ["psb-0211"])
    remedy = {"act": "remedy", "defect": late.defects[0].id, "statement": "路途遥远", "action": "explain"}
    world.act({**remedy, "signers": world.signers(signer="周远")})
    assert registers().defects(state="open") == []
    (explained,) = registers().defects(state="explained")
    assert explained["id"] == late.defects[0].id
    assert (explained["owed"]["by"], explained["owed"]["persons"]) == ("legal-reviewer", ["psb-0077"])
    world.act({**remedy, "action": "accept", "statement": "情况属实", "signers": world.signers(signer="高岚")})
    assert [(each["state"], each["owed"]) for each in registers().defects(case=case)] == [("accepted", None)]


def test_a_defect_of_an_act_without_items_is_listed_too(world: World, registers: Current) -> None:
    early = world.clock.now - timedelta(days=30)
    world.clock.forward(hours=1)
    case = world.opens_case(occurred_at=early.isoformat())
    (defect,) = registers().defects()
    assert (defect["code"], defect["items"], defect["case"]) == ("SIGNED_LATER", [], None)
    world.act(
        {"act": "remedy", "defect": defect["id"], "statement": "补录", "action": "explain",
         "signers": world.signers(signer="周远")}
    )  # fmt: skip
    assert [each["state"] for each in registers().defects()] == ["explained"]
    assert registers().case(case)["items"] == 0


def test_refusals_say_who_tried_what_and_which_rule_forbade_it(world: World, registers: Current) -> None:
    case = world.opens_case()
    (item,) = world.seizes(case)
    with pytest.raises(Refused) as refused:
        world.lends([item])
    (shown,) = registers().refusals()
    assert shown["code"] == refused.value.code
    assert shown["items"] == [item]
    assert {"part": "custodian", "person": "cen-01"} in shown["signers"]
    assert registers().refusals(after=shown["position"]) == []


def test_items_are_found_by_everything_a_clerk_knows(world: World, registers: Current) -> None:
    case = world.opens_case()
    other = world.opens_case(case="云公(刑)盗〔2026〕0007")
    phones = world.seizes(case, world.item(), world.item(features="红色_外壳"))
    (cash,) = world.seizes(other, world.item(category="document", description="账本 100% 手写"))
    world.checks_in([phones[0]])
    found = registers()

    def ids(**wanted: Any) -> set[str]:
        return {each["item"] for each in found.items(**wanted)}

    assert ids() == {*phones, cash}
    assert ids(case=case) == set(phones)
    assert ids(agency="center") == {phones[0]}
    assert ids(agency="psb-yunling") == {*phones, cash}
    assert ids(agency="lab-1") == set()
    assert ids(holder="psb-0211") == {phones[1], cash}
    assert ids(place=world.places["大库"]) == {phones[0]}
    assert ids(status="in-hands", category="document") == {cash}
    assert ids(q="手机") == set(phones)
    assert ids(q="红色_外") == {phones[1]}
    assert ids(q="100%") == {cash}
    assert ids(q="%") == {cash}, "a percent sign is looked for, not a wildcard"
    assert ids(q=cash.lower()) == {cash}


def test_pages_of_items_meet_without_overlap(world: World, registers: Current) -> None:
    case = world.opens_case()
    items = world.seizes(case, *(world.item() for _ in range(7)))
    found = registers()
    seen: list[str] = []
    while page := found.case_items(case, after=seen[-1] if seen else None, limit=3):
        seen += [each["item"] for each in page]
    assert seen == sorted(items)
    assert found.case(case)["items"] == 7


def test_what_does_not_exist_is_not_found(world: World, registers: Current) -> None:
    found = registers()
    for ask in (found.item, found.code, found.history, found.case, found.place, found.person, found.kit):
        with pytest.raises(NotFound):
            ask("EV10000000000000")



def test_a_corrected_lead_of_a_case_moves_the_control_of_its_items(world: World, registers: Current) -> None:
    case = "云公(刑)诈〔2026〕0520"
    world.opens_case(case=case)
    (item,) = world.seizes(case)
    assert [each["item"] for each in registers().items(agency="psb-yunling")] == [item]
    act = registers().case(case)["opened_by"]
    change = {"op": "replace", "path": "/lead", "old": "psb-yunling", "new": "lab-2"}
    world.corrects(act, change, author="周远")
    assert registers().item(item)["control"]["agency"] == "lab-2"
    assert [each["item"] for each in registers().items(agency="lab-2")] == [item]
    assert registers().item(item)["custody"]["agency"] == "psb-yunling"
    assert [each["case"] for each in registers().cases(lead="lab-2")] == [case]
