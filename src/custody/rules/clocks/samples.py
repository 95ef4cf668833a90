"""Clocks of blood: submission, report, notice and the window for a re-examination (D09-D12)."""

from __future__ import annotations

from collections.abc import Iterator

from custody.acts.samples import LabReceipt
from custody.rules.clocks.clock import clock
from custody.rules.clocks.deadline import Start
from custody.rules.clocks.docket import Docket, items_of
from custody.rules.clocks.text import DeadlineText


@clock("D09")
def blood_to_be_examined_reaches_a_laboratory(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    """At once, and at the latest in so many working days: two deadlines of one tube."""
    for each, tube in docket.drawn():
        if tube.purpose == "test":
            yield docket.item_start(text, each, tube.item, variant="at-once")
            yield docket.item_start(text, each, tube.item)


@clock("D10")
def a_laboratory_reports_on_blood(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    tubes = {tube.item for _, tube in docket.drawn()}
    for each in docket.acts_of("lab-receipt"):
        if isinstance(each.act, LabReceipt) and each.act.acceptance is not None:
            for item in items_of(each):
                if item in tubes:
                    yield docket.item_start(text, each, item)


CLOCKS = (
    blood_to_be_examined_reaches_a_laboratory,
    a_laboratory_reports_on_blood,
)
