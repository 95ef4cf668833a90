"""Facts about disposition: what an order says of an item, what is known of an order, what was paid and appraised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from custody.acts.act import Act
from custody.acts.disposition import Payment, Release
from custody.acts.orders import AT_ONCE, Appraisal, DispositionOrder, OrderGround, PublicNotice, Share
from custody.facts.amend import Reading

if TYPE_CHECKING:
    from custody.facts.item import ItemFacts


@dataclass(frozen=True, slots=True)
class Ordered:
    """What an order says of one item. ``effective_at`` is None while the instrument has yet to take effect."""

    act: str
    instrument: str
    ground: OrderGround
    shares: tuple[Share, ...]
    ordered_at: datetime
    effective_at: datetime | None
    approvers: tuple[str, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of release it orders, each once."""
        return tuple(dict.fromkeys(share.kind for share in self.shares))


@dataclass(frozen=True, slots=True)
class Appraised:
    """What an item was found to be worth, by which act."""

    value: str
    currency: str
    at: datetime
    act: str


@dataclass(frozen=True, slots=True)
class Announced:
    """An announcement that the item waits for its owner."""

    regime: str
    begins: date
    ends: date
    act: str


@dataclass(frozen=True, slots=True)
class Paid:
    """A part amount that was paid out of an item of money."""

    kind: str
    payment: Payment
    act: str


class Disposition(NamedTuple):
    """What shall become of an item: what the order in force says of it, and what was done towards it."""

    order: Ordered | None = None
    appraised: Appraised | None = None
    announced: Announced | None = None
    paid: tuple[Paid, ...] = ()


NO_DISPOSITION: Final = Disposition()


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order: what it says of each item, and which items were released by it."""

    act: str
    instrument: str
    ground: OrderGround
    items: Mapping[str, tuple[Share, ...]]
    effective_at: datetime | None
    replaced_by: str | None = None
    releases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """item → the acts that carried it out."""


def effective_at(act: DispositionOrder, reading: Reading) -> datetime | None:
    """When an order takes effect as far as it says itself: with its approval, or as its instrument did."""
    if act.effect is not None:
        return act.effect.at
    return reading.happened_at if act.ground in AT_ONCE else None


def payments_add_up(facts: ItemFacts) -> bool:
    """Whether each payment out of an item left exactly what it says remained, to the cent."""
    left = Decimal(facts.quantity) if facts.paid else Decimal(0)
    for each in facts.paid:
        left -= Decimal(each.payment.amount)
        if left != Decimal(each.payment.remains):
            return False
    return True


def evolve_order(facts: OrderFacts | None, reading: Reading, order: str) -> OrderFacts | None:
    """Fold one act, as it reads, into what is known of an order."""
    act = reading.act
    if isinstance(act, DispositionOrder) and act.id == order and facts is None:
        items = {each.item: each.shares for index, each in enumerate(act.items) if index not in reading.voided}
        return OrderFacts(order, act.instrument, act.ground, items, effective_at(act, reading))
    if facts is None:
        return None
    if isinstance(act, DispositionOrder) and act.replaces == order:
        return replace(facts, replaced_by=act.id)
    if isinstance(act, Release) and act.ordered_by == order:
        done = {item: (*facts.releases.get(item, ()), act.id) for item in act.own_items}
        return replace(facts, releases={**facts.releases, **done})
    return facts


def disposed(facts: ItemFacts, reading: Reading, act: Act, position: int) -> dict[str, Any]:
    """The fields of an item's facts that an act about its disposition changes, with their new values."""
    if isinstance(act, DispositionOrder):
        said = Ordered(
            act.id, act.instrument, act.ground, act.items[position].shares, reading.happened_at,
            effective_at(act, reading), tuple([signer.person for signer in act.signed_by("approver")]),
        )  # fmt: skip
        return {"disposition": facts.disposition._replace(order=said)}
    if isinstance(act, Appraisal):
        found = act.items[position]
        value = Appraised(found.value, found.currency, reading.happened_at, act.id)
        return {"disposition": facts.disposition._replace(appraised=value)}
    if isinstance(act, PublicNotice):
        told = Announced(act.regime, act.begins, act.ends, act.id)
        return {"disposition": facts.disposition._replace(announced=told)}
    if isinstance(act, Release):
        paid = () if act.payment is None else (Paid(act.kind, act.payment, act.id),)
        after = facts.disposition._replace(paid=(*facts.paid, *paid)) if paid else facts.disposition
        return {"disposition": after, "released": act.kind if act.is_last else None}
    return {}
