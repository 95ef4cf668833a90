"""Units of weight, as people write them: one table that knows the international and the Chinese names."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

GRAMS: Final = {
    "mg": Decimal("0.001"), "g": Decimal(1), "kg": Decimal(1000), "t": Decimal(1_000_000),
    "毫克": Decimal("0.001"), "克": Decimal(1), "千克": Decimal(1000), "公斤": Decimal(1000), "吨": Decimal(1_000_000),
}  # fmt: skip
"""Units of weight, in grams."""


def converted(amount: Decimal, unit: str, into: str) -> Decimal | None:
    """An amount in another unit: itself where they are the same, by weight where both are weights; otherwise None."""
    if unit == into:
        return amount
    if unit not in GRAMS or into not in GRAMS:
        return None
    return amount * GRAMS[unit] / GRAMS[into]
