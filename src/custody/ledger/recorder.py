"""The writing side of a log: the one place where an act becomes part of the record.

A `DCBRecorder` of the eventsourcing library for SQLite and PostgreSQL. Beyond the library's interface it
completes entries inside the lock, knows repeated submissions, keeps the Merkle tree, and signs each new head.
"""

# ruff: noqa: S608 - table names come from tables.py, and every value is a parameter

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import Lock
from time import perf_counter
from uuid import uuid4

from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBRecorder
from eventsourcing.persistence import ProgrammingError
from sqlalchemy import Engine

from custody.errors import Conflict, CustodyError, Damaged
from custody.ledger.batch import Admitted, Batch, tags_asked
from custody.ledger.drafts import Appended, Draft, Head, from_microseconds
from custody.ledger.engine import translated, wiped
from custody.ledger.group_commit import GroupCommit
from custody.ledger.reader import Reader
from custody.ledger.session import Query, Rows, Session
from custody.ledger.subscription import Listener, Signal, Subscription
from custody.ledger.tables import LEDGER, Log
from custody.ledger.tags import TagMemory
from custody.ledger.watch import NOBODY
from custody.tlog.edge import Edge
from custody.tlog.merkle import EMPTY_ROOT
from custody.tlog.note import Signer
from custody.tlog.tiles import require_entry_size

CHUNK = 256
CLOCK_TOLERANCE = timedelta(seconds=5)
POLL_SECONDS = 0.5

Outcome = Appended | Exception


@dataclass(frozen=True)
class _Work:
    """Drafts that one caller hands in. ``together``: the first that is refused takes the rest along."""

    drafts: Sequence[Draft]
    together: bool = False


class Recorder(Reader, DCBRecorder):
    """Appends to and reads from one log. Safe to use from any thread; several processes may share a database.

    ``signer`` bears the log's origin as its name; without one the recorder only reads. ``clock`` gives aware
    datetimes. Call `close` when done.
    """

    def __init__(
        self,
        engine: Engine,
        signer: Signer | None = None,
        *,
        log: Log = LEDGER,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        super().__init__(engine, log)
        self._signer = signer
        self._clock = clock
        self._poll_seconds = poll_seconds
        self._tags = TagMemory(log)
        self._damage: Damaged | None = None
        self._own_head: Head | None = None
        """The head as we left it, where nobody else seems to write: the next append may begin from it unlocked."""
        self._unwiped = False
        """Whether an erasure was committed whose values still stand in SQLite's write-ahead log."""
        self._commits = GroupCommit(self._flush, most=CHUNK)
        self.watch = NOBODY
        self._signal = Signal()
        self._listener: Listener | None = None
        self._listening = Lock()

    @property
    def damage(self) -> Damaged | None:
        """What made this recorder stop writing, if it did: a log that contradicts itself is only read."""
        return self._damage

    @property
    def signer(self) -> Signer | None:
        """The log's key; without it nothing is appended."""
        return self._signer

    def tree_root(self, size: int) -> bytes:
        """The root of the first ``size`` leaves, from what is stored of them. Raises NotFound, Damaged."""
        return self._tree.root(size) if size else EMPTY_ROOT

    def stop(self, damage: Damaged) -> None:
        """Append nothing from now on: something outside the log shows that it is not as it was."""
        self._damage = self._damage or damage

    def submit(self, draft: Draft) -> Appended:
        """Append one draft; returns when it is durable.

        Raises ConditionFailed, IdTaken or DecideAgain; TooLarge for an entry over 65,535 bytes; Unavailable if
        nothing was written or nobody can tell (submit again: the act's id makes that harmless); Damaged if the
        log contradicts itself or its clock.
        """
        (outcome,) = self._commits.submit(_Work([draft]))
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def submit_many(self, drafts: Sequence[Draft]) -> list[Outcome]:
        """Append drafts in order, a transaction for each 256, and say of each what became of it.

        A refused draft does not stop those after it. If a transaction fails, its drafts and all later ones get
        the error: what was durable before stays answered.
        """
        outcomes: list[Outcome] = []
        for start in range(0, len(drafts), CHUNK):
            try:
                outcomes += self._commits.submit(_Work(drafts[start : start + CHUNK]))
            except CustodyError as error:
                return outcomes + [error] * (len(drafts) - start)
        return outcomes

    def append(self, events: Sequence[DCBEvent], condition: DCBAppendCondition | None = None) -> int:
        """The library's way to append: finished bytes, all or none; returns the last position.

        ``data`` is both envelope and entry. Raises what `submit` does.
        """
        if not events:
            raise ProgrammingError("there is nothing to append")
        drafts = [_finished(event, None if number else condition) for number, event in enumerate(events)]
        outcomes = self._commits.submit(_Work(drafts, together=True))
        last = outcomes[-1]
        if isinstance(last, Exception):
            raise last
        return last.position

    def subscribe(self, query: DCBQuery | None = None, *, after: int | None = None) -> Subscription:
        """Follow the log from a position on, without an end."""
        with self._listening:
            if self._listener is None and self.engine.dialect.name == "postgresql":
                self._listener = Listener(self.engine, self.log, self._signal)
        return Subscription(self, query, after, signal=self._signal, poll_seconds=self._poll_seconds)

    def close(self) -> None:
        """Stop listening. The engine stays its owner's."""
        with self._listening:
            if self._listener is not None:
                self._listener.stop()
                self._listener = None

    def _flush(self, batch: Sequence[_Work]) -> list[list[Outcome]]:
        """Append what the callers of one batch handed in. One thread at a time; the database lock is inside."""
        if self._signer is None:
            raise Conflict("conflict/read-only", "This ledger was opened without the log's key: it only reads.")
        if self._damage is not None:
            raise self._damage
        try:
            began = perf_counter()
            with translated(), Session(self.engine, self.log) as session:
                outcomes = self._append(session, batch, self._signer)
            if self._unwiped:
                self._unwiped = not wiped(self.engine)  # else after the next append
            entries = sum(isinstance(each, Appended) and not each.duplicate for group in outcomes for each in group)
            if entries:
                self.watch.committed(self.log.name, entries, perf_counter() - began)
            return outcomes
        except Damaged as damage:
            if damage.code != "damaged/clock":  # a clock can be set right; a tree cannot
                self._damage = damage
            raise

    def _append(self, session: Session, works: Sequence[_Work], signer: Signer) -> list[list[Outcome]]:
        seen, self._own_head = self._own_head, None
        admitted = self._append_foreseen(session, works, signer, seen) if seen else None
        return admitted or self._append_locked(session, works, signer)

    def _append_foreseen(
        self, session: Session, works: Sequence[_Work], signer: Signer, seen: Head
    ) -> list[list[Outcome]] | None:
        """Decide from memory and write without asking first; None, and nothing written, if anything speaks against."""
        asked, names = _tags_of(works)
        edge = self._tree.edge_at(seen)
        if edge is None or not self._tags.foresee(names, asked):
            return None
        batch = self._batch(session, seen, edge, [])
        admitted = [_admit(batch, work) for work in works]
        if any(isinstance(each, Exception) for group in admitted for each in group):
            return None  # perhaps it was recorded before: the ids tell
        head, note, rows = batch.close(signer)
        if not session.swap(rows, seen, head, batch.erased()):
            return None  # another process wrote, or an act is recorded already
        return self._committed(session, batch, head, note, admitted)

    def _append_locked(self, session: Session, works: Sequence[_Work], signer: Signer) -> list[list[Outcome]]:
        """Take the lock, bring memory up to date, ask for all that the decisions need, and write."""
        asked, names = _tags_of(works)
        ids = [draft.id for work in works for draft in work.drafts]
        seen, (taken, known) = session.lock([self._taken(session, ids), self._tags.question(session, names)])
        alone = self._tags.size == seen.size
        self._tags.learn_ids(known)
        self._tags.catch_up(session, seen)
        self._tags.learn_absent(names)
        self._tags.learn_newest(session, asked)
        batch = self._batch(session, seen, self._tree.edge(session, seen), taken)
        admitted = [_admit(batch, work) for work in works]
        if not batch.entries:
            return self._outcomes(session, batch, admitted)
        head, note, rows = batch.close(signer)
        session.commit(rows, seen, head, batch.erased())
        return self._committed(session, batch, head, note, admitted, alone=alone)

    def _committed(
        self, session: Session, batch: Batch, head: Head, note: str, admitted: Sequence[Sequence[Admitted | Exception]],
        *, alone: bool = True,
    ) -> list[list[Outcome]]:  # fmt: skip
        # The commit point, whether the head was locked or swapped. Until here nothing has happened: entries,
        # envelopes, tags, tiles, head, checkpoint and disclosures (those that came, and those that an erasure took
        # away) are one transaction, and memory still says what it said before. From here on all of them are durable,
        # and the checkpoint binds us: this size has this root for ever. A checkpoint signed for a head that was
        # never committed is dropped unseen.
        # A crash just before leaves no trace, and the callers, unanswered, submit again. A crash just after
        # leaves everything but the answers: the same submissions find their ids taken by their own payloads,
        # and get the receipts they missed. If the commit fails and nobody can tell which of the two it was,
        # the callers hear Unavailable, and the next append takes the lock, compares the head row with what it
        # remembers and catches up, exactly as if another process had written.
        self._tree.advance(batch.edge)
        self._remember(head.size, head.root, note)
        self._take_over(batch)
        self._unwiped = self._unwiped or bool(batch.erased())
        self._signal.give()
        self._own_head = head if alone else None
        return self._outcomes(session, batch, admitted)

    def _outcomes(
        self, session: Session, batch: Batch, admitted: Sequence[Sequence[Admitted | Exception]]
    ) -> list[list[Outcome]]:
        return [[self._outcome(session, batch, each) for each in group] for group in admitted]

    def _batch(self, session: Session, seen: Head, edge: Edge, taken: Rows) -> Batch:
        return Batch(
            session,
            self.log,
            edge=edge.copy(),
            tags=self._tags,
            taken={act_id: (position, digest) for act_id, position, digest in taken},
            recorded_at=self._now(seen),
        )

    def _taken(self, session: Session, wanted: Sequence[bytes]) -> Query:
        among, ids = session.among("id", wanted)
        return f"SELECT id, position, digest FROM {self.log.act} WHERE {among}", ids

    def _now(self, head: Head) -> datetime:
        now = self._clock().astimezone(UTC)
        if now < head.recorded_at - CLOCK_TOLERANCE:
            raise Damaged(
                "damaged/clock",
                "The clock is behind the log's last entry: nothing is recorded until it is set right.",
                clock=now.isoformat(),
                recorded_at=head.recorded_at.isoformat(),
            )
        return max(now, head.recorded_at)

    def _take_over(self, batch: Batch) -> None:
        tags = self._tags
        tags.learn_new(batch.new_tags)
        for event in batch.recorded():
            tags.record(*event)
        tags.size = batch.edge.size

    def _outcome(self, session: Session, batch: Batch, admitted: Admitted | Exception) -> Outcome:
        if isinstance(admitted, Exception):
            return admitted
        position, duplicate = admitted.position, admitted.duplicate
        entry = batch.entry_at(position)
        if entry is not None:
            edge = batch.edge
            return Appended(position, batch.recorded_at, entry, edge.size, edge.root(), duplicate)
        ((entry,),) = session.fetch(f"SELECT entry FROM {self.log.entry} WHERE position = ?", position)
        ((size, root, recorded_at),) = session.fetch(
            f"SELECT size, root, recorded_at FROM {self.log.checkpoint} WHERE size >= ? ORDER BY size LIMIT 1",
            position,
        )
        return Appended(position, from_microseconds(recorded_at), entry, size, root, duplicate)


def _tags_of(works: Sequence[_Work]) -> tuple[set[str], set[str]]:
    """The tags that decisions turn on, and those together with the ones that will be written."""
    drafts = [draft for work in works for draft in work.drafts]
    asked = tags_asked(drafts)
    return asked, asked.union(*[draft.tags for draft in drafts])


def _admit(batch: Batch, work: _Work) -> list[Admitted | Exception]:
    outcomes: list[Admitted | Exception] = []
    for draft in work.drafts:
        try:
            outcomes.append(batch.admit(draft))
        except (CustodyError, Exception) as error:
            if work.together:
                return [error] * len(work.drafts)
            outcomes.append(error)
    return outcomes


def _finished(event: DCBEvent, condition: DCBAppendCondition | None) -> Draft:
    """A draft of bytes that are complete already; only its condition can still refuse it."""
    require_entry_size(event.data)
    return Draft(
        event.type,
        event.data,
        event.tags,
        id=uuid4().bytes,
        digest=sha256(event.data).digest(),
        complete=lambda index, recorded_at, previous: event.data,
        condition=condition,
    )
