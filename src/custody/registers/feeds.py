"""What registers are fed with: the logs, chunk by chunk, as the facts of everything that each chunk touched.

Facts are folded in memory act by act, the same way as for decisions. A correction or a late entry changes how earlier
acts read; whatever it touches is then folded again from the log, up to the end of the chunk and no further, so that
rows never run ahead of the position written with them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Protocol
from uuid import UUID

from eventsourcing.dcb.api import DCBQueryItem

from custody.acts.entry import Recorded
from custody.acts.oversight import Correction, Remedy
from custody.facts.amend import Reading
from custody.facts.flaws import OpenDefect, remedied
from custody.facts.kinds import KINDS, Need, evolve, fold, must_refold
from custody.ledger.drafts import Row
from custody.ledger.history import NOW, Moment, standing
from custody.ledger.journal import Journal
from custody.ledger.memory import item_of
from custody.ledger.past import Past, recorded_from
from custody.ledger.reader import Reader
from custody.registers.dockets import Dockets
from custody.registers.register import Changes, Register

REMEMBERED = 50_000
"""Facts kept in memory; those that fell out are folded again from the log."""

AT_ONCE = 20_000
"""Tags taken in at one time: of acts on hundreds of items each, a chunk has fewer, and its facts fit into memory."""


@dataclass(frozen=True, slots=True)
class Touching:
    """An act as recorded, and everything it touched."""

    recorded: Recorded
    tags: Sequence[str]


@dataclass(frozen=True, slots=True)
class ItemlessDefects:
    """The defects of an act that names no item, as they were remedied since."""

    act: str
    defects: tuple[OpenDefect, ...]


class Feed(Protocol):
    """One log as registers follow it."""

    def size(self) -> int:
        """The position of the log's last entry."""

    def read(self, after: int, limit: int) -> tuple[int, Changes]:
        """Return the facts of all that up to ``limit`` entries after a position touched, and the position reached."""


class JournalFeed:
    """The journal: its lines are facts as they stand."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def size(self) -> int:
        """The position of the journal's last line."""
        return self._journal.recorder.head().size

    def read(self, after: int, limit: int) -> tuple[int, Changes]:
        """Return the lines after a position."""
        lines: dict[Any, Any] = {line.position: line for line in self._journal.read(after, limit)}
        return max(lines, default=after), {"journal": lines}


class LedgerFeed:
    """The ledger's acts, folded. Followers at different positions are each served by a folding of their own."""

    def __init__(self, reader: Reader, registers: Iterable[Register], moment: Moment = NOW) -> None:
        self._reader = reader
        self._moment = moment
        self._sources = frozenset[str]().union(*(register.sources for register in registers))
        self._foldings: dict[int, Folding] = {}

    def size(self) -> int:
        """The position of the ledger's last act."""
        return self._reader.head().size

    def keep(self, positions: Collection[int]) -> None:
        """Forget the foldings at which no register stands any more."""
        self._foldings = {at: folding for at, folding in self._foldings.items() if at in positions}

    def read(self, after: int, limit: int) -> tuple[int, Changes]:
        """Return the facts of all that the acts after a position touched."""
        folding = self._foldings.pop(after, None) or Folding(self._reader, self._sources, after, self._moment)
        changes = folding.advance(limit)
        self._foldings.setdefault(folding.position, folding)
        return folding.position, changes


class Folding:
    """Facts as of ``position``, as far as they are remembered; of those acts that had occurred ``as_of`` a moment.

    What had occurred by then need not be recorded in that order: there, all that a chunk touches is folded again.
    """

    def __init__(self, reader: Reader, sources: Collection[str], position: int, moment: Moment = NOW) -> None:
        self._reader = reader
        self._moment = moment
        self._past = Past(reader)
        self._kinds = KINDS.keys() & sources
        self._dockets = (
            Dockets(reader, self._past, position, moment=moment) if "docket" in sources else None
        )  # fmt: skip
        self._known: OrderedDict[Need, Any] = OrderedDict()
        self._from_the_first_act = position == 0  # then what is not known has no past
        self.position = position

    def advance(self, limit: int) -> Changes:
        """Fold up to ``limit`` further acts and return the facts they touched, as of the last of them."""
        found = _few(self._reader.tagged_rows(self.position, limit))
        acts = [Touching(recorded_from(row), tags) for row, tags in found]
        touched: dict[Need, bool] = {}
        for each in acts:
            self._take_in(each, touched)
        self.position += len(acts)
        self._fold_again([need for need, again in touched.items() if again])
        changes: dict[str, dict[Any, Any]] = {"act": self._acts(acts)}
        for need in touched:
            changes.setdefault(need.kind, {})[need.id] = self._known[need]
        changes["itemless"] = self._itemless(acts)
        if self._dockets:
            changes["docket"] = self._dockets.advance([(each.recorded, each.tags) for each in acts], self.position)
        self._forget()
        return changes

    def _take_in(self, each: Touching, touched: dict[Need, bool]) -> None:
        """Evolve what is known; mark as True what has to be folded again from the log."""
        recorded = each.recorded
        for tag in each.tags:
            kind, _, name = tag.partition(":")
            if kind not in self._kinds:
                continue
            need = Need(kind, name)
            types = KINDS[need.kind].types
            if types and recorded.act.act not in types:
                continue
            known = need in self._known or (self._from_the_first_act and need not in touched)
            again = not known or must_refold(need, recorded) or self._moment.as_of is not None
            touched[need] = touched.get(need, False) or again
            if not touched[need]:
                self._known[need] = evolve(need, self._known.get(need), recorded)
                self._known.move_to_end(need)

    def _fold_again(self, needs: Sequence[Need]) -> None:
        if not needs:
            return
        found, _ = self._past.under([item_of(need) for need in needs])
        for need in needs:
            known = [each for each in found[need.tag] if each.index < self.position]
            self._known[need] = fold(need, known, self._moment.includes)
            self._known.move_to_end(need)

    def _acts(self, acts: Sequence[Touching]) -> dict[Any, Any]:
        """The acts of a chunk by position; for a moment, None for those that had not occurred by then as they read."""
        if self._moment.as_of is None:
            return {each.recorded.index + 1: each for each in acts}
        shown: dict[Any, Any] = {}
        looked_at = [*acts, *self._targets(acts)]
        items = [DCBQueryItem(types=["correction"], tags=[f"act:{each.recorded.act.id}"]) for each in looked_at]
        corrections, _ = self._past.under(items)
        for each in looked_at:
            recorded = each.recorded
            later = [one for one in corrections[f"act:{recorded.act.id}"] if one.index < self.position]
            shown[recorded.index + 1] = each if recorded in standing([recorded, *later], self._moment) else None
        return shown

    def _targets(self, acts: Sequence[Touching]) -> list[Touching]:
        """The acts before a chunk that corrections in it make read otherwise."""
        ids = {UUID(each.recorded.act.target).bytes for each in acts if isinstance(each.recorded.act, Correction)}
        positions = {position for position, _ in self._reader.find_many(ids).values()} if ids else set()
        return [
            Touching(recorded_from(row), self._reader.tags_at(row.position))
            for row in (self._reader.rows_at(sorted(positions)) if positions else ())
        ]

    def _itemless(self, acts: Sequence[Touching]) -> dict[Any, Any]:
        """The defects of acts without items, where this chunk brought or remedied some."""
        asked = [each.recorded.act.target for each in acts if isinstance(each.recorded.act, Remedy)]
        asked += [
            each.recorded.act.id for each in acts if each.recorded.defects and not each.recorded.act.own_items
        ]
        return {act_id: found for act_id in dict.fromkeys(asked) if (found := self._defects_of(act_id)) is not None}

    def _defects_of(self, act_id: str) -> ItemlessDefects | None:
        found = self._reader.find(UUID(act_id).bytes)
        recorded = recorded_from(self._reader.row(found[0])) if found else None
        if recorded is None or recorded.act.own_items:
            return None
        defects = tuple(
            OpenDefect(each.id, each.code, each.rule, each.severity, act_id) for each in recorded.defects
        )
        tag = f"act:{act_id}"
        remedies, _ = self._past.under([DCBQueryItem(types=["remedy"], tags=[tag])])
        for each in remedies[tag]:
            there = each.index < self.position and self._moment.includes(Reading(each, each.act))
            if there and isinstance(each.act, Remedy):
                defects = remedied(defects, each.act)
        return ItemlessDefects(act_id, defects)

    def _forget(self) -> None:
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
            self._from_the_first_act = False


def _few(rows: Sequence[tuple[Row, list[str]]]) -> Sequence[tuple[Row, list[str]]]:
    """As many of the first acts as bear `AT_ONCE` tags together; one, however many it bears."""
    borne = accumulate(len(tags) for _, tags in rows)
    return rows[: max(1, sum(each <= AT_ONCE for each in borne))]
