"""Results of laboratories: the opinion, telling those concerned, and examining anew."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar, Literal

from custody.acts.act import Act
from custody.acts.values import (
    ActId,
    ItemId,
    Many,
    MaybeSealed,
    Measure,
    Name,
    Reference,
    Sealed,
    Text,
    Word,
)

ReexaminationGround = Literal[
    "procedure", "qualification", "insufficient-basis", "false-opinion", "recusal", "specimen", "other"
]  # fmt: skip
"""程序违法、不具备资质、依据明显不足、虚假鉴定、应当回避、检材虚假或者被污染、其他 (道程 art. 36; 刑程 art. 255)."""


class LabResult(Act):
    """鉴定意见: what a laboratory found in an item, how, and what is left of it.

    The ledger keeps the value and draws no conclusion from it. ``recording`` names the recording of the examination;
    it can also stand among the attachments.
    """

    type_name: ClassVar = "lab-result"
    zh: ClassVar = "鉴定意见"
    act: Literal["lab-result"]
    item: ItemId
    opinion: Reference
    value: MaybeSealed
    unit: Word | None
    method: Word
    residual: Measure | None
    consumed: bool
    recording: Word | None

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return (self.item,)


class ResultNotice(Act):
    """告知: a result is told to somebody it concerns, in which manner, and what they said."""

    type_name: ClassVar = "result-notice"
    zh: ClassVar = "鉴定意见告知"
    act: Literal["result-notice"]
    item: ItemId
    result: ActId
    person: Sealed
    capacity: Literal["subject", "victim", "representative"]
    manner: Literal["written", "electronic", "oral"]
    response: Literal["no-objection", "objection", "none"]

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return (self.item,)


class ReexaminationRequest(Act):
    """重新鉴定申请: somebody it concerns disputes a result, on a ground."""

    type_name: ClassVar = "reexamination-request"
    zh: ClassVar = "重新鉴定申请"
    act: Literal["reexamination-request"]
    item: ItemId
    result: ActId
    applicant: Sealed
    ground: ReexaminationGround
    statement: Text | None

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return (self.item,)


class Reexamination(Act):
    """重新鉴定决定: granted, which releases a specimen for one laboratory; or refused, with a reason.

    ``item`` is the one whose result is disputed; ``specimen`` the reserve tube, or what is left of the same item.
    """

    type_name: ClassVar = "reexamination"
    zh: ClassVar = "重新鉴定决定"
    act: Literal["reexamination"]
    item: ItemId
    request: ActId
    decision: Literal["granted", "refused"]
    specimen: ItemId | None
    laboratory: Name | None
    examiners: Many[Name]
    reason: Text | None

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return tuple(dict.fromkeys([self.item, *([self.specimen] if self.specimen else [])]))
