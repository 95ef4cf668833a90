"""The acts of every case and place that the newest acts touched: what deadlines follow from, with the rule data."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from eventsourcing.dcb.api import DCBQueryItem

from custody.acts.counting import StockTake
from custody.acts.entry import Recorded
from custody.acts.observing import Observation
from custody.acts.parties import Genesis
from custody.errors import Damaged
from custody.facts.amend import readings
from custody.facts.governing import founding_of, governing_of
from custody.facts.kinds import GOVERNING, KINDS
from custody.ledger.history import NOW, Moment
from custody.ledger.past import Past, histories, recorded_from
from custody.ledger.policies import Policies, shipped_policies
from custody.ledger.reader import Reader
from custody.rules.clocks.docket import Docket
from custody.rules.clocks.in_force import InForce

REMEMBERED: Final = 2_000
"""Cases and places whose acts are kept in memory; those of others are read again from the log."""

_CASE: Final = "case:"
_PLACE: Final = "place:"
_STOCK_TAKE: Final = "stock-take:"


@dataclass(frozen=True, slots=True)
class KeptDocket:
    """The docket of a case or a place, whose it is (``case:…``, ``place:…``), and by which rule data deadlines run."""

    owner: str
    docket: Docket
    law: InForce
    jurisdiction: str


class Dockets:
    """The acts of cases and places as of a position, as far as they are remembered. Used by one thread at a time."""

    def __init__(
        self, reader: Reader, past: Past, position: int, policies: Policies | None = None, moment: Moment = NOW
    ) -> None:
        """``policies`` are the rule data to go by; without them, those shipped for the ledger's jurisdiction."""
        self._moment = moment
        self._reader = reader
        self._past = past
        self._policies = policies
        self._known: OrderedDict[str, list[Recorded]] = OrderedDict()
        self._known_law: InForce | None = None
        self._from_the_first_act = position == 0

    @cached_property
    def _genesis(self) -> Genesis:
        genesis = recorded_from(self._reader.row(1)).act
        if not isinstance(genesis, Genesis):
            raise Damaged("damaged/genesis", "The log does not begin with its genesis.", index=0)
        return genesis

    @cached_property
    def _shipped(self) -> Policies:
        return self._policies or shipped_policies(self._genesis.jurisdiction)

    def advance(self, acts: Sequence[tuple[Recorded, Sequence[str]]], position: int) -> dict[Any, Any]:
        """Take in the acts up to a position with their tags, and return each docket they touch, by its owner."""
        touched: dict[str, None] = {}
        for recorded, tags in acts:
            if GOVERNING.tag in tags:
                self._known_law = None
            for tag in dict.fromkeys(self._owners(recorded, tags)):
                self._take_in(tag, recorded, tag in touched)
                touched[tag] = None
        missing = [tag for tag in touched if tag not in self._known]
        for tag, found in self._read(missing).items():
            self._known[tag] = [each for each in found if each.index < position]
        law = self._law() if touched else None
        shown = {tag: self._docket(tag, law) for tag in touched if law}
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
            self._from_the_first_act = False
        return shown

    def _owners(self, recorded: Recorded, tags: Sequence[str]) -> Iterator[str]:
        """The cases and places on whose docket an act stands. A stock-take is closed in all places of its scope."""
        act = recorded.act
        for tag in tags:
            if tag.startswith(_CASE) or (tag.startswith(_PLACE) and _is_of_places(recorded)):
                yield tag
        if isinstance(act, StockTake) and act.step == "closed":
            yield from self._scope(act)

    def _scope(self, closing: StockTake) -> Iterator[str]:
        """The places of the stock-take that an act closes."""
        tag = f"{_STOCK_TAKE}{closing.stock_take}"
        for each in histories(self._past, [tag])[tag]:
            if isinstance(each.act, StockTake) and each.act.id == closing.stock_take:
                yield from (f"{_PLACE}{place}" for place in each.act.places)

    def _read(self, tags: Sequence[str]) -> dict[str, list[Recorded]]:
        """The acts of dockets that are not remembered; of a place, with those that close its stock-takes."""
        found = histories(self._past, tags)
        for tag in tags:
            if tag.startswith(_PLACE):
                of_place = [each for each in found[tag] if _is_of_places(each)]
                takes = dict.fromkeys(f"{_STOCK_TAKE}{each.act.stock_take}" for each in of_place
                                      if isinstance(each.act, StockTake))  # fmt: skip
                taken = [each for acts in histories(self._past, list(takes)).values() for each in acts]
                closing = [each for each in taken if isinstance(each.act, StockTake) and each.act.step == "closed"]
                by_index = {each.index: each for each in (*of_place, *closing)}
                found[tag] = [by_index[index] for index in sorted(by_index)]
        return found

    def _law(self) -> InForce:
        """The rule data as the log has them in force; what is recorded later changes nothing that was started."""
        if self._known_law is None:
            item = DCBQueryItem(types=list(KINDS["governing"].types), tags=[GOVERNING.tag])
            governing = governing_of(self._past.under([item])[0][GOVERNING.tag])
            shipped = self._shipped
            self._known_law = InForce(shipped.current, shipped.by_id, founding_of(self._genesis), governing)
        return self._known_law

    def _take_in(self, tag: str, recorded: Recorded, again: bool) -> None:
        if tag in self._known:
            self._known[tag].append(recorded)
            self._known.move_to_end(tag)
        elif self._from_the_first_act and not again:
            self._known[tag] = [recorded]

    def _docket(self, tag: str, law: InForce) -> KeptDocket:
        acts = list(filter(self._moment.includes, readings(self._known[tag])))
        kind, _, name = tag.partition(":")
        docket = Docket.of_place(name, acts) if kind == "place" else Docket.of(name, acts)
        return KeptDocket(tag, docket, law, self._genesis.jurisdiction)


def _is_of_places(recorded: Recorded) -> bool:
    """Whether the clocks of places look at an act; a place that is weighed and sealed all day has others."""
    act = recorded.act
    return act.act in ("place", "stock-take", "correction") or (
        isinstance(act, Observation) and act.kind == "temperature"
    )
