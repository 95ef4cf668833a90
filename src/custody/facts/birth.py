"""How an item comes to exist: taken, drawn, divided from another, or as the price of what was sold."""

from __future__ import annotations

from custody.acts.act import Act
from custody.acts.differences import Discrepancy
from custody.acts.disposition import Release, Sale
from custody.acts.dividing import Division
from custody.acts.samples import BloodDraw
from custody.acts.taking import Seizure
from custody.facts.amend import Reading
from custody.facts.holding import standing_in
from custody.facts.item import ItemFacts, stretch
from custody.facts.manifest import begins_under
from custody.facts.thing import thing_after, thing_divided, thing_taken


def born(reading: Reading, item: str, position: int | None) -> ItemFacts | None:
    """What is known of an item by the act from which on it exists; None if this is not that act.

    ``position`` is where it stands in the act as corrections make it read: None if it was voided there.
    """
    act = reading.act
    if isinstance(act, Release) and act.sale is not None and act.sale.item == item:
        return _proceeds(reading, act, act.sale)
    if item not in act.items_born:
        return None
    taken = _taken(act, reading, item, act.positions[item][0])
    return taken._replace(voided=True) if taken and position is None else taken


def _proceeds(reading: Reading, act: Release, sale: Sale) -> ItemFacts:
    """The money that a sale brought in: whoever released what was sold holds it until it is paid in."""
    return ItemFacts(
        sale.item, sale.case, act.id, reading.happened_at, "proceeds", sale.proceeds, "cash", "变卖拍卖价款",
        sale.price, sale.currency, False,
        custody=(stretch(reading, standing_in(act, "holder"), None),),
        answering=begins_under(sale.control, act, reading),
    )  # fmt: skip


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
            thing=thing_divided(act, position), answering=begins_under(act.control, act, reading),
        )  # fmt: skip
    if isinstance(act, Discrepancy) and act.embedded is not None:
        born = _taken(act.embedded, reading, item, act.embedded.positions[item][0])
        return born and born._replace(case=act.case or born.case, born_in=act.id, **thing_after(born, act))
    return None
