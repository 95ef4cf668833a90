"""Refusals about what is lifted, extended and returned: on whose word, and on what ground (I-28)."""

from __future__ import annotations

from collections.abc import Iterator

from custody.acts.disposition import Release
from custody.acts.measures import Lifting, MeasureChange
from custody.facts.item import ItemFacts
from custody.rules.control import CLOSED
from custody.rules.leaving import without_control
from custody.rules.measures import measure_of
from custody.rules.rule import Breach, Matter, rule


def _decided_elsewhere(matter: Matter) -> Iterator[Breach]:
    """Items whose controlling agency neither signs the change nor has an instrument in effect that the change names."""
    act = matter.act
    yield from without_control(matter, ("officer", "approver"), {act.instrument, *act.basis})


@rule("return-without-notice", MeasureChange)
def what_another_agency_controls_is_lifted_only_on_its_notice(matter: Matter) -> Iterator[Breach]:
    if isinstance(matter.act.change, Lifting):
        yield from _decided_elsewhere(matter)


@rule("extension-without-control", MeasureChange)
def only_the_agency_in_control_extends_a_measure(matter: Matter) -> Iterator[Breach]:
    if not isinstance(matter.act.change, Lifting):
        yield from _decided_elsewhere(matter)


@rule("return-unfounded", Release)
def what_returns_without_an_order_has_the_ground_it_names(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if act.kind != "returned" or act.without_order is None:
        return
    for index, item in matter.items():
        if not _stands(matter, item, act.without_order):
            yield Breach((index,), {"item": item.item, "ground": act.without_order, "measure": item.measure})


def _stands(matter: Matter, item: ItemFacts, ground: str) -> bool:
    """Whether the ledger knows the ground for a return: found irrelevant, or no property of the case at all, or the
    case ended with a decision; or the measure was lifted."""
    if ground == "effects":
        return item.measure == "effects-kept"
    if measure_of(matter, item).lifted is not None:
        return True
    case = matter.facts.case(item.case)
    if case is None:
        return False
    if ground == "closed-case":
        ended = [each for each in case.effective.values() if each.since <= matter.act.occurred_at]
        return bool(ended) or case.final is not None or case.stage == CLOSED
    found = [each for each in case.noted if each.fact == "found-irrelevant" and each.at <= matter.act.occurred_at]
    return any(not each.items or item.item in each.items for each in found)


REFUSALS = (
    what_another_agency_controls_is_lifted_only_on_its_notice,
    only_the_agency_in_control_extends_a_measure,
    what_returns_without_an_order_has_the_ground_it_names,
)
