"""Clocks of results: telling them, the window for a re-examination, its refusal; temperatures (D11-D13, D25)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from custody.acts.observing import Observation
from custody.acts.results import LabResult, Reexamination, ResultNotice
from custody.facts.amend import Reading
from custody.facts.examination import EXCURSION
from custody.rules.clocks.clock import clock
from custody.rules.clocks.deadline import Start
from custody.rules.clocks.docket import Docket, started
from custody.rules.clocks.text import DeadlineText


def _procedure(docket: Docket) -> str:
    """By which procedure the days of notices run: working days on the road, natural days otherwise."""
    return "administrative" if docket.kind in ("administrative", "public-order") else ""


@clock("D11")
def a_result_is_told(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    for each in docket.acts_of("lab-result"):
        act = each.act
        if isinstance(act, LabResult):
            told = _first(docket, "result-notice", each.happened_at, "result", act.id)
            yield started(each, f"item:{act.item}", told, variant=_procedure(docket))


@clock("D12")
def a_result_may_be_disputed(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    """From each notice; criminal procedure sets no time but for blood."""
    tubes = {tube.item for _, tube in docket.drawn()}
    for each in docket.acts_of("result-notice"):
        act = each.act
        if isinstance(act, ResultNotice) and (act.item in tubes or not docket.criminal):
            asked = _first(docket, "reexamination-request", each.happened_at, "result", act.result)
            yield started(each, f"item:{act.item}", asked, variant=_procedure(docket))


@clock("D13")
def the_refusal_of_a_reexamination_is_told(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    for each in docket.acts_of("reexamination"):
        act = each.act
        if isinstance(act, Reexamination) and act.decision == "refused":
            variant = "" if docket.kind == "traffic" else "other"
            yield docket.item_start(text, each, act.item, variant=variant)


@clock("D25")
def a_temperature_out_of_range_is_acknowledged(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    for each in docket.acts_of("observation"):
        act = each.act
        if isinstance(act, Observation) and any(flaw.code == EXCURSION for flaw in each.recorded.defects):
            known = next((noted for noted in docket.noted("excursion-acknowledged")
                          if noted.happened_at >= each.happened_at), None)  # fmt: skip
            yield started(each, f"case:{docket.case}", known)


def _first(docket: Docket, kind: str, since: datetime, field: str, value: str) -> Reading | None:
    """The first act of a type at or after an instant that names another act in a field."""
    found = (each for each in docket.acts_of(kind) if each.happened_at >= since)
    return next((each for each in found if getattr(each.act, field, None) == value), None)


CLOCKS = (
    a_result_is_told,
    a_result_may_be_disputed,
    the_refusal_of_a_reexamination_is_told,
    a_temperature_out_of_range_is_acknowledged,
)
