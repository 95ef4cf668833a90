"""A random sample of a log: some acts that nobody could pick, each held against the newest checkpoint.

1. The checkpoint at the head bears a signature of the log.
2. The draw: each leaf index gets the ticket SHA-256(root ‖ SHA-256(UTF-8 seed) ‖ index in ASCII digits), the root as
   its 32 bytes; the indexes with the smallest tickets, compared as bytes, are drawn.
3. Of each act drawn: its entry stands at that index under that root; it fits its envelope and is found by its id;
   whoever signed it was entitled to by key, part and capacity at that position; and every signature holds.

Whoever knows root, seed and count draws the same again. Of all other acts nothing is said, and of those drawn not
whether the rules allowed them: that takes the whole log. Source: docs/format.md section 11, by which items are drawn.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from custody.acts.parties import Genesis
from custody.errors import CustodyError
from custody.facts.kinds import Need
from custody.facts.known import Facts
from custody.ledger.decisioncheck import Signers
from custody.ledger.entrycheck import Entries
from custody.ledger.findings import Report
from custody.ledger.past import Past, known_before
from custody.ledger.reader import Reader
from custody.ledger.signaturecheck import Keys, enrolled_keys, report_false, verified
from custody.ledger.storedrow import Stored
from custody.ledger.treecheck import keys_of
from custody.ledger.walk import Progress
from custody.rules.trust import check_trust
from custody.tlog.checkpoint import Checkpoint, open_checkpoint
from custody.tlog.merkle import leaf_hash, verify_inclusion
from custody.tlog.note import Verifier


@dataclass(frozen=True, slots=True)
class Sampled:
    """What was drawn, from what, so that anybody can draw it again; and what was found in it."""

    checkpoint: Checkpoint
    seed: str
    drawn: tuple[int, ...]
    """Leaf indexes, in log order."""
    report: Report


def drawn_from(root: bytes, size: int, seed: str, count: int) -> tuple[int, ...]:
    """The indexes that a seed draws from the log of a root, in log order; all of them if there are no more."""
    begins = root + sha256(seed.encode()).digest()
    tickets = ((sha256(begins + str(index).encode()).digest(), index) for index in range(size))
    return tuple(sorted(index for _, index in heapq.nsmallest(count, tickets)))


def verify_sample(
    reader: Reader, genesis: Genesis, seed: str, count: int, *, verifiers: Sequence[Verifier] = (),
    progress: Progress | None = None,
) -> Sampled:  # fmt: skip
    """Draw ``count`` acts and verify them. ``verifiers``: the log's keys as the caller knows them; else as genesis and
    the acts since name them. Raises only Unavailable."""
    report = Report()
    checkpoint = _newest(reader, genesis, verifiers, report)
    drawn = drawn_from(checkpoint.root, checkpoint.size, seed, count)
    sample = _Sample(reader, checkpoint, report, enrolled_keys(reader))
    for done, index in enumerate(drawn, 1):
        sample.look_at(index)
        if progress:
            progress(done, len(drawn))
    return Sampled(checkpoint, seed, drawn, report)


def _newest(reader: Reader, genesis: Genesis, verifiers: Sequence[Verifier], report: Report) -> Checkpoint:
    """Step 1; where the checkpoint is of no use, the head as the database has it."""
    head = reader.head()
    known = verifiers or [Verifier.parse(each) for each in sorted(keys_of(reader, genesis)(head.size))]
    try:
        return open_checkpoint(reader.checkpoint(), *known)
    except CustodyError as error:
        zh, en = "检查点签名无效。", "A checkpoint bears no valid signature of the log."
        report.found(1, "checkpoint-signature", zh, en, head.size, reason=error.code)
        return Checkpoint(genesis.origin, head.size, head.root)


class _Sample:
    def __init__(self, reader: Reader, checkpoint: Checkpoint, report: Report, keys: Keys) -> None:
        self._reader = reader
        self._checkpoint = checkpoint
        self._report = report
        self._keys = keys
        self._past = Past(reader)
        self._entries = Entries(report)
        self._signers = Signers(report)

    def look_at(self, index: int) -> None:
        """Everything that can be said of one act by itself."""
        self._report.entries += 1
        rows = self._reader.tagged_rows(index, 1)
        if not rows or rows[0][0].position != index + 1:
            self._report.found(1, "gap", "日志有缺号。", "A position of the log is missing.", index)
            return
        row, tags = rows[0]
        self._included(index, row.entry)
        stored = Stored.read(row, tags, self._report)
        if stored is None:
            return
        self._entries.take(stored, self._reader.find(stored.id))
        self._signed(stored)
        report_false(self._report, self._keys, verified(self._reader, self._keys, index, index + 1))

    def _included(self, index: int, entry: bytes) -> None:
        size, root = self._checkpoint.size, self._checkpoint.root
        try:
            verify_inclusion(leaf_hash(entry), index, size, self._reader.inclusion_path(index, size), root)
        except CustodyError as error:
            zh, en = "条目不在检查点所述的日志中。", "An entry does not stand in the log of the checkpoint."
            self._report.found(1, "inclusion", zh, en, index, reason=error.code)

    def _signed(self, stored: Stored) -> None:
        act = stored.recorded.act
        needs = [need for each in act.signers for need in (Need("key", each.key), Need("person", each.person))]
        facts = Facts()
        try:
            facts.found.update(known_before(self._past, needs, stored.index).items())
        except CustodyError as error:
            zh, en = "登记记录损坏，签署人是否有权不明。", "Damaged enrolments: who was entitled cannot be told."
            self._report.found(4, "unreadable", zh, en, stored.index, reason=error.code)
            return
        self._signers.take(stored, facts)
        try:
            check_trust(act, facts)
        except CustodyError as error:
            zh, en = "签署人当时无权签署。", "Somebody signed who was not entitled to at that position."
            self._report.found(4, "key", zh, en, stored.index, reason=error.code)
