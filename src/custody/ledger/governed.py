"""Deciding as the ledger is governed: by the policy that its log puts in force, and with a log key that still signs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from time import perf_counter

from custody.acts.act import Act
from custody.acts.parties import Genesis
from custody.errors import Untrusted
from custody.facts.governing import GoverningFacts, founding_of
from custody.facts.known import Facts
from custody.ledger.policies import Policies
from custody.ledger.watch import NOBODY
from custody.rules.judge import Decision, decide
from custody.rules.policy import Policy
from custody.tlog.note import Signer


class Governed:
    """What genesis named and the log changed since: which rule data judge, and who signs checkpoints."""

    def __init__(self, genesis: Genesis, policies: Policies, signer: Signer | None) -> None:
        self.founding = founding_of(genesis)
        self.policies = policies
        self.watch = NOBODY
        self._journal_key = genesis.journal_key
        self._log_key = str(signer.verifier) if signer else None

    def policy(self, governing: GoverningFacts, now: datetime) -> Policy:
        """The policy in force; the current one, where this version does not ship that."""
        return self.policies.by_id.get(governing.policy_at(self.founding, now), self.policies.current)

    def decide(self, act: Act, facts: Facts, now: datetime, *, planned: bool) -> Decision:
        """Decide an act by the policy in force. Raises Untrusted, Stale, Refused."""
        governing = facts.governing()
        if governing.keys:
            self.require_log_key(governing)
        policy = self.policies.judging(act, governing, self.founding, now)
        began = perf_counter()
        try:
            decision = decide(act, facts, policy, now, planned=planned)
        finally:
            self.watch.decided(perf_counter() - began)
        change = governing.next_change(now)
        if change is None or (decision.decide_again_at is not None and decision.decide_again_at < change):
            return decision
        return replace(decision, decide_again_at=change)

    def require_log_key(self, governing: GoverningFacts) -> None:
        """Check that the log's key at hand, if there is one, signs the next checkpoint. Raises Untrusted."""
        if self._log_key is not None and self._log_key not in governing.keys_next(self.founding):
            raise _other_keys()

    def require_journal_key(self, signer: Signer | None) -> None:
        """Check that this is the key of the journal. Raises Untrusted."""
        if signer is None or str(signer.verifier) != self._journal_key:
            raise _other_keys()


def _other_keys() -> Untrusted:
    return Untrusted("untrusted/log-key", "These are not the log keys that genesis, or an act since, names.")
