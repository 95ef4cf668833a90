"""Stock-takes in the registers: the book of some places, the queue of what was not found, and the sealed lists."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from custody.errors import NotFound
from custody.registers import Registers
from custody.registers.counting import opened_list
from world import World

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
