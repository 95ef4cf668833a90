"""An act as it reads today, with every correction that was ever recorded, and the items that come to exist by it.

Derived from the acts alone: nothing here knows the facts that decisions were made from, so that the two can disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from custody.acts.act import Act
from custody.acts.differences import Discrepancy
from custody.acts.disposition import Release
from custody.acts.dividing import Division
from custody.acts.entry import Recorded
from custody.acts.samples import BloodDraw
from custody.acts.taking import Details, Seizure
from custody.errors import CustodyError
from custody.facts.amend import Reading, readings


class Birth(NamedTuple):
    """An item that comes to exist: in which case, under which code, as how much of what."""

    item: str
    case: str
    code: str
    category: str
    quantity: str
    unit: str
    details: Details | None


@dataclass(frozen=True, slots=True)
class Told:
    """One act as it reads, and what it brings into being."""

    reading: Reading
    births: tuple[Birth, ...]

    @property
    def act(self) -> Any:
        """The act."""
        return self.reading.act

    @property
    def index(self) -> int:
        """The leaf index at which it was recorded; of an inserted act, that of its correction."""
        return self.reading.recorded.index

    @property
    def when(self) -> datetime:
        """When it happened."""
        return self.reading.happened_at

    def items(self) -> Iterator[tuple[int, str]]:
        """The items it names that were not voided there, with their place in its own list."""
        voided = self.reading.voided
        return ((index, item) for index, item in enumerate(self.act.own_items) if index not in voided)

    def marked(self, code: str) -> frozenset[str]:
        """The items of which its entry records a defect."""
        found: set[str] = set()
        for defect in self.reading.recorded.defects:
            if defect.code == code:
                found.update([item for index, item in self.items() if not defect.items or index in defect.items])
        return frozenset(found)


def told(recorded: Recorded, corrections: Sequence[Recorded] = ()) -> list[Told]:
    """How an act reads with the corrections that name it: first what they insert before it, then itself.

    A voided act is told with all its items voided. A correction that does not fit leaves it as it was signed: another
    step says so.
    """
    if not corrections:
        return [_told(Reading(recorded, recorded.act))]
    try:
        read = readings((recorded, *corrections))
    except CustodyError:
        read = [Reading(recorded, recorded.act)]
    amending = {each.act.id for each in corrections}
    standing = [each for each in read if each.act.id not in amending or each.act is not each.recorded.act]
    if all(each.recorded is not recorded for each in standing):
        everything = frozenset(range(len(recorded.act.own_items)))
        standing.append(Reading(recorded, recorded.act, everything, amended=True))
    return [_told(each) for each in standing]


def _told(reading: Reading) -> Told:
    bears = BEARING.get(reading.act.act)
    if bears is None:
        return Told(reading, ())
    if not reading.voided:
        return Told(reading, tuple(bears(reading.act)))
    act = reading.act
    gone = {act.own_items[index] for index in reading.voided}
    if len(gone) == len(act.own_items):
        return Told(reading, ())
    return Told(reading, tuple([each for each in bears(act) if each.item not in gone]))


def _seizure(act: Seizure) -> Iterable[Birth]:
    return [
        Birth(each.item, act.case, each.code, each.category, each.quantity, each.unit, each.details)
        for each in act.items
    ]


def _blood_draw(act: BloodDraw) -> Iterable[Birth]:
    return [
        Birth(each.item, act.case, each.code, "biological", each.volume_ml, "mL", None) for each in act.tubes
    ]  # fmt: skip


def _division(act: Division) -> Iterable[Birth]:
    return [
        Birth(each.item, act.case, each.code, each.category, each.quantity, each.unit, each.details)
        for each in act.children
    ]


def _release(act: Release) -> Iterable[Birth]:
    sale = act.sale
    if sale is None:
        return ()
    return (Birth(sale.item, sale.case, sale.proceeds, "cash", sale.price, sale.currency, None),)


def _discrepancy(act: Discrepancy) -> Iterable[Birth]:
    inner: Act | None = act.embedded
    if inner is None or inner.act not in ("seizure", "blood-draw", "division"):
        return ()
    known = set(act.items)
    return [
        each._replace(case=act.case or each.case) for each in BEARING[inner.act](inner) if each.item not in known
    ]


BEARING: Final[Mapping[str, Callable[[Any], Iterable[Birth]]]] = {
    "seizure": _seizure,
    "blood-draw": _blood_draw,
    "division": _division,
    "release": _release,
    "discrepancy": _discrepancy,
}
"""What each type of act brings into being."""
