"""Conservation: what is set apart, what remains and what is lost are what there was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from custody.acts.dividing import Division, Reclassification
from custody.properties.property import Allowed, Contradiction, Take
from custody.properties.told import BEARING, Told


class Quantities:
    """How much there is of each item: as it was taken, less what divisions set apart."""

    def __init__(self, allowed: Allowed) -> None:
        self._allowed = allowed
        self._known: dict[str, tuple[str, str, str]] = {}
        """item → category, quantity, unit"""

    def takes(self) -> Mapping[str, Take]:
        """What comes to exist, what is divided, and what turns out to be of another category."""
        return {
            **dict.fromkeys(BEARING, self._bear), "division": self._divide, "reclassification": self._reclassify,
            "lab-result": self._examine,
        }  # fmt: skip

    def end(self) -> Iterable[Contradiction]:
        """Nothing waits for the end."""
        return ()

    def _bear(self, told: Told) -> Iterable[Contradiction]:
        known = self._known
        for each in told.births:
            known[each.item] = (each.category, each.quantity, each.unit)
        return ()

    def _reclassify(self, told: Told) -> Iterable[Contradiction]:
        act: Reclassification = told.act
        known = self._known.get(act.item)
        if known is not None and act.category is not None and not told.reading.voided:
            self._known[act.item] = (act.category, *known[1:])
        return ()

    def _divide(self, told: Told) -> Iterator[Contradiction]:
        act: Division = told.act
        known = self._known.get(act.parent)
        self._bear(told)
        if known is None or len(act.children) in told.reading.voided:
            return
        category, quantity, unit = known
        image = act.kind == "image"
        apart = Decimal(0) if image else sum((Decimal(each.quantity) for each in told.births), Decimal(0))
        total = Decimal(act.remainder) + apart + Decimal(act.loss) - Decimal(act.gain)
        weighed = category == "drugs" and not image  # everything else is conserved exactly
        within = self._allowed(quantity, unit) if weighed else Decimal(0)
        if abs(total - Decimal(quantity)) > within:
            facts = {"item": act.parent, "before": quantity, "after": str(total), "unit": unit}
            yield Contradiction(told.index, facts)
        self._known[act.parent] = (category, act.remainder, unit)

    def _examine(self, told: Told) -> Iterator[Contradiction]:
        """More cannot be left of a specimen than there was, in the unit it was taken in."""
        act = told.act
        known = self._known.get(act.item)
        if known is None or act.residual is None or act.residual.unit != known[2] or told.reading.voided:
            return
        _, quantity, unit = known
        if act.residual.amount > Decimal(quantity) + self._allowed(quantity, unit):
            facts = {"item": act.item, "before": quantity, "after": str(act.residual.quantity), "unit": unit}
            yield Contradiction(told.index, facts)
