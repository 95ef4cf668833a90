"""Facts about one item: who holds it and held it, its seal, its loan, its defects; folded act by act.

Facts fold in log order. The one exception is a late entry: it fills a gap that stands in the past, so it is read just
before the act that left the gap, and the present holder stays who he is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from custody.acts.act import Act
from custody.acts.control import Answer, Offer, OfferWithdrawal
from custody.acts.custody import CheckOut, Moving, Return
from custody.acts.differences import Discrepancy
from custody.acts.disposition import Release, Sale
from custody.acts.dividing import Division
from custody.acts.keeping import CustodianHandover
from custody.acts.loans import LoanDecision
from custody.acts.orders import Appraisal, DispositionOrder, PublicNotice
from custody.acts.oversight import Hold, Remedy
from custody.acts.parties import Revocation
from custody.acts.samples import BloodDraw, LabDispatch, LabReceipt
from custody.acts.taking import Labelling, Sealing, Seizure, TakenItem, Unsealing
from custody.facts.amend import Reading
from custody.facts.examination import NOTHING, Examinations, Excursion, Weighed, studied, weighed
from custody.facts.flaws import OpenDefect, remedied
from custody.facts.holding import Holder, Move, move, standing_in
from custody.facts.loan import Loan, extended
from custody.facts.manifest import Control, OpenLine, begins_under, offered_or_settled
from custody.facts.orders import Announced, Appraised, Ordered, Paid, disposed
from custody.facts.thing import NO_THING, Thing, read_off, thing_after, thing_divided, thing_taken


@dataclass(frozen=True, slots=True)
class Interval:
    """One stretch of custody: who held the item from when, by which act, and from whom it came as that act says."""

    holder: Holder | None
    since: datetime
    act: str
    type: str
    index: int
    given_by: Holder | None
    parties: tuple[tuple[str, str], ...]
    """(part, person) of those who signed."""


@dataclass(frozen=True, slots=True)
class SignedAct:
    """An act on the item, as far as doubt about a key needs it."""

    act: str
    index: int
    recorded_at: datetime
    keys: frozenset[str]
    moves: bool


class ItemFacts(NamedTuple):
    """What is known of an item. ``custody`` holds its stretches in reading order; the last one is now."""

    item: str
    case: str
    born_in: str
    born_at: datetime
    measure: str
    code: str
    category: str
    description: str
    quantity: str
    unit: str
    evidential: bool
    kit: str | None = None
    designation: str | None = None
    taken: TakenItem | None = None
    retired_codes: tuple[str, ...] = ()
    custody: tuple[Interval, ...] = ()
    officers: frozenset[str] = frozenset()
    seal: str | None = None
    seal_state: Literal["none", "sealed", "open", "broken"] = "none"
    condition: str | None = None
    loan: Loan | None = None
    laboratory: str | None = None
    """The laboratory it is on its way to."""
    received_by: tuple[str, ...] = ()
    """The laboratories that took it in."""
    examined: Examinations = NOTHING
    excursions: tuple[Excursion, ...] = ()
    weighed: tuple[Weighed, ...] = ()
    released: str | None = None
    """The kind of release by which it left for good."""
    order: Ordered | None = None
    """What the order in force says of it."""
    appraised: Appraised | None = None
    announced: Announced | None = None
    paid: tuple[Paid, ...] = ()
    controls: tuple[Control, ...] = ()
    """Control as manifests passed it on, the last one now; none: the agency that leads the case."""
    offer: OpenLine | None = None
    """The line on which it was last offered, until that is answered or withdrawn; it may have expired."""
    voided: bool = False
    holds: tuple[tuple[str, str], ...] = ()
    """(act that placed it, reason)"""
    thing: Thing = NO_THING
    defects: tuple[OpenDefect, ...] = ()
    acts: tuple[SignedAct, ...] = ()
    version: int = -1
    """The leaf index of the last act on it."""

    @property
    def holder(self) -> Holder | None:
        """Who holds it now; None once it left for good."""
        return self.custody[-1].holder if self.custody else None

    @property
    def moved_at(self) -> datetime:
        """When custody last moved."""
        return self.custody[-1].since if self.custody else self.born_at

    def was_stored(self) -> bool:
        """Whether it ever lay in a place."""
        return any(each.holder and each.holder.kind == "place" for each in self.custody)

    @property
    def consumed(self) -> bool:
        """Whether an examination used it up."""
        return any(each.consumed for each in self.examined.results if each.item == self.item)

    def gaps(self) -> tuple[tuple[Interval, Interval], ...]:
        """Pairs of stretches between which a handover is missing: the giver is not who held it."""
        pairs = zip(self.custody, self.custody[1:], strict=False)
        return tuple((one, two) for one, two in pairs if two.given_by != one.holder)

    def moves_since(self, size: int) -> tuple[SignedAct, ...]:
        """The acts at or after a tree size that moved its custody."""
        return tuple(each for each in self.acts if each.index >= size and each.moves)


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
        facts = _born(reading, item, position)
        if facts is None:
            return None
    elif position is not None:
        changes = _said(facts, reading, position)
    if done is not None and not facts.voided:
        changes |= _moved(facts, reading, done)
    signed = SignedAct(
        reading.act.id, reading.recorded.index, reading.recorded.recorded_at,
        frozenset([signer.key for signer in reading.act.signers]), done is not None,
    )  # fmt: skip
    return facts._replace(
        **changes,
        defects=_defects_after(facts, reading, position),
        acts=(*facts.acts, signed),
        version=max(facts.version, reading.recorded.index),
    )


def _born(reading: Reading, item: str, position: int | None) -> ItemFacts | None:
    act = reading.act
    if isinstance(act, Release) and act.sale is not None and act.sale.item == item:
        return _proceeds(reading, act, act.sale)
    if item not in act.items_born:
        return None
    born = _taken(act, reading, item, act.positions[item][0])
    return born._replace(voided=True) if born and position is None else born


def _proceeds(reading: Reading, act: Release, sale: Sale) -> ItemFacts:
    """The money that a sale brought in: whoever released what was sold holds it until it is paid in."""
    born = ItemFacts(
        sale.item, sale.case, act.id, reading.happened_at, "proceeds", sale.proceeds, "cash", "变卖拍卖价款",
        sale.price, sale.currency, False, controls=begins_under(sale.control, act, reading),
    )  # fmt: skip
    return born._replace(**_moved(born, reading, Move(None, standing_in(act, "holder"), None)))


def _taken(act: Act, reading: Reading, item: str, position: int) -> ItemFacts | None:
    at = reading.happened_at
    officers = frozenset([each.person for each in act.signers if each.part in ("officer", "second")])
    if isinstance(act, Seizure):
        taken = act.items[position]
        return ItemFacts(
            item, act.case, act.id, at, act.measure, taken.code, taken.category, taken.description,
            taken.quantity, taken.unit, taken.evidential, taken=taken, officers=officers,
            seal=taken.seal, seal_state="sealed" if taken.seal else "none", thing=thing_taken(taken, act.expires),
        )  # fmt: skip
    if isinstance(act, BloodDraw):
        tube = act.tubes[position]
        return ItemFacts(
            item, act.case, act.id, at, "seized", tube.code, "biological", f"血样 {tube.designation}",
            tube.volume_ml, "mL", True, kit=act.kit, designation=tube.designation, officers=officers,
            seal=tube.seal, seal_state="sealed",
        )  # fmt: skip
    if isinstance(act, Division):
        child = act.children[position]
        return ItemFacts(
            item, act.case, act.id, at, act.measure, child.code, child.category, child.description, child.quantity,
            child.unit, child.evidential, seal=child.seal, seal_state="sealed" if child.seal else "none",
            thing=thing_divided(act, position), controls=begins_under(act.control, act, reading),
        )  # fmt: skip
    if isinstance(act, Discrepancy) and act.embedded is not None:
        born = _taken(act.embedded, reading, item, act.embedded.positions[item][0])
        return born and born._replace(case=act.case or born.case, born_in=act.id, **thing_after(born, act))
    return None


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
    act = reading.act
    given_by = done.giver if done.giver is not None else facts.holder
    parties = tuple([(signer.part, signer.person) for signer in act.signers])
    stretch = Interval(done.taker, reading.happened_at, act.id, act.act, reading.recorded.index, given_by, parties)
    found: Changes = {"custody": (*facts.custody, stretch)}
    if done.taker is not None and done.taker.kind == "place":
        found["laboratory"] = None
    return found


def _defects_after(facts: ItemFacts, reading: Reading, position: int | None) -> tuple[OpenDefect, ...]:
    act = reading.act
    if isinstance(act, Remedy):
        return remedied(facts.defects, act)
    if isinstance(act, Revocation):
        return facts.defects + _doubted(facts, act)
    return facts.defects + tuple(
        OpenDefect(each.id, each.code, each.rule, each.severity, act.id)
        for each in reading.recorded.defects
        if position is not None and (not each.items or position in each.items)
    )


def _doubted(facts: ItemFacts, act: Revocation) -> tuple[OpenDefect, ...]:
    """The defects of all that a key signed since it is in doubt."""
    since = act.since
    return tuple(
        OpenDefect(f"{each.act}/KEY_DOUBTED", "KEY_DOUBTED", "I-D10", "exclusion-risk", each.act, person=act.person)
        for each in facts.acts
        if since is not None and act.key in each.keys and each.recorded_at >= since
    )
