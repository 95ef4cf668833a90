"""Disposition: how items leave custody for good."""

from __future__ import annotations

from typing import ClassVar, Literal

from custody.acts.custody import Moving
from custody.acts.values import Frozen, Measure, Reference, Sealed, Some, Text, Word

ReleaseKind = Literal[
    "returned", "remitted", "destroyed", "handed-over", "consumed", "supplied-to-subject"
]  # fmt: skip
"""发还、上缴国库、销毁、移交主管机关、检验用尽、交当事人."""


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


class Release(Moving):
    """出库处置: items leave custody for good. An approver signs, on a basis, until disposition orders carry that."""

    type_name: ClassVar = "release"
    zh: ClassVar = "出库处置"
    act: Literal["release"]
    kind: ReleaseKind
    order: Reference | None
    recipient: Recipient | None
    destruction: Destruction | None
    voucher: Reference | None
    reason: Text
