"""The ledger: signed acts go in, receipts come out, and nothing else ever becomes true.

`Ledger.submit` is the one way in: open, gather, verify, decide, append. What it acknowledged is durable.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from eventsourcing.dcb.api import DCBAppendCondition
from sqlalchemy import Engine

from custody.acts.act import Act
from custody.acts.entry import Defect, Recorded, write_entry
from custody.acts.keeping import Erasure
from custody.acts.parties import Genesis
from custody.acts.receipt import Receipt as Receipt  # what `submit` returns
from custody.acts.values import decode
from custody.errors import Conflict, CustodyError, Damaged, NotFound, Refused, Stale, Unavailable, Untrusted
from custody.facts.gather import Source, gather
from custody.facts.governing import GoverningFacts
from custody.facts.kinds import GOVERNING
from custody.facts.known import Facts
from custody.facts.tags import UNLINKED, links_of, tags_of
from custody.ledger.batches import CHUNK, Verify, submit_batch
from custody.ledger.drafts import Appended, ConditionFailed, DecideAgain, Draft, IdTaken
from custody.ledger.governed import Governed
from custody.ledger.group_commit import GroupCommit
from custody.ledger.journal import Journal
from custody.ledger.mark import Mark
from custody.ledger.memory import FactMemory, View
from custody.ledger.opening import (
    Disclosure,
    Opened,
    open_envelope,
    require_ledger,
    same_root,
    verify_signatures,
)
from custody.ledger.opening import Submission as Submission  # what `submit_many` takes
from custody.ledger.past import recorded_from
from custody.ledger.policies import Policies, shipped_policies
from custody.ledger.publication import Publication
from custody.ledger.recorder import Recorder
from custody.ledger.tables import JOURNAL, LEDGER
from custody.ledger.watch import NOBODY, Watch
from custody.rules.judge import Decision
from custody.rules.policy import Policy
from custody.tlog.note import Signer
from custody.tlog.proof import TlogProof

_ATTEMPTS = 20

alarm = logging.getLogger("custody.alarm")

Through = Callable[[Source], Source]
"""What a dry run reads the facts through."""


@dataclass(kw_only=True)
class ActDraft(Draft):
    """A decided act on its way into the log."""

    defects: tuple[Defect, ...]


Outcome = Receipt | CustodyError


class Ledger:
    """One ledger in one database. Safe to use from any thread; several processes may open the same one."""

    def __init__(
        self,
        engine: Engine,
        signer: Signer | None = None,
        journal_signer: Signer | None = None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        policies: Policies | None = None,
        cosigner: Signer | None = None,
        mark: Path | None = None,
    ) -> None:
        """Open a ledger that was founded. Without the log's key it only reads. Raises NotFound, Untrusted, Unavailable.

        ``policies`` are the rule data it may be judged by; without them, those shipped for its jurisdiction. What it
        publishes is signed by ``cosigner`` as well, the log's ML-DSA-44 key, and noted in the file ``mark``.
        """
        self.engine = engine
        self.clock = clock
        self.recorder = Recorder(engine, signer, log=LEDGER, clock=clock)
        self.journal = Journal(Recorder(engine, journal_signer, log=JOURNAL, clock=clock))
        self.genesis = _genesis(self.recorder)
        self.origin = self.genesis.origin
        policies = policies or shipped_policies(self.genesis.jurisdiction)
        self.governed = Governed(self.genesis, policies, signer)
        self.memory = FactMemory(self.recorder)
        if signer is not None:
            self.governed.require_log_key(self.governing())
            self.governed.require_journal_key(journal_signer)
        self.publication = Publication(self.recorder, self._keys_at, cosigner, Mark(mark) if mark else None, clock)
        self.publication.require_continues()
        self.verifiers = ThreadPoolExecutor(4, thread_name_prefix="verify")
        self.watch = NOBODY
        self._together = GroupCommit(self.submit_many, most=CHUNK)

    def watched_by(self, watch: Watch) -> None:
        """Tell somebody of every act, decision and commit from now on."""
        self.watch = self.governed.watch = self.recorder.watch = self.journal.recorder.watch = watch

    def close(self) -> None:
        """Let go of threads and listeners. The engine stays its owner's."""
        self.verifiers.shutdown(wait=True)
        self.recorder.close()
        self.journal.recorder.close()

    def governing(self) -> GoverningFacts:
        """What governs the ledger, as far as this process has read."""
        facts: GoverningFacts = self.memory.fold([GOVERNING])[GOVERNING] or GoverningFacts()
        return facts

    def log_keys(self) -> frozenset[str]:
        """The verifier keys that may have signed the newest checkpoint, or sign the next."""
        self.memory.catch_up()
        governing = self.governing()
        return governing.keys_at(self.governed.founding, self.memory.size) | governing.keys_next(self.governed.founding)

    def _keys_at(self, size: int) -> frozenset[str]:
        self.memory.catch_up()
        return self.governing().keys_at(self.governed.founding, size)

    @property
    def policy(self) -> Policy:
        """The policy in force by the log; the shipped one, where this version does not know that."""
        return self.governed.policy(self.governing(), self.clock())

    def submit(self, envelope: bytes, disclosures: Sequence[Disclosure] = ()) -> Receipt:
        """Record a signed act, and return its receipt once it is durable.

        The same payload again gives the same receipt. Raises Malformed, TooLarge, Untrusted, Stale, Refused,
        Conflict, Unavailable or Damaged; nothing is then in the log (after Unavailable, submit again to be sure).
        Threads that submit at the same time are served together, as by `submit_many`.
        """
        outcome = self._together.submit(Submission(envelope, tuple(disclosures)))
        if isinstance(outcome, CustodyError):
            raise outcome
        return outcome

    def submit_alone(self, envelope: bytes, disclosures: Sequence[Disclosure] = ()) -> Receipt:
        """Record a signed act by itself; see `submit`."""
        return self.submit_opened(open_envelope(envelope, disclosures, self.origin))

    def submit_opened(self, opened: Opened, request: str | None = None) -> Receipt:
        """Record an act that was opened already; see `submit`."""
        checked = False
        for _ in range(_ATTEMPTS):
            view = self.memory.view()
            try:
                facts = gather(opened.act, view)
                if not checked:
                    self._check(opened, facts)
                    checked = True
                decision = self.decide(opened.act, facts)
                draft = self.draft(opened, decision, facts, view.condition())
                appended = self.recorder.submit(draft)
            except (ConditionFailed, DecideAgain):
                self.memory.catch_up()
                continue
            except IdTaken as taken:
                raise _taken(opened, taken.position) from None
            except (Stale, Refused, Untrusted) as error:
                if (receipt := self._already(opened, checked)) is not None:
                    return receipt
                if self.catch_up(view):
                    continue
                self._turn_away(opened, error, checked, request)
                raise
            return self.take_in(opened, draft, appended)
        raise Unavailable("unavailable/contention", "Too many others act on the same things: try again.", retry_after=1)

    def submit_many(self, submissions: Sequence[Submission], *, verify: Verify | None = None) -> list[Outcome]:
        """Record many acts, in order, in few transactions; one bad act does not stop the others.

        ``verify`` may verify signatures elsewhere, in other processes; without it, threads do.
        """
        return submit_batch(self, submissions, verify)

    def check(
        self, envelope: bytes, disclosures: Sequence[Disclosure] = (), through: Through = lambda source: source
    ) -> Decision:
        """Say what would be decided if the act were submitted now and not yet done. Raises what `submit` does.

        ``through`` is what the facts are read through: it may leave out what somebody may not see.
        """
        opened = open_envelope(envelope, disclosures, self.origin)
        self.memory.catch_up()
        facts = gather(opened.act, through(self.memory.view()))
        self._check(opened, facts)
        return self.decide(opened.act, facts, planned=True)

    def check_act(self, act: Act, through: Through = lambda source: source) -> Decision:
        """Say what would be decided of an act that nobody has signed yet. Raises Untrusted, Stale, Refused."""
        require_ledger(act, self.origin)
        self.memory.catch_up()
        facts = gather(act, through(self.memory.view()))
        self.check_seen(act)
        return self.decide(act, facts, planned=True)

    def check_unfinished(self, opened: Opened, through: Through = lambda source: source) -> Decision:
        """Say what would be decided of an act that only some have signed; first, whether they have. Raises what
        `check` does."""
        self.memory.catch_up()
        given = {each.key_id for each in opened.envelope.signatures}
        signed = [each for each in opened.act.signers if each.key in given]
        verify_signatures(opened, gather(opened.act, self.memory.view()), signed)
        return self.check_act(opened.act, through)

    def decide(self, act: Act, facts: Facts, *, planned: bool = False) -> Decision:
        """Decide an act now, by the policy in force. Raises Untrusted, Stale, Refused."""
        return self.governed.decide(act, facts, self.clock(), planned=planned)

    def _check(self, opened: Opened, facts: Facts) -> None:
        """Signatures first, then what the signers say they saw."""
        verify_signatures(opened, facts)
        self.check_seen(opened.act)

    def check_seen(self, act: Act) -> None:
        """Check that the head an act saw is one this ledger issued. Raises Untrusted."""
        seen = act.seen
        root = self.recorder.root_at(seen.size)
        if root is not None and same_root(seen.root, root):
            return
        if seen.size > self.recorder.head().size:
            raise Untrusted(
                "untrusted/seen-ahead", "The signers saw a longer log than this one, which was restored or cloned.",
                seen=seen.size,
            )  # fmt: skip
        raise Untrusted(
            "untrusted/seen", "This ledger never issued the checkpoint that the signers saw.", seen=seen.size
        )

    def draft(self, opened: Opened, decision: Decision, facts: Facts, condition: DCBAppendCondition) -> ActDraft:
        """Make the draft of a decided act; what it discloses goes under its case's key, where there are such keys."""
        draft, keys = draft_of(opened, decision, facts, condition), self.recorder.case_keys
        draft.disclosures = keys.under(draft.type, draft.tags, draft.disclosures) if keys else draft.disclosures
        return draft

    def take_in(self, opened: Opened, draft: ActDraft, appended: Appended) -> Receipt:
        """Make the receipt of an act that was appended, and let the memory of facts know of it."""
        act = opened.act
        index = appended.position - 1
        if appended.duplicate:
            return self.receipt(act.id, duplicate=True)
        self.memory.advance(Recorded(index, appended.recorded_at, act, draft.defects), draft.tags)
        proof = self._proof(index, appended.size, self.recorder.checkpoint(appended.size))
        return Receipt(act.id, index, appended.recorded_at, draft.defects, appended.entry, proof)

    def _already(self, opened: Opened, checked: bool) -> Receipt | None:
        """The first receipt, if this very payload was recorded before: also where its key was revoked since."""
        found = self.recorder.find(opened.id)
        if found is None:
            return None
        if found[1] != opened.digest:
            raise _taken(opened, found[0]) from None
        return self.receipt(opened.act.id, duplicate=True) if checked else None

    def catch_up(self, view: View) -> bool:
        """Whether a decision rested on less than the log held; if so, what it missed has been taken in since.

        A refusal may rest on facts that another process changed: only one that holds when everything is read is one.
        """
        behind = view.after < self.recorder.head().size
        if behind:
            self.memory.catch_up()
        return behind

    def _turn_away(self, opened: Opened, error: CustodyError, checked: bool, request: str | None) -> None:
        """Keep in the journal what was refused once its signatures were verified, and raise an alarm for a clone."""
        if error.code == "untrusted/seen-ahead":
            alarm.critical("an act by %s saw a log longer than this one", opened.act.signers[0].person)
        if error.code == "untrusted/seen-ahead" or (checked and isinstance(error, Refused)):
            self.journal.refusal(opened, error, request)

    def receipt(self, act_id: str, *, duplicate: bool = False) -> Receipt:
        """Return the receipt of a recorded act, with its first proof, and what was cosigned since. Raises NotFound."""
        found = self.recorder.find(UUID(act_id).bytes)
        if found is None:
            raise NotFound("not-found/act", "The ledger has no act with this id.", act=act_id)
        row = self.recorder.row(found[0])
        recorded = recorded_from(row)
        size, _ = self.recorder.first_checkpoint_covering(recorded.index)
        return Receipt(
            act_id, recorded.index, recorded.recorded_at, recorded.defects, row.entry,
            self._proof(recorded.index, size, self.publication.as_appended(size)), duplicate,
        )  # fmt: skip

    def proof(self, index: int, size: int | None = None) -> str:
        """Return a fresh tlog-proof of a leaf against the newest published checkpoint; the head's, where that does not
        cover it yet; or that of a size. With every signature there is of it. Raises NotFound."""
        size, note = self.publication.covering(index) if size is None else (size, self.publication.checkpoint(size))
        return self._proof(index, size, note)

    def _proof(self, index: int, size: int, note: str) -> str:
        return str(TlogProof(index, tuple(self.recorder.inclusion_path(index, size)), note))


def draft_of(opened: Opened, decision: Decision, facts: Facts, condition: DCBAppendCondition) -> ActDraft:
    """Make the draft of a decided act; its entry is completed inside the append lock."""
    act, data = opened.act, opened.data
    envelope = hashlib.sha256(data).hexdigest()
    tags = tags_of(act, facts, decision.defects)

    def complete(index: int, recorded_at: datetime, previous: Mapping[str, int]) -> bytes:
        return write_entry(
            recorded_at=recorded_at, act=act.id, type_name=act.act, envelope_sha256=envelope, size_bytes=len(data),
            policy=decision.policy, defects=decision.defects, previous=previous,
        )  # fmt: skip

    return ActDraft(
        act.act, data, list(tags), id=opened.id, digest=opened.digest, complete=complete, condition=condition,
        links=links_of(act, tags), unlinked=UNLINKED, defects=decision.defects,
        decide_again_at=decision.decide_again_at,
        disclosures=tuple((decode(each.commitment), each.salt, each.value) for each in opened.disclosures),
        erases=tuple(decode(each) for each in act.disclosures) if isinstance(act, Erasure) else (),
    )  # fmt: skip


def _taken(opened: Opened, position: int | None) -> Conflict:
    return Conflict(
        "conflict/act-id", "Another payload was recorded under this act's id.", act=opened.act.id, position=position
    )


def _genesis(recorder: Recorder) -> Genesis:
    rows = recorder.rows(0, 1)
    if not rows:
        raise NotFound("not-found/ledger", "There is no ledger in this database: run custody init first.")
    act = recorded_from(rows[0]).act
    if not isinstance(act, Genesis):
        raise Damaged("damaged/genesis", "The log does not begin with its genesis.", index=0)
    return act
