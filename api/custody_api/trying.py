"""Trying an act: what would be decided of it by what its signers may see. Whatever they may not is not there.

A dry run is recorded nowhere, and what it says names what the rules compared: so it must not tell anybody more than he
could look up. Of a signed act everybody who signed is asked for; of an unsigned one, whoever tries it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from custody.access.rights import Sight
from custody.acts.entry import Recorded
from custody.facts.gather import Source
from custody.facts.kinds import Need
from custody.registers.reading import Registers

_OPEN: Final = frozenset({"key", "person", "agency", "reviewers", "governing", "place", "within"})
"""Parties are everybody's business; a place is named by whoever brings something there."""

_BY_ACT: Final = frozenset({"loan", "order", "discrepancy", "stock-take"})
"""Facts that are named by the act that began them."""


class AsSeen:
    """A `custody.facts.gather.Source` of what any of some readers sees."""

    def __init__(self, source: Source, readers: Sequence[Registers]) -> None:
        self._source = source
        self._readers = readers
        self._cases: set[str] = set()
        """Of the items that are seen: the rules need them, whoever handles only the thing."""

    def fold(self, needs: Sequence[Need]) -> Mapping[Need, Any]:
        """The facts that are seen; of the others nothing is known."""
        found = self._source.fold(needs)
        items_first = sorted(needs, key=lambda need: need.kind != "item")
        return {need: found[need] if self._sees(need, found[need]) else None for need in items_first}

    def record(self, act_id: str) -> Recorded | None:
        """A recorded act, if anything of it is seen."""
        found = self._source.record(act_id)
        if found is None:
            return None
        return found if any(each.sight_of_act(found) for each in self._readers) else None

    def histories(self, tags: Sequence[str]) -> Mapping[str, Sequence[Recorded]]:
        """Every act under each tag, as far as anything of it is seen."""
        found = self._source.histories(tags)
        return {tag: acts if self._tag(tag) else () for tag, acts in found.items()}

    def recorded_at(self, index: int) -> datetime | None:
        """When an entry was recorded."""
        return self._source.recorded_at(index)

    def _sees(self, need: Need, fact: Any) -> bool:
        if fact is None or need.kind in _OPEN:
            return True
        if need.kind == "item":
            seen = self._thing(f"item:{need.id}")
            self._cases |= {fact.case} if seen else set()
            return seen
        if need.kind in _BY_ACT:
            return self.record(need.id) is not None
        if need.kind in ("case", "contents", "instrument"):
            return self._case(need.id if need.kind == "case" else fact.case)
        if need.kind in ("manifest", "stays"):
            return self._thing(f"manifest:{need.id}" if need.kind == "manifest" else f"place:{need.id}")
        items = fact.tubes if need.kind == "kit" else fact.items if need.kind == "seal" else [fact.item]
        return any(self._thing(f"item:{each}") for each in items)

    def _tag(self, tag: str) -> bool:
        kind, _, name = tag.partition(":")
        if kind == "act":
            return self.record(name) is not None
        return kind not in ("item", "place", "manifest") or self._thing(tag)

    def _thing(self, subject: str) -> bool:
        return any(each.sight_of(subject) for each in self._readers)

    def _case(self, case: str) -> bool:
        return case in self._cases or any(each.sight_of(f"case:{case}") is Sight.WHOLE for each in self._readers)
