"""Dividing and reclassifying: one thing becomes several, or is seen as something else."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar, Literal

from custody.acts.act import Act, by_seal
from custody.acts.control import InControl
from custody.acts.custody import ByPerson, InPlace, Outside
from custody.acts.taking import Category, Details, MeasureKind
from custody.acts.values import (
    Frozen,
    Hex32,
    ItemCode,
    ItemId,
    Many,
    Quantity,
    Reference,
    SealNumber,
    Some,
    Text,
    Word,
)
from custody.label import ID_LENGTH


class Child(Frozen):
    """What a division sets apart: an item of its own from then on, under a fresh code."""

    code: ItemCode
    category: Category
    description: Word
    quantity: Quantity
    unit: Word
    evidential: bool
    seal: SealNumber | None
    features: Text | None = None
    photos: Many[Hex32] = ()
    details: Details | None = None

    @property
    def item(self) -> ItemId:
        """The id it has for ever: its first code without the check characters."""
        return self.code[:ID_LENGTH]


class Weighing(Frozen):
    """The scale that a division was weighed with: its number and its certificate."""

    scale: Word
    certificate: Word


class Division(Act):
    """分装/取样/镜像: an item is split, sampled or imaged; what is set apart lies where the parent lies.

    ``remainder`` is what stays under the parent's own code; it, all children and ``loss``, less ``gain`` (interest),
    are the parent's quantity before. An image takes nothing away: the remainder is the whole, and its integrity value
    stands in the child's details. ``control`` is the parent's, where a manifest has passed it on: the children begin
    under it.
    """

    type_name: ClassVar = "division"
    bears: ClassVar = True
    zh: ClassVar = "分装"
    act: Literal["division"]
    case: Reference
    measure: MeasureKind | Literal["proceeds"]
    kind: Literal["split", "sample", "image"]
    parent: ItemId
    remainder: Quantity
    children: Some[Child]
    loss: Quantity
    gain: Quantity
    held_by: ByPerson | InPlace | Outside
    weighing: Weighing | None
    reason: Text
    control: InControl | None = None

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return (*(child.item for child in self.children), self.parent)

    @cached_property
    def items_born(self) -> frozenset[ItemId]:
        return frozenset(child.item for child in self.children)

    @cached_property
    def codes_given(self) -> dict[str, ItemId]:
        return {child.code: child.item for child in self.children}

    @cached_property
    def seals_put_on(self) -> dict[str, tuple[ItemId, ...]]:
        return by_seal((child.seal, child.item) for child in self.children if child.seal)


class Reclassification(Act):
    """属性变更: an item turns out to be evidence or not, of another category, or no mere personal effect.

    A field that is null stays as it was. ``instrument`` is the seizure decision by which a personal effect becomes
    property of the case.
    """

    type_name: ClassVar = "reclassification"
    zh: ClassVar = "属性变更"
    act: Literal["reclassification"]
    item: ItemId
    evidential: bool | None
    category: Category | None
    standing: Literal["case-property", "personal-effect"] | None
    instrument: Reference | None
    reason: Text

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return (self.item,)
