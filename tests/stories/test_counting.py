"""Stock-takes: S9, a quarter's end with a watch that is not on its shelf; and what is not counted this way."""

from __future__ import annotations

import pytest

import custody.cli
from custody.acts import ACT_TYPES
from custody.acts.counting import list_digest
from custody.errors import Untrusted
from custody.facts.kinds import Need
from telling import also, flaws, refuses, tells
from world import World


def stored(world: World, *descriptions: str, place: str = "大库") -> list[str]:
    """Things in a place, each in a seizure of one case."""
    items = world.seizes(world.opens_case(), *(world.item(description=each) for each in descriptions))
    world.checks_in(items, place)
    return items


def stock_take(world: World, opening: str) -> object:
    world.ledger.memory.catch_up()
    need = Need("stock-take", opening)
    return world.ledger.memory.fold([need])[need]


@tells("stock-take-uncounted", "stock-take-unsupervised")
def test_a_quarter_ends_with_a_watch_missing(world: World) -> None:
    """The book says 36, the count 35: a watch is missing, and a phone without a label turns up. Nothing is closed
    before every place is counted, nor without a supervisor; and both episodes stay visible."""
    items = stored(world, *(f"手机 {number}" for number in range(35)), "手表")
    watch = items[-1]
    opening = world.opens_stock_take("大库", "车场", book=items)
    with refuses(world, "stock-take-uncounted") as told:
        world.closes_stock_take(opening)
    assert told.facts == {"uncounted": [world.places["大库"], world.places["车场"]]}
    receipt = world.counts(opening, "大库", book=items, scanned=items[:-1], unknown=1)
    assert flaws(receipt) == {}
    with refuses(world, "stock-take-uncounted") as told:
        world.closes_stock_take(opening)
    assert told.facts == {"uncounted": [world.places["车场"]]}
    world.counts(opening, "车场", book=[], scanned=[])
    with refuses(world, "stock-take-unsupervised"):
        world.closes_stock_take(opening, signers=world.signers(counter=["梁静", "江监督"]))
    world.closes_stock_take(opening)
    facts = stock_take(world, opening)
    assert facts.missing == {watch: receipt.act}  # type: ignore[attr-defined]
    assert facts.book_digest == list_digest(items)  # type: ignore[attr-defined]
    assert world.facts(watch).acts[-1].act == receipt.act, "whoever reads the watch's history sees the count"
    assert world.facts(items[0]).acts[-1].act != receipt.act


def test_what_was_missed_is_found_by_counting_the_place_again(world: World) -> None:
    """The watch lay on another rack of the same store. The second count of the store is the one that stands."""
    items = stored(world, "手机", "手表")
    opening = world.opens_stock_take("大库", book=items)
    world.counts(opening, "大库", book=items, scanned=items[:1])
    world.counts(opening, "大库", book=items, scanned=items)
    assert stock_take(world, opening).missing == {}  # type: ignore[attr-defined]
    world.closes_stock_take(opening)


def test_what_one_count_missed_and_another_found_elsewhere_is_not_missing(world: World) -> None:
    """The watch of the big store lies in the yard: it is missed there, found here, and then relocated."""
    items = stored(world, "手机", "手表")
    opening = world.opens_stock_take("大库", "车场", book=items)
    world.counts(opening, "大库", book=items, scanned=items[:1])
    world.counts(
        opening, "车场", book=[], scanned=[], scans=world.lists(items[1:]),
        verdicts={"right_place": 0, "wrong_place": 0, "unknown_code": 0, "already_scanned": 0,
                  "belongs_elsewhere": 1},
        misplaced=[{"item": items[1], "found_in": world.places["车场"]}],
    )  # fmt: skip
    assert stock_take(world, opening).missing == {}  # type: ignore[attr-defined]
    world.relocates(items[1:], "车场")
    world.closes_stock_take(opening)


@tells("stock-take-counters")
def test_no_custodian_counts_the_store_alone(world: World) -> None:
    """梁静 counts her own store alone, then with 郑宏, who keeps it too: refused both times."""
    items = stored(world, "手机")
    with refuses(world, "stock-take-counters") as told:
        world.opens_stock_take("大库", book=items, by="梁静")
    assert told.facts == {"expected": 2, "got": 1}
    with refuses(world, "stock-take-counters"):
        world.opens_stock_take("大库", book=items, by=["梁静", "郑宏"])
    opening = world.opens_stock_take("大库", book=items, by=["梁静", "郑宏", "江监督"])
    with refuses(world, "stock-take-counters") as told:
        world.counts(opening, "大库", book=items, scanned=items, by=["梁静", "郑宏"])
    assert told.facts == {"place": world.places["大库"], "custodians": ["cen-01", "cen-02"]}
    with pytest.raises(Untrusted):
        world.counts(opening, "大库", book=items, scanned=items, by=["梁静", "钱法官"])
    world.counts(opening, "大库", book=items, scanned=items)
    world.closes_stock_take(opening)


@tells("stock-take-sum", "stock-take-not-there")
def test_the_book_is_not_adjusted_to_what_was_found(world: World) -> None:
    """The count found one of two. Nobody writes a book of one, nor says that what is elsewhere is missing here."""
    phone, watch = stored(world, "手机", "手表")
    opening = world.opens_stock_take("大库", book=[phone, watch])
    with refuses(world, "stock-take-sum") as told:
        world.counts(opening, "大库", book=[phone, watch], scanned=[phone], missing=[])
    assert told.facts["stated"]["book"] == 2
    assert told.facts["added_up"]["book"] == 1
    with refuses(world, "correction-target"):
        world.corrects(opening, {"op": "replace", "path": "/book/count", "old": 2, "new": 1})
    world.relocates([watch], "车场")
    with refuses(world, "stock-take-not-there") as told:
        world.counts(opening, "大库", book=[phone, watch], scanned=[phone])
    assert told.items == [0]
    with refuses(world, "unknown-item"):
        world.counts(opening, "大库", book=[phone, world.code()[:16]], scanned=[phone])
    world.counts(opening, "大库", book=[phone], scanned=[phone])


def test_no_act_and_no_command_adjusts_stock() -> None:
    """I-25: what the book says follows from signed acts, and there is none that sets it."""
    names = [*ACT_TYPES, *custody.cli.commands(), *(name for kind in ACT_TYPES.values() for name in kind.model_fields)]
    assert not [name for name in names if "adjust" in name or "delete" in name]


@tells("stock-take-step", "stock-take-unknown", "stock-take-scope")
def test_a_count_belongs_to_an_open_stock_take_and_stays_in_its_scope(world: World) -> None:
    """No count without an opening, none after the closing, none of a place that was not to be counted."""
    items = stored(world, "手机")
    with refuses(world, "stock-take-scope"):
        world.opens_stock_take("大库", "大库", book=items)
    with refuses(world, "stock-take-step") as told:
        world.opens_stock_take("大库", book=items, conclusion="账实相符", scans=world.lists(items))
    assert told.facts == {"step": "opened", "lacks": [], "extra": ["conclusion", "scans"]}
    nowhere = world.facts(items[0]).born_in
    with refuses(world, "stock-take-unknown") as told:
        world.counts(nowhere, "大库", book=items, scanned=items)
    opening = world.opens_stock_take("大库", book=items, draw={"salt": "三季度", "count": 1})
    with refuses(world, "stock-take-scope") as told:
        world.counts(opening, "车场", book=[], scanned=[])
    assert told.facts == {"unknown": [], "outside_the_scope": [world.places["车场"]]}
    world.counts(opening, "大库", book=items, scanned=items)
    world.closes_stock_take(opening)
    with refuses(world, "stock-take-unknown") as told:
        world.counts(opening, "大库", book=items, scanned=items)
    with refuses(world, "stock-take-unknown"):
        world.closes_stock_take(opening)
    assert also(told) == set()
