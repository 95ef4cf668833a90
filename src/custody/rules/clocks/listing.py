"""The clock of what was taken on paper and is not in the ledger (D30)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from custody.acts.dividing import Reclassification
from custody.acts.measures import Instrument
from custody.acts.taking import Seizure
from custody.facts.amend import Reading
from custody.rules.clocks.clock import clock
from custody.rules.clocks.deadline import Start
from custody.rules.clocks.docket import Docket, started
from custody.rules.clocks.text import DeadlineText

TAKING_PAPERS: Final = ("seizure-decision", "freezing-notice")
"""Instruments after which items have to be in the ledger."""


@clock("D30")
def what_is_on_a_seizure_list_is_registered(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    """From a registered instrument that no seizure names yet, and from each note that a list shows items that the
    ledger lacks. What counts is the entry, not when the things were taken: it stops when the items are recorded."""
    for each in docket.acts_of("instrument"):
        act = each.act
        if isinstance(act, Instrument) and act.type in TAKING_PAPERS:
            taken = [other for other in docket.acts_of("seizure", "reclassification") if _names(other, act.reference)]
            if not any(other.recorded.index < each.recorded.index for other in taken):
                yield _until_recorded(docket, each, taken)
    for noted in docket.noted("items-unregistered"):
        entered = docket.acts_of("seizure", "blood-draw", "discrepancy")
        later = [other for other in entered if other.recorded.index > noted.recorded.index]
        yield _until_recorded(docket, noted, later)


def _names(each: Reading, reference: str) -> bool:
    return isinstance(each.act, (Seizure, Reclassification)) and each.act.instrument == reference


def _until_recorded(docket: Docket, each: Reading, entered: list[Reading]) -> Start:
    first = min(entered, key=lambda other: other.recorded.index, default=None)
    at = first.recorded.recorded_at if first else None
    return started(each, f"case:{docket.case}", first, stopped_at=at)


CLOCKS = (what_is_on_a_seizure_list_is_registered,)
