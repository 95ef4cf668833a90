"""Facts about examinations: results, who was told, who asked to examine anew and what was decided; and what was
measured of an item while it was kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from custody.acts.observing import Observation
from custody.acts.results import LabResult, Reexamination, ReexaminationRequest, ResultNotice
from custody.acts.values import Line, Measure
from custody.facts.amend import Reading
from custody.facts.weight import GRAMS

if TYPE_CHECKING:
    from custody.facts.item import ItemFacts

EXCURSION: Final = "TEMPERATURE_EXCURSION"
"""The defect of an observation that says, or shows, that it was too warm or too cold."""


@dataclass(frozen=True, slots=True)
class Result:
    """A laboratory's result on one item. ``value`` is null where it is sealed."""

    act: str
    item: str
    at: datetime
    opinion: str
    value: str | None
    unit: str | None
    method: str
    examiners: frozenset[str]
    residual: Measure | None
    consumed: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """That a result was told: to whom by capacity, how, and what they said."""

    act: str
    result: str
    at: datetime
    capacity: str
    manner: str
    response: str


@dataclass(frozen=True, slots=True)
class Anew:
    """A request to examine anew, and what was decided: the specimen it releases, and for which laboratory."""

    request: str
    item: str
    at: datetime | None = None
    ground: str | None = None
    decision: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    specimen: str | None = None
    laboratory: str | None = None


@dataclass(frozen=True, slots=True)
class Examinations:
    """All that is known of the examinations of an item, or of the tubes of a kit, in reading order."""

    results: tuple[Result, ...] = ()
    notices: tuple[Notice, ...] = ()
    anew: tuple[Anew, ...] = ()

    def result(self, act: str) -> Result | None:
        """A result by the act that recorded it."""
        return next((each for each in self.results if each.act == act), None)

    def request(self, act: str) -> Anew | None:
        """A request to examine anew, by its act."""
        return next((each for each in self.anew if each.request == act), None)

    def released_for(self, specimen: str) -> str | None:
        """The laboratory for which a granted re-examination releases an item."""
        granted = [each.laboratory for each in self.anew if each.decision == "granted" and each.specimen == specimen]
        return granted[-1] if granted else None

    def is_open(self, each: Anew) -> bool:
        """Whether a re-examination is undecided, or granted and without the result of its specimen."""
        if each.decision is None:
            return True
        since = each.decided_at
        examined = any(one.item == each.specimen and since is not None and one.at >= since for one in self.results)
        return each.decision == "granted" and not examined


NOTHING: Final = Examinations()

EXAMINING: Final = (LabResult, ResultNotice, ReexaminationRequest, Reexamination)
"""The acts that say something of examinations."""


def evolve_examinations(facts: Examinations, reading: Reading) -> Examinations:
    """Fold one act, as it reads, into what is known of examinations."""
    act = reading.act
    if 0 in reading.voided:
        return facts
    if isinstance(act, LabResult):
        return replace(facts, results=(*facts.results, _result(act, reading)))
    if isinstance(act, ResultNotice):
        told = Notice(act.id, act.result, reading.happened_at, act.capacity, act.manner, act.response)
        return replace(facts, notices=(*facts.notices, told))
    if isinstance(act, ReexaminationRequest):
        return replace(facts, anew=(*facts.anew, Anew(act.id, act.item, reading.happened_at, act.ground)))
    if isinstance(act, Reexamination):
        asked = facts.request(act.request) or Anew(act.request, act.item)
        decided = replace(
            asked, decision=act.decision, decided_by=act.id, decided_at=reading.happened_at, specimen=act.specimen,
            laboratory=act.laboratory,
        )  # fmt: skip
        return replace(facts, anew=(*(each for each in facts.anew if each.request != act.request), decided))
    return facts


def _result(act: LabResult, reading: Reading) -> Result:
    examiners = frozenset([signer.person for signer in act.signed_by("examiner")])
    value = act.value if isinstance(act.value, str) else None
    return Result(
        act.id, act.item, reading.happened_at, act.opinion, value, act.unit, act.method, examiners, act.residual,
        act.consumed,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Excursion:
    """A stretch of time in which an item was kept too warm or too cold, in degrees Celsius."""

    act: str
    since: datetime
    until: datetime
    min: str
    max: str
    place: str | None = None
    """Of which place it was observed; None: of the item itself."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """One weighing of an item, in the unit that was read."""

    act: str
    at: datetime
    quantity: str
    unit: str


class Studies(NamedTuple):
    """What was studied of an item: in laboratories, and by whoever looked after it."""

    examined: Examinations = NOTHING
    excursions: tuple[Excursion, ...] = ()
    weighed: tuple[Weighed, ...] = ()


NO_STUDIES: Final = Studies()


def studied(facts: ItemFacts, reading: Reading, position: int) -> dict[str, Any]:
    """The fields of an item that an examination or an observation of it changes."""
    act, known = reading.act, facts.studies
    if isinstance(act, EXAMINING):
        return {"studies": known._replace(examined=evolve_examinations(known.examined, reading))}
    if not isinstance(act, Observation):
        return {}
    line = act.lines[position]
    found: dict[str, Any] = {"condition": line.condition, **weighed(facts, reading, line)}
    if facts.seal_state == "sealed" and line.seal_seen in ("broken", "none"):
        found["seal_state"] = "broken"
    outside = _excursion(act, reading, position)
    if outside:
        after: Studies = found.get("studies", known)
        found["studies"] = after._replace(excursions=(*known.excursions, outside))
    return found


def warmed(facts: ItemFacts, act: Observation) -> dict[str, Any]:
    """The excursions of an item with the one that an observation found of the whole place in which it lay."""
    seen = act.temperature
    if act.place is None or seen is None:
        return {}
    outside = Excursion(act.id, seen.since, seen.until, seen.min, seen.max, act.place)
    return {"studies": facts.studies._replace(excursions=(*facts.excursions, outside))}


def weighed(facts: ItemFacts, reading: Reading, line: Line) -> dict[str, Any]:
    """What was studied of an item with the weighings that stand in a line."""
    found = [
        Weighed(reading.act.id, reading.happened_at, each.quantity, each.unit)
        for each in line.measured
        if each.unit in GRAMS
    ]
    known = facts.studies
    return {"studies": known._replace(weighed=(*known.weighed, *found))} if found else {}


def _excursion(act: Observation, reading: Reading, position: int) -> Excursion | None:
    """The excursion that an observation shows of one item, as the ledger marked it."""
    marked = any(
        each.code == EXCURSION and (not each.items or position in each.items) for each in reading.recorded.defects
    )
    seen = act.temperature
    return Excursion(act.id, seen.since, seen.until, seen.min, seen.max) if marked and seen else None
