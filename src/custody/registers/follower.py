"""Bringing registers forward: the same steps live, in a rebuild, and when somebody just wants to catch up.

Registers that stand at the same position go together, so that each act is read and folded once for all of them. One
that failed falls behind, catches up by itself, and goes with the others again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Engine

from custody.ledger.journal import Journal
from custody.ledger.reader import Reader
from custody.ledger.recorder import Recorder
from custody.ledger.tables import JOURNAL
from custody.registers import (
    cases,
    codes,
    counting,
    custody,
    deadlines,
    defects,
    files,
    handling,
    items,
    kits,
    loans,
    manifests,
    people,
    places,
    refusals,
    views,
)
from custody.registers.feeds import Feed, JournalFeed, LedgerFeed
from custody.registers.register import Register
from custody.registers.store import Overtaken, Store

REGISTERS: Final[tuple[Register, ...]] = (
    items.REGISTER, codes.REGISTER, custody.REGISTER, cases.REGISTER, places.REGISTER, people.REGISTER, kits.REGISTER,
    manifests.REGISTER, defects.REGISTER, deadlines.REGISTER, refusals.REGISTER, counting.REGISTER, handling.REGISTER,
    loans.REGISTER, files.REGISTER, views.REGISTER,
)  # fmt: skip
"""Every register."""

CHUNK: Final = 500

Progress = Callable[[int, int], None]
"""Told now and then how many entries are done, and of how many."""


@dataclass(slots=True)
class Turn:
    """What one turn did: which registers moved on, and which failed at what."""

    moved: set[str] = field(default_factory=set)
    failed: dict[str, Exception] = field(default_factory=dict)


class Follower:
    """Brings the registers of one store forward. Used by one thread at a time."""

    def __init__(
        self, ledger: Engine, store: Store, registers: Sequence[Register] = REGISTERS, *, chunk: int = CHUNK
    ) -> None:
        """Make what is missing in the store, and take up where its registers stand."""
        self.store = store
        self.registers = registers
        self._chunk = chunk
        self._ledger = LedgerFeed(Reader(ledger), registers, store.moment)
        self._feeds: Mapping[str, Feed] = {
            "ledger": self._ledger, "journal": JournalFeed(Journal(Recorder(ledger, log=JOURNAL))),
        }  # fmt: skip
        self.positions: dict[str, int] = {}
        self.refresh()

    def refresh(self) -> None:
        """Make again what somebody deleted, and look where the registers stand."""
        self.store.prepare(self.registers)
        self.positions = self.store.positions(self.registers)

    def sizes(self) -> dict[str, int]:
        """The position of the last entry of each log."""
        return {log: feed.size() for log, feed in self._feeds.items()}

    def lag(self) -> int:
        """How many entries of its log the register lacks that is furthest behind."""
        sizes = self.sizes()
        return max(sizes[each.log] - self.positions[each.name] for each in self.registers)

    def turn(self, upto: Mapping[str, int] | None = None, *, resting: Collection[str] = ()) -> Turn:
        """Bring every register forward by a chunk at most, none beyond ``upto``, but not those that rest."""
        turn = Turn()
        groups: dict[tuple[str, int], list[Register]] = {}
        for register in self.registers:
            at = self.positions[register.name]
            if register.name not in resting and (upto is None or at < upto[register.name]):
                groups.setdefault((register.log, at), []).append(register)
        for (log, after), group in sorted(groups.items(), key=lambda each: each[0]):
            limit = min([self._chunk, *(upto[each.name] - after for each in group if upto)])
            self._advance(turn, log, after, group, limit)
        self._ledger.keep(set(self.positions.values()))
        if turn.failed:
            self.refresh()
        return turn

    def catch_up(self, upto: Mapping[str, int] | None = None, progress: Progress | None = None) -> None:
        """Bring every register to ``upto``, or to where its log ends. Raises what stopped the first one that failed."""
        sizes = self.sizes()
        total = sum(upto.values()) if upto else sum(sizes[each.log] for each in self.registers)
        while (turn := self.turn(upto)).moved or turn.failed:
            for error in turn.failed.values():
                raise error
            if progress is not None:
                progress(min(sum(self.positions.values()), total), total)

    def _advance(self, turn: Turn, log: str, after: int, group: Sequence[Register], limit: int) -> None:
        try:
            reached, changes = self._feeds[log].read(after, limit)
        except Exception as error:
            turn.failed.update(dict.fromkeys((each.name for each in group), error))
            return
        if reached == after:
            return
        for register in group:
            try:
                self.store.apply(register, after, reached, changes)
                # The commit point of a chunk. A crash before it leaves rows and position as they were, and the chunk
                # is taken again; after it, both have moved, and the next chunk begins where this one ended.
                self.positions[register.name] = reached
                turn.moved.add(register.name)
            except Overtaken:
                self.refresh()
                turn.moved.add(register.name)
            except Exception as error:
                turn.failed[register.name] = error
