"""Disposition before the exit: what is ordered of items, announced, appraised, and paid into the account."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import ClassVar, Literal

from custody.acts.act import Act
from custody.acts.custody import Moving
from custody.acts.values import (
    ActId,
    Day,
    Frozen,
    Hex32,
    ItemId,
    Moment,
    Quantity,
    Reference,
    Sealed,
    Some,
    Text,
    Word,
)

OrderKind = Literal["returned", "remitted", "sold", "destroyed", "handed-over"]
"""发还、上缴国库、变卖拍卖、销毁、移交主管机关."""

OrderGround = Literal[
    "judgment", "administrative-decision", "early-return", "perishable", "unclaimed", "irrelevant", "closed-case",
]  # fmt: skip
"""裁判、行政处理决定、判决前发还、易腐等先行处理、无人认领、与案件无关、撤案或不起诉: why something is decided."""

AT_ONCE: tuple[OrderGround, ...] = ("early-return", "perishable", "unclaimed", "irrelevant", "closed-case")
"""Grounds on which an order takes effect with its approval; the others wait for their instrument to take effect."""


class Effect(Frozen):
    """When the instrument took effect, and the paper that says so."""

    at: Moment
    instrument: Reference


class Share(Frozen):
    """What becomes of an item, or of a part amount of it, and who is to receive it.

    ``amount`` is in the item's own unit, null for the whole item; ``interest`` (孳息) is paid on top of it.
    """

    kind: OrderKind
    amount: Quantity | None
    interest: Quantity | None = None
    recipient: Sealed | None


class OrderedItem(Frozen):
    """One item of an order, with the shares into which it goes: one for the whole item, or several that add up."""

    item: ItemId
    shares: Some[Share]

    def total(self) -> Decimal:
        """The sum of the part amounts, exact, without interest."""
        return sum((Decimal(share.amount) for share in self.shares if share.amount is not None), Decimal(0))


class DispositionOrder(Act):
    """处置决定: what shall become of items. It changes nothing by itself: a release carries it out.

    It takes effect with its approval, or when its instrument does: by a ``case-stage``, or as ``effect`` states.
    """

    type_name: ClassVar = "disposition-order"
    zh: ClassVar = "处置决定"
    act: Literal["disposition-order"]
    instrument: Reference
    ground: OrderGround
    effect: Effect | None = None
    replaces: ActId | None = None
    items: Some[OrderedItem]

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return tuple([each.item for each in self.items])


class PublicNotice(Act):
    """认领公告: it is announced that items wait for whoever has a right to them; ``regime`` sets the shortest time."""

    type_name: ClassVar = "public-notice"
    zh: ClassVar = "认领公告"
    act: Literal["public-notice"]
    regime: Literal["criminal", "administrative", "detained-vehicle", "accident-vehicle", "judgment"]
    channel: Word
    text_sha256: Hex32
    begins: Day
    ends: Day
    items: Some[ItemId]

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return self.items


class AppraisedItem(Frozen):
    """The value an institution found, in a currency (ISO 4217)."""

    item: ItemId
    value: Quantity
    currency: Word


class Appraisal(Act):
    """估价: what an institution found items to be worth."""

    type_name: ClassVar = "appraisal"
    zh: ClassVar = "估价"
    act: Literal["appraisal"]
    institution: Word
    report: Reference
    items: Some[AppraisedItem]

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return tuple([each.item for each in self.items])


class CashDeposit(Moving):
    """存入账户: cash goes from the store into the authority's account; the institution holds it from then on."""

    type_name: ClassVar = "cash-deposit"
    zh: ClassVar = "存入账户"
    act: Literal["cash-deposit"]
    institution: Word
    account: Sealed
    amount: Quantity
    currency: Word
    slip: Reference
    remark: Text | None = None
