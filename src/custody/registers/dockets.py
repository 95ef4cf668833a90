"""The acts of every case that the log's newest acts touched: what deadlines follow from, with the rule data."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from custody.acts.entry import Recorded
from custody.acts.parties import Genesis
from custody.facts.amend import readings
from custody.ledger.past import Past, histories, recorded_from
from custody.ledger.policies import shipped_policy
from custody.ledger.reader import Reader
from custody.rules.clocks.docket import Docket
from custody.rules.policy import Policy

REMEMBERED: Final = 2_000
"""Cases whose acts are kept in memory; those of others are read again from the log."""

_CASE: Final = "case:"


@dataclass(frozen=True, slots=True)
class CaseDocket:
    """A case's docket, and the rule data by which its deadlines run."""

    docket: Docket
    policy: Policy


class Dockets:
    """The acts of cases as of a position, as far as they are remembered. Used by one thread at a time."""

    def __init__(self, reader: Reader, past: Past, position: int) -> None:
        self._reader = reader
        self._past = past
        self._known: OrderedDict[str, list[Recorded]] = OrderedDict()
        self._from_the_first_act = position == 0

    @cached_property
    def _policy(self) -> Policy:
        genesis = recorded_from(self._reader.row(1)).act
        return shipped_policy(genesis.jurisdiction if isinstance(genesis, Genesis) else "")

    def advance(self, acts: Sequence[tuple[Recorded, Sequence[str]]], position: int) -> dict[Any, Any]:
        """Take in the acts up to a position with their tags, and return the docket of every case they touch."""
        touched: dict[str, None] = {}
        for recorded, tags in acts:
            for tag in tags:
                if tag.startswith(_CASE):
                    self._take_in(tag, recorded, tag in touched)
                    touched[tag] = None
        missing = [tag for tag in touched if tag not in self._known]
        for tag, found in histories(self._past, missing).items():
            self._known[tag] = [each for each in found if each.index < position]
        shown = {tag.removeprefix(_CASE): self._docket(tag) for tag in touched}
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
            self._from_the_first_act = False
        return shown

    def _take_in(self, tag: str, recorded: Recorded, again: bool) -> None:
        if tag in self._known:
            self._known[tag].append(recorded)
            self._known.move_to_end(tag)
        elif self._from_the_first_act and not again:
            self._known[tag] = [recorded]

    def _docket(self, tag: str) -> CaseDocket:
        return CaseDocket(Docket.of(tag.removeprefix(_CASE), readings(self._known[tag])), self._policy)
