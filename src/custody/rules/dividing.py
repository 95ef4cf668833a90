"""Dividing: nothing is lost and nothing appears (I-15), by those who hold it, and an image overwrites nothing."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from custody.acts.act import Act
from custody.acts.custody import Moving, Outside, Return, Transfer
from custody.acts.disposition import Release
from custody.acts.dividing import Division
from custody.acts.oversight import Correction
from custody.acts.taking import CashDetails, DigitalDetails, DrugDetails, Seizure
from custody.facts.holding import holder_of
from custody.facts.item import ItemFacts
from custody.facts.weight import converted
from custody.rules.control import begins_alike, controller
from custody.rules.custody import in_account
from custody.rules.order import fills_gap, same_holder
from custody.rules.rule import Breach, Matter, rule
from custody.rules.weighing import tolerance


def _parent(matter: Matter) -> ItemFacts | None:
    known = matter.facts.item(matter.act.parent)
    return known if known is not None and not known.voided else None


@rule("division-unlike-parent", Division)
def what_is_set_apart_lies_where_the_parent_lies(matter: Matter) -> Iterator[Breach]:
    act, parent = matter.act, _parent(matter)
    if parent is None:
        return
    if not same_holder(holder_of(act.held_by), parent.holder):
        holder = parent.holder
        yield Breach(facts={"held_by": holder_of(act.held_by).id, "holder": holder.id if holder else None})
    if (act.case, act.measure) != (parent.case, parent.measure):
        yield Breach(facts={"case": parent.case, "measure": parent.measure})
    if not begins_alike(matter, act.control, parent):
        yield Breach(facts={"control": controller(matter, parent)})


@rule("divider-not-holder", Division)
def who_holds_it_divides_it(matter: Matter) -> Iterator[Breach]:
    act, parent = matter.act, _parent(matter)
    if parent is None or parent.holder is None:
        return
    persons = [signer.person for signer in act.signed_by("divider")]
    holder = parent.holder
    if holder.kind == "place":
        responsible = [each for each in persons if matter.responsible(each, holder.id)]
        needed = 2 if matter.dual_control(holder.id) else 1
        if len(responsible) < needed:
            yield Breach(facts={"place": holder.id, "expected": needed, "got": len(responsible)})
    elif holder.kind == "person" and holder.id not in persons:
        yield Breach(facts={"holder": holder.id})


@rule("divided-under-seal", Division)
def a_sealed_item_is_opened_before_it_is_divided(matter: Matter) -> Iterator[Breach]:
    parent = _parent(matter)
    if parent is not None and parent.seal_state == "sealed" and not in_account(matter, parent):
        yield Breach(facts={"item": parent.item, "seal": parent.seal})


@rule("quantity-not-conserved", Division)
def nothing_is_lost_and_nothing_appears(matter: Matter) -> Iterator[Breach]:
    act, parent = matter.act, _parent(matter)
    if parent is None:
        return
    if parent.paid:
        yield Breach(facts={"paid_out_of": parent.item})
    elif act.kind != "image" and any(child.unit != parent.unit for child in act.children):
        yield Breach(facts={"unit": parent.unit})
    elif Decimal(act.gain) and parent.category not in ("cash", "funds"):
        yield Breach(facts={"gain": act.gain, "category": parent.category})
    elif abs(_total(act) - Decimal(parent.quantity)) > _allowed(matter, parent):
        yield Breach(facts={"parent": parent.quantity, "total": str(_total(act)), "unit": parent.unit})


def _allowed(matter: Matter, parent: ItemFacts) -> Decimal:
    """Drugs are weighed into parts, by one graduation of the scale; everything else is conserved exactly."""
    if matter.act.kind == "image" or parent.category != "drugs":
        return Decimal(0)
    return tolerance(matter.policy, Decimal(parent.quantity), parent.unit)


def _total(act: Division, voided: frozenset[str] = frozenset()) -> Decimal:
    """What a division accounts for: an image takes nothing from the parent."""
    parts = () if act.kind == "image" else act.children
    apart = [Decimal(child.quantity) for child in parts if child.item not in voided]
    return Decimal(act.remainder) + sum(apart, Decimal(0)) + Decimal(act.loss) - Decimal(act.gain)


@rule("quantity-not-conserved", Correction)
def a_corrected_division_conserves_what_it_divided(matter: Matter) -> Iterator[Breach]:
    target = matter.facts.target
    before = target.act if target else None
    if target is None or not isinstance(before, Division):
        return
    after = next((each for each in reversed(matter.facts.amended_acts) if each.id == before.id), before)
    changed = {each.path for each in matter.act.changes if each.op == "void"}
    if "" in changed or not isinstance(after, Division):
        return
    gone = frozenset(before.own_items[index] for index in target.voided)
    now_gone = gone | {child.item for i, child in enumerate(before.children) if f"/children/{i}" in changed}
    if _total(after, now_gone) != _total(before, gone):
        yield Breach(facts={"before": str(_total(before, gone)), "after": str(_total(after, now_gone))})


@rule("cash-does-not-add-up", Division)
def the_notes_set_apart_add_up(matter: Matter) -> Iterator[Breach]:
    for index, child in enumerate(matter.act.children):
        if isinstance(child.details, CashDetails) and child.details.total() != Decimal(child.quantity):
            yield Breach((index,), {"sum": str(child.details.total()), "quantity": child.quantity})


@rule("image-without-hash", Division)
def an_image_has_its_integrity_value(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    for index, child in enumerate(act.children if act.kind == "image" else ()):
        if not isinstance(child.details, DigitalDetails) or child.details.sha256 is None:
            yield Breach((index,), {"missing": "sha256"})


@rule("weights-do-not-agree", Seizure)
def net_is_within_gross_and_is_the_quantity(matter: Matter) -> Iterator[Breach]:
    for index, taken in enumerate(matter.act.items):
        said = taken.details
        if not isinstance(said, DrugDetails):
            continue
        net, booked = Decimal(said.net), converted(Decimal(taken.quantity), taken.unit, said.unit)
        if net > Decimal(said.gross) or booked not in (None, net):
            yield Breach((index,), {"gross": said.gross, "net": said.net, "quantity": taken.quantity})


@rule("weight-differs-at-exit", Release)
def drugs_leave_with_the_weight_they_came_with(matter: Matter) -> Iterator[Breach]:
    for index, item in matter.items():
        for measure in matter.act.lines[index].measured if item.category == "drugs" else ():
            known = converted(Decimal(item.quantity), item.unit, measure.unit)
            if known is not None and abs(measure.amount - known) > tolerance(matter.policy, known, measure.unit):
                yield Breach((index,), {"measured": measure.quantity, "quantity": item.quantity})


@rule("on-hold", Release, Transfer)
def what_was_divided_shares_the_holds_of_its_parent(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if isinstance(act, Transfer) and not isinstance(act.taker, Outside):
        return
    for index, item in matter.items():
        for parent in matter.parents(item):
            if parent.holds:
                yield Breach((index,), {"item": parent.item, "holds": [reason for _, reason in parent.holds]})


@rule("IMAGE_HASH_DIFFERS", Division)
def an_image_is_the_medium_it_was_taken_from(matter: Matter) -> Iterator[Breach]:
    act, parent = matter.act, _parent(matter)
    if act.kind != "image" or parent is None:
        return
    for index, child in enumerate(act.children):
        for name, known in (("sha256", parent.thing.sha256), ("sm3", parent.thing.sm3)):
            made = getattr(child.details, name, None)
            if known is not None and made is not None and made != known:
                yield Breach((index, len(act.children)), {name: made, "expected": known})


@rule("MEASURED_OTHERWISE", Moving)
def what_is_measured_again_is_what_it_was(matter: Matter) -> Iterator[Breach]:
    if isinstance(matter.act, Release):
        return
    for index, item in matter.items():
        measured = matter.act.lines[index].measured
        if not measured or item.category == "cash" or fills_gap(matter.act, item):
            continue
        if _was_read_when_lent(matter.act, item):
            continue  # then a rule of loans compares the two readings
        for measure in measured:
            expected, allowed = _expected(matter, item, measure.unit)
            if expected is not None and not -allowed[0] <= measure.amount - expected <= allowed[1]:
                yield Breach((index,), {"measured": measure.quantity, "expected": str(expected), "unit": measure.unit})


def _was_read_when_lent(act: Act, item: ItemFacts) -> bool:
    """Whether a vehicle comes back whose odometer was read when it left."""
    if not isinstance(act, Return) or item.category != "vehicle" or item.loan is None:
        return False
    return any(each.unit == "km" for each in item.loan.line.measured)


def _expected(matter: Matter, item: ItemFacts, unit: str) -> tuple[Decimal | None, tuple[Decimal, Decimal]]:
    """What a reading should be, and how far it may lie below and above."""
    if item.category == "vehicle" and unit == "km":
        return item.thing.odometer, (Decimal(0), Decimal(matter.policy.numbers["odometer_tolerance_km"]))
    known = converted(Decimal(item.quantity), item.unit, unit)
    if known is None:
        return None, (Decimal(0), Decimal(0))
    allowed = tolerance(matter.policy, known, unit)
    return known, (allowed, allowed)


@rule("SCALE_OUT_OF_DATE", Seizure)
def the_scale_is_verified_and_in_date(matter: Matter) -> Iterator[Breach]:
    for index, taken in enumerate(matter.act.items):
        said = taken.details
        if isinstance(said, DrugDetails) and said.certificate_until and said.certificate_until < matter.day:
            yield Breach((index,), {"certificate": said.certificate, "until": said.certificate_until.isoformat()})


REFUSALS = (
    what_is_set_apart_lies_where_the_parent_lies,
    who_holds_it_divides_it,
    a_sealed_item_is_opened_before_it_is_divided,
    nothing_is_lost_and_nothing_appears,
    a_corrected_division_conserves_what_it_divided,
    the_notes_set_apart_add_up,
    an_image_has_its_integrity_value,
    net_is_within_gross_and_is_the_quantity,
    drugs_leave_with_the_weight_they_came_with,
    what_was_divided_shares_the_holds_of_its_parent,
)

DEFECTS = (
    an_image_is_the_medium_it_was_taken_from,
    what_is_measured_again_is_what_it_was,
    the_scale_is_verified_and_in_date,
)
