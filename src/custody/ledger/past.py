"""The acts that facts are folded from, read from the log: each once, though many facts rest on it.

The four hundred items of one seizure are asked for one after the other; their common act is fetched and parsed for the
first of them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from eventsourcing.dcb.api import DCBQueryItem

from custody.acts.entry import Recorded, read_entry, recorded_at
from custody.errors import Damaged
from custody.facts.kinds import KINDS, Need, fold
from custody.ledger.drafts import Row
from custody.ledger.opening import read_recorded
from custody.ledger.reader import Reader

_KEPT = 32  # acts; one of 1,000 items takes some 3 MB


def recorded_from(row: Row) -> Recorded:
    """Read a stored row back as the act it records."""
    entry = read_entry(row.entry)
    return Recorded(row.position - 1, recorded_at(entry), read_recorded(row.envelope), entry.defects, entry.policy)


class Past:
    """Recorded acts by tag. What it keeps never changes, so it need not be told of anything; one thread at a time."""

    def __init__(self, reader: Reader, keep: int = _KEPT) -> None:
        """``keep`` acts are read once, however often they are asked for."""
        self._reader = reader
        self._keep = keep
        self._kept: OrderedDict[int, Recorded] = OrderedDict()

    def under(self, items: Sequence[DCBQueryItem]) -> tuple[dict[str, list[Recorded]], int]:
        """The acts under the one tag of each item, of its types, in log order; and the size up to which that is all.

        An act under several tags is one object.
        """
        borne, size = self._reader.borne(items)
        acts = self._acts(dict.fromkeys(position for positions in borne.values() for position in positions))
        return {tag: [acts[position] for position in positions] for tag, positions in borne.items()}, size

    def _acts(self, positions: dict[int, None]) -> dict[int, Recorded]:
        acts = {position: self._kept[position] for position in positions if position in self._kept}
        missing = [position for position in positions if position not in acts]
        for row in self._reader.rows_at(missing) if missing else ():
            acts[row.position] = self._kept[row.position] = recorded_from(row)
        for position in positions.keys() - acts.keys():
            raise Damaged("damaged/entry", "The stored log has no whole entry here.", position=position)
        for position in acts:
            self._kept.move_to_end(position)
        while len(self._kept) > self._keep:
            self._kept.popitem(last=False)
        return acts


def histories(past: Past, tags: Sequence[str]) -> dict[str, list[Recorded]]:
    """Every act under each tag, in log order."""
    return past.under([DCBQueryItem(tags=[tag]) for tag in tags])[0] if tags else {}


def known_before(past: Past, needs: Sequence[Need], size: int) -> dict[Need, Any]:
    """Facts as of a position, folded from the first ``size`` acts and from nothing else."""
    items = {need.tag: DCBQueryItem(types=list(KINDS[need.kind].types), tags=[need.tag]) for need in needs}
    borne, _ = past.under(list(items.values()))
    return {need: fold(need, [each for each in borne[need.tag] if each.index < size]) for need in needs}
