"""Clocks of what was taken and is kept: handover, loans, vehicles, drugs, valuables (D01-D03, D14-D18, D29)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from custody.acts.custody import CheckOut
from custody.acts.loans import LoanDecision
from custody.acts.measures import Instrument
from custody.acts.taking import IN_SITU
from custody.facts.amend import Reading
from custody.rules.clocks.clock import clock
from custody.rules.clocks.deadline import Extended, Start
from custody.rules.clocks.docket import Docket, items_of, started
from custody.rules.clocks.text import DeadlineText


@clock("D01")
def what_is_taken_reaches_the_store(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    """It runs anew from the return to the unit, or from the end of an approved urgent examination (行程 art. 190)."""
    taken = [(each, item.item) for each, act, item in docket.seized(text) if act.measure not in IN_SITU]
    for each, item in [*taken, *((each, tube.item) for each, tube in docket.drawn())]:
        stop = docket.stored(item, each.happened_at)
        variant, at = _shifted(docket, text, each, item, stop)
        yield started(each, f"item:{item}", stop, at=at, variant=variant)


def _shifted(
    docket: Docket, text: DeadlineText, each: Reading, item: str, stop: Reading | None
) -> tuple[str, datetime]:
    variant, at = "", each.happened_at
    for name in text.terms:
        for noted in docket.noted(name):
            if name == "urgent-examination-ended" and not noted.act.signed_by("approver"):
                continue
            in_time = noted.happened_at >= at and (stop is None or noted.happened_at <= stop.happened_at)
            if in_time and item in docket.concerned(noted):
                variant, at = name, noted.happened_at
    return variant, at


@clock("D02")
def the_papers_of_what_stays_reach_the_custodian(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    for each, act, taken in docket.seized(text):
        if act.measure in IN_SITU:
            yield docket.item_start(text, each, taken.item)


@clock("D03")
def a_loan_comes_back(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    """At the instant approved, and so many hours after its purpose ended, whichever comes first."""
    for each in docket.acts_of("check-out"):
        if not isinstance(each.act, CheckOut):
            continue
        for item in items_of(each):
            out = docket.item_start(text, each, item, due=each.act.due)
            yield replace(out, extension=_extended(docket, item, out))
            for noted in docket.noted("loan-purpose-ended"):
                back = out.stopped_at is None or noted.happened_at <= out.stopped_at
                if noted.happened_at >= each.happened_at and back and item in docket.concerned(noted):
                    yield docket.item_start(text, noted, item, variant="purpose-ended")


def _extended(docket: Docket, item: str, out: Start) -> Extended | None:
    """By what, and until when, a loan was last extended before it came back."""
    found = None
    for each in docket.on(item):
        act = each.act
        back = out.stopped_at is not None and each.happened_at > out.stopped_at
        if isinstance(act, LoanDecision) and act.decision == "extend" and each.happened_at >= out.at and not back:
            found = Extended(act.id, each.happened_at, due=act.due) if act.due else found
    return found


@clock("D14")
def a_detained_vehicle_reaches_the_yard(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    for each, act, taken in docket.seized(text):
        if taken.category == "vehicle" and docket.kind == "traffic" and act.measure not in IN_SITU:
            yield started(each, f"item:{taken.item}", docket.stored(taken.item, each.happened_at))


@clock("D15")
def a_vehicle_is_verified_once_papers_are_produced(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    vehicles = {taken.item for _, _, taken in docket.seized(text) if taken.category == "vehicle"}
    for noted in docket.noted("papers-produced"):
        for item in docket.concerned(noted):
            if item in vehicles:
                yield docket.item_start(text, noted, item)


@clock("D16")
def drugs_reach_a_laboratory(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    for each, _, taken in docket.seized(text):
        if taken.category == "drugs":
            yield docket.item_start(text, each, taken.item)


@clock("D17")
def cash_goes_to_the_account(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    for each, _, taken in docket.seized(text):
        stored = docket.stored(taken.item, each.happened_at)
        if taken.category == "cash" and not taken.evidential and stored is not None:
            yield docket.item_start(text, stored, taken.item)


@clock("D18")
def valuables_are_appraised(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    for each, _, taken in docket.seized(text):
        if taken.category == "valuables":
            yield docket.item_start(text, each, taken.item)


@clock("D29")
def a_measure_taken_on_the_spot_is_reported(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    """It runs from the voucher that was issued on the spot, or from a seizure that rests on none (道程 art. 25)."""
    vouchers = [each for each in docket.acts_of("instrument") if _on_the_spot(each)]
    issued = {getattr(each.act, "reference", None) for each in vouchers}
    seized = [
        each for each in docket.acts_of("seizure")
        if getattr(each.act, "authority", None) == "on-the-spot" and getattr(each.act, "instrument", None) not in issued
    ]  # fmt: skip
    for each in () if docket.criminal else (*vouchers, *seized):
        reported = next((noted for noted in docket.noted("measure-reported")
                         if noted.happened_at >= each.happened_at), None)  # fmt: skip
        yield started(each, f"case:{docket.case}", reported)


def _on_the_spot(each: Reading) -> bool:
    return isinstance(each.act, Instrument) and each.act.type == "on-the-spot-measure"


CLOCKS = (
    what_is_taken_reaches_the_store,
    the_papers_of_what_stays_reach_the_custodian,
    a_loan_comes_back,
    a_detained_vehicle_reaches_the_yard,
    a_vehicle_is_verified_once_papers_are_produced,
    drugs_reach_a_laboratory,
    cash_goes_to_the_account,
    valuables_are_appraised,
    a_measure_taken_on_the_spot_is_reported,
)
