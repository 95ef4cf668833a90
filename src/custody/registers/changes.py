"""What changed between two moments: each item, axis by axis, with the acts that did it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Final

from sqlalchemy import Connection

from custody.acts.entry import Recorded
from custody.facts.amend import readings
from custody.facts.folding import evolve_item, in_reading_order
from custody.facts.item import ItemFacts
from custody.facts.shapes import Shape, act_shape, item_shape
from custody.ledger.history import standing
from custody.ledger.past import Past, histories
from custody.ledger.reader import Reader
from custody.registers import custody
from custody.registers.replayed import State, item_pages

AXES: Final[Mapping[str, tuple[str, ...]]] = {
    "custody": ("custody", "loan", "laboratory"),
    "control": ("control", "offer"),
    "measure": ("measure", "measure_expires", "measure_lifted"),
    "seal": ("seal", "condition"),
    "disposition": ("disposition",),
    "holds": ("holds",),
    "defects": ("defects",),
}
"""The axes on which items move (custody, control, measure, seal and condition, disposition), holds, defects, and the
fields of an item that each shows; whatever else an item shows is ``thing``."""

THING: Final = "thing"
_AT_ONCE: Final = 200
_DERIVED: Final = frozenset({"status", "version"})


@dataclass(frozen=True, slots=True)
class Change:
    """An item's axis: its fields before and after (None: the item was not there), and the acts that did it."""

    item: str
    axis: str
    before: Shape | None
    after: Shape | None
    acts: tuple[Shape, ...]


def changes(ledger: Reader, before: State, after: State) -> Iterator[Change]:
    """What differs between two states, the second the later one, ordered by item.

    An act did it if the item's own facts differ on that axis before and after it. Where none does, it is what the case
    brought, or a correction: then those new acts on the item and its case are named that moved it on no axis.
    """
    past = Past(ledger)
    of_cases: dict[str, list[Shape]] = {}
    with before.store.reading() as earlier, after.store.reading() as later:
        differing = _differing(_items(earlier), _items(later))
        while some := list(islice(differing, _AT_ONCE)):
            found = histories(past, [f"item:{item}" for item, _, _ in some])
            for item, was, now in some:
                records = found[f"item:{item}"]
                case = (now or was or {})["case"]
                if case not in of_cases:
                    of_cases[case] = _of_case(earlier, later, case)
                had = {each.index for each in standing(records, before.moment)}
                new = {each.index + 1: each for each in standing(records, after.moment) if each.index not in had}
                acts = {each["position"]: each for each in (*map(act_shape, new.values()), *of_cases[case])}
                yield from _told(item, was, now, [acts[at] for at in sorted(acts)], _steps(item, records, after, new))


def _told(
    item: str, was: Shape | None, now: Shape | None, acts: Sequence[Shape], steps: Mapping[int, set[str]]
) -> Iterator[Change]:
    rest = [act for act in acts if not steps.get(act["position"])]
    for axis, one, two in axes_between(was, now):
        moved = [act for act in acts if axis in steps.get(act["position"], ())]
        yield Change(item, axis, one, two, tuple(moved or rest or acts))


def _items(connection: Connection) -> Iterator[Shape]:
    return chain.from_iterable(item_pages(connection))


def _differing(ones: Iterator[Shape], twos: Iterator[Shape]) -> Iterator[tuple[str, Shape | None, Shape | None]]:
    """Items that are shown otherwise, by a walk through both lists side by side."""
    one, two = next(ones, None), next(twos, None)
    while one is not None or two is not None:
        least = min(each["item"] for each in (one, two) if each is not None)
        was = one if one is not None and one["item"] == least else None
        now = two if two is not None and two["item"] == least else None
        if was != now:
            yield least, was, now
        one = next(ones, None) if was is not None else one
        two = next(twos, None) if now is not None else two


def axes_between(was: Shape | None, now: Shape | None) -> Iterator[tuple[str, Shape | None, Shape | None]]:
    """The axes on which an item is shown otherwise, each with its fields before and after."""
    one, two = _by_axis(was), _by_axis(now)
    for axis in (*AXES, THING):
        if one.get(axis) != two.get(axis):
            yield axis, one.get(axis), two.get(axis)


def _by_axis(shape: Shape | None) -> dict[str, Shape]:
    if shape is None:
        return {}
    of = {field: axis for axis, fields in AXES.items() for field in fields}
    found: dict[str, dict[str, Any]] = {axis: {} for axis in (*AXES, THING)}
    for field, value in shape.items():
        if field not in _DERIVED:
            found[of.get(field, THING)][field] = value
    return found


def _of_case(earlier: Connection, later: Connection, case: str) -> list[Shape]:
    """The acts on a case, and on none of its items, that the later state has and the earlier one has not."""
    had = {each["position"] for each in custody.acts_on(earlier, f"case:{case}")}
    new = [each for each in custody.acts_on(later, f"case:{case}") if each["position"] not in had]
    touched = custody.touched_each(later, [each["position"] for each in new])
    return [act for act in new if not any(each.startswith("item:") for each in touched[act["position"]])]


def _steps(item: str, records: Sequence[Recorded], after: State, new: Collection[int]) -> dict[int, set[str]]:
    """On which axes each new act, by its position, left the item's own facts otherwise than it found them."""
    known = [each for each in records if after.moment.knows(each)]
    steps: dict[int, set[str]] = {}
    facts: ItemFacts | None = None
    shown: Shape | None = None
    for reading in in_reading_order(item, list(filter(after.moment.includes, readings(known)))):
        before, facts = shown, evolve_item(facts, reading, item)
        shown = item_shape(facts) if facts is not None else None
        position = reading.recorded.index + 1
        if position in new:
            steps.setdefault(position, set()).update(axis for axis, _, _ in axes_between(before, shown))
    return steps
