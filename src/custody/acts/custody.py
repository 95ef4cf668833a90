"""Custody: who physically holds an item changes, and everyone concerned signs."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from custody.acts.act import Act
from custody.acts.values import (
    ActId,
    Frozen,
    ItemId,
    Line,
    Moment,
    Name,
    PlaceId,
    Sealed,
    Some,
    Text,
    Word,
)

LoanPurpose = Literal[
    "interrogation", "inquiry", "appraisal", "identification", "examination", "inspection", "court"
]  # fmt: skip
"""讯问、询问、鉴定、辨认、检验、检查、出庭: why an item may leave the store for a while."""


class ByPerson(Frozen):
    """Held by an enrolled person."""

    person: Name


class InPlace(Frozen):
    """Lying in a registered place."""

    place: PlaceId


class Outside(Frozen):
    """With somebody who has no key here: a bank, an owner, a courier."""

    outside: Sealed


Party = ByPerson | InPlace | Outside


class Moving(Act):
    """An act on items in somebody's hands: each with what was seen of it."""

    lines: Some[Line]

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return tuple(line.item for line in self.lines)


class CheckIn(Moving):
    """入库: a deliverer hands items to the custodian of a place."""

    type_name: ClassVar = "check-in"
    zh: ClassVar = "入库"
    act: Literal["check-in"]
    place: PlaceId


class Transfer(Moving):
    """移交: from one to another, both in one room."""

    type_name: ClassVar = "transfer"
    zh: ClassVar = "移交"
    act: Literal["transfer"]
    giver: Annotated[Party, Field(alias="from")]
    taker: Annotated[Party, Field(alias="to")]
    purpose: Text


class Relocation(Moving):
    """移库: a custodian moves items to another place of his."""

    type_name: ClassVar = "relocation"
    zh: ClassVar = "移库"
    act: Literal["relocation"]
    to: PlaceId
    reason: Text


class CheckOut(Moving):
    """调用出库: a borrower takes items out of the store, for a purpose, until a time.

    ``loan`` is the request that was approved; without one the approver signs here.
    """

    type_name: ClassVar = "check-out"
    zh: ClassVar = "调用出库"
    act: Literal["check-out"]
    borrower: Name
    purpose: LoanPurpose
    due: Moment
    loan: ActId | None = None


class Return(Moving):
    """归还: what was lent comes back; what differs from the check-out is said."""

    type_name: ClassVar = "return"
    zh: ClassVar = "归还"
    act: Literal["return"]
    place: PlaceId
    difference: Text | None


def place_of(party: Party) -> PlaceId | None:
    """The place a party is, if it is one."""
    return party.place if isinstance(party, InPlace) else None


def person_of(party: Party) -> Word | None:
    """The person a party is, if it is one."""
    return party.person if isinstance(party, ByPerson) else None
