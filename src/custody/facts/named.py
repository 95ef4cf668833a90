"""What acts name beside keys, persons, items, seals and codes, chapter by chapter; and what an item belongs to."""

from __future__ import annotations

from collections.abc import Iterable

from custody.acts.case import CaseOpening
from custody.acts.control import InControl
from custody.acts.counting import StockTake
from custody.acts.differences import Discrepancy
from custody.acts.disposition import Release
from custody.acts.dividing import Division, Reclassification
from custody.acts.keeping import CustodianHandover
from custody.acts.measures import MeasureChange
from custody.acts.parties import Place
from custody.acts.samples import BloodDraw
from custody.acts.taking import Seizure
from custody.facts.item import ItemFacts
from custody.facts.kinds import Need


def of_seizure(act: Seizure) -> list[Need]:
    """Its case, and the instrument that a freeze rests on."""
    frozen_under = [Need("instrument", act.instrument)] if act.measure == "frozen" and act.instrument else []
    return [Need("case", act.case), *frozen_under]


def of_paper(act: MeasureChange | Reclassification) -> list[Need]:
    """The instrument that it names."""
    return [Need("instrument", act.instrument)] if act.instrument else []


def of_discrepancy(act: Discrepancy) -> list[Need]:
    """The discrepancy and its case; who signed an embedded act, and the kit of an embedded draw."""
    found = [Need("discrepancy", act.raised_in)]
    found += [Need("case", act.case)] if act.case else []
    inner = act.embedded
    if inner is not None:
        found += [Need("key", signer.key) for signer in inner.signers]
        found += [Need("kit", inner.kit)] if isinstance(inner, BloodDraw) else []
    return found


def beside(item: ItemFacts) -> Iterable[Need]:
    """What an item belongs to, came from and lies in."""
    yield Need("case", item.case)
    if item.thing.parent:
        yield Need("item", item.thing.parent)
    if item.kit:
        yield Need("kit", item.kit)
    if item.holder and item.holder.kind == "place":
        yield Need("place", item.holder.id)


def of_stock_take(act: StockTake) -> list[Need]:
    """The opening it belongs to, and its places."""
    opened = [Need("stock-take", act.opening)] if act.opening else []
    return [*opened, *(Need("place", place) for place in act.places)]


def of_release(act: Release) -> list[Need]:
    """The order it carries out, and the case of its proceeds."""
    order = [Need("order", act.ordered_by)] if act.ordered_by else []
    return [*order, Need("case", act.sale.case), *_stated(act.sale.control)] if act.sale else order


def of_division(act: Division) -> list[Need]:
    """Its case, and the agency under which the parts begin."""
    return [Need("case", act.case), *_stated(act.control)]


def _stated(control: InControl | None) -> list[Need]:
    return [Need("agency", control.agency)] if control is not None else []


def of_handover(act: CustodianHandover) -> list[Need]:
    """The places that change hands, and who held what cannot be handed over."""
    places = [Need("place", each.place) for each in act.places]
    return [*places, Need("person", act.held_by)] if act.held_by else places


def of_opening(act: CaseOpening) -> list[Need]:
    """The case, who leads it, and its officers."""
    officers = [Need("person", person) for person in act.officers]
    return [Need("case", act.case), Need("agency", act.lead), *officers]


def of_place(act: Place) -> list[Need]:
    """The place, its agency, and what it stands in."""
    above = [Need("place", act.parent)] if act.parent else []
    return [Need("agency", act.agency), Need("place", act.place), *above]
