"""Reading the past: what was known, how it was, and that the two differ by corrections and late entries only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from custody.errors import NotFound
from custody.ledger.history import Moment, case_at, history_at, item_at
from custody.registers import Registers
from world import World

Current = Callable[[], Registers]


def corrected(path: str, old: Any, new: Any) -> dict[str, Any]:
    return {"op": "replace", "path": path, "old": old, "new": new}


def test_a_corrected_label_reads_as_it_was_known_before_and_as_corrected_after(
    world: World, registers: Current
) -> None:
    """Seized as 「手机 黑色」 · found to be blue · corrected: known then as black, as of then, known now, as blue."""
    case = world.opens_case()
    line = world.item(description="手机 黑色")
    receipt = world.act(world.seizure(case, [line]))
    item = line["code"][:16]
    then = world.clock.now
    world.clock.forward(hours=2)
    world.corrects(receipt.act, corrected("/items/0/description", "手机 黑色", "手机 蓝色"), author="周远")
    reader = world.ledger.recorder
    assert item_at(reader, item, Moment(known_at=then))["description"] == "手机 黑色"
    assert item_at(reader, item, Moment(as_of=then))["description"] == "手机 蓝色"
    assert item_at(reader, item, Moment(as_of=then, known_at=then))["description"] == "手机 黑色"
    shown = registers().item(item)
    assert shown.pop("deadlines")  # what is due is a question of now
    assert item_at(reader, item) == shown
    assert registers().item(item)["description"] == "手机 蓝色"


def test_a_late_entry_is_unknown_until_recorded_and_then_has_always_been(world: World) -> None:
    case = world.opens_case(officers=["psb-0211", "psb-0347"])
    (item,) = world.seizes(case)
    handed_over = world.clock.now + timedelta(minutes=5)
    world.clock.forward(minutes=30)
    world.checks_in([item], by="何苗")
    before = world.clock.now
    world.clock.forward(minutes=30)
    world.transfers([item], "周远", "何苗", occurred_at=handed_over.isoformat())
    reader = world.ledger.recorder
    at = handed_over + timedelta(minutes=1)
    assert item_at(reader, item, Moment(as_of=at, known_at=before))["custody"]["holder"] == "psb-0211"
    assert item_at(reader, item, Moment(as_of=at))["custody"]["holder"] == "psb-0347"
    assert len(history_at(reader, item, Moment(known_at=before))["gaps"]) == 1
    assert history_at(reader, item)["gaps"] == []


def test_without_corrections_and_late_entries_the_two_pasts_agree(world: World) -> None:
    """Every act is recorded the minute it happens: at each of those minutes both questions have one answer."""
    case = world.opens_case()
    moments: list[datetime] = []
    (item,) = world.seizes(case)
    for step in (
        lambda: world.checks_in([item]),
        lambda: world.lends([item]),
        lambda: world.returns([item]),
        lambda: world.releases([item]),
    ):
        moments.append(world.clock.now - timedelta(seconds=30))
        step()
    moments.append(world.clock.now)
    reader = world.ledger.recorder
    statuses = []
    for moment in moments:
        known, was = Moment(known_at=moment), Moment(as_of=moment)
        assert item_at(reader, item, known) == item_at(reader, item, was)
        assert history_at(reader, item, known) == history_at(reader, item, was)
        assert case_at(reader, case, known) == case_at(reader, case, was)
        statuses.append(item_at(reader, item, was)["status"])
    assert statuses == ["in-hands", "stored", "on-loan", "stored", "released"]


def test_before_it_was_taken_an_item_is_not_found(world: World) -> None:
    before = world.clock.now - timedelta(seconds=1)
    case = world.opens_case()
    (item,) = world.seizes(case)
    reader = world.ledger.recorder
    for moment in (Moment(as_of=before), Moment(known_at=before)):
        for ask in (lambda at: item_at(reader, item, at), lambda at: history_at(reader, item, at)):
            with pytest.raises(NotFound):
                ask(moment)
        with pytest.raises(NotFound):
            case_at(reader, case, moment)


def test_a_case_counts_the_items_it_had(world: World, registers: Current) -> None:
    case = world.opens_case()
    world.seizes(case, world.item(), world.item())
    then = world.clock.now - timedelta(seconds=30)
    receipt = world.act(world.seizure(case, [world.item()]))
    reader = world.ledger.recorder
    assert case_at(reader, case, Moment(as_of=then))["items"] == 2
    assert case_at(reader, case)["items"] == registers().case(case)["items"] == 3
    known = world.clock.now
    world.clock.forward(hours=1)
    world.corrects(receipt.act, {"op": "void", "path": "/items/0", "old": None, "new": None}, author="周远")
    assert case_at(reader, case)["items"] == registers().case(case)["items"] == 2
    assert case_at(reader, case, Moment(known_at=known))["items"] == 3


def test_a_hold_is_seen_only_from_when_it_was_placed(world: World) -> None:
    case = world.opens_case()
    (item,) = world.seizes(case)
    then = world.clock.now - timedelta(seconds=30)
    world.holds(case)
    reader = world.ledger.recorder
    assert item_at(reader, item, Moment(as_of=then))["holds"] == []
    assert [each["scope"] for each in item_at(reader, item)["holds"]] == ["case"]


def test_a_retired_code_was_in_force_before(world: World) -> None:
    case = world.opens_case()
    line = world.item()
    (item,) = world.seizes(case, line)
    world.checks_in([item])
    then = world.clock.now - timedelta(seconds=30)
    fresh = world.labels(item)
    reader = world.ledger.recorder
    assert item_at(reader, line["code"], Moment(as_of=then))["asked"]["state"] == "in-force"
    assert item_at(reader, line["code"])["asked"]["state"] == "retired"
    assert item_at(reader, line["code"])["code"] == fresh
    with pytest.raises(NotFound):
        item_at(reader, fresh, Moment(as_of=then))


def test_history_says_when_an_item_was_sealed_opened_or_found_broken_and_who_answered_for_it(
    world: World, registers: Current
) -> None:
    """Sealed and checked in · control passes to the procuratorate · lent · comes back with its seal broken."""
    case = world.opens_case()
    (item,) = world.seizes(case)
    (number,) = world.seals_up([item])
    world.checks_in([item])
    world.answers(world.offers([item]), [item])
    world.lends([item])
    world.returns([item], seen="broken")
    shown = registers().history(item)
    assert [(each["state"], each["number"]) for each in shown["seals"]][-2:] == [("sealed", number), ("broken", number)]
    assert [each["agency"] for each in shown["controls"]] == ["pro-yunling"]
    positions = {each["position"]: each["type"] for each in shown["acts"]}
    assert [positions[each["position"]] for each in shown["seals"]][-2:] == ["sealing", "return"]
    assert history_at(world.ledger.recorder, item) == shown
