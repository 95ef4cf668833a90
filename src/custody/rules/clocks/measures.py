"""Clocks of measures and of the case: how long a measure lasts, what is irrelevant, courts,
discrepancies, complaints (D04, D06-D08, D22, D27, D28, D31)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from custody.acts.differences import Discrepancy, Raised
from custody.acts.measures import Extending, MeasureChange
from custody.acts.oversight import Hold
from custody.acts.taking import Seizure
from custody.facts.amend import Reading
from custody.rules.clocks.clock import clock
from custody.rules.clocks.deadline import Extended, Start
from custody.rules.clocks.docket import Docket, items_of, started
from custody.rules.clocks.text import DeadlineText


@clock("D04")
def what_is_irrelevant_is_given_back(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    """In criminal cases in so many days, in others at once (刑程 art. 233, 行程 art. 115)."""
    for noted in docket.noted("found-irrelevant"):
        for item in docket.concerned(noted):
            before = docket.first(item, text.stops, docket.items[item].happened_at)
            if before is None or before.happened_at >= noted.happened_at:
                yield docket.item_start(text, noted, item, variant="" if docket.criminal else "administrative")


@clock("D06")
def an_administrative_seizure_ends(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    """The time of an examination is not counted (行程 art. 112)."""
    for each, act, taken in docket.seized(text):
        if docket.kind in ("administrative", "public-order") and act.measure == "seized":
            days, still = docket.days_in_laboratory(taken.item, each.happened_at)
            yield _measured(docket, text, each, taken.item, suspended=still, credit_days=days)


def _measured(docket: Docket, text: DeadlineText, each: Reading, item: str, **fields: Any) -> Start:
    """A measure ends on the day that the seizure or its last extension names; where none does, by its term."""
    start = docket.item_start(text, each, item, **fields)
    last_day = each.act.expires if isinstance(each.act, Seizure) else None
    extension = None
    for later in docket.on(item):
        act = later.act
        stopped = start.stopped_at is not None and later.happened_at > start.stopped_at
        if isinstance(act, MeasureChange) and isinstance(act.change, Extending) and not stopped:
            extension = Extended(act.id, later.happened_at, last_day=act.change.expires)
    if extension is None and last_day is None:
        return start
    return replace(start, last_day=last_day, extension=extension, suspended=False)


@clock("D07")
def a_registration_in_advance_lapses(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    for each, act, taken in docket.seized(text):
        if act.measure == "registered":
            yield _measured(docket, text, each, taken.item)


@clock("D08")
def a_freeze_lapses(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    for each, act, taken in docket.seized(text):
        if act.measure == "frozen":
            yield _measured(docket, text, each, taken.item)


@clock("D22")
def the_court_gets_its_receipt(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    for served in docket.noted("judgment-served"):
        sent = next((each for each in docket.noted("receipt-to-court-sent")
                     if each.happened_at >= served.happened_at), None)  # fmt: skip
        yield started(served, f"case:{docket.case}", sent)


@clock("D27")
def a_discrepancy_is_explained(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    """Whoever raises one has reported it; it waits to be explained, or closed."""
    said = [(each, each.act) for each in docket.acts_of("discrepancy")]
    for each, act in said:
        if not isinstance(act, Discrepancy) or not isinstance(act.report, Raised):
            continue
        answer = next((other for other, later in said if isinstance(later, Discrepancy)
                       and later.raised_in == act.id and later.id != act.id), None)  # fmt: skip
        for subject in [f"item:{item}" for item in items_of(each)] or [f"case:{docket.case}"]:
            yield started(each, subject, answer)


@clock("D28")
def a_complaint_is_answered(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    """On each item that the complaint names, or on the whole case."""
    holds = list(docket.acts_of("hold"))
    for each in holds:
        act = each.act
        if not isinstance(act, Hold) or act.action != "place" or act.reason != "complaint":
            continue
        lifted = next((other for other in holds if getattr(other.act, "hold", None) == act.id), None)
        for subject in [f"item:{item}" for item in items_of(each)] or [f"case:{docket.case}"]:
            yield started(each, subject, lifted)


@clock("D31")
def the_freezing_of_data_is_lifted(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    """From the decision to unfreeze, on each digital item that is frozen (22号 art. 12)."""
    frozen = {taken.item for _, act, taken in docket.seized(text)
              if act.measure == "frozen" and taken.category == "digital"}  # fmt: skip
    for noted in docket.noted("unfreezing-decided"):
        for item in docket.concerned(noted):
            if item in frozen:
                yield docket.item_start(text, noted, item)


CLOCKS = (
    what_is_irrelevant_is_given_back,
    an_administrative_seizure_ends,
    a_registration_in_advance_lapses,
    a_freeze_lapses,
    the_court_gets_its_receipt,
    a_discrepancy_is_explained,
    a_complaint_is_answered,
    the_freezing_of_data_is_lifted,
)
