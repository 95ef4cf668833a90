"""Defects as they stand on an item: recorded, then perhaps explained, accepted or contested."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from custody.acts.entry import Severity
from custody.acts.oversight import Remedy

DefectState = Literal["open", "explained", "accepted", "reviewed", "contested"]
"""A curable defect is accepted as remedied; a risk of exclusion is only reviewed: whether the evidence stands is for
others to decide (法释〔2021〕1号 arts 86, 98, 114)."""


@dataclass(frozen=True, slots=True)
class OpenDefect:
    """A defect on the item: recorded, then perhaps explained, then perhaps accepted as remedied."""

    id: str
    code: str
    rule: str
    severity: Severity
    act: str
    state: DefectState = "open"
    person: str | None = None
    """In whose name a doubted key signed: only this person confirms or contests it."""


_STATE_AFTER: Final[dict[str, DefectState]] = {
    "explain": "explained", "accept": "accepted", "confirm": "accepted", "contest": "contested",
}  # fmt: skip
_GRAVEST_FIRST: Final = ("contested", "open", "explained", "reviewed", "accepted")


def remedied(defects: tuple[OpenDefect, ...], act: Remedy) -> tuple[OpenDefect, ...]:
    """Defects after one was explained, accepted, confirmed or contested; a doubt only by whose signature it is."""
    by = {None, act.signers[0].person}
    return tuple(
        replace(each, state=_state_after(each, act.action)) if each.id == act.defect and each.person in by else each
        for each in defects
    )


def _state_after(defect: OpenDefect, action: str) -> DefectState:
    if action == "accept" and defect.severity == "exclusion-risk":
        return "reviewed"
    return _STATE_AFTER[action]


def each_once(defects: Iterable[OpenDefect]) -> tuple[OpenDefect, ...]:
    """Each defect by its id: an act that several doubted keys signed is in doubt until all of them are cleared."""
    found: dict[str, OpenDefect] = {}
    for each in defects:
        known = found.get(each.id)
        if known is None or _GRAVEST_FIRST.index(each.state) < _GRAVEST_FIRST.index(known.state):
            found[each.id] = each
    return tuple(found.values())
