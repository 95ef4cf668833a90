"""Refusals about holds, corrections and remedies (I-24)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from custody.acts.act import Act
from custody.acts.entry import Recorded
from custody.acts.oversight import Correction, Hold, Remedy
from custody.errors import Malformed
from custody.facts.amend import HEADER, Reading, amended, inserted_act, readings
from custody.facts.gather import Facts
from custody.facts.holding import move
from custody.facts.item import ItemFacts, fold_item, in_reading_order
from custody.rules.rule import Breach, Matter, rule

UNCORRECTABLE = frozenset(
    {"genesis", "agency", "enrolment", "person", "revocation", "place", "correction", "remedy", "hold"}
)
"""Acts that are not amended: another act of the same kind changes what they said."""


@rule("hold-unknown", Hold)
def only_a_standing_hold_is_lifted(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if act.action == "place":
        if act.hold is not None:
            yield Breach(facts={"hold": act.hold})
        return
    placed = matter.facts.record(act.hold) if act.hold else None
    same = placed is not None and isinstance(placed.act, Hold) and placed.act.action == "place"
    if not same or placed is None or not isinstance(placed.act, Hold):
        yield Breach(facts={"hold": act.hold})
    elif (placed.act.case, placed.act.items) != (act.case, act.items) or not _stands(matter, placed.act):
        yield Breach(facts={"hold": act.hold, "case": placed.act.case, "items": list(placed.act.items)})


def _stands(matter: Matter, placed: Hold) -> bool:
    case = matter.facts.case(placed.case)
    if not placed.items:
        return case is not None and placed.id in case.holds
    return all(placed.id in dict(item.holds) for _, item in matter.items())


@rule("correction-target", Correction)
def a_correction_amends_a_recorded_act_on_items_or_cases(matter: Matter) -> Iterator[Breach]:
    target = matter.facts.record(matter.act.target)
    if target is None or target.act.act in UNCORRECTABLE:
        yield Breach(facts={"target": matter.act.target, "type": target.act.act if target else None})


@rule("correction-self-approved", Correction)
def author_and_approver_of_the_error_stay_apart(matter: Matter) -> Iterator[Breach]:
    target = matter.facts.record(matter.act.target)
    if target is None:
        return
    approvers = {signer.person for signer in matter.act.signed_by("approver")}
    signed_the_error = approvers & {signer.person for signer in target.act.signers}
    if signed_the_error:
        yield Breach(facts={"approver": sorted(signed_the_error)})


@rule("correction-forbidden-field", Correction)
def a_correction_leaves_header_and_hashes_alone(matter: Matter) -> Iterator[Breach]:
    for change in matter.act.changes:
        top = change.path.split("/")[1] if change.path else ""
        if change.op == "replace" and (top in HEADER or top in ("attachments", "attestations")):
            yield Breach(facts={"path": change.path})


@rule("correction-does-not-fit", Correction)
def what_a_correction_calls_old_stands_there(matter: Matter) -> Iterator[Breach]:
    target = matter.facts.record(matter.act.target)
    if target is None:
        return
    reading = _as_it_reads(target, matter.facts)
    for change in matter.act.changes:
        try:
            if change.op == "insert":
                inserted_act(matter.act, change)
            elif change.path or change.op == "replace":
                reading = amended(reading, change)
        except Malformed as error:
            yield Breach(facts={"path": change.path, "reason": error.sentence})
            return


def _as_it_reads(target: Recorded, facts: Facts) -> Reading:
    for history in facts.histories.values():
        for reading in readings(history):
            if reading.recorded.act.id == target.act.id and isinstance(reading.act, type(target.act)):
                return reading
    return Reading(target, target.act)


@rule("correction-impossible", Correction)
def a_corrected_history_can_have_happened(matter: Matter) -> Iterator[Breach]:
    """The acts of every touched item are replayed with the correction: order, holders and exits must hold."""
    last = max((each.index for history in matter.facts.histories.values() for each in history), default=0)
    correction = Recorded(last + 1, matter.now, matter.act, ())
    for item, history in matter.facts.histories.items():
        try:
            before, after = readings(history), readings((*history, correction))
        except Malformed:
            return  # said by what_a_correction_calls_old_stands_there
        problem = impossible(item, after)
        if problem is not None and impossible(item, before) is None:
            yield Breach(facts={"item": item, **problem})


def impossible(item: str, history: list[Reading]) -> dict[str, str] | None:
    """Why acts on an item, as they read, cannot all have happened; None if they can."""
    moving = [each for each in in_reading_order(item, history) if _moves(each, item)]
    for one, two in itertools.pairwise(moving):
        if two.act.occurred_at < one.act.occurred_at:
            return {"act": two.act.id, "problem": "before the act it follows"}
    facts = fold_item(item, history)
    if facts is None or facts.voided:
        return {"act": moving[0].act.id, "problem": "of an item that was never taken"} if len(moving) > 1 else None
    gaps = [two.act for _, two in facts.gaps() if not _gap_was_recorded(history, two.act)]
    if gaps:
        return {"act": gaps[0], "problem": "from somebody who did not hold it"}
    exits = [index for index, each in enumerate(facts.custody) if each.holder is None]
    if exits and exits[0] != len(facts.custody) - 1:
        return {"act": facts.custody[exits[0] + 1].act, "problem": "after it left for good"}
    return None


def _gap_was_recorded(history: list[Reading], act_id: str) -> bool:
    return any(
        each.act.id == act_id and any(defect.code == "CHAIN_GAP" for defect in each.recorded.defects)
        for each in history
    )


def _moves(reading: Reading, item: str) -> bool:
    position = reading.position_of(item)
    return position is not None and move(reading.act, position) is not None


@rule("remedy-of-no-defect", Remedy)
def a_remedy_answers_a_recorded_defect(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    target = matter.facts.record(act.target)
    if target is None or not _defect_known(act, target, matter.facts):
        yield Breach(facts={"defect": act.defect})


def _defect_known(act: Remedy, target: Recorded, facts: Facts) -> bool:
    if any(defect.id == act.defect for defect in target.defects):
        return act.action in ("explain", "accept")
    return act.action in ("confirm", "contest") and any(
        defect.id == act.defect for item in _items_of(target.act, facts) for defect in item.defects
    )


def _items_of(act: Act, facts: Facts) -> list[ItemFacts]:
    return [known for item in act.own_items() if (known := facts.item(item)) is not None]


@rule("remedy-by-stranger", Remedy)
def a_remedy_is_explained_accepted_or_confirmed_by_the_right_person(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    signer = act.signers[0]
    person = matter.facts.person(signer.person)
    target = matter.facts.record(act.target)
    if person is None or target is None:
        return
    on = act.occurred_at.date()
    if act.action == "accept":
        right = person.holds("legal-reviewer", on)
    elif act.action == "explain":
        right = any(person.holds(capacity, on) for capacity in ("officer", "custodian", "examiner", "medic"))
    else:
        right = signer.person in {each.person for each in target.act.signers}
    if not right:
        yield Breach(facts={"person": signer.person, "action": act.action})


REFUSALS = (
    only_a_standing_hold_is_lifted,
    a_correction_amends_a_recorded_act_on_items_or_cases,
    author_and_approver_of_the_error_stay_apart,
    a_correction_leaves_header_and_hashes_alone,
    what_a_correction_calls_old_stands_there,
    a_corrected_history_can_have_happened,
    a_remedy_answers_a_recorded_defect,
    a_remedy_is_explained_accepted_or_confirmed_by_the_right_person,
)
