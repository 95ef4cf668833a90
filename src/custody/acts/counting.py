"""Counting: a stock-take is opened with its scope, counted blind place by place, and closed.

A stock-take is the one act on what lies in places: its lists may be long and touch many cases, so the act carries how
many, a digest, and the list itself as sealed values. Only what was not found, or found elsewhere, is named in clear.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from custody.acts.act import Act
from custody.acts.values import ActId, Digest, Frozen, ItemId, Many, PlaceId, Sealed, Text, Word, encode

IDS_A_SHEET: Final = 200
"""Ids in one sealed value of a list: with their line ends 3,400 characters, below the limit of a disclosure."""

Count = Annotated[int, Field(ge=0, le=10**9)]


class ItemList(Frozen):
    """A list of items: how many, SHA-256 of the sorted ids with a line feed after each (base64url), and the list
    itself as sealed sheets of up to 200 ids, one a line."""

    count: Count
    digest: Digest
    sheets: Many[Sealed]


class Draw(Frozen):
    """A random draw: so many items by the root that the act has seen and this salt (docs/format.md section 11)."""

    salt: Word
    count: Count


class Verdicts(Frozen):
    """How many scans were what: in the right place, in a wrong place of this count, no code of this ledger, scanned
    already, or of an item that belongs elsewhere."""

    right_place: Count
    wrong_place: Count
    unknown_code: Count
    already_scanned: Count
    belongs_elsewhere: Count


class Misplaced(Frozen):
    """An item that was found where the book does not have it."""

    item: ItemId
    found_in: PlaceId


class StockTake(Act):
    """盘点: opened with the places to count, counted blind with what was found, and closed once every place is
    counted. ``opening`` names the act that opened it."""

    type_name: ClassVar = "stock-take"
    zh: ClassVar = "盘点"
    act: Literal["stock-take"]
    step: Literal["opened", "counted", "closed"]
    opening: ActId | None
    places: Many[PlaceId]
    draw: Draw | None
    book: ItemList | None
    scans: ItemList | None
    verdicts: Verdicts | None
    missing: Many[ItemId]
    misplaced: Many[Misplaced]
    conclusion: Text | None

    @property
    def stock_take(self) -> ActId:
        """The stock-take that the act belongs to: the act that opened it."""
        return self.opening or self.id

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return (*self.missing, *(each.item for each in self.misplaced))


def list_digest(items: Iterable[ItemId]) -> Digest:
    """Return the digest of a list of items: base64url SHA-256 of the sorted ids, a line feed after each."""
    return encode(hashlib.sha256("".join(f"{item}\n" for item in sorted(set(items))).encode()).digest())


def list_draft(items: Iterable[ItemId]) -> dict[str, object]:
    """Return a list of items as a draft writes it, its sheets yet to be sealed."""
    known = sorted(set(items))
    return {
        "count": len(known),
        "digest": list_digest(known),
        "sheets": [{"disclose": sheet} for sheet in sheets(known)],
    }


def sheets(items: Sequence[ItemId]) -> list[str]:
    """Cut a list into sheets, one id a line."""
    return ["\n".join(items[start : start + IDS_A_SHEET]) for start in range(0, len(items), IDS_A_SHEET)]
