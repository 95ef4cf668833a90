"""Observations: what they say in full, who makes them, and what is a defect when it shows (I-D5, I-D11 to I-D13)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from custody.acts.observing import Observation
from custody.acts.values import Measure
from custody.facts.examination import EXCURSION
from custody.facts.item import ItemFacts
from custody.facts.weight import GRAMS, converted
from custody.rules.custody import other_seal
from custody.rules.rule import Breach, Matter, rule
from custody.rules.weighing import tolerance


@rule("observation-incomplete", Observation)
def an_observation_says_what_was_looked_at(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if bool(act.lines) == (act.place is not None) or (act.place is None) != (act.listing is None):
        yield Breach(facts={"expected": "lines, or a place with its listing"})
    elif act.place is not None and act.kind not in ("temperature", "physical"):
        yield Breach(facts={"kind": act.kind, "expected": "lines"})
    if (act.kind == "temperature") != (act.temperature is not None):
        yield Breach(facts={"kind": act.kind, "expected": "temperature"})
    if act.kind in ("weight", "count"):
        for index, line in enumerate(act.lines):
            if not line.measured:
                yield Breach((index,), {"item": line.item, "expected": "measured"})
    hashed = {each.item for each in act.hashes}
    if hashed != (set(act.own_items) if act.kind == "hash" else set()):
        yield Breach(facts={"kind": act.kind, "expected": "a hash of each item"})


@rule("observer-elsewhere", Observation)
def who_observes_looks_after_the_place_or_holds_the_item(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    observers = [signer.person for signer in act.signed_by("observer")]
    if act.place is not None and not any(matter.responsible(each, act.place) for each in observers):
        yield Breach(facts={"place": act.place, "persons": observers})
    for index, item in matter.items():
        holder = item.holder
        stored = holder is not None and holder.kind == "place"
        if holder is None or not any(matter.responsible(who, holder.id) if stored else who == holder.id
                                     for who in observers):  # fmt: skip
            yield Breach((index,), {"item": item.item, "holder": holder.id if holder else None})


@rule(EXCURSION, Observation)
def what_is_kept_cold_stays_cold(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    seen = act.temperature
    if seen is None:
        return
    told = {"min": seen.min, "max": seen.max}
    if act.place is not None:
        limits = _limits(matter, act.place)
        if act.in_range is False or (limits and not seen.within(*limits)):
            yield Breach(facts=told)
    for index, item in matter.items():
        holder = item.holder
        limits = _limits(matter, holder.id if holder and holder.kind == "place" else None, item)
        if act.in_range is False or (limits and not seen.within(*limits)):
            yield Breach((index,), {"item": item.item, **told})


def _limits(matter: Matter, place: str | None, item: ItemFacts | None = None) -> tuple[Decimal, Decimal] | None:
    """The lowest and highest temperature: of the place if it has such, or else of samples that are kept cold."""
    known = matter.facts.place(place) if place else None
    if known is not None and known.temperature is not None:
        return Decimal(known.temperature.min), Decimal(known.temperature.max)
    cold = known is not None and known.place_class == "cold"
    if not cold and (item is None or item.category != "biological"):
        return None
    numbers = matter.policy.numbers
    return Decimal(numbers["cold_lowest_celsius"]), Decimal(numbers["cold_highest_celsius"])


@rule("SEAL_NOT_AS_RECORDED", Observation)
def the_seal_that_is_seen_is_the_one_on_record(matter: Matter) -> Iterator[Breach]:
    for index, item in matter.items():
        yield from other_seal(index, item, matter.act.lines[index].seal_seen)


@rule("WEIGHT_DRIFT", Observation)
def an_item_weighs_what_it_weighed(matter: Matter) -> Iterator[Breach]:
    """Against what the book says, not against the last reading: many small steps are one large one.

    What is weighed while it changes hands is compared by `what_is_measured_again_is_what_it_was`.
    """
    for index, line in enumerate(matter.act.lines):
        if not line.measured:
            continue
        item = matter.facts.item(line.item)
        for each in line.measured if item is not None and not item.voided else ():
            expected = _expected_weight(item, each) if item is not None else None
            if expected is not None and abs(each.amount - expected) > tolerance(matter.policy, expected, each.unit):
                yield Breach((index,), {"item": line.item, "weighed": each.quantity, "book": str(expected)})


def _expected_weight(item: ItemFacts, measure: Measure) -> Decimal | None:
    """What an item should weigh, in the unit that was read: what an examination left of it, or what was taken."""
    left = next((each.residual for each in reversed(item.examined.results) if each.residual), None)
    quantity, unit = (left.quantity, left.unit) if left else (item.quantity, item.unit)
    return converted(Decimal(quantity), unit, measure.unit) if unit in GRAMS else None


@rule("COUNT_DIFFERS", Observation)
def an_item_counts_what_it_counted(matter: Matter) -> Iterator[Breach]:
    if matter.act.kind != "count":
        return
    for index, item in matter.items():
        for each in matter.act.lines[index].measured:
            if each.unit == item.unit and each.unit not in GRAMS and each.amount != Decimal(item.quantity):
                yield Breach((index,), {"item": item.item, "counted": each.quantity, "book": item.quantity})


@rule("HASH_DIFFERS", Observation)
def digital_data_hash_as_they_did(matter: Matter) -> Iterator[Breach]:
    for each in matter.act.hashes:
        item = matter.facts.item(each.item)
        if item is None or item.voided or each.item not in matter.act.positions:
            continue
        recorded = item.thing.sha256 if each.algorithm == "sha256" else item.thing.sm3
        if recorded is not None and recorded != each.value:
            yield Breach(matter.act.positions[each.item], {"item": each.item, "recorded": recorded})


REFUSALS = (
    an_observation_says_what_was_looked_at,
    who_observes_looks_after_the_place_or_holds_the_item,
)

DEFECTS = (
    what_is_kept_cold_stays_cold,
    the_seal_that_is_seen_is_the_one_on_record,
    an_item_weighs_what_it_weighed,
    an_item_counts_what_it_counted,
    digital_data_hash_as_they_did,
)
