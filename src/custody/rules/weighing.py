"""Weighing: in which unit readings are compared, and how far two of them may lie apart."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from custody.facts.examination import GRAMS
from custody.rules.policy import Policy

STEPS: Final = (
    (Decimal(100), "graduation_mg_below_100g"),
    (Decimal(1_000), "graduation_mg_below_1kg"),
    (Decimal(10_000), "graduation_mg_below_10kg"),
    (Decimal(100_000), "graduation_mg_below_100kg"),
    (Decimal(1_000_000), "graduation_mg_below_1t"),
)
"""Below so many grams a scale is as fine as this number says."""


def graduation(policy: Policy, grams: Decimal) -> Decimal:
    """How fine the scale is that so many grams ask for, in grams (511号 art. 14)."""
    name = next((name for below, name in STEPS if grams < below), "graduation_mg_from_1t")
    return Decimal(policy.numbers[name]) / 1000  # the data state milligrams


def tolerance(policy: Policy, amount: Decimal, unit: str) -> Decimal:
    """How far two readings of an amount may lie apart, in its own unit: no scale shows less than one graduation,
    whatever lies on it; what is counted, and money, not at all."""
    grams = GRAMS.get(unit)
    return graduation(policy, amount * grams) / grams if grams is not None else Decimal(0)


def in_unit(amount: Decimal, unit: str, wanted: str) -> Decimal | None:
    """An amount in another unit of weight, or in its own; None if the two cannot be compared."""
    if unit == wanted:
        return amount
    if unit not in GRAMS or wanted not in GRAMS:
        return None
    return amount * GRAMS[unit] / GRAMS[wanted]
