"""Folding acts into what is known of one item.

Facts fold in log order. The one exception is a late entry: it fills a gap that stands in the past, so it is read just
before the act that left the gap, and the present holder stays who he is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from custody.acts.act import Act
from custody.acts.control import Answer, Offer, OfferWithdrawal
from custody.acts.counting import StockTake
from custody.acts.custody import CheckOut, Moving, Return
from custody.acts.disposition import Release
from custody.acts.entry import Defect
from custody.acts.keeping import CustodianHandover
from custody.acts.loans import LoanDecision
from custody.acts.observing import Observation
from custody.acts.orders import Appraisal, DispositionOrder, PublicNotice
from custody.acts.oversight import Hold, Remedy
from custody.acts.parties import Revocation
from custody.acts.samples import LabDispatch, LabReceipt
from custody.acts.taking import Labelling, Sealing, Unsealing
from custody.facts.amend import Reading
from custody.facts.birth import born
from custody.facts.examination import EXCURSION, studied, warmed, weighed
from custody.facts.flaws import OpenDefect, remedied
from custody.facts.holding import Move, move
from custody.facts.item import ItemFacts, SealMark, SignedAct, stretch
from custody.facts.loan import Loan, extended
from custody.facts.manifest import offered_or_settled
from custody.facts.orders import disposed
from custody.facts.thing import looked_for, read_off, thing_after


def fold_item(item: str, readings: Iterable[Reading]) -> ItemFacts | None:
    """Fold acts, as they read, into what is known of an item; late entries are read where they belong."""
    facts: ItemFacts | None = None
    for reading in in_reading_order(item, list(readings)):
        facts = evolve_item(facts, reading, item)
    return facts


def in_reading_order(item: str, readings: list[Reading]) -> list[Reading]:
    """Put each late entry before the first later custody-moving act on the item."""
    placed: list[Reading] = []
    for reading in readings:
        if not is_late_entry(reading, item):
            placed.append(reading)
            continue
        when = reading.happened_at
        spot = next((i for i, each in enumerate(placed) if _moves(each, item) and each.happened_at > when), None)
        placed.insert(len(placed) if spot is None else spot, reading)
    return placed


def is_late_entry(reading: Reading, item: str) -> bool:
    """Whether an act was accepted as one that fills a recorded gap of this item."""
    position = reading.position_of(item)
    return position is not None and any(
        defect.code == "LATE_ENTRY" and (not defect.items or position in defect.items)
        for defect in reading.recorded.defects
    )


def _moves(reading: Reading, item: str) -> bool:
    position = reading.position_of(item)
    return position is not None and move(reading.act, position) is not None


Changes = dict[str, Any]
"""Fields of `ItemFacts` that an act changes, with their new values."""


def evolve_item(facts: ItemFacts | None, reading: Reading, item: str) -> ItemFacts | None:
    """Fold one act, as it reads, into what is known of an item."""
    position = reading.position_of(item)
    done = move(reading.act, position) if position is not None else None
    changes: Changes = {}
    if facts is None:
        facts = born(reading, item, position)
        if facts is None:
            return None
    elif position is not None:
        changes = _said(facts, reading, position)
    elif isinstance(reading.act, Observation):  # of a whole place, in which it lay
        changes = warmed(facts, reading.act)
    if position is not None and (facts.thing.missed or isinstance(reading.act, StockTake)):
        changes["thing"] = looked_for(changes.get("thing", facts.thing), reading, position)
    if done is not None and not facts.voided:
        changes |= _moved(facts, reading, done)
    signed = SignedAct(
        reading.act.id, reading.recorded.index, reading.recorded.recorded_at,
        frozenset([signer.key for signer in reading.act.signers]), done is not None, reading.act.follows,
    )  # fmt: skip
    changes["seals"] = _seals_after(facts, changes, reading)
    return facts._replace(
        **changes,
        defects=_defects_after(facts, reading, position),
        acts=(*facts.acts, signed),
        version=max(facts.version, reading.recorded.index),
    )


def _said(facts: ItemFacts, reading: Reading, position: int) -> Changes:
    """What an act says of an item apart from moving it: seals, codes, condition, loans."""
    act = reading.act
    if isinstance(act, (Moving, CustodianHandover)):
        return _seen_on_line(facts, reading, act, position)
    if isinstance(act, LoanDecision):
        return {"loan": extended(facts.loan, act)}
    if isinstance(act, Sealing):
        number = next(seal.number for seal in act.seals if facts.item in seal.items)
        return {"seal": number, "seal_state": "sealed"}
    if isinstance(act, Unsealing):
        return {"seal": None, "seal_state": "open"}
    if isinstance(act, Labelling):
        retired = (*facts.retired_codes, act.retired) if act.retired else facts.retired_codes
        return {"code": act.code, "retired_codes": retired}
    if isinstance(act, (DispositionOrder, Appraisal, PublicNotice)):
        return disposed(facts, reading, act, position)
    if isinstance(act, (Offer, Answer, OfferWithdrawal)):
        return offered_or_settled(facts, reading, act, position)
    if isinstance(act, Hold):
        if act.action == "place":
            return {"holds": (*facts.holds, (act.id, act.reason))}
        return {"holds": tuple(each for each in facts.holds if each[0] != act.hold)}
    return thing_after(facts, act) or studied(facts, reading, position)


def _seen_on_line(
    facts: ItemFacts, reading: Reading, act: Moving | CustodianHandover, position: int
) -> Changes:
    line = act.lines[position]
    found: Changes = {"condition": line.condition}
    if facts.seal_state == "sealed" and line.seal_seen in ("broken", "none"):
        found["seal_state"] = "broken"
    if line.measured and facts.category == "vehicle":
        found["thing"] = read_off(facts, line)
    if isinstance(act, CheckOut):
        found["loan"] = Loan(act.borrower, act.purpose, act.due, act.id, line, act.loan)
    elif isinstance(act, Return):
        found["loan"] = None
    elif isinstance(act, LabDispatch):
        found["laboratory"] = act.laboratory
    elif isinstance(act, LabReceipt):
        found["laboratory"] = None
        if act.acceptance is not None and facts.laboratory is not None:
            found["received_by"] = (*facts.received_by, facts.laboratory)
    elif isinstance(act, Release):
        found |= disposed(facts, reading, act, position)
    return found | weighed(facts, reading, line) if line.measured else found


def _moved(facts: ItemFacts, reading: Reading, done: Move) -> Changes:
    given_by = done.giver if done.giver is not None else facts.holder
    found: Changes = {"custody": (*facts.custody, stretch(reading, done.taker, given_by))}
    if done.taker is not None and done.taker.kind == "place":
        found["laboratory"] = None
    return found


def _seals_after(facts: ItemFacts, changes: Changes, reading: Reading) -> tuple[SealMark, ...]:
    """The marks of its seals: one more, where this act says of them something else than the last one did."""
    number, state = changes.get("seal", facts.seal), changes.get("seal_state", facts.seal_state)
    last = facts.seals[-1] if facts.seals else None
    if (number, state) == ((last.number, last.state) if last else (None, "none")):
        return facts.seals
    return (*facts.seals, SealMark(reading.act.id, reading.recorded.index, reading.happened_at, number, state))


def _defects_after(facts: ItemFacts, reading: Reading, position: int | None) -> tuple[OpenDefect, ...]:
    act = reading.act
    if isinstance(act, Remedy):
        return remedied(facts.defects, act)
    if isinstance(act, Revocation):
        return facts.defects + _doubted(facts, act)
    return facts.defects + tuple(
        OpenDefect(each.id, each.code, each.rule, each.severity, act.id)
        for each in reading.recorded.defects
        if (_of_place(act, each) if position is None else not each.items or position in each.items)
    )


def _of_place(act: Act, defect: Defect) -> bool:
    """Whether a defect of an act that does not name the item concerns it: it was too warm where it lay."""
    return isinstance(act, Observation) and act.place is not None and defect.code == EXCURSION


def _doubted(facts: ItemFacts, act: Revocation) -> tuple[OpenDefect, ...]:
    """The defects of all that a key signed since it is in doubt."""
    since = act.since
    return tuple(
        OpenDefect(f"{each.act}/KEY_DOUBTED", "KEY_DOUBTED", "I-D10", "exclusion-risk", each.act, person=act.person)
        for each in facts.acts
        if since is not None and act.key in each.keys and each.recorded_at >= since
    )
