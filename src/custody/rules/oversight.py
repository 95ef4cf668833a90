"""Refusals about holds, corrections and remedies (I-24)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

from custody.acts.act import Act
from custody.acts.case import Noted
from custody.acts.control import Answer, Offer, OfferWithdrawal
from custody.acts.entry import Recorded
from custody.acts.oversight import Correction, Hold
from custody.acts.samples import BloodDraw
from custody.acts.taking import Seizure
from custody.errors import Malformed
from custody.facts.amend import HEADER, Reading, amended, inserted_act, readings
from custody.facts.folding import fold_item, in_reading_order
from custody.facts.holding import move
from custody.facts.item import ItemFacts
from custody.facts.orders import payments_add_up
from custody.rules.custody import (
    a_laboratory_receives_in_its_laboratory,
    a_transfer_is_signed_by_those_it_names,
    destination,
)
from custody.rules.exits import the_price_of_a_sale_becomes_a_new_item
from custody.rules.loans import a_loan_is_approved_for_its_borrower
from custody.rules.orders import a_deposit_is_the_cash_to_the_cent, part_amounts_add_up_to_the_whole
from custody.rules.rule import Breach, Matter, rule
from custody.rules.samples import every_tube_has_a_seal_of_its_own, the_notes_add_up_to_the_sum

UNCORRECTABLE = frozenset(
    {"genesis", "agency", "enrolment", "person", "revocation", "place", "correction", "remedy", "hold",
     "stock-take", "case-stage", "offer", "offer-withdrawal", "discrepancy"}
)  # fmt: skip
"""Acts that are not amended: another act of the same kind changes what they said."""

INSERTABLE = frozenset(
    {"check-in", "transfer", "relocation", "check-out", "return", "lab-dispatch", "lab-receipt", "sealing",
     "unsealing"}
)  # fmt: skip
"""Acts that can be read into the past: a taking or an exit is recorded late instead, by those who did it."""

_SEAL_NUMBER = re.compile(r"/(items|children|tubes)/\d+/seal|/seals/\d+/number")
"""Where an act says which seal it put on."""

STILL_TRUE = (
    a_transfer_is_signed_by_those_it_names,
    a_laboratory_receives_in_its_laboratory,
    a_loan_is_approved_for_its_borrower,
    the_notes_add_up_to_the_sum,
    every_tube_has_a_seal_of_its_own,
    part_amounts_add_up_to_the_whole,
    a_deposit_is_the_cash_to_the_cent,
    the_price_of_a_sale_becomes_a_new_item,
)
"""Rules that an act keeps however it is corrected."""


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


@rule("hold-foreign", Hold)
def a_hold_is_lifted_by_the_house_that_placed_it(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    placed = matter.facts.record(act.hold) if act.action == "lift" and act.hold else None
    if placed is None:
        return
    placer, lifter = (matter.facts.person(each.signers[0].person) for each in (placed.act, act))
    if placer is not None and lifter is not None and placer.agency != lifter.agency:
        yield Breach(facts={"placed_by": placer.agency, "lifted_by": lifter.agency})


@rule("correction-target", Correction)
def a_correction_amends_a_recorded_act_on_items_or_cases(matter: Matter) -> Iterator[Breach]:
    target = matter.facts.record(matter.act.target)
    if target is None or target.act.act in UNCORRECTABLE or matter.facts.target is None:
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


@rule("correction-without-evidence", Correction)
def a_seal_number_is_corrected_by_what_a_photograph_shows(matter: Matter) -> Iterator[Breach]:
    if matter.act.evidence:
        return
    for change in matter.act.changes:
        if change.op == "replace" and _SEAL_NUMBER.fullmatch(change.path):
            yield Breach(facts={"path": change.path})


@rule("correction-does-not-fit", Correction)
def what_a_correction_calls_old_stands_there(matter: Matter) -> Iterator[Breach]:
    reading = matter.facts.target
    if reading is None:
        return
    for change in matter.act.changes:
        try:
            if change.op == "insert":
                inserted_act(matter.act, change)
            elif change.path or change.op == "replace":
                reading = amended(reading, change)
        except Malformed as error:
            yield Breach(facts={"path": change.path, "reason": error.sentence})
            return


@rule("correction-of-identity", Correction)
def a_correction_leaves_identity_alone(matter: Matter) -> Iterator[Breach]:
    """Tags are given once: an act is found under the items it named. So what it names wrongly is voided there, and
    recorded anew; and a missing act is read before one that names the same items."""
    if (target := matter.facts.target) is None:
        return
    named = set(target.act.own_items)
    for act in matter.facts.amended_acts:
        if act.id == target.act.id:
            if _identity(act) != _identity(target.act):
                yield Breach(facts={"target": target.act.id})
        elif act.act not in INSERTABLE or not set(act.own_items) <= named:
            yield Breach(facts={"inserted": act.act, "foreign_items": sorted(set(act.own_items) - named)})


def _identity(act: Act) -> tuple[object, ...]:
    """Which items an act names, under which codes, of which kit, on which loan, about which result; which tube is the
    reserve; what was answered to which manifest."""
    tubes = [tube.purpose for tube in act.tubes] if isinstance(act, BloodDraw) else []
    answered = (act.manifest, act.taker, *((each.moves, each.decision) for each in act.lines)) if isinstance(
        act, Answer
    ) else ()  # fmt: skip
    about = [getattr(act, name, None) for name in ("kit", "loan", "result", "request")]
    return act.own_items, act.codes_given, tubes, about, answered


@rule("no-case", Correction)
def a_corrected_act_belongs_to_a_case(matter: Matter) -> Iterator[Breach]:
    for act in matter.facts.amended_acts:
        if isinstance(act, (Noted, Seizure, BloodDraw)) and matter.facts.case(act.case) is None:
            yield Breach(facts={"case": act.case})


@rule("seal-used", Correction)
def a_corrected_seal_number_is_used_once(matter: Matter) -> Iterator[Breach]:
    before = matter.facts.target.act.seals_put_on if matter.facts.target else {}
    for act in matter.facts.amended_acts:
        for number in act.seals_put_on:
            if number not in before and matter.facts.seal(number) is not None:
                yield Breach(facts={"seal": number})


@rule("correction-impossible", Correction)
def a_corrected_act_agrees_with_itself(matter: Matter) -> Iterator[Breach]:
    """Signers are not corrected, so what they signed for must still be what the act says."""
    act = next((each for each in reversed(matter.facts.amended_acts) if each.id == matter.act.target), None)
    if act is None:
        return
    corrected = replace(matter, act=act)
    for each in STILL_TRUE:
        for breach in each.breaches(corrected):
            yield Breach(facts={"act": act.id, "problem": each.code, **breach.facts})
    place = destination(act)
    if place is not None and matter.facts.place(place) is None:
        yield Breach(facts={"act": act.id, "problem": "unknown-place", "place": place})


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
        elif (undone := _undone(matter.act, fold_item(item, before), fold_item(item, after))) is not None:
            yield Breach(facts={"item": item, "problem": undone})


def _undone(correction: Correction, before: ItemFacts | None, after: ItemFacts | None) -> str | None:
    """What stands whatever is corrected: an exit is final, and an act put into the past moves nothing now."""
    exits = (before.released if before else None, after.released if after else None)
    if exits[0] != exits[1]:
        return "an exit is final"
    if after is not None and not payments_add_up(after):
        return "what was paid and what remains are not the whole"
    if before is not None and after is not None and _passed(before) != _passed(after):
        return "control is passed back by a manifest"
    inserts = any(change.op == "insert" for change in correction.changes)
    if inserts and before is not None and after is not None and before.holder != after.holder:
        return "who holds it now would change"
    return None


def _passed(item: ItemFacts) -> list[tuple[str, str]]:
    return [(each.agency, each.act) for each in item.controls]


def impossible(item: str, history: list[Reading]) -> dict[str, str] | None:
    """Why acts on an item, as they read, cannot all have happened; None if they can."""
    moving = [each for each in in_reading_order(item, history) if _moves(each, item)]
    for one, two in itertools.pairwise(moving):
        if two.happened_at < one.happened_at:
            return {"act": two.act.id, "problem": "before the act it follows"}
    facts = fold_item(item, history)
    if facts is None or facts.voided:
        later = [each for each in history if each.position_of(item) is not None and not _on_paper_only(each, item)]
        return {"act": later[0].act.id, "problem": "of an item that was never taken"} if later else None
    gaps = [two.act for _, two in facts.gaps() if not _gap_was_recorded(history, two.act)]
    if gaps:
        return {"act": gaps[0], "problem": "from somebody who did not hold it"}
    exits = [index for index, each in enumerate(facts.custody) if each.holder is None]
    if exits and exits[0] != len(facts.custody) - 1:
        return {"act": facts.custody[exits[0] + 1].act, "problem": "after it left for good"}
    return None


def _on_paper_only(reading: Reading, item: str) -> bool:
    """Whether an act only passed on what a list said of an item: it was offered, and not accepted."""
    act, position = reading.act, reading.position_of(item)
    refused = isinstance(act, Answer) and position is not None and act.lines[position].decision == "refused"
    return refused or isinstance(act, (Offer, OfferWithdrawal))


def _gap_was_recorded(history: list[Reading], act_id: str) -> bool:
    return any(
        each.act.id == act_id and any(defect.code == "CHAIN_GAP" for defect in each.recorded.defects)
        for each in history
    )


def _moves(reading: Reading, item: str) -> bool:
    position = reading.position_of(item)
    return position is not None and move(reading.act, position) is not None


REFUSALS = (
    only_a_standing_hold_is_lifted,
    a_hold_is_lifted_by_the_house_that_placed_it,
    a_correction_amends_a_recorded_act_on_items_or_cases,
    author_and_approver_of_the_error_stay_apart,
    a_correction_leaves_header_and_hashes_alone,
    a_seal_number_is_corrected_by_what_a_photograph_shows,
    what_a_correction_calls_old_stands_there,
    a_correction_leaves_identity_alone,
    a_corrected_act_belongs_to_a_case,
    a_corrected_seal_number_is_used_once,
    a_corrected_act_agrees_with_itself,
    a_corrected_history_can_have_happened,
)
