"""Facts about a stock-take: its scope, which places were counted, and what was not found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from custody.acts.counting import Draw, Misplaced, StockTake, Verdicts
from custody.acts.entry import Recorded


@dataclass(frozen=True, slots=True)
class CountFacts:
    """One count of some places: how many stood on the book, what the scans were, what was missing or misplaced."""

    act: str
    at: datetime
    places: tuple[str, ...]
    book: int
    verdicts: Verdicts
    missing: tuple[str, ...]
    misplaced: tuple[Misplaced, ...]


@dataclass(frozen=True, slots=True)
class StockTakeFacts:
    """A stock-take. A place counted anew stands as it was counted last."""

    opening: str
    opened_at: datetime
    opened_index: int
    seen: str
    """The root that the opening act had seen: a draw is made from it."""
    places: tuple[str, ...]
    draw: Draw | None
    book: int
    book_digest: str
    counters: tuple[str, ...]
    counts: tuple[CountFacts, ...] = ()
    closed_by: str | None = None
    closed_at: datetime | None = None

    @property
    def uncounted(self) -> tuple[str, ...]:
        """The places that nobody counted yet."""
        counted = {place for each in self.counts for place in each.places}
        return tuple(place for place in self.places if place not in counted)

    @property
    def missing(self) -> dict[str, str]:
        """item → the act of the count that did not find it, unless another count found it elsewhere."""
        found = {each.item for count in self.counts for each in count.misplaced}
        return {item: count.act for count in self.counts for item in count.missing if item not in found}


def evolve_stock_take(facts: StockTakeFacts | None, recorded: Recorded, opening: str) -> StockTakeFacts | None:
    """Fold one act into what is known of a stock-take."""
    act = recorded.act
    if not isinstance(act, StockTake) or act.stock_take != opening:
        return facts
    if facts is None:
        return _opened(act, recorded) if act.step == "opened" and act.book is not None else None
    if act.step == "closed":
        return replace(facts, closed_by=act.id, closed_at=act.occurred_at)
    if act.step == "counted" and act.book is not None and act.verdicts is not None:
        count = CountFacts(
            act.id, act.occurred_at, act.places, act.book.count, act.verdicts, act.missing, act.misplaced
        )  # fmt: skip
        standing = tuple(each for each in facts.counts if not set(each.places) <= set(act.places))
        return replace(facts, counts=(*standing, count))
    return facts


def _opened(act: StockTake, recorded: Recorded) -> StockTakeFacts | None:
    if act.book is None:
        return None
    return StockTakeFacts(
        act.id, act.occurred_at, recorded.index, act.seen.root, act.places, act.draw, act.book.count, act.book.digest,
        tuple(signer.person for signer in act.signed_by("counter")),
    )  # fmt: skip
