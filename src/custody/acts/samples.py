"""Samples: blood kits, their way to the laboratory, and what the laboratory received."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar, Literal

from custody.acts.act import Act, by_seal
from custody.acts.custody import Moving
from custody.acts.values import (
    Day,
    Frozen,
    ItemCode,
    ItemId,
    KitId,
    Moment,
    Name,
    PlaceId,
    Quantity,
    Range,
    Reference,
    Sealed,
    SealNumber,
    Some,
    Text,
    Word,
)
from custody.label import ID_LENGTH


class Disinfectant(Frozen):
    """What the skin was cleaned with, by name, and whether it is declared free of alcohol (GA/T 1556 §2.1.4)."""

    name: Word
    alcohol_free: bool


class Tube(Frozen):
    """One tube of a draw. ``purpose`` says which is examined and which is kept in reserve; volume in mL."""

    code: ItemCode
    designation: Word
    purpose: Literal["test", "reserve"]
    volume_ml: Quantity
    lot: Word
    expiry: Day
    seal: SealNumber
    sealed_at: Moment

    @property
    def item(self) -> ItemId:
        """The id it has for ever: its first code without the check characters."""
        return self.code[:ID_LENGTH]


class FamilyNotice(Frozen):
    """Whether the family was told, and how, or why not (道路交通安全违法行为处理程序规定 art. 36)."""

    given: bool
    statement: Text


class BloodDraw(Act):
    """血样提取: blood is drawn into the tubes of one kit, and each tube sealed. The officer holds them afterwards."""

    type_name: ClassVar = "blood-draw"
    bears: ClassVar = True
    zh: ClassVar = "血样提取"
    act: Literal["blood-draw"]
    case: Reference
    kit: KitId
    subject: Sealed
    site: Word
    disinfectant: Disinfectant
    anticoagulant: Word
    tubes: Some[Tube]
    recording: Word | None
    family_notice: FamilyNotice

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return tuple(tube.item for tube in self.tubes)

    @cached_property
    def items_born(self) -> frozenset[ItemId]:
        return frozenset(self.own_items)

    @cached_property
    def codes_given(self) -> dict[str, ItemId]:
        return {tube.code: tube.item for tube in self.tubes}

    @cached_property
    def seals_put_on(self) -> dict[str, tuple[ItemId, ...]]:
        return by_seal((tube.seal, tube.item) for tube in self.tubes)


class LabDispatch(Moving):
    """送检: items leave for a laboratory in an officer's hands.

    ``approved_for`` names why an approver signs: before the items were ever checked in, or for a re-examination.
    """

    type_name: ClassVar = "lab-dispatch"
    zh: ClassVar = "送检"
    act: Literal["lab-dispatch"]
    laboratory: Name
    request: Reference
    transport_temperature: Range | None
    approved_for: Literal["before-check-in", "re-examination"] | None


class LabReceipt(Moving):
    """鉴定机构接收: the laboratory takes the items in under an acceptance number, or refuses them with a reason."""

    type_name: ClassVar = "lab-receipt"
    zh: ClassVar = "鉴定机构接收"
    act: Literal["lab-receipt"]
    place: PlaceId
    acceptance: Reference | None
    refusal: Text | None
