"""Stock-takes in the registers: the book of some places, the queue of what was not found, and the sealed lists."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from custody.errors import NotFound, Refused
from custody.registers import Registers
from custody.registers.counting import opened_list
from harness import check
from world import World
from world_objects import closes, explains, raises
from world_results import observes

Current = Callable[[], Registers]


def test_what_a_closed_count_missed_stays_listed(world: World, registers: Current) -> None:
    case = world.opens_case()
    phone, watch = items = world.seizes(case, world.item(), world.item(description="手表"))
    world.checks_in(items)
    opening = world.opens_stock_take("大库", book=items)
    count = world.counts(opening, "大库", book=items, scanned=[phone]).act
    world.closes_stock_take(opening)
    shown = registers().stock_take(opening)
    assert (shown["state"], shown["missing"], shown["uncounted"]) == ("closed", [watch], [])
    (missed,) = registers().unlocated()
    assert missed["item"] == watch
    assert missed["missed"] == [{"stock_take": opening, "act": count}]
    assert missed["now"]["description"] == "手表"
    assert [each["stock_take"] for each in registers().stock_takes()] == [opening]
    with pytest.raises(NotFound):
        registers().stock_take(count)


def missed_in(world: World, *things: str) -> tuple[str, list[str]]:
    """A count of the big store that finds none of some things; returns the case and the things."""
    case = world.opens_case()
    items = world.seizes(case, *(world.item(description=each) for each in things))
    world.checks_in(items)
    opening = world.opens_stock_take("大库", book=items)
    world.counts(opening, "大库", book=items, scanned=[])
    world.closes_stock_take(opening)
    return case, items


def queued(registers: Current) -> list[str]:
    return [each["item"] for each in registers().unlocated()]


def test_what_is_seen_again_is_located(world: World, registers: Current) -> None:
    """Six things were missed. Three turn up: one is looked at, one moved, one lent. One is held by an order and one
    spoken of, and a seal is explained: these stay."""
    case, items = missed_in(world, "手机", "手表", "相机", "电脑", "钱包", "项链")
    assert queued(registers) == sorted(items)
    phone, watch, camera, *rest = items
    observes(world, [phone], "physical")
    world.relocates([watch], "车场")
    world.lends([camera])
    world.holds(case, rest[:1])
    explains(world, raises(world, case, rest[1:2], "condition"), rest[1:2])
    assert queued(registers) == sorted(rest)
    closes(world, raises(world, case, rest[2:], "seal"), rest[2:], "explained")
    assert queued(registers) == sorted(rest), "a seal that was explained says nothing of where it is"
    check(world)


def test_what_is_reported_missing_stays_until_the_inquiry_ends(world: World, registers: Current) -> None:
    """Found on another rack, lost with somebody who answers for it, or never there: each takes its item off the list.
    A camera that turns up while its inquiry runs stays on the list until a reviewer has closed it."""
    case, (watch, ring, camera) = missed_in(world, "手表", "戒指", "相机")
    (reported,) = world.seizes(case, world.item(description="项链"))
    reports = {item: raises(world, case, [item], "missing") for item in (watch, ring, camera, reported)}
    assert queued(registers) == sorted(reports)
    observes(world, [camera], "physical")
    shown = {each["item"]: each for each in registers().unlocated()}
    assert (len(shown[watch]["missed"]), shown[watch]["discrepancies"]) == (1, [reports[watch]])
    assert (shown[camera]["missed"], shown[camera]["discrepancies"]) == ([], [reports[camera]])
    assert (shown[reported]["missed"], shown[reported]["discrepancies"]) == ([], [reports[reported]])
    closes(world, reports[camera], [camera], "found")
    closes(world, reports[watch], [watch], "found")
    closes(world, reports[ring], [ring], "lost", "云公督〔2026〕4号")
    assert queued(registers) == [reported]
    closes(world, reports[reported], [reported], "explained")
    assert queued(registers) == []
    opening = world.opens_stock_take("大库", book=[watch, ring])
    count = world.counts(opening, "大库", book=[watch, ring], scanned=[]).act
    (again,) = registers().unlocated()
    assert (again["item"], again["missed"]) == (watch, [{"stock_take": opening, "act": count}])
    check(world)


def test_what_left_by_an_act_that_was_refused_is_located_by_it(world: World, registers: Current) -> None:
    """The phone is missing because 周远 took it without an approval; the ledger had refused that. The signed envelope
    is embedded in a discrepancy, and with its end the phone is off the list."""
    case, (phone, watch) = missed_in(world, "手机", "手表")
    with pytest.raises(Refused):
        world.lends([phone], signers=world.signers(custodian="梁静", borrower="周远"))
    raised = raises(world, case, [phone], "refused-act", envelope=world.signed)
    assert queued(registers) == sorted([phone, watch])
    closes(world, raised, [phone], "explained")
    assert queued(registers) == [watch]


def test_what_was_misrecorded_is_off_the_list_once_somebody_says_so(world: World, registers: Current) -> None:
    """The phone never came into the store: its check-in is voided, and it is where it was. The count that missed it is
    answered when a reviewer closes the report."""
    case = world.opens_case()
    phone, watch = items = world.seizes(case, world.item(), world.item())
    stored = world.checks_in(items).act
    opening = world.opens_stock_take("大库", book=items)
    world.counts(opening, "大库", book=items, scanned=[watch])
    raised = raises(world, case, [phone], "missing")
    world.corrects(stored, {"op": "void", "path": "/lines/0"})
    assert queued(registers) == [phone]
    closes(world, raised, [phone], "explained")
    assert queued(registers) == []


def test_the_book_of_a_place_has_what_lies_in_the_places_within_it(world: World, registers: Current) -> None:
    world.place("B-3", "center", "general", parent=world.places["大库"])
    case = world.opens_case()
    rack, floor, yard, hands = world.seizes(case, *(world.item() for _ in range(4)))
    for item, place in ((rack, "B-3"), (floor, "大库"), (yard, "车场")):
        world.checks_in([item], place)
    big, shelf = world.places["大库"], world.places["B-3"]
    assert registers().book([big]) == {rack: big, floor: big}
    assert registers().book([big, shelf]) == {rack: shelf, floor: big}
    assert registers().book([]) == {}
    assert hands not in registers().book(world.places.values())


def test_a_sealed_list_is_read_back_until_it_is_erased(world: World) -> None:
    items = world.seizes(world.opens_case(), *(world.item() for _ in range(201)))
    world.checks_in(items)
    opening = world.opens_stock_take("大库", book=items)
    assert opened_list(world.ledger.recorder, opening) == tuple(sorted(items))
    assert len(world.ledger.memory.record(opening).act.book.sheets) == 2  # type: ignore[union-attr]
    with pytest.raises(NotFound):
        opened_list(world.ledger.recorder, world.facts(items[0]).born_in)
    with world.engine.begin() as connection:
        connection.execute(text("DELETE FROM disclosure"))
    with pytest.raises(NotFound) as erased:
        opened_list(world.ledger.recorder, opening)
    assert erased.value.code == "not-found/sheets"
