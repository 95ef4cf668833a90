"""Refusals about stock-takes (I-23): who counts, what a step says, and that nothing is closed uncounted."""

from __future__ import annotations

from collections.abc import Iterator

from custody.acts.counting import StockTake
from custody.facts.counting import StockTakeFacts
from custody.rules.rule import Breach, Matter, rule

FEWEST_COUNTERS = "stock_take_counters"


def _stock_take(matter: Matter) -> StockTakeFacts | None:
    return matter.facts.stock_take(matter.act.opening) if matter.act.opening else None


@rule("stock-take-step", StockTake)
def each_step_of_a_stock_take_says_what_belongs_to_it(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    belongs = {
        "opened": {"places", "book"},
        "counted": {"opening", "places", "book", "scans", "verdicts"},
        "closed": {"opening", "conclusion"},
    }[act.step]
    may = {"opened": {"draw"}, "counted": {"missing", "misplaced"}, "closed": set[str]()}[act.step]
    fields = ("opening", "places", "draw", "book", "scans", "verdicts", "missing", "misplaced", "conclusion")
    said = {name for name in fields if getattr(act, name)}
    if belongs - said or said - belongs - may:
        yield Breach(facts={"step": act.step, "lacks": sorted(belongs - said), "extra": sorted(said - belongs - may)})


@rule("stock-take-unknown", StockTake)
def a_count_belongs_to_a_stock_take_that_is_open(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    known = _stock_take(matter)
    if act.step != "opened" and (known is None or known.closed_by is not None):
        yield Breach(facts={"opening": act.opening, "closed_by": known.closed_by if known else None})


@rule("stock-take-scope", StockTake)
def what_is_counted_lies_in_the_scope(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    unknown = [place for place in act.places if matter.facts.place(place) is None]
    known = _stock_take(matter)
    outside = [place for place in act.places if known is not None and place not in known.places]
    if unknown or outside or len(set(act.places)) < len(act.places):
        yield Breach(facts={"unknown": unknown, "outside_the_scope": outside})


@rule("stock-take-counters", StockTake)
def a_stock_take_has_two_counters_of_whom_one_does_not_keep_the_store(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    counters = {signer.person for signer in act.signed_by("counter")}
    expected = matter.policy.numbers[FEWEST_COUNTERS]
    if len(counters) < expected:
        yield Breach(facts={"expected": expected, "got": len(counters)})
        return
    for place in act.places:
        if matter.facts.place(place) is not None and all(matter.responsible(each, place) for each in counters):
            yield Breach(facts={"place": place, "custodians": sorted(counters)})


@rule("stock-take-sum", StockTake)
def the_numbers_of_a_count_add_up(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if act.step != "counted" or act.book is None or act.scans is None or act.verdicts is None:
        return
    said = act.verdicts
    on_the_book = said.right_place + said.wrong_place + len(act.missing)
    scanned = said.right_place + said.wrong_place + said.belongs_elsewhere
    misplaced = said.wrong_place + said.belongs_elsewhere
    got = {"book": on_the_book, "scans": scanned, "misplaced": misplaced}
    stated = {"book": act.book.count, "scans": act.scans.count, "misplaced": len(act.misplaced)}
    if got != stated:
        yield Breach(facts={"stated": stated, "added_up": got})


@rule("stock-take-not-there", StockTake)
def a_count_misses_only_what_should_lie_there(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    for index, item in matter.items():
        if index < len(act.missing):
            holder = item.holder
            above = matter.facts.above(holder.id) if holder and holder.kind == "place" else ()
            if not any(each.place in act.places for each in above):
                yield Breach((index,), {"item": item.item, "holder": holder.id if holder else None})


@rule("stock-take-uncounted", StockTake)
def no_stock_take_is_closed_with_uncounted_places(matter: Matter) -> Iterator[Breach]:
    known = _stock_take(matter)
    if matter.act.step == "closed" and known is not None and known.uncounted:
        yield Breach(facts={"uncounted": list(known.uncounted)})


@rule("stock-take-unsupervised", StockTake)
def a_stock_take_is_closed_before_a_supervisor(matter: Matter) -> Iterator[Breach]:
    if matter.act.step == "closed" and not matter.act.signed_by("supervisor"):
        yield Breach(facts={"missing": "supervisor"})


REFUSALS = (
    each_step_of_a_stock_take_says_what_belongs_to_it,
    a_count_belongs_to_a_stock_take_that_is_open,
    what_is_counted_lies_in_the_scope,
    a_stock_take_has_two_counters_of_whom_one_does_not_keep_the_store,
    the_numbers_of_a_count_add_up,
    a_count_misses_only_what_should_lie_there,
    no_stock_take_is_closed_with_uncounted_places,
    a_stock_take_is_closed_before_a_supervisor,
)
