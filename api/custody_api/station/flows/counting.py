"""Where a stock-take stands while it is being counted: whose scans there are, and what they come to together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from custody import label
from custody.access.caller import Caller
from custody.acts.values import decode
from custody.desk import counting as desk_counting
from custody.errors import Conflict, NotAllowed, NotFound
from custody.facts.kinds import Need
from custody.facts.shapes import Shape
from custody.ledger.ledger import Ledger
from custody.registers.counting import opened_list
from custody.registers.reading import Registers
from custody.rules.blind_count import Book, Scan, Tally, Verdict, counted, expected, verdict_of
from custody.rules.draw import drawn
from custody_api.station.pages import Page

SUPERVISING: Final = frozenset({"supervisor", "legal-reviewer", "auditor"})
"""Who may stand beside a stock-take (`custody.acts.parts`)."""


def supervises(caller: Caller) -> bool:
    """Whether somebody may open, watch and close a stock-take."""
    return bool(caller.capacities & SUPERVISING)


@dataclass(frozen=True)
class State:
    """A stock-take, when each whom its opening names to count had done, and their scans so far; nobody else's."""

    known: Shape
    counters: Mapping[str, str | None]
    scans: Mapping[str, Sequence[Scan]]
    ledger: Ledger
    registers: Registers

    @property
    def counting(self) -> list[str]:
        """Who has not done yet."""
        return [person for person, done in self.counters.items() if done is None]

    @property
    def all_done(self) -> bool:
        """Whether everybody who was named to count has done."""
        return bool(self.counters) and not self.counting

    @cached_property
    def tally(self) -> Tally:
        """What all scans come to against what should lie there."""
        scope = self.known["places"]
        scans = merged(self.scans.values())
        found = {each.item for each in scans if each.item}
        book = expected(self._opened, self.registers.book(scope), scope, found)
        return counted(book, scans)

    @property
    def once(self) -> list[str]:
        """What only one of several counters found, sorted by id."""
        each = [{scan.item for scan in scans if scan.item} for scans in self.scans.values()]
        return sorted(each[0].union(*each[1:]) - each[0].intersection(*each[1:])) if each else []

    @cached_property
    def _opened(self) -> set[str]:
        opened = opened_list(self.ledger.recorder, self.known["stock_take"])
        draw = self.known["draw"]
        if draw:
            kinds = self.registers.categories(opened)
            opened = drawn(decode(self.known["seen"]), draw["salt"], kinds, draw["count"])
        return set(opened)


def state_of(page: Page, stock_take: str) -> State:
    """A stock-take that the reader sees, or that he signed as a counter. Raises NotFound."""
    known, desk = _known(page, stock_take), page.context.desk
    ended, scans = desk_counting.counters(desk, stock_take), desk_counting.scans(desk, stock_take)
    named = sorted(known["counters"])
    return State(known, {each: ended.get(each) for each in named}, {each: scans.get(each, []) for each in named},
                 page.context.ledger, page.context.registers)  # fmt: skip


def counted_by(page: Page, stock_take: str) -> Shape:
    """A stock-take that is open and that the reader was named to count. Raises NotFound, NotAllowed, Conflict."""
    known = _known(page, stock_take)
    if page.caller.person not in known["counters"]:
        raise NotAllowed("not-allowed/counter", "Only who was named to count may do this.")
    if known["state"] != "open":
        raise Conflict("conflict/stock-take-closed", "This stock-take is closed: nothing is added to it.")
    return known


def _known(page: Page, stock_take: str) -> Shape:
    known = page.context.registers.stock_take(stock_take)
    return known if page.caller.person in known["counters"] else page.registers.stock_take(stock_take)


def scanned(page: Page, stock_take: str, code: str, place: str) -> tuple[Verdict, int]:
    """Keep a scan and say what it is, blind to everything else. Raises NotFound, NotAllowed, Conflict."""
    context = page.context
    known = counted_by(page, stock_take)
    if place not in known["places"]:
        raise NotFound("not-found/place", "The ledger knows no such place.", asked=place)
    item = _item(context.ledger, code)
    before = desk_counting.scans(context.desk, stock_take, page.caller.person).get(page.caller.person, [])
    scan = Scan(code, place, item)
    slot = context.registers.slot(item, known["places"]) if item else None
    book: Book = {item: slot} if item and slot else {}
    verdict = verdict_of(Tally(book, {each.item: each.place for each in before if each.item}), scan)
    number = desk_counting.add(context.desk, stock_take, page.caller.person, scan, context.ledger.clock())
    return verdict, number


def merged(counters: Iterable[Sequence[Scan]]) -> list[Scan]:
    """The scans of all counters; where one finds what another found in the same place, that is one finding."""
    found: dict[tuple[str, str], int] = {}
    scans: list[Scan] = []
    for number, each in enumerate(counters):
        for scan in each:
            by = found.setdefault((scan.item, scan.place), number) if scan.item else number
            if by == number:
                scans.append(scan)
    return scans


def _item(ledger: Ledger, code: str) -> str | None:
    """The item that bears a code in force."""
    if not label.is_code(code, "item"):
        return None
    ledger.memory.catch_up()
    known = ledger.memory.fold([Need("code", code)])[Need("code", code)]
    return known.item if known and not known.retired_by else None
