"""What an act about a place concerns beyond what it names: what lies in it, and what lay there when it was too warm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from custody.acts.act import Act
from custody.acts.entry import Defect, Recorded
from custody.acts.keeping import CustodianHandover
from custody.acts.observing import Observation
from custody.facts.examination import EXCURSION
from custody.facts.kinds import Need
from custody.facts.stays import StaysFacts

if TYPE_CHECKING:
    from custody.facts.known import Facts


def looked_at(act: Act, records: Mapping[str, Recorded | None]) -> Observation | None:
    """The temperature of a whole place that an act states, or that the act states which it remedies or corrects."""
    for each in (act, *(known.act for known in records.values() if known is not None)):
        if isinstance(each, Observation) and each.place is not None and each.temperature is not None:
            return each
    return None


def concerned(act: Act, looked: Observation | None, need: Need, fact: Any) -> Iterable[Need]:
    """What follows from a place: the places in it with what lies there, and the items that the act is about."""
    if need.kind == "within":
        yield from (Need(kind, place) for place in sorted(fact.places) for kind in ("within", "stays"))
    elif need.kind == "stays" and looked is not None and looked.temperature is not None:
        seen = looked.temperature
        yield from (Need("item", item) for item in fact.during(seen.since, seen.until))
    elif isinstance(act, CustodianHandover) and (fact.unsure or any(each.draw for each in act.places)):
        yield from (Need("item", item) for item in fact.lying(act.seen.size))  # a draw goes by category


def lying(facts: Facts, act: CustodianHandover, place: str) -> tuple[str, ...]:
    """What the book has in a place, and in those within it that the act does not count by themselves, sorted by id:
    as of the head that the signers had seen."""
    apart = {each.place for each in act.places} - {place}
    found = {item for stays in _stays(facts, place, apart) for item in stays.lying(act.seen.size)}
    return tuple(sorted(item for item in found if not _voided(facts, item)))


def reached(facts: Facts, act: Act) -> tuple[str, ...]:
    """The items that lay in a place, or in one within it, while its temperature was as an observation says."""
    if not isinstance(act, Observation) or act.place is None or act.temperature is None:
        return ()
    seen = act.temperature
    found = {item for stays in _stays(facts, act.place) for item in stays.during(seen.since, seen.until)}
    return tuple(sorted(item for item in found if facts.item(item) is not None and not _voided(facts, item)))


def is_excursion(act: Act, defects: Iterable[Defect]) -> bool:
    """Whether an observation of a place was marked as too warm or too cold."""
    return isinstance(act, Observation) and act.place is not None and any(each.code == EXCURSION for each in defects)


def _voided(facts: Facts, item: str) -> bool:
    known = facts.found.get(("item", item))
    return known is not None and known.voided


def _stays(facts: Facts, place: str, apart: Iterable[str] = ()) -> Iterator[StaysFacts]:
    waiting, met = [place], set(apart)
    while waiting:
        at = waiting.pop()
        if at in met:
            continue
        met.add(at)
        stays, within = facts.found.get(("stays", at)), facts.found.get(("within", at))
        if stays is not None:
            yield stays
        waiting += sorted(within.places) if within is not None else []
