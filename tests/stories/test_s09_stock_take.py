"""S9. A stock-take at the end of a quarter, with a discrepancy.

| line of the scenario | told by |
|---|---|
| 1–8 the book says 1,798, the count 1,797 … closed, both visible | `test_the_book_says_1798_and_the_count_1797` |
| ✗ close with three places uncounted · ✗ exit of the missing watch | the same |
| ✗ a custodian counts alone | the same; two custodians of the store: `test_counting` |
| ✗ adjust the book to 1,797 | `test_counting`: no act and no command does |
| variant: not found in thirty days | `test_a_watch_that_is_not_found_in_thirty_days…` |

The phone without a code is none of the 1,798: its loan was brought back on 14 August and nobody wrote that down, so the
book still had it on loan. A slot of the scenario is a place here.
"""

from __future__ import annotations

from datetime import datetime

from custody.ledger.history import item_at
from inquiry import chain, due, fact, registers, state, statement, whereabouts
from telling import flaws, refuses
from world import CST, World
from world_objects import closes, explains, raises
from world_results import asks, decides, joins, on, takes

CASE = "云公(刑)盗〔2026〕0418"
INSPECTOR = "psb-0933"
"""蒋某, who keeps no store."""
RACKS = ("A-1", "B-3", "车场", "冷藏")
COUNTERS = ["梁静", INSPECTOR]


def kept(world: World, count: int) -> tuple[list[str], str]:
    """The centre with so many items on rack A-1; and a phone, lent on 12 August for examination. The last item is the
    watch 0418-023."""
    joins(world, INSPECTOR, "psb-yunling", "supervisor")
    for rack in RACKS[:2]:
        world.place(rack, "center", "general", parent=world.places["大库"])
    world.changes("梁静", places_added=[world.places[each] for each in RACKS[:2]])
    on(world, 8, 10, 9)
    world.opens_case(case=CASE)
    things = [world.item(description=f"0418-{number:04}", seal=None) for number in range(count - 1)]
    things.append(world.item(description="手表 0418-023"))
    items: list[str] = []
    for first in range(0, count, 900):
        some = world.seizes(CASE, *things[first : first + 900])
        world.checks_in(some, place="A-1")
        items += some
    (phone,) = world.seizes(CASE, world.item(serial="358240051114477", seal=None))
    world.checks_in([phone], place="B-3")
    on(world, 8, 12, 10)
    loan = asks(world, [phone], hours=56)
    decides(world, loan, [phone])
    takes(world, loan, [phone], hours=55)
    return items, phone


def test_the_book_says_1798_and_the_count_1797(world: World) -> None:
    """A watch is missing, and a phone without a code turns up. The inquiry finds the loan that nobody entered when it
    came back, and the watch on the next rack; both are closed, and both episodes stay to be read."""
    items, phone = kept(world, 1_798)
    watch = items[-1]
    on(world, 9, 30, 8)
    opening = world.opens_stock_take(*RACKS, book=items, by=COUNTERS)
    opened = fact(world, "stock-take", opening)
    assert (opened.book, opened.opened_at) == (1_798, datetime(2026, 9, 30, 8, tzinfo=CST))
    with refuses(world, "stock-take-counters"):
        world.counts(opening, "A-1", book=items, scanned=items[:-1], by="梁静")
    moved = items[0]
    world.relocates([moved], "B-3")  # while it is counted: after the freeze, so it stands on the book of A-1
    world.relocates([moved], "A-1")
    assert chain(world, moved)[1:] == [world.places[each] for each in ("A-1", "B-3", "A-1")]
    counted = world.counts(opening, "A-1", book=items, scanned=items[:-1], by=COUNTERS)
    with refuses(world, "stock-take-uncounted") as told:
        closed(world, opening)
    assert len(told.facts["uncounted"]) == 3
    for rack in RACKS[1:]:
        world.counts(opening, rack, book=[], scanned=[], unknown=int(rack == "B-3"), by=COUNTERS)
    with registers(world) as shown:
        stood = shown.stock_take(opening)
        assert (stood["missing"], [each["item"] for each in shown.unlocated()]) == ([watch], [watch])
        assert sum(each["verdicts"]["right_place"] for each in stood["counts"]) == 1_797
        assert sum(each["verdicts"]["unknown_code"] for each in stood["counts"]) == 1
    missing = raises(world, CASE, [watch], "missing")
    unexpected = raises(world, None, [], "unexpected")
    assert (due(world, "D27"), item_at(world.ledger.recorder, watch)["status"]) == ("10-03 23:59", "missing")
    with refuses(world, "item-missing"):
        world.releases([watch])
    the_inquiry(world, watch, phone, missing, unexpected)
    with refuses(world, "stock-take-unsupervised"):
        closed(world, opening, signers=world.signers(counter=COUNTERS))
    closed(world, opening)
    assert counted.act in [each.act for each in world.facts(watch).acts]
    assert [each.outcome for each in world.facts(watch).thing.questions] == ["found"]
    assert chain(world, watch) == ["psb-0211", world.places["A-1"], world.places["B-3"]]
    assert chain(world, phone) == ["psb-0211", world.places["B-3"], "psb-0211", world.places["B-3"]]
    statement(world, watch)


def closed(world: World, opening: str, **fields: object) -> None:
    """Both counters and the supervisor sign: the book and the shelves agree once what differed is explained."""
    signers = world.signers(counter=COUNTERS, supervisor="高岚")
    world.closes_stock_take(opening, **{"signers": signers, "conclusion": "差异已说明，账实相符", **fields})


def the_inquiry(world: World, watch: str, phone: str, missing: str, unexpected: str) -> None:
    """The loan came back on 14 August onto rack B-3, its label fallen off: entered late, and labelled anew by its IMEI.
    The watch lies beside it, seal intact."""
    back = datetime(2026, 8, 14, 16, tzinfo=CST).isoformat()
    entered = world.returns([phone], place=world.places["B-3"], occurred_at=back, note="当日归还，未登记，盘点时补录")
    assert set(flaws(entered)) == {"SIGNED_LATER"}
    assert whereabouts(world, phone, datetime(2026, 8, 15, tzinfo=CST))[0] == world.places["B-3"]
    old = world.facts(phone).code
    fresh = world.labels(phone, reason="lost")
    assert (world.facts(phone).code, world.facts(phone).retired_codes) == (fresh, (old,))
    explains(world, unexpected, [], by="梁静")
    closes(world, unexpected, [], "explained")
    explains(world, missing, [watch], by="梁静")
    assert state(world, "D27") == "met"
    closes(world, missing, [watch], "found")
    world.relocates([watch], "B-3")


def test_a_watch_that_is_not_found_in_thirty_days_is_closed_as_lost(world: World) -> None:
    """The reviewer and 督察 close it together, with the document on who answers for it and the case of compensation."""
    items, _ = kept(world, 3)
    on(world, 9, 30, 8)
    opening = world.opens_stock_take("A-1", book=items, by=COUNTERS)
    world.counts(opening, "A-1", book=items, scanned=items[:-1], by=COUNTERS)
    missing = raises(world, CASE, items[-1:], "missing")
    on(world, 10, 30, 9)
    assert due(world, "D27") == "10-03 23:59"
    with refuses(world, "loss-without-responsibility"):
        closes(world, missing, items[-1:], "lost")
    closes(world, missing, items[-1:], "lost", "云公督〔2026〕4号；国家赔偿〔2026〕2号")
    assert item_at(world.ledger.recorder, items[-1])["status"] == "lost"
