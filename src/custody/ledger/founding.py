"""Founding a ledger: the genesis act, recorded once, into an empty log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from eventsourcing.dcb.api import DCBAppendCondition, DCBQuery
from sqlalchemy import Engine

from custody.acts.parties import Genesis
from custody.errors import Conflict, Malformed, Untrusted
from custody.facts.gather import gather
from custody.ledger.drafts import ConditionFailed, IdTaken
from custody.ledger.ledger import Ledger, draft_of
from custody.ledger.memory import FactMemory
from custody.ledger.opening import Disclosure, open_envelope, same_root, verify_signatures
from custody.ledger.policies import Policies, shipped_policies
from custody.ledger.recorder import Recorder
from custody.rules.judge import decide
from custody.tlog.merkle import EMPTY_ROOT
from custody.tlog.note import Signer, Verifier


def found_ledger(
    engine: Engine,
    envelope: bytes,
    disclosures: Sequence[Disclosure],
    signer: Signer,
    journal_signer: Signer,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    policies: Policies | None = None,
) -> Ledger:
    """Record genesis into an empty, migrated database and return the ledger.

    Raises Conflict if the log is not empty, Untrusted if genesis names other log keys than these signers; else what
    `Ledger.submit` raises.
    """
    recorder = Recorder(engine, signer, clock=clock)
    opened = open_envelope(envelope, disclosures, signer.name)
    act = opened.act
    if not isinstance(act, Genesis):
        raise Malformed("malformed/genesis", "A ledger is founded by a genesis act.", field="act", got=act.act)
    _names_keys(act, signer, journal_signer)
    if act.seen.size == 0 and not same_root(act.seen.root, EMPTY_ROOT):
        raise Untrusted("untrusted/seen", "An empty log has the root SHA-256 of nothing.", seen=0)
    facts = gather(act, FactMemory(recorder).view())
    verify_signatures(opened, facts)
    policies = policies or shipped_policies(act.jurisdiction)
    decision = decide(act, facts, policies.current, clock())
    nothing_before = DCBAppendCondition(DCBQuery(), after=0)
    try:
        recorder.submit(draft_of(opened, decision, facts, nothing_before))
    except (ConditionFailed, IdTaken):
        raise Conflict("conflict/founded", "There is a ledger in this database already.") from None
    return Ledger(engine, signer, journal_signer, clock=clock, policies=policies)


def _names_keys(act: Genesis, signer: Signer, journal_signer: Signer) -> None:
    keys = {Verifier.parse(vkey) for vkey in act.log_keys}
    if str(signer.verifier) not in {str(key) for key in keys} or act.journal_key != str(journal_signer.verifier):
        raise Untrusted("untrusted/log-key", "Genesis names other log keys than the ones at hand.")
