"""Measures: the instruments they rest on, how long they last, and when they end."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from custody.acts.act import Act
from custody.acts.values import Day, Frozen, Hex32, ItemId, Reference, Some, Text, Word

InstrumentType = Literal[
    "seizure-decision", "freezing-notice", "extension", "lifting", "examination-request", "disposition-decision",
    "judgment", "on-the-spot-measure", "other",
]  # fmt: skip
"""扣押决定书、协助冻结财产通知书、延长决定、解除决定、鉴定聘请书、财物处理决定、裁判文书、
行政强制措施凭证（当场采取措施时出具）、其他."""

ApproverLevel = Literal["unit-head", "responsible-person", "principal-head", "city", "province"]
"""办案部门负责人、县级以上公安机关负责人、主要负责人、设区的市一级、省级."""

LEVELS: tuple[ApproverLevel, ...] = ("unit-head", "responsible-person", "principal-head", "city", "province")
"""Every level of approval, lowest first; the first three stand for capacities of the house itself."""


class Instrument(Act):
    """文书登记: a legal instrument of a case enters the ledger: of which type, by whom, approved at which level.

    ``approver_level`` is null for what another authority issued (a judgment); ``attachment`` is the SHA-256 of an
    attachment of the same act that shows the instrument.
    """

    type_name: ClassVar = "instrument"
    zh: ClassVar = "文书登记"
    act: Literal["instrument"]
    case: Reference
    reference: Reference
    type: InstrumentType
    issuer: Word
    approver_level: ApproverLevel | None
    date: Day
    attachment: Hex32 | None


class Extending(Frozen):
    """A measure goes on until the end of a later day."""

    kind: Literal["extend"]
    expires: Day


class Lifting(Frozen):
    """A measure ends; the item stays where it is until it is released."""

    kind: Literal["lift"]


class MeasureChange(Act):
    """延长/解除: a measure is extended to a new expiry, or lifted for a reason."""

    type_name: ClassVar = "measure-change"
    zh: ClassVar = "措施变更"
    act: Literal["measure-change"]
    items: Some[ItemId]
    change: Annotated[Extending | Lifting, Field(discriminator="kind")]
    instrument: Reference | None
    reason: Text

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return self.items
