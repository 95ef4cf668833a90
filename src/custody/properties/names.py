"""Names mean one thing for ever: label codes, items, seal numbers, kits and manifests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from custody.properties.property import Contradiction, Take
from custody.properties.told import BEARING, Told


class Names:
    """Every name that was given, and the act that gave it."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}
        self._in_force: dict[str, str] = {}

    def takes(self) -> Mapping[str, Take]:
        """Every act that gives a name, or retires one."""
        return {
            **dict.fromkeys(BEARING, self._bear), "sealing": self._seal, "labelling": self._label,
            "offer": self._offer,
        }  # fmt: skip

    def end(self) -> Iterable[Contradiction]:
        """Nothing waits for the end."""
        return ()

    def _bear(self, told: Told) -> Iterator[Contradiction]:
        given, in_force, index = self._given, self._in_force, told.index
        for each in told.births:
            in_force[each.item] = each.code
            if each.code in given:
                yield from self._give(told, each.code)
            else:
                given[each.code] = index
        if told.act.act == "blood-draw":
            yield from self._give(told, told.act.kit)
        yield from self._seal(told)

    def _seal(self, told: Told) -> Iterator[Contradiction]:
        for number in told.act.seals_put_on:
            if told.act.act == "discrepancy":  # which says itself that something does not agree
                self._given.setdefault("seal " + number, told.index)
            else:
                yield from self._give(told, "seal " + number)

    def _label(self, told: Told) -> Iterator[Contradiction]:
        act = told.act
        if told.reading.voided:
            return
        yield from self._give(told, act.code)
        known = self._in_force.get(act.item)
        if act.retired is not None and known != act.retired:
            yield Contradiction(told.index, {"name": act.retired, "problem": "retired, not in force", "item": act.item})
        self._in_force[act.item] = act.code

    def _offer(self, told: Told) -> Iterator[Contradiction]:
        yield from self._give(told, told.act.manifest)

    def _give(self, told: Told, name: str) -> Iterator[Contradiction]:
        before = self._given.setdefault(name, told.index)
        if before != told.index:
            yield Contradiction(told.index, {"name": name, "problem": "given twice", "before": before + 1})
