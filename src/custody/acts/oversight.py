"""Oversight: holds, corrections and remedies. Nothing is edited; what was said is read differently from then on."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, ClassVar, Literal

from pydantic import Field, JsonValue, StringConstraints

from custody.acts.act import Act
from custody.acts.values import ActId, Frozen, Hex32, ItemId, Many, Reference, Some, Text

Pointer = Annotated[str, StringConstraints(pattern=r"^(/[^/\x00-\x1f]*)*$", max_length=300)]
"""A JSON Pointer (RFC 6901) into the target act."""

DefectId = Annotated[
    str,
    StringConstraints(
        pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/([0-9]+|KEY_DOUBTED)$"
    ),
]


class Hold(Act):
    """冻结处置: nothing of these items, or of the whole case, leaves custody while it stands."""

    type_name: ClassVar = "hold"
    zh: ClassVar = "冻结处置"
    act: Literal["hold"]
    case: Reference
    action: Literal["place", "lift"]
    hold: ActId | None
    items: Many[ItemId]
    reason: Literal["complaint", "appeal", "re-examination", "claim", "review", "linked-case"]
    statement: Text | None

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return self.items


class Change(Frozen):
    """One amendment of the target: replace a value, void the act or one of its items, or insert an act before it."""

    op: Literal["replace", "void", "insert"]
    path: Pointer
    old: JsonValue = None
    new: JsonValue = None


class Correction(Act):
    """更正: how a past act is read from now on. Author and approver are different people."""

    type_name: ClassVar = "correction"
    zh: ClassVar = "更正"
    act: Literal["correction"]
    target: ActId
    changes: Annotated[Some[Change], Field(max_length=100)]
    reason: Text
    evidence: Many[Hex32]


class Remedy(Act):
    """补正/情况说明: a defect is explained, and the explanation accepted; or a doubted act is confirmed or contested
    by the person in whose name it was signed, with a new key."""

    type_name: ClassVar = "remedy"
    zh: ClassVar = "补正"
    act: Literal["remedy"]
    defect: DefectId
    action: Literal["explain", "accept", "confirm", "contest"]
    statement: Text

    @property
    def target(self) -> ActId:
        """The act that bears the defect."""
        return self.defect.split("/")[0]
