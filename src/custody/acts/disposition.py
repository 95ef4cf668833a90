"""Disposition: how items leave custody for good."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import ClassVar, Literal

from custody.acts.control import InControl
from custody.acts.custody import Moving
from custody.acts.values import (
    ActId,
    Frozen,
    ItemCode,
    ItemId,
    Measure,
    Quantity,
    Reference,
    Sealed,
    Some,
    Text,
    Word,
)
from custody.label import ID_LENGTH

ReleaseKind = Literal[
    "returned", "remitted", "destroyed", "handed-over", "consumed", "supplied-to-subject", "sold"
]  # fmt: skip
"""发还、上缴国库、销毁、移交主管机关、检验用尽、交当事人、变卖拍卖."""


class Recipient(Frozen):
    """Who receives: as the right-holder, or as an agent with a written authorisation (委托书); and whether they
    are staff of the authority, who may not collect for others (刑程 art. 234)."""

    name: Sealed
    capacity: Literal["right-holder", "agent", "authority", "subject"]
    authorisation: Reference | None
    authority_staff: bool


class Destruction(Frozen):
    """Where and how items were destroyed, and what was measured just before."""

    where: Word
    method: Word
    measured: Some[Measure]


class Sale(Frozen):
    """How items were sold, for how much (in a currency, ISO 4217), and the new cash item that the price becomes.

    ``control`` is that of what was sold, where a manifest has passed it on: the price begins under it.
    """

    mode: Literal["auction", "private-sale"]
    case: Reference
    price: Quantity
    currency: Word
    buyer: Sealed | None
    proceeds: ItemCode
    control: InControl | None = None

    @property
    def item(self) -> ItemId:
        """The id that the proceeds have for ever."""
        return self.proceeds[:ID_LENGTH]


class Payment(Frozen):
    """A part amount paid out of one item of money: with the interest on top, and what then remains of the item."""

    amount: Quantity
    interest: Quantity | None = None
    remains: Quantity


class Release(Moving):
    """出库处置: items leave custody for good, approved and on a basis; ``order`` is the instrument's reference.

    ``ordered_by`` names the disposition order that is carried out; ``without_order`` says why a return needs none:
    irrelevant to the case, personal effects, or the case was withdrawn or not prosecuted. With a ``payment`` the one
    item named leaves for good only when nothing of it remains.
    """

    type_name: ClassVar = "release"
    bears: ClassVar = True
    zh: ClassVar = "出库处置"
    act: Literal["release"]
    kind: ReleaseKind
    order: Reference | None
    recipient: Recipient | None
    destruction: Destruction | None
    voucher: Reference | None
    reason: Text
    ordered_by: ActId | None = None
    without_order: Literal["irrelevant", "effects", "closed-case"] | None = None
    sale: Sale | None = None
    payment: Payment | None = None

    @cached_property
    def items_born(self) -> frozenset[ItemId]:
        return frozenset([self.sale.item]) if self.sale else frozenset()

    @property
    def case_of_births(self) -> Reference | None:
        return self.sale.case if self.sale else None

    @cached_property
    def codes_given(self) -> dict[str, ItemId]:
        return {self.sale.proceeds: self.sale.item} if self.sale else {}

    @property
    def is_last(self) -> bool:
        """Whether nothing of the items stays behind."""
        return self.payment is None or not Decimal(self.payment.remains)
