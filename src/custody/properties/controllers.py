"""One controlling agency at each instant: control passes only by an accepted line of an open manifest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from custody.acts.act import Act
from custody.acts.control import ByAgency, InControl
from custody.acts.differences import Discrepancy
from custody.acts.disposition import Release
from custody.acts.dividing import Division
from custody.acts.parties import Agency
from custody.properties.property import Contradiction, Take
from custody.properties.told import BEARING, Told


@dataclass(slots=True)
class _Line:
    """A line of a manifest: what it moves, to which agency, until when, and whether it still waits."""

    manifest: str
    moves: str
    receiver: str | None
    expires_at: datetime
    open: bool = True

    def stands(self, at: datetime) -> bool:
        return self.open and at < self.expires_at


class Controllers:
    """Which agency answers for each item: the one that leads its case, until an accepted line passes that on."""

    def __init__(self) -> None:
        self._leads: dict[str, str] = {}
        self._control: dict[str, str] = {}
        self._lines: dict[tuple[str, str], _Line] = {}
        self._offered: dict[str, _Line] = {}
        self._successors: dict[str, tuple[date, str]] = {}

    def takes(self) -> Mapping[str, Take]:
        """Cases, what comes to exist in them, manifests, and agencies that end."""
        return {
            **dict.fromkeys(BEARING, self._bear), "case-opening": self._open, "agency": self._agency,
            "offer": self._offer, "answer": self._answer, "offer-withdrawal": self._withdraw,
        }  # fmt: skip

    def end(self) -> Iterable[Contradiction]:
        """Nothing waits for the end."""
        return ()

    def _open(self, told: Told) -> Iterable[Contradiction]:
        self._leads.setdefault(told.act.case, told.act.lead)
        return ()

    def _agency(self, told: Told) -> Iterable[Contradiction]:
        act: Agency = told.act
        if act.successor is not None and act.valid_to is not None:
            self._successors[act.agency] = (act.valid_to, act.successor)
        return ()

    def _house(self, agency: str, day: date) -> str:
        """The agency that stands for one on a day."""
        for _ in range(len(self._successors) + 1):
            ended = self._successors.get(agency)
            if ended is None or day <= ended[0]:
                break
            agency = ended[1]
        return agency

    def _bear(self, told: Told) -> Iterator[Contradiction]:
        for each in told.births:
            lead = self._leads.get(each.case)
            if lead is None:
                yield Contradiction(told.index, {"item": each.item, "problem": "of a case that was never opened"})
            else:
                self._control[each.item] = lead
        yield from self._go_on(told)

    def _go_on(self, told: Told) -> Iterator[Contradiction]:
        """What comes out of an item goes on under whoever answers for the item."""
        stated, sources = _came_from(told.act)
        day = told.act.occurred_at.date()
        answering = {self._house(self._control[each], day) for each in sources if each in self._control}
        for birth in told.births:
            if stated is not None:
                self._control[birth.item] = stated.agency
            ours = self._control.get(birth.item)
            if ours is not None and answering - {self._house(ours, day)}:
                facts = {"item": birth.item, "problem": "under another than what it came from", "control": ours}
                yield Contradiction(told.index, facts)

    def _offer(self, told: Told) -> Iterator[Contradiction]:
        act, day = told.act, told.act.occurred_at.date()
        receiver = act.receiver.agency if isinstance(act.receiver, ByAgency) else None
        for index, item in told.items():
            line = _Line(act.manifest, act.lines[index].moves, receiver, act.expires_at)
            before = self._offered.get(item)
            if before is not None and before.stands(act.occurred_at):
                facts = {"item": item, "problem": "in two open manifests", "manifest": before.manifest}
                yield Contradiction(told.index, facts)
            control = self._control.get(item)
            if line.moves != "custody" and control is not None:
                ours, sender = self._house(control, day), self._house(act.sender, day)
                if ours != sender:
                    facts = {"item": item, "problem": "offered by another", "control": ours, "sender": sender}
                    yield Contradiction(told.index, facts)
            self._lines[act.manifest, item] = self._offered[item] = line

    def _answer(self, told: Told) -> Iterator[Contradiction]:
        act = told.act
        for index, item in told.items():
            line = self._lines.get((act.manifest, item))
            if line is None or not line.stands(act.occurred_at):
                facts = {"item": item, "problem": "answered without an open line", "manifest": act.manifest}
                yield Contradiction(told.index, facts)
            if line is not None:
                line.open = False
                if act.lines[index].decision == "accepted" and line.moves != "custody" and line.receiver is not None:
                    self._control[item] = line.receiver

    def _withdraw(self, told: Told) -> Iterable[Contradiction]:
        for _, item in told.items():
            line = self._lines.get((told.act.manifest, item))
            if line is not None:
                line.open = False
        return ()


def _came_from(act: Act) -> tuple[InControl | None, tuple[str, ...]]:
    """The control that an act states for what comes to exist, and the items that it comes out of."""
    if isinstance(act, Release):
        return (act.sale.control, act.own_items) if act.sale else (None, ())
    if isinstance(act, Division):
        return act.control, (act.parent,)
    if isinstance(act, Discrepancy) and act.embedded is not None:
        return _came_from(act.embedded)[0], ()  # it says itself that something does not agree
    return None, ()
