"""Instruments and measures: who approves what, how long a measure lasts, and what follows when it lapsed."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta

from custody.acts.custody import Moving
from custody.acts.dividing import Division, Reclassification
from custody.acts.measures import LEVELS, Extending, Instrument, MeasureChange
from custody.acts.taking import FundsDetails, Seizure, TakenItem
from custody.facts.item import ItemFacts
from custody.facts.thing import Thing
from custody.rules.rule import Breach, Matter, rule

_CAPACITY_OF_LEVEL = {"unit-head": 1, "responsible-person": 2, "principal-head": 3}


def measure_of(matter: Matter, item: ItemFacts) -> Thing:
    """What is known of an item's measure: its own, or as long as that says nothing that of what it was divided from."""
    while item.thing.parent and item.thing.expires is None and item.thing.lifted is None:
        parent = matter.facts.item(item.thing.parent)
        if parent is None:
            break
        item = parent
    return item.thing


@rule("no-case", Instrument, Division)
def what_a_paper_says_belongs_to_a_case(matter: Matter) -> Iterator[Breach]:
    if matter.facts.case(matter.act.case) is None:
        yield Breach(facts={"case": matter.act.case})


@rule("instrument-registered-before", Instrument)
def an_instrument_is_registered_once(matter: Matter) -> Iterator[Breach]:
    known = matter.facts.instrument(matter.act.reference)
    if known is not None:
        yield Breach(facts={"reference": known.reference, "act": known.act})


@rule("instrument-unapproved", Instrument)
def an_instrument_is_approved_at_its_level_or_shown(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    needed = _CAPACITY_OF_LEVEL.get(act.approver_level or "")
    if needed is None:
        if act.attachment is None or act.attachment not in [each.sha256 for each in act.attachments]:
            yield Breach(facts={"missing": "attachment"})
        return
    for signer in act.signed_by("approver"):
        known = matter.facts.person(signer.person)
        if known and any(known.holds(f"approver-{level}", matter.day) for level in range(needed, 4)):
            return
    yield Breach(facts={"expected": f"approver-{needed}", "level": act.approver_level})


def _asset(taken: TakenItem | None) -> str:
    """What is frozen, as the names of the numbers have it; a deposit unless it says otherwise."""
    details = taken.details if taken else None
    asset = details.asset if isinstance(details, FundsDetails) else None
    return (asset or "deposit").replace("-", "_")


def _level(matter: Matter, reference: str | None, case: str) -> int:
    """How high the instrument that is named was approved, 1 to 5; 0 if this case has no such instrument."""
    known = matter.facts.instrument(reference) if reference else None
    if known is None or known.case != case or known.level is None:
        return 0
    return LEVELS.index(known.level) + 1


def _longest(matter: Matter, measure: str, case: str, asset: str, level: int, since: date) -> date | None:
    """The last day that a measure may be given from a day on; None where the law sets no term."""
    numbers = matter.policy.numbers
    if measure == "frozen":
        long = asset == "deposit" and level >= numbers["freeze_level_long"]
        return _months_after(since, numbers["freeze_months_long" if long else f"freeze_months_{asset}"])
    known = matter.facts.case(case)
    if known is None or known.kind == "criminal":
        return None
    if measure == "registered":
        return since + timedelta(days=numbers["registered_days"])
    return since + timedelta(days=numbers["administrative_seizure_days"]) if measure == "seized" else None


def _months_after(since: date, months: int) -> date:
    year, month = divmod(since.year * 12 + since.month - 1 + months, 12)
    return date(year, month + 1, min(since.day, calendar.monthrange(year, month + 1)[1]))


@rule("measure-over", MeasureChange)
def only_a_standing_measure_is_changed(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    for index, item in matter.items():
        thing = measure_of(matter, item)
        if thing.lifted or item.released:
            yield Breach((index,), {"item": item.item, "lifted": thing.lifted, "released": item.released})
        elif isinstance(act.change, Extending) and thing.expires is not None and thing.expires < matter.day:
            yield Breach((index,), {"item": item.item, "lapsed": thing.expires.isoformat()})


@rule("extension-too-long", MeasureChange)
def an_extension_keeps_to_its_term(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if not isinstance(act.change, Extending):
        return
    for index, item in matter.items():
        thing = measure_of(matter, item)
        level = _level(matter, act.instrument, item.case)
        since = thing.expires or item.born_at.astimezone(act.occurred_at.tzinfo).date()
        longest = _longest(matter, item.measure, item.case, _asset(item.taken), level, since)
        often = _often_enough(matter, item, thing)
        if act.change.expires <= since or often or (longest is not None and act.change.expires > longest):
            yield Breach((index,), {"item": item.item, "until": thing.expires and thing.expires.isoformat(),
                                    "at_most": longest and longest.isoformat(), "extensions": thing.extensions})


def _often_enough(matter: Matter, item: ItemFacts, thing: Thing) -> bool:
    """Whether an administrative measure was extended as often as it may be."""
    case = matter.facts.case(item.case)
    if case is None or case.kind == "criminal" or item.measure not in ("seized", "registered"):
        return False
    allowed = matter.policy.numbers["administrative_extensions"] if item.measure == "seized" else 0
    return thing.extensions >= allowed


@rule("freeze-approver-level", MeasureChange)
def a_freeze_goes_on_with_the_approval_it_needs(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if not isinstance(act.change, Extending):
        return
    for index, item in matter.items():
        needed = matter.policy.numbers[f"freeze_level_{_asset(item.taken)}"]
        if item.measure == "frozen" and _level(matter, act.instrument, item.case) < needed:
            yield Breach((index,), {"item": item.item, "expected": LEVELS[needed - 1], "instrument": act.instrument})


@rule("effects-need-seizure", Reclassification)
def a_personal_effect_becomes_evidence_by_a_seizure(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    for index, item in matter.items():
        if item.measure != "effects-kept" or not (act.standing == "case-property" or act.evidential):
            continue
        paper = matter.facts.instrument(act.instrument) if act.instrument else None
        seized = paper is not None and paper.type == "seizure-decision" and paper.case == item.case
        if not seized or act.standing != "case-property":
            yield Breach((index,), {"item": item.item, "instrument": act.instrument})


@rule("FREEZE_APPROVER_LEVEL", Seizure)
def a_freeze_is_approved_as_high_as_it_must_be(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if act.measure != "frozen":
        return
    level = _level(matter, act.instrument, act.case)
    for index, taken in enumerate(act.items):
        needed = matter.policy.numbers[f"freeze_level_{_asset(taken)}"]
        if level < needed:
            yield Breach((index,), {"expected": LEVELS[needed - 1], "instrument": act.instrument})


@rule("MEASURE_TERM_TOO_LONG", Seizure)
def a_measure_is_given_no_longer_than_its_term(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if act.expires is None:
        return
    level = _level(matter, act.instrument, act.case) if act.measure == "frozen" else 0
    for index, taken in enumerate(act.items):
        longest = _longest(matter, act.measure, act.case, _asset(taken), level, matter.day)
        if longest is not None and act.expires > longest:
            yield Breach((index,), {"at_most": longest.isoformat()})


@rule("MEASURE_LAPSED", Moving, Division, MeasureChange)
def nothing_is_kept_after_its_measure_lapsed(matter: Matter) -> Iterator[Breach]:
    for index, item in matter.items():
        thing = measure_of(matter, item)
        if thing.expires is None or thing.lifted or thing.expires >= matter.day:
            continue
        if not any(each.code == "MEASURE_LAPSED" for each in item.defects):
            yield Breach((index,), {"item": item.item, "expired": thing.expires.isoformat()})


REFUSALS = (
    what_a_paper_says_belongs_to_a_case,
    an_instrument_is_registered_once,
    an_instrument_is_approved_at_its_level_or_shown,
    only_a_standing_measure_is_changed,
    an_extension_keeps_to_its_term,
    a_freeze_goes_on_with_the_approval_it_needs,
    a_personal_effect_becomes_evidence_by_a_seizure,
)

DEFECTS = (
    a_freeze_is_approved_as_high_as_it_must_be,
    a_measure_is_given_no_longer_than_its_term,
    nothing_is_kept_after_its_measure_lapsed,
)
