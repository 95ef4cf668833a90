"""Clocks of measures and of the case: how long a measure lasts, what is irrelevant, courts, complaints
(D04, D06-D08, D22, D28)."""

from __future__ import annotations

from collections.abc import Iterator

from custody.acts.oversight import Hold
from custody.rules.clocks.clock import clock
from custody.rules.clocks.deadline import Start
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
            yield docket.item_start(text, each, taken.item, suspended=still, credit_days=days)


@clock("D07")
def a_registration_in_advance_lapses(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    for each, act, taken in docket.seized(text):
        if act.measure == "registered":
            yield docket.item_start(text, each, taken.item)


@clock("D08")
def a_freeze_lapses(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    for each, act, taken in docket.seized(text):
        if act.measure == "frozen":
            yield docket.item_start(text, each, taken.item)


@clock("D22")
def the_court_gets_its_receipt(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    for served in docket.noted("judgment-served"):
        sent = next((each for each in docket.noted("receipt-to-court-sent")
                     if each.happened_at >= served.happened_at), None)  # fmt: skip
        yield started(served, f"case:{docket.case}", sent)


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


CLOCKS = (
    what_is_irrelevant_is_given_back,
    an_administrative_seizure_ends,
    a_registration_in_advance_lapses,
    a_freeze_lapses,
    the_court_gets_its_receipt,
    a_complaint_is_answered,
)
