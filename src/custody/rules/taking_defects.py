"""Defects of taking: what a seizure or a draw leaves out, or has the wrong person see."""

from __future__ import annotations

from collections.abc import Iterator

from custody.acts.samples import BloodDraw
from custody.acts.taking import CashDetails, DigitalDetails, Seizure
from custody.rules.rule import Breach, Matter, rule


@rule("WITNESS_OF_POLICE", Seizure)
def an_attesting_witness_is_not_of_the_police(matter: Matter) -> Iterator[Breach]:
    for paper in matter.act.attested("witness"):
        agency = matter.facts.agency(paper.house) if paper.house else None
        if agency is not None and agency.kind == "police":
            yield Breach(facts={"house": agency.agency})


@rule("CASH_UNSPECIFIED", Seizure)
def cash_is_listed_by_its_notes(matter: Matter) -> Iterator[Breach]:
    for index, taken in enumerate(matter.act.items):
        if taken.category == "cash" and not isinstance(taken.details, CashDetails):
            yield Breach((index,), {"item": taken.item})


@rule("DRUGS_UNSEALED", Seizure)
def drugs_are_sealed_where_they_are_seized(matter: Matter) -> Iterator[Breach]:
    for index, taken in enumerate(matter.act.items):
        if taken.category == "drugs" and taken.seal is None:
            yield Breach((index,), {"item": taken.item})


@rule("MEDIUM_UNFIXED", Seizure)
def a_digital_medium_is_sealed_or_its_data_have_an_integrity_value(matter: Matter) -> Iterator[Breach]:
    for index, taken in enumerate(matter.act.items):
        details = taken.details
        fixed = isinstance(details, DigitalDetails) and bool(details.sha256 or details.sm3)
        if taken.category == "digital" and taken.seal is None and not fixed:
            yield Breach((index,), {"item": taken.item})


@rule("SUBJECT_UNSIGNED", BloodDraw)
def the_subject_signs_the_record_or_it_is_noted_why_not(matter: Matter) -> Iterator[Breach]:
    if not matter.act.attested("subject"):
        yield Breach()


@rule("FEW_TUBES", BloodDraw)
def as_many_tubes_are_drawn_as_the_policy_wants(matter: Matter) -> Iterator[Breach]:
    wanted = matter.policy.numbers["blood_tubes"]
    if len(matter.act.tubes) < wanted:
        yield Breach(facts={"tubes": len(matter.act.tubes), "wanted": wanted})


DEFECTS = (
    an_attesting_witness_is_not_of_the_police,
    cash_is_listed_by_its_notes,
    drugs_are_sealed_where_they_are_seized,
    a_digital_medium_is_sealed_or_its_data_have_an_integrity_value,
    the_subject_signs_the_record_or_it_is_noted_why_not,
    as_many_tubes_are_drawn_as_the_policy_wants,
)
