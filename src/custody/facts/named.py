"""What acts name beside keys, persons, items, seals and codes, chapter by chapter; and what an item belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from custody.acts.case import CaseOpening
from custody.acts.control import InControl
from custody.acts.counting import StockTake
from custody.acts.differences import Discrepancy
from custody.acts.disposition import Release
from custody.acts.dividing import Division, Reclassification
from custody.acts.keeping import CustodianHandover
from custody.acts.measures import MeasureChange
from custody.acts.observing import Observation
from custody.acts.parties import Agency, Place
from custody.acts.samples import BloodDraw
from custody.acts.taking import Seizure
from custody.facts.case import KitFacts
from custody.facts.item import ItemFacts
from custody.facts.kinds import KindName, Need

_PLACE: Final[tuple[KindName, ...]] = ("place", "within", "stays")
"""A place, what stands in it, and what lies in it."""


def of_agency(act: Agency) -> list[Need]:
    """The agency, what it belongs to, and what it passes on to."""
    return [Need("agency", each) for each in (act.agency, act.parent, act.successor) if each]


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
    if item.laboratory:
        yield Need("agency", item.laboratory)
    yield from (Need("agency", each) for each in item.received_by)
    if item.thing.parent:
        yield Need("item", item.thing.parent)
    if item.kit:
        yield Need("kit", item.kit)
    if item.holder and item.holder.kind == "place":
        yield Need("place", item.holder.id)


def laboratories(kit: KitFacts) -> Iterable[str]:
    """The laboratories that the tubes of a kit were sent to, or are released for."""
    released = [each.laboratory for each in kit.examined.anew if each.laboratory is not None]
    return dict.fromkeys([*kit.dispatched.values(), *released])


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
    places = [Need(kind, each.place) for each in act.places for kind in _PLACE]
    return [*places, Need("person", act.held_by)] if act.held_by else places


def of_observation(act: Observation) -> list[Need]:
    """The place that was looked at; what lay in it, where a temperature concerns all of that."""
    if act.place is None:
        return []
    return [Need(kind, act.place) for kind in _PLACE] if act.temperature else [Need("place", act.place)]


def of_opening(act: CaseOpening) -> list[Need]:
    """The case, who leads it, and its officers."""
    officers = [Need("person", person) for person in act.officers]
    return [Need("case", act.case), Need("agency", act.lead), *officers]


def of_place(act: Place) -> list[Need]:
    """The place, its agency, and what it stands in."""
    above = [Need("place", act.parent)] if act.parent else []
    return [Need("agency", act.agency), Need("place", act.place), *above]
