"""How far two weighings may lie apart: by the scale that a weight asks for, as the rule data have it."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from custody.facts.weight import GRAMS
from custody.rules.policy import Policy

_STEPS: Final = (
    (Decimal(100), "graduation_mg_below_100g"),
    (Decimal(1_000), "graduation_mg_below_1kg"),
    (Decimal(10_000), "graduation_mg_below_10kg"),
    (Decimal(100_000), "graduation_mg_below_100kg"),
    (Decimal(1_000_000), "graduation_mg_below_1t"),
)
"""Below so many grams a scale is as fine as this number says."""


def tolerance(policy: Policy, amount: Decimal, unit: str) -> Decimal:
    """How far two readings of an amount may lie apart, in its own unit (511号 art. 14): no scale shows less than one
    graduation, whatever lies on it; what is counted, and money, not at all."""
    grams = GRAMS.get(unit)
    if grams is None:
        return Decimal(0)
    name = next((name for below, name in _STEPS if amount * grams < below), "graduation_mg_from_1t")
    return Decimal(policy.numbers[name]) / 1_000 / grams  # the data state milligrams
