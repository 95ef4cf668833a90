"""The seizure list (扣押清单): who signed it, what it says of each kind of thing, and what personal effects are not."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final, get_args

from custody.acts.disposition import Release
from custody.acts.dividing import Child, Division
from custody.acts.orders import DispositionOrder
from custody.acts.taking import IN_SITU, CashDetails, Details, DigitalDetails, EffectsDetails, Seizure, TakenItem
from custody.rules.rule import Breach, Matter, rule

LISTED: Final = ("seized", "sealed-in-situ", "registered")
"""Measures whose list the holder signs."""

DESCRIBED: Final = ("vehicle", "drugs", "weapon", "funds", "effects")
"""Categories whose list says by its details what the thing is; cash and digital media have rules of their own."""

_KINDS: Final = get_args(get_args(Details)[0])
_OF_A_KIND: Final = frozenset(get_args(each.model_fields["kind"].annotation)[0] for each in _KINDS)
"""Categories that have details of their own."""

_GONE_FOR_GOOD: Final = ("remitted", "sold", "destroyed")


@rule("details-of-another-category", Seizure, Division)
def the_details_of_a_thing_are_those_of_its_category(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    lines: tuple[TakenItem | Child, ...] = act.items if isinstance(act, Seizure) else act.children
    for index, line in enumerate(lines):
        details = line.details
        if details is None or details.kind == line.category:
            continue
        kept_for_somebody = isinstance(details, EffectsDetails) and act.measure == "effects-kept"
        if line.category in _OF_A_KIND and not kept_for_somebody:
            yield Breach((index,), {"category": line.category, "details": details.kind})


@rule("cash-does-not-add-up", Seizure)
def no_note_is_listed_that_is_not_counted(matter: Matter) -> Iterator[Breach]:
    for index, taken in enumerate(matter.act.items):
        said = taken.details
        for each in said.denominations if isinstance(said, CashDetails) else ():
            if not Decimal(each.face) or len(set(each.serials)) != len(each.serials) or len(each.serials) > each.count:
                facts = {"face": each.face, "count": each.count, "serials": len(each.serials)}
                yield Breach((index,), facts)


@rule("effects-need-seizure", Seizure)
def personal_effects_are_no_evidence(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    for index, taken in enumerate(act.items):
        kept = act.measure == "effects-kept"
        if taken.evidential if kept else taken.category == "effects":
            yield Breach((index,), {"item": taken.item, "measure": act.measure, "evidential": taken.evidential})


@rule("effects-need-seizure", Release, DispositionOrder)
def personal_effects_only_go_back(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    for index, item in matter.items():
        if item.measure != "effects-kept":
            continue
        kinds = [act.kind] if isinstance(act, Release) else [share.kind for share in act.items[index].shares]
        if any(kind in _GONE_FOR_GOOD for kind in kinds):
            yield Breach((index,), {"item": item.item, "kinds": kinds})


@rule("HOLDER_UNSIGNED", Seizure)
def the_holder_signs_the_list_or_it_is_noted_why_not(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if act.measure not in LISTED or act.holder_unknown is not None:
        return
    papers = act.attested("holder")
    if not papers:
        yield Breach(facts={"missing": "holder"})
    for paper in papers:
        if paper.kind in ("refused", "absent") and paper.note is None:
            yield Breach(facts={"holder": paper.kind, "missing": "note"})


@rule("WITNESS_UNIDENTIFIED", Seizure)
def an_attesting_witness_can_be_found_again(matter: Matter) -> Iterator[Breach]:
    if matter.policy.choice("independent_witness") != "or-recording":
        return
    for paper in matter.act.attested("witness"):
        missing = [name for name in ("document", "contact") if getattr(paper, name) is None]
        if missing:
            yield Breach(facts={"missing": missing})


@rule("LIST_COPIES", Seizure)
def the_list_is_made_out_in_its_copies(matter: Matter) -> Iterator[Breach]:
    act, numbers = matter.act, matter.policy.numbers
    if act.copies is None:
        return
    case = matter.facts.case(act.case)
    track = "criminal" if case is not None and case.kind == "criminal" else "administrative"
    wanted = numbers["list_copies_in_situ" if act.measure in IN_SITU else f"list_copies_{track}"]
    if act.copies < wanted:
        yield Breach(facts={"copies": act.copies, "wanted": wanted})


@rule("DETAILS_MISSING", Seizure)
def the_list_says_what_identifies_a_thing(matter: Matter) -> Iterator[Breach]:
    for index, taken in enumerate(matter.act.items):
        if taken.category in DESCRIBED and taken.details is None:
            yield Breach((index,), {"item": taken.item, "category": taken.category})


@rule("IN_SITU_INCOMPLETE", Seizure)
def what_stays_in_place_is_entrusted_pictured_and_estimated(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if act.measure not in IN_SITU:
        return
    pictured = act.has_recording()
    for index, taken in enumerate(act.items):
        missing = [] if taken.keeper else ["keeper"]
        if act.measure == "frozen":
            missing += [] if act.expires else ["expires"]
        elif act.measure == "sealed-in-situ":
            missing += [] if taken.photos or pictured else ["photos"]
            missing += [] if taken.estimated_value else ["estimated_value"]
        if missing:
            yield Breach((index,), {"item": taken.item, "missing": missing})


@rule("MEDIUM_UNSHIELDED", Seizure)
def a_medium_that_can_be_reached_is_kept_from_the_network(matter: Matter) -> Iterator[Breach]:
    for index, taken in enumerate(matter.act.items):
        said = taken.details
        if isinstance(said, DigitalDetails) and said.wireless and said.shielding == "none":
            yield Breach((index,), {"item": taken.item})


REFUSALS = (
    the_details_of_a_thing_are_those_of_its_category,
    no_note_is_listed_that_is_not_counted,
    personal_effects_are_no_evidence,
    personal_effects_only_go_back,
)

DEFECTS = (
    the_holder_signs_the_list_or_it_is_noted_why_not,
    an_attesting_witness_can_be_found_again,
    the_list_is_made_out_in_its_copies,
    the_list_says_what_identifies_a_thing,
    what_stays_in_place_is_entrusted_pictured_and_estimated,
    a_medium_that_can_be_reached_is_kept_from_the_network,
)
