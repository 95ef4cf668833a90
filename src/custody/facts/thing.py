"""What an item is as a thing: where it came from and what was set apart from it, how long its measure lasts, what was
read off it, and what does not agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from custody.acts.act import Act
from custody.acts.control import Answer
from custody.acts.counting import StockTake
from custody.acts.custody import Moving
from custody.acts.differences import Closed, Discrepancy, Explained, Raised
from custody.acts.dividing import Division, Reclassification
from custody.acts.keeping import CustodianHandover
from custody.acts.measures import Extending, MeasureChange
from custody.acts.observing import Observation
from custody.acts.taking import DigitalDetails, TakenItem, VehicleDetails
from custody.acts.values import Line
from custody.facts.amend import Reading

if TYPE_CHECKING:
    from custody.facts.item import ItemFacts


@dataclass(frozen=True, slots=True)
class Question:
    """A discrepancy that puts an item in question, and how it ended, if it did."""

    act: str
    kind: str
    explained: bool = False
    outcome: str | None = None

    @property
    def open(self) -> bool:
        """Whether the inquiry still runs."""
        return self.outcome is None


@dataclass(frozen=True, slots=True)
class Missed:
    """A count that did not find an item, and the act that answered for it since: somebody had the item before them
    again, or the inquiry into where it is was closed."""

    act: str
    at: datetime
    answered_by: str | None = None


class Thing(NamedTuple):
    """What an item is as a thing."""

    parent: str | None = None
    """The item it was divided from."""
    children: tuple[str, ...] = ()
    used_up: bool = False
    """Whether a division left nothing under its own code."""
    expires: date | None = None
    """The last day of its measure, where that has a term."""
    extensions: int = 0
    lifted: str | None = None
    """The act that lifted its measure."""
    questions: tuple[Question, ...] = ()
    odometer: Decimal | None = None
    """What its odometer was last read at, in kilometres."""
    sha256: str | None = None
    sm3: str | None = None
    """The integrity values it was taken or made with: no later reading replaces them."""
    missed: tuple[Missed, ...] = ()
    """The counts that did not find it."""

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """The discrepancies that are still open."""
        return tuple([each for each in self.questions if each.open])

    @property
    def missing(self) -> bool:
        """Whether nobody knows where it is: reported, or the inquiry ended with that."""
        last = next((each for each in reversed(self.questions) if each.kind == "missing"), None)
        return last is not None and (last.open or last.outcome == "lost")

    @property
    def lost(self) -> bool:
        """Whether the last inquiry after it ended with its loss."""
        last = next((each for each in reversed(self.questions) if each.kind == "missing"), None)
        return last is not None and last.outcome == "lost"


NO_THING = Thing()


def thing_taken(taken: TakenItem, expires: date | None) -> Thing:
    """What a seizure says of a thing."""
    details = taken.details
    if isinstance(details, VehicleDetails):
        return Thing(expires=expires, odometer=Decimal(details.odometer_km))
    if isinstance(details, DigitalDetails):
        return Thing(expires=expires, sha256=details.sha256, sm3=details.sm3)
    return NO_THING if expires is None else Thing(expires=expires)


def thing_divided(act: Division, position: int) -> Thing:
    """What a division says of a child."""
    details = act.children[position].details
    if isinstance(details, DigitalDetails):
        return Thing(parent=act.parent, sha256=details.sha256, sm3=details.sm3)
    return Thing(parent=act.parent)


def thing_after(facts: ItemFacts, act: Act) -> dict[str, Any]:
    """The fields of an item's facts that an act on it as a thing changes, with their new values."""
    thing = facts.thing
    if isinstance(act, MeasureChange):
        if isinstance(act.change, Extending):
            longer = thing._replace(expires=act.change.expires, extensions=thing.extensions + 1)
            return {"thing": longer}
        return {"thing": thing._replace(lifted=act.id)}
    if isinstance(act, Division):
        born = tuple([child.item for child in act.children])
        left = Decimal(act.remainder) == 0
        return {"quantity": act.remainder,
                "thing": thing._replace(children=(*thing.children, *born), used_up=left)}  # fmt: skip
    if isinstance(act, Reclassification):
        return _reclassified(facts, act)
    if isinstance(act, Discrepancy):
        return {"thing": thing._replace(questions=_questions_after(thing.questions, act))}
    return {}


def _reclassified(facts: ItemFacts, act: Reclassification) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if act.evidential is not None:
        found["evidential"] = act.evidential
    if act.category is not None:
        found["category"] = act.category
    if act.standing is not None:
        found["measure"] = "seized" if act.standing == "case-property" else "effects-kept"
    return found


def _questions_after(known: tuple[Question, ...], act: Discrepancy) -> tuple[Question, ...]:
    said = act.report
    if isinstance(said, Raised):
        return (*known, Question(act.id, said.kind))
    return tuple([_answered(each, said) if each.act == said.discrepancy else each for each in known])


def _answered(question: Question, said: Explained | Closed) -> Question:
    if isinstance(said, Explained):
        return Question(question.act, question.kind, True, question.outcome)
    return Question(question.act, question.kind, question.explained, said.outcome)


_ANSWERING: Final = ("missing", "refused-act")
"""The kinds of discrepancies whose end says where an item is: it was looked for, or went by an act refused before."""


def looked_for(thing: Thing, reading: Reading, position: int) -> Thing:
    """What a thing is after an act that may be a count which missed it, or that answers one which did."""
    act, at = reading.act, reading.happened_at
    if isinstance(act, StockTake) and position < len(act.missing):
        return thing._replace(missed=(*thing.missed, Missed(act.id, at)))
    if not _answers(thing, act, position):
        return thing
    return thing._replace(
        missed=tuple([
            replace(each, answered_by=act.id) if each.answered_by is None and each.at < at else each
            for each in thing.missed
        ])
    )  # fmt: skip


def _answers(thing: Thing, act: Act, position: int) -> bool:
    """Whether an act says where an item is: a line on it is signed by whoever had it before them."""
    if isinstance(act, Discrepancy) and isinstance(act.report, Closed):
        return any(each.act == act.report.discrepancy and each.kind in _ANSWERING for each in thing.questions)
    if isinstance(act, Answer):
        return act.lines[position].hands_over
    return isinstance(act, (Moving, Observation, CustodianHandover, StockTake))


def read_off(facts: ItemFacts, line: Line) -> Thing:
    """What a thing is after somebody read its odometer on a line."""
    read = [measure.amount for measure in line.measured if measure.unit == "km"]
    return facts.thing._replace(odometer=read[-1]) if read else facts.thing


def with_measure(item: dict[str, Any], above: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """An item as it is shown, with the measure it is under: its own, or as long as that says nothing that of what it
    was divided from. ``above`` holds those as they are shown, by id."""
    source, passed = item, {item["item"]}
    while source["measure_expires"] is None and source["measure_lifted"] is None:
        parent = above.get(source["parent"] or "")
        if parent is None or parent["item"] in passed:
            return item
        source = parent
        passed.add(parent["item"])
    return {**item, "measure_expires": source["measure_expires"], "measure_lifted": source["measure_lifted"]}


def status_of_thing(thing: Thing) -> str | None:
    """The status that a thing itself has, whoever holds it: missing, lost, wholly divided; None otherwise."""
    if thing.missing:
        return "lost" if thing.lost else "missing"
    return "divided" if thing.used_up else None


def thing_shape(thing: Thing) -> dict[str, Any]:
    """Show how long its measure lasts, where it came from, what was read off it, and what is in question."""
    return {
        "measure_expires": thing.expires.isoformat() if thing.expires else None,
        "measure_lifted": thing.lifted,
        "parent": thing.parent,
        "children": list(thing.children),
        "odometer_km": str(thing.odometer) if thing.odometer is not None else None,
        "sha256": thing.sha256,
        "quarantined": bool(thing.open_questions),
        "discrepancies": [
            {"act": each.act, "kind": each.kind, "state": each.outcome or ("explained" if each.explained else "open")}
            for each in thing.questions
        ],
    }
