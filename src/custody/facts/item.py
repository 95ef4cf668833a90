"""What is known of one item, along its axes: who holds and held it, its seal and condition, which agency answers for
it, what it is as a thing, what was studied of it, what shall become of it; and its defects.

How acts add up to this stands in `custody.facts.folding`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from custody.acts.taking import TakenItem
from custody.facts.amend import Reading
from custody.facts.examination import NO_STUDIES, Examinations, Excursion, Studies, Weighed
from custody.facts.flaws import OpenDefect
from custody.facts.holding import Holder
from custody.facts.loan import Loan
from custody.facts.manifest import NO_ANSWERING, Answering, Control, OpenLine
from custody.facts.orders import NO_DISPOSITION, Announced, Appraised, Disposition, Ordered, Paid
from custody.facts.thing import NO_THING, Thing


@dataclass(frozen=True, slots=True)
class Interval:
    """One stretch of custody: who held the item from when, by which act, and from whom it came as that act says."""

    holder: Holder | None
    since: datetime
    act: str
    type: str
    index: int
    given_by: Holder | None
    parties: tuple[tuple[str, str], ...]
    """(part, person) of those who signed."""


def stretch(reading: Reading, holder: Holder | None, given_by: Holder | None) -> Interval:
    """The stretch of custody that an act begins."""
    act = reading.act
    parties = tuple([(signer.part, signer.person) for signer in act.signers])
    return Interval(holder, reading.happened_at, act.id, act.act, reading.recorded.index, given_by, parties)


@dataclass(frozen=True, slots=True)
class SealMark:
    """An act after which an item was sealed otherwise than before: closed with a number, opened, found broken."""

    act: str
    index: int
    at: datetime
    number: str | None
    state: str


@dataclass(frozen=True, slots=True)
class SignedAct:
    """An act on the item, as far as staleness and doubt about a key need it."""

    act: str
    index: int
    recorded_at: datetime
    keys: frozenset[str]
    moves: bool
    follows: tuple[str, ...]


class ItemFacts(NamedTuple):
    """What is known of an item. ``custody`` holds its stretches in reading order; the last one is now."""

    item: str
    case: str
    born_in: str
    born_at: datetime
    measure: str
    code: str
    category: str
    description: str
    quantity: str
    unit: str
    evidential: bool
    kit: str | None = None
    designation: str | None = None
    taken: TakenItem | None = None
    retired_codes: tuple[str, ...] = ()
    custody: tuple[Interval, ...] = ()
    officers: frozenset[str] = frozenset()
    seal: str | None = None
    seal_state: Literal["none", "sealed", "open", "broken"] = "none"
    seals: tuple[SealMark, ...] = ()
    """How it was sealed and opened, in reading order; the last one is now."""
    condition: str | None = None
    loan: Loan | None = None
    laboratory: str | None = None
    """The laboratory it is on its way to."""
    received_by: tuple[str, ...] = ()
    """The laboratories that took it in."""
    studies: Studies = NO_STUDIES
    released: str | None = None
    """The kind of release by which it left for good."""
    disposition: Disposition = NO_DISPOSITION
    answering: Answering = NO_ANSWERING
    voided: bool = False
    holds: tuple[tuple[str, str], ...] = ()
    """(act that placed it, reason)"""
    thing: Thing = NO_THING
    defects: tuple[OpenDefect, ...] = ()
    acts: tuple[SignedAct, ...] = ()
    version: int = -1
    """The leaf index of the last act on it."""

    @property
    def holder(self) -> Holder | None:
        """Who holds it now; None once it left for good."""
        return self.custody[-1].holder if self.custody else None

    @property
    def controls(self) -> tuple[Control, ...]:
        """Control as manifests passed it on, the last one now; none: the agency that leads the case."""
        return self.answering.controls

    @property
    def offer(self) -> OpenLine | None:
        """The line on which it was last offered, until that is answered or withdrawn; it may have expired."""
        return self.answering.offer

    @property
    def order(self) -> Ordered | None:
        """What the order in force says of it."""
        return self.disposition.order

    @property
    def appraised(self) -> Appraised | None:
        """What it was found to be worth."""
        return self.disposition.appraised

    @property
    def announced(self) -> Announced | None:
        """The last notice to whoever has a right to it."""
        return self.disposition.announced

    @property
    def paid(self) -> tuple[Paid, ...]:
        """The part amounts that were paid out of it."""
        return self.disposition.paid

    @property
    def examined(self) -> Examinations:
        """What laboratories found in it, and who was told."""
        return self.studies.examined

    @property
    def excursions(self) -> tuple[Excursion, ...]:
        """When it was kept too warm or too cold."""
        return self.studies.excursions

    @property
    def weighed(self) -> tuple[Weighed, ...]:
        """Every weighing of it."""
        return self.studies.weighed

    @property
    def moved_at(self) -> datetime:
        """When custody last moved."""
        return self.custody[-1].since if self.custody else self.born_at

    def was_stored(self) -> bool:
        """Whether it ever lay in a place."""
        return any(each.holder and each.holder.kind == "place" for each in self.custody)

    @property
    def consumed(self) -> bool:
        """Whether an examination used it up."""
        return any(each.consumed for each in self.examined.results if each.item == self.item)

    def gaps(self) -> tuple[tuple[Interval, Interval], ...]:
        """Pairs of stretches between which a handover is missing: the giver is not who held it."""
        pairs = zip(self.custody, self.custody[1:], strict=False)
        return tuple((one, two) for one, two in pairs if two.given_by != one.holder)

    def moves_unseen(self, size: int, follows: Iterable[str]) -> tuple[SignedAct, ...]:
        """The acts at or after a tree size that moved its custody and were not followed, in log order.

        Followed is what ``follows`` names, and what a followed act on this item follows itself (format.md section 2).
        """
        followed, unseen = set(follows), []
        since = [each for each in self.acts if each.index >= size]
        for each in sorted(since, key=lambda act: act.index, reverse=True):  # no act follows one recorded after it
            if each.act in followed:
                followed.update(each.follows)
            elif each.moves:
                unseen.append(each)
        return tuple(reversed(unseen))
