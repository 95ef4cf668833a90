"""Observations: what somebody who looks after things found when he looked (验封、巡检、温湿度、复称、清点、校验)."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from custody.acts.act import Act
from custody.acts.counting import ItemList
from custody.acts.values import Frozen, Hex32, ItemId, Line, Many, Measurement, Moment, PlaceId, Word


class Temperatures(Frozen):
    """The lowest and highest temperature of a stretch of time, in degrees Celsius, and what measured it."""

    since: Annotated[Moment, Field(alias="from")]
    until: Annotated[Moment, Field(alias="to")]
    min: Measurement
    max: Measurement
    sensor: Word | None

    def within(self, low: Decimal, high: Decimal) -> bool:
        """Whether it stayed between two temperatures."""
        return low <= Decimal(self.min) and Decimal(self.max) <= high


class HashSeen(Frozen):
    """A digest that was computed of a digital item again."""

    item: ItemId
    algorithm: Literal["sha256", "sm3"]
    value: Hex32


class Observation(Act):
    """观察: a custodian or an examiner looked at items of one case, or at a place with all that lies in it.

    A place holds items of many cases: ``listing`` is their list as counts and digests, as a stock-take has it.
    ``in_range`` is what the observer says of it: as it should be, or not; null where that is not the question.
    """

    type_name: ClassVar = "observation"
    zh: ClassVar = "查验"
    act: Literal["observation"]
    kind: Literal["seal", "physical", "temperature", "weight", "count", "hash"]
    lines: Many[Line]
    place: PlaceId | None
    listing: ItemList | None
    temperature: Temperatures | None
    hashes: Many[HashSeen]
    in_range: bool | None

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return tuple(line.item for line in self.lines)
