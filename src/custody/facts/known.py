"""The facts that one decision reads, as they were gathered for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from custody.acts.act import Act
from custody.acts.entry import Recorded
from custody.facts.amend import Reading
from custody.facts.case import CaseFacts, CodeFacts, KitFacts, SealFacts
from custody.facts.counting import StockTakeFacts
from custody.facts.governing import GoverningFacts
from custody.facts.item import ItemFacts
from custody.facts.kinds import GOVERNING, REVIEWERS, KindName
from custody.facts.loan import LoanFacts
from custody.facts.manifest import ContentsFacts, ManifestFacts
from custody.facts.orders import OrderFacts
from custody.facts.paper import DiscrepancyFacts, InstrumentFacts
from custody.facts.parties import AgencyFacts, KeyFacts, PersonFacts, PlaceFacts, ReviewerFacts


@dataclass(slots=True)
class Facts:
    """The facts one decision reads. Asking for one that was not gathered is a mistake of ours: KeyError."""

    found: dict[tuple[KindName, str], Any] = field(default_factory=dict)
    """By need."""
    records: dict[str, Recorded | None] = field(default_factory=dict)
    histories: dict[str, tuple[Recorded, ...]] = field(default_factory=dict)
    amended_acts: tuple[Act, ...] = ()
    touched: frozenset[str] = frozenset()
    """The items whose history a correction makes read differently."""
    doubted: tuple[Recorded, ...] = ()
    seen_at: datetime | None = None
    """When the head that the signers saw was recorded; None for an empty log."""
    founded: bool = False
    """Whether the log has its genesis already; asked for a genesis only."""
    target: Reading | None = None
    """The act that a correction amends, as it reads before; None if there is none, or it was voided."""

    def key(self, key_id: str) -> KeyFacts | None:
        """What is known of a key."""
        return self.found["key", key_id]  # type: ignore[no-any-return]

    def person(self, person: str) -> PersonFacts | None:
        """What is known of a person."""
        return self.found["person", person]  # type: ignore[no-any-return]

    def agency(self, agency: str) -> AgencyFacts | None:
        """What is known of an agency."""
        return self.found["agency", agency]  # type: ignore[no-any-return]

    def place(self, place: str) -> PlaceFacts | None:
        """What is known of a place."""
        return self.found["place", place]  # type: ignore[no-any-return]

    def case(self, case: str) -> CaseFacts | None:
        """What is known of a case."""
        return self.found["case", case]  # type: ignore[no-any-return]

    def kit(self, kit: str) -> KitFacts | None:
        """What is known of a blood kit."""
        return self.found["kit", kit]  # type: ignore[no-any-return]

    def seal(self, number: str) -> SealFacts | None:
        """What is known of a seal number."""
        return self.found["seal", number]  # type: ignore[no-any-return]

    def code(self, code: str) -> CodeFacts | None:
        """What is known of a label code."""
        return self.found["code", code]  # type: ignore[no-any-return]

    def stock_take(self, opening: str) -> StockTakeFacts | None:
        """What is known of a stock-take, by the act that opened it."""
        return self.found["stock-take", opening]  # type: ignore[no-any-return]

    def item(self, item: str) -> ItemFacts | None:
        """What is known of an item."""
        return self.found["item", item]  # type: ignore[no-any-return]

    def governing(self) -> GoverningFacts:
        """Which policy is in force and which keys sign the log: asked for by every act."""
        known: GoverningFacts | None = self.found[GOVERNING]
        return known or GoverningFacts()

    def order(self, order: str) -> OrderFacts | None:
        """What is known of a disposition order."""
        return self.found["order", order]  # type: ignore[no-any-return]

    def loan(self, loan: str) -> LoanFacts | None:
        """What is known of a loan that was asked for, by the id of its request."""
        return self.found["loan", loan]  # type: ignore[no-any-return]

    def manifest(self, manifest: str) -> ManifestFacts | None:
        """What is known of a manifest."""
        return self.found["manifest", manifest]  # type: ignore[no-any-return]

    def contents(self, case: str) -> ContentsFacts | None:
        """Every item that was taken in a case."""
        return self.found["contents", case]  # type: ignore[no-any-return]

    def instrument(self, reference: str) -> InstrumentFacts | None:
        """What is known of an instrument."""
        return self.found["instrument", reference]  # type: ignore[no-any-return]

    def discrepancy(self, act_id: str) -> DiscrepancyFacts | None:
        """What is known of the discrepancy that an act raised."""
        return self.found["discrepancy", act_id]  # type: ignore[no-any-return]

    def reviewers(self) -> tuple[PersonFacts, ...]:
        """Everybody who was ever a legal reviewer or a supervisor."""
        known: ReviewerFacts | None = self.found[REVIEWERS]
        persons = (self.person(person) for person in sorted(known.persons)) if known else ()
        return tuple(person for person in persons if person is not None)

    def record(self, act_id: str) -> Recorded | None:
        """A recorded act that this one refers to."""
        return self.records[act_id]

    def above(self, place: str) -> tuple[PlaceFacts, ...]:
        """A place and the places it stands in, inner first."""
        found: list[PlaceFacts] = []
        facts = self.place(place)
        while facts is not None and facts not in found:
            found.append(facts)
            facts = self.place(facts.parent) if facts.parent else None
        return tuple(found)
