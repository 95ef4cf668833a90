"""Clocks of disposition: what was announced and not claimed, and what was ordered and takes effect (D05, D21)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time

from custody.acts.control import CaseStage
from custody.acts.disposition import Release
from custody.acts.orders import DispositionOrder, PublicNotice
from custody.facts.amend import Reading
from custody.facts.orders import effective_at
from custody.rules.clocks.clock import clock
from custody.rules.clocks.deadline import Start
from custody.rules.clocks.docket import Docket, items_of, started
from custody.rules.clocks.text import DeadlineText


@clock("D05")
def what_nobody_claims_is_disposed_of(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    """From the first day of the announcement, by its regime; a notice that ends later ends later."""
    for each in docket.acts_of("public-notice"):
        act = each.act
        if isinstance(act, PublicNotice):
            begins = datetime.combine(act.begins, time(12), act.occurred_at.tzinfo)
            for item in items_of(each):
                yield docket.item_start(text, each, item, at=begins, variant=act.regime)


@clock("D21")
def what_is_ordered_is_carried_out(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    """From when the order takes effect, until the last release by it; an order that is replaced has no clock."""
    orders = [(each, each.act) for each in docket.acts_of("disposition-order")]
    replaced = {act.replaces for _, act in orders if isinstance(act, DispositionOrder) and act.replaces}
    for each, act in orders:
        if not isinstance(act, DispositionOrder) or act.id in replaced:
            continue
        since = _in_effect(docket, each, act)
        for item in items_of(each) if since else ():
            yield started(each, f"item:{item}", _carried_out(docket, item, each), at=since)


def _in_effect(docket: Docket, each: Reading, act: DispositionOrder) -> datetime | None:
    """When an order took effect: by itself, or by the stage of the case that names its instrument."""
    for stage in docket.acts_of("case-stage"):
        effective = stage.act.effective if isinstance(stage.act, CaseStage) else None
        if effective is not None and effective.instrument == act.instrument and effective_at(act, each) is None:
            return max(effective.since, each.happened_at)
    return effective_at(act, each)


def _carried_out(docket: Docket, item: str, order: Reading) -> Reading | None:
    """The act by which an item left for good after an order."""
    for each in docket.on(item):
        if each.happened_at >= order.happened_at and isinstance(each.act, Release) and each.act.is_last:
            return each
    return None


CLOCKS = (
    what_nobody_claims_is_disposed_of,
    what_is_ordered_is_carried_out,
)
