"""Keeping: custodians who take over from one another, things that are looked at, and disclosures that are erased."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from custody.acts.act import Act
from custody.acts.counting import Draw
from custody.acts.values import (
    ActId,
    Digest,
    Frozen,
    ItemId,
    Line,
    Many,
    Name,
    PlaceId,
    Reference,
    Sealed,
    Some,
    Text,
    Word,
)


class PlaceCount(Frozen):
    """What lay in a place when it was handed over.

    ``digest`` is the SHA-256 of the sorted item ids with a line feed after each; a difference is said in words. With a
    ``draw`` only what was drawn from the book was counted: by the root that the act has seen, as for a stock-take.
    """

    place: PlaceId
    count: Annotated[int, Field(ge=0, le=2**31)]
    digest: Digest
    differences: Text | None
    draw: Draw | None = None


class CustodianHandover(Act):
    """保管员交接: one takes over from another.

    Of ``places`` it says what was counted, and moves nothing. Of what an unavailable person held (``held_by``) it
    names the items in ``lines``, of one case, and who takes over holds them from then on.
    """

    type_name: ClassVar = "custodian-handover"
    zh: ClassVar = "保管员交接"
    act: Literal["custodian-handover"]
    outgoing: Literal["present", "unavailable"]
    reason: Text | None
    places: Many[PlaceCount]
    held_by: Name | None
    lines: Many[Line]

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return tuple([line.item for line in self.lines])


class Viewing(Act):
    """阅看/验看: somebody with a right to it looks at items where they are kept."""

    type_name: ClassVar = "viewing"
    zh: ClassVar = "阅看"
    act: Literal["viewing"]
    items: Some[ItemId]
    viewer: Sealed
    capacity: Literal["counsel", "party", "prosecutor", "judge", "owner", "expert"]
    authority: Reference
    manner: Text
    opened: bool
    recording: Word | None

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return self.items


class Erasure(Act):
    """个人信息删除: salts and values that an earlier act disclosed are deleted; what was signed stays as it is."""

    type_name: ClassVar = "erasure"
    zh: ClassVar = "个人信息删除"
    act: Literal["erasure"]
    target: ActId
    disclosures: Some[Digest]
    authority: Reference
    reason: Text
