"""Refusals about what leaves without its controller, and what a case leaves behind (I-05, I-11, I-27, I-28)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from custody.acts.act import Act
from custody.acts.control import CaseStage
from custody.acts.custody import Outside, Transfer
from custody.acts.disposition import Release
from custody.facts.item import ItemFacts
from custody.rules.control import CLOSED, controller, houses, is_open, kind_of, works_in
from custody.rules.rule import Breach, Matter, rule


@rule("release-without-control", Release)
def only_the_agency_in_control_lets_items_go(matter: Matter) -> Iterator[Breach]:
    if matter.act.kind != "returned":
        yield from without_control(matter, ("approver", "holder"), {matter.act.order, *matter.act.basis})


@rule("return-without-notice", Release)
def what_another_agency_controls_returns_only_on_its_notice(matter: Matter) -> Iterator[Breach]:
    if matter.act.kind == "returned":
        yield from without_control(matter, ("approver", "holder"), {matter.act.order, *matter.act.basis})


def without_control(matter: Matter, parts: tuple[str, ...], named: set[Any]) -> Iterator[Breach]:
    """Items whose controlling agency neither signs in one of these parts nor has an instrument in effect that is named;
    nor, of a release, ordered it."""
    act = matter.act
    signing = houses(matter, *parts)
    for index, item in matter.items():
        control = controller(matter, item)
        stands = control in signing or _ordered_since(act, item) or control in _instruments(matter, item, named)
        if not stands:
            yield Breach((index,), {"item": item.item, "control": control, "signed_for": sorted(signing)})


def _ordered_since(act: Act, item: ItemFacts) -> bool:
    """Whether the exit carries out an order of who controls the item now: one made since control came there, for only
    the controlling agency decides."""
    order = item.order
    if not isinstance(act, Release) or order is None or order.act != act.ordered_by:
        return False
    return not item.controls or order.ordered_at >= item.controls[-1].since


def _instruments(matter: Matter, item: ItemFacts, named: set[Any]) -> set[str]:
    """The agencies whose instruments, among those named, have taken effect in the item's case."""
    case = matter.facts.case(item.case)
    known = [case.effective[each] for each in named if each in case.effective] if case else []
    return {matter.house(each.agency) for each in known if each.since <= matter.act.occurred_at}


@rule("in-manifest", Release, Transfer)
def nothing_leaves_while_a_manifest_is_open(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if isinstance(act, Transfer) and not isinstance(act.taker, Outside):
        return
    for index, item in matter.items():
        if is_open(matter, item) and item.offer is not None:
            yield Breach((index,), {"item": item.item, "manifest": item.offer.manifest})


@rule("items-left", CaseStage)
def a_case_leaves_no_item_behind(matter: Matter) -> Iterator[Breach]:
    """A case closes when everything in it is gone or with another agency; it leaves an agency's stage when everything
    there is at least on a manifest."""
    act = matter.act
    case = matter.facts.case(act.case)
    contents = matter.facts.contents(act.case) if act.stage is not None else None
    if case is None or contents is None or act.stage == case.stage:
        return
    own = matter.house(act.agency)
    stays = act.stage != CLOSED and kind_of(matter, act.agency) in works_in(matter, act.stage)
    if stays:
        return
    left = [
        item.item
        for each in contents.items
        if (item := matter.facts.item(each)) is not None and not item.voided and not _gone(item)
        and controller(matter, item) == own and (act.stage == CLOSED or not is_open(matter, item))
    ]  # fmt: skip
    if left:
        yield Breach(facts={"items": left[:20], "count": len(left)})


def _gone(item: ItemFacts) -> bool:
    """Whether nothing of an item is left to pass on: released, wholly divided, or lost as an inquiry found."""
    return item.released is not None or item.thing.used_up or item.thing.lost


REFUSALS = (
    only_the_agency_in_control_lets_items_go,
    what_another_agency_controls_returns_only_on_its_notice,
    nothing_leaves_while_a_manifest_is_open,
    a_case_leaves_no_item_behind,
)
