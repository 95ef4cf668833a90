"""Counting blind: what each scan is, and what a count comes to. Pure: the book and the scans go in, verdicts come out.

The counter sees a verdict for each scan and never the list of what is expected; what is missing is known at every
moment to whoever holds the book.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from custody.acts.counting import list_draft

Verdict = Literal["right-place", "wrong-place", "unknown-code", "already-scanned", "belongs-elsewhere"]

Book = Mapping[str, str]
"""item → the place of the count in which it should lie."""


@dataclass(frozen=True, slots=True)
class Scan:
    """One label read in one place; ``item`` is None where no label in force in this ledger was read."""

    code: str
    place: str
    item: str | None


@dataclass(frozen=True, slots=True)
class Tally:
    """What was scanned so far, against a book: the place each item was first found in, and how often which verdict."""

    book: Book
    found: Mapping[str, str] = field(default_factory=dict)
    verdicts: Mapping[Verdict, int] = field(default_factory=dict)

    @property
    def missing(self) -> tuple[str, ...]:
        """What stands on the book and was not scanned, sorted by id."""
        return tuple(sorted(self.book.keys() - self.found.keys()))

    @property
    def misplaced(self) -> tuple[tuple[str, str], ...]:
        """(item, the place it was found in) of whatever does not belong there, sorted by id."""
        return tuple((item, place) for item, place in sorted(self.found.items()) if self.book.get(item) != place)


def verdict_of(tally: Tally, scan: Scan) -> Verdict:
    """Return what a scan is, after those already tallied."""
    if scan.item is None:
        return "unknown-code"
    if scan.item in tally.found:
        return "already-scanned"
    if scan.item not in tally.book:
        return "belongs-elsewhere"
    return "right-place" if tally.book[scan.item] == scan.place else "wrong-place"


def counted(book: Book, scans: Iterable[Scan]) -> Tally:
    """Tally scans against a book, in their order."""
    found: dict[str, str] = {}
    verdicts: Counter[Verdict] = Counter()
    tally = Tally(book, found, verdicts)
    for scan in scans:
        verdicts[verdict_of(tally, scan)] += 1
        if scan.item is not None:
            found.setdefault(scan.item, scan.place)
    return tally


def expected(opened: Collection[str], now: Book, places: Collection[str], scanned: Collection[str]) -> Book:
    """Return the book that a count of some places is held against.

    What stood on it when the stock-take was opened (or was drawn then) and stands there still; and whatever came in
    since, if it was scanned: movements during a count are neither missing nor a surprise.
    """
    return {
        item: place
        for item, place in now.items()
        if place in places and (item in opened or item in scanned)
    }


def count_draft(opening: str, places: Iterable[str], tally: Tally) -> dict[str, Any]:
    """Return the fields of the act that states a count; signers are the caller's to add."""
    names: tuple[Verdict, ...] = (
        "right-place", "wrong-place", "unknown-code", "already-scanned", "belongs-elsewhere"
    )  # fmt: skip
    return {
        "act": "stock-take", "step": "counted", "opening": opening, "places": sorted(places), "draw": None,
        "book": list_draft(tally.book), "scans": list_draft(tally.found),
        "verdicts": {name.replace("-", "_"): tally.verdicts.get(name, 0) for name in names},
        "missing": list(tally.missing),
        "misplaced": [{"item": item, "found_in": place} for item, place in tally.misplaced],
        "conclusion": None,
    }  # fmt: skip
