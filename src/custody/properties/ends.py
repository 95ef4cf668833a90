"""Every end is explained, and comes once: an item that is gone says how it went, and nothing is done to it later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from custody.acts.disposition import Release
from custody.acts.dividing import Division
from custody.properties.property import Contradiction, Take
from custody.properties.told import Told

_ON_WHAT_IS_THERE = ("sealing", "unsealing", "labelling", "offer", "disposition-order", "appraisal", "public-notice")
"""What is done only to things that are there."""


class Ends:
    """The items that are gone, and by which act."""

    def __init__(self) -> None:
        self._gone: dict[str, str] = {}
        self._used_up: set[str] = set()

    def takes(self) -> Mapping[str, Take]:
        """Exits, divisions that leave nothing, and whatever is done only to what is there."""
        return {
            **dict.fromkeys(_ON_WHAT_IS_THERE, self._touch), "release": self._release, "division": self._divide,
            "lab-result": self._examine,
        }  # fmt: skip

    def end(self) -> Iterable[Contradiction]:
        """Nothing waits for the end."""
        return ()

    def _release(self, told: Told) -> Iterator[Contradiction]:
        act: Release = told.act
        missing = _unexplained(act)
        for _, item in told.items():
            if missing:
                yield Contradiction(told.index, {"item": item, "problem": "unexplained", "missing": missing})
            if act.kind != "consumed" and item in self._used_up:
                yield Contradiction(told.index, {"item": item, "problem": "used up before", "kind": act.kind})
            yield from self._once(told, item)
            if act.payment is None or not Decimal(act.payment.remains):
                self._gone[item] = act.id

    def _divide(self, told: Told) -> Iterator[Contradiction]:
        act: Division = told.act
        if len(act.children) in told.reading.voided:
            return
        yield from self._once(told, act.parent)
        if not Decimal(act.remainder):
            self._gone[act.parent] = act.id

    def _touch(self, told: Told) -> Iterator[Contradiction]:
        if self._gone:
            for _, item in told.items():
                yield from self._once(told, item)

    def _once(self, told: Told, item: str) -> Iterator[Contradiction]:
        gone = self._gone.get(item)
        if gone is not None:
            yield Contradiction(told.index, {"item": item, "problem": "gone before", "by": gone, "act": told.act.act})

    def _examine(self, told: Told) -> Iterable[Contradiction]:
        if told.act.consumed and not told.reading.voided:
            self._used_up.add(told.act.item)
        return ()


def _unexplained(act: Release) -> list[str]:
    """What an exit of its kind says, and this one does not."""
    said = {
        "approver": any(signer.part == "approver" for signer in act.signers),
        "basis": bool(act.order or act.basis),
    }
    if act.kind in ("returned", "handed-over", "supplied-to-subject"):
        said["recipient"] = act.recipient is not None
    elif act.kind == "remitted":
        said["voucher"] = act.voucher is not None
    elif act.kind == "destroyed":
        said["destruction"] = act.destruction is not None
    elif act.kind == "sold":
        said["sale"] = act.sale is not None
    return [name for name, there in said.items() if not there]
