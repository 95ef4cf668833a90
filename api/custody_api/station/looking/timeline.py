"""The chain of custody as a picture: where in it everything stands. Pure; `timeline.svg` draws what this lays out.

Time runs from left to right. One band says who holds the item, another which agency answers for it; seals, defects and
all other acts are marks on rows of their own. The picture is not to scale: where much happened within an hour the hour
is wide, and nothing is so short that it cannot be seen and touched.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import log1p
from typing import Any, Final

Shape = Mapping[str, Any]

NARROWEST: Final = 16.0
"""Pixels between two moments of which the picture knows, however close they are."""
WIDE: Final = 900.0
"""Pixels of a short history, without what stands at its left."""
LEFT: Final = 92.0
"""Pixels for the names of the rows."""
APART: Final = 122.0
"""Pixels between the beginnings of two dates on the axis."""
AT_ONCE: Final = timedelta(minutes=10)
"""What is recorded within so much is known when it happens; what is recorded later is dotted until then."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One stretch of custody. ``kind`` is person, place or outside; None: it left for good, and nothing follows.

    ``dotted`` is how many pixels of it nobody could read of yet; ``gap`` is the gap that it ends in.
    """

    x: float
    width: float
    kind: str | None
    holder: str | None
    place: str | None
    name: str
    since: str
    until: str | None
    act: str
    type: str
    position: int
    parties: Sequence[Shape]
    dotted: float
    recorded_at: str | None
    gap: Shape | None


@dataclass(frozen=True, slots=True)
class Reign:
    """One stretch of control; without an agency: of whoever leads the case, which is not told."""

    x: float
    width: float
    agency: str | None
    since: str | None
    until: str | None
    act: str | None


@dataclass(frozen=True, slots=True)
class Mark:
    """One moment on a row. ``what`` is a seal's state, a defect's severity, or the type of an act."""

    x: float
    at: str
    act: str
    what: str
    text: str
    open: bool = True
    count: int = 1


@dataclass(frozen=True, slots=True)
class Tick:
    """A date under the axis."""

    x: float
    at: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything that the picture shows, from left to right; x and widths in pixels."""

    width: float
    stays: tuple[Stay, ...]
    reigns: tuple[Reign, ...]
    seals: tuple[Mark, ...]
    defects: tuple[Mark, ...]
    acts: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    gone: bool
    """Whether it left for good."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Moments in order, and where each stands."""

    moments: Sequence[datetime]
    places: Sequence[float]

    def __call__(self, moment: datetime) -> float:
        """Where a moment stands: between its neighbours by the time that lies between."""
        after = bisect_right(self.moments, moment)
        if after == 0:
            return self.places[0]
        if after == len(self.moments):
            return self.places[-1]
        one, two = self.moments[after - 1], self.moments[after]
        left, right = self.places[after - 1], self.places[after]
        return left + (right - left) * ((moment - one) / (two - one))


def scale(moments: Iterable[datetime]) -> Scale:
    """Lay moments out: a stretch grows with the logarithm of its time, and none is narrower than `NARROWEST`."""
    known = sorted(set(moments))
    lasting = [log1p((two - one).total_seconds() / 60) for one, two in pairwise(known)]
    least = NARROWEST * len(lasting)
    spare = max(WIDE, 1.5 * least) - least
    whole = sum(lasting) or 1.0
    places = [LEFT]
    for each in lasting:
        places.append(places[-1] + NARROWEST + spare * each / whole)
    return Scale(known, [round(each, 1) for each in places])


def timeline(history: Shape, *, now: datetime, lead: str | None, defects: Iterable[Shape] | None = None) -> Timeline:
    """Lay out an item's history (`custody.facts.shapes.history_shape`) until an instant.

    ``lead`` is the agency that leads the case, None where that is not told; ``defects`` those that the item itself
    tells of, with their states: without them, those that its acts were accepted with.
    """
    acts = {each["act"]: each for each in history["acts"]}
    at = {name: happened(each) for name, each in acts.items()}
    stretches, seals, controls = history["custody"], history["seals"], history["controls"]
    gone = bool(stretches) and stretches[-1]["kind"] is None
    begun = [read(each["from"]) for each in stretches]
    late = [known for each in stretches if (known := _known_late(each, acts)) is not None]
    marked = [read(each["at"]) for each in seals] + [read(each["since"]) for each in controls]
    moments = [*begun, *late, *marked, *at.values()]
    last = max(moments, default=now)
    end = last + timedelta(hours=1) if gone or last >= now else now
    x = scale([*moments, end])
    marking = {each["act"] for each in (*stretches, *seals, *controls)}
    return Timeline(
        width=x.places[-1],
        stays=tuple(_stays(history, acts, x, end)),
        reigns=tuple(_reigns(controls, lead, x, moments, end)),
        seals=tuple(
            Mark(x(read(each["at"])), each["at"], each["act"], each["state"], each["number"] or "") for each in seals
        ),
        defects=tuple(_flaws(history, defects, at, x)),
        acts=tuple(
            Mark(x(at[name]), each["occurred_at"], name, each["type"], each["type"])
            for name, each in acts.items() if name not in marking
        ),
        ticks=tuple(_ticks([*begun, *marked, *at.values()], x)),
        gone=gone,
    )  # fmt: skip


def read(instant: str) -> datetime:
    """An instant as shapes write it."""
    return datetime.fromisoformat(instant)


def happened(act: Shape) -> datetime:
    """When an act happened, as far as it can have: a clock that ran ahead is read at the ledger's own time."""
    return min(read(act["occurred_at"]), read(act["recorded_at"]))


def _known_late(stretch: Shape, acts: Mapping[str, Shape]) -> datetime | None:
    """When a stretch became known, if that was not when it began."""
    act = acts.get(stretch["act"])
    known = read(act["recorded_at"]) if act else None
    return known if known is not None and known - read(stretch["from"]) > AT_ONCE else None


def _stays(history: Shape, acts: Mapping[str, Shape], x: Scale, end: datetime) -> Iterable[Stay]:
    gaps = {each["after"]: each for each in history["gaps"]}
    for each in history["custody"]:
        since, until = read(each["from"]), read(each["to"]) if each["to"] else end
        left = x(since)
        width = max(x(until) - left, 2.0)  # a late entry may read as ending before it began
        known = _known_late(each, acts)
        dotted = min(max(x(known) - left, 0.0), width) if known else 0.0
        act = acts.get(each["act"])
        yield Stay(
            left, width, each["kind"], each["holder"], each["place"], each["place_name"] or each["holder"] or "",
            each["from"], each["to"], each["act"], each["type"], each["position"], each["parties"], dotted,
            act["recorded_at"] if act and known else None, gaps.get(each["act"]),
        )  # fmt: skip


def _reigns(
    controls: Sequence[Shape], lead: str | None, x: Scale, moments: Sequence[datetime], end: datetime
) -> Iterable[Reign]:
    first = min(moments, default=end)
    begins = [first, *(read(each["since"]) for each in controls), end]
    who: list[Shape] = [{"agency": lead, "since": None, "act": None}, *controls]
    for each, after, (since, until) in zip(who, [*controls, None], pairwise(begins), strict=True):
        width = x(until) - x(since)
        if width > 0:
            until_told = after["since"] if after else None
            yield Reign(x(since), width, each["agency"], each["since"], until_told, each["act"])


def _flaws(
    history: Shape, defects: Iterable[Shape] | None, at: Mapping[str, datetime], x: Scale
) -> Iterable[Mark]:
    """One warning sign for each act, worst first, with how many defects it stands for."""
    told = defects if defects is not None else (
        {**each, "act": act["act"], "state": "open"} for act in history["acts"] for each in act["defects"]
    )  # fmt: skip
    by_act: dict[str, list[Shape]] = {}
    for each in told:
        if each["act"] in at:
            by_act.setdefault(each["act"], []).append(each)
    severities = ("exclusion-risk", "curable", "minor")
    for act, found in by_act.items():
        worst = min(found, key=lambda each: severities.index(each["severity"]))
        yield Mark(
            x(at[act]), at[act].isoformat(), act, worst["severity"],
            " · ".join(dict.fromkeys(each["code"] for each in found)),
            any(each["state"] in ("open", "contested") for each in found), len(found),
        )  # fmt: skip


def _ticks(moments: Iterable[datetime], x: Scale) -> Iterable[Tick]:
    """Dates for as many moments as have room."""
    free = 0.0
    for each in sorted(set(moments)):
        if (place := x(each)) >= free:
            free = place + APART
            yield Tick(place, each.isoformat())
