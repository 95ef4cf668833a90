"""Steps 4 and 5 of verifying: who signed each act with which keys, and whether it is decided again as it was."""

from __future__ import annotations

from custody.acts.act import Act
from custody.acts.governing import NewPolicy
from custody.acts.parties import Genesis
from custody.errors import CustodyError
from custody.facts.governing import founding_of
from custody.facts.known import Facts
from custody.ledger.findings import Report
from custody.ledger.policies import Policies
from custody.ledger.storedrow import Stored
from custody.rules.judge import decide
from custody.rules.policy import Policy
from custody.rules.trust import require_copies_as_stated, signing_key


class Signers:
    """Step 4: exactly the signers signed, with keys that were theirs; that the signatures hold is seen beside."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def take(self, stored: Stored, facts: Facts) -> None:
        """Look at the signers of the next act."""
        act = stored.recorded.act
        signed = [each.key_id for each in stored.envelope.signatures]
        if sorted(signed) != sorted([signer.key for signer in act.signers]):
            self._report.found(4, "signers", "签名与签署人不一致。", "Signatures and signers differ.", stored.index)
            return
        try:
            require_copies_as_stated(stored.envelope, act)
        except CustodyError as error:
            self._report.found(
                4, "passkey", "通行密钥的备份情况与登记不符。",
                "A passkey was enrolled with other backup flags than it signed with.", stored.index, reason=error.code,
            )  # fmt: skip
        for signer in act.signers:
            try:
                signing_key(act, signer, facts)
            except CustodyError as error:
                self._report.found(
                    4, "key", "签署密钥当时无效。", "A key did not sign at that position.", stored.index,
                    person=signer.person, reason=error.code,
                )  # fmt: skip


class Decisions:
    """Step 5: by the rule data in force at its time each act is allowed, with the same defects."""

    def __init__(self, report: Report, genesis: Genesis, policies: Policies) -> None:
        self._report = report
        self._founding = founding_of(genesis)
        self._policies = policies
        self._passed_over: list[int] = []

    def policy_of(self, stored: Stored) -> Policy | None:
        """The rule data by which an act was judged; None if this version does not ship them."""
        return self._policies.by_id.get(stored.entry.policy)

    def take(self, stored: Stored, facts: Facts) -> None:
        """Decide the next act again."""
        recorded, entry, found = stored.recorded, stored.entry, self._report.found
        in_force = facts.governing().policy_at(self._founding, recorded.recorded_at)
        if entry.policy != in_force and not _puts_in_force(recorded.act, entry.policy):
            found(5, "other-policy", "所依规则版本当时不适用。", "It was judged by rule data not in force then.",
                  stored.index, expected=in_force, got=entry.policy)  # fmt: skip
        policy = self.policy_of(stored)
        if policy is None:
            self._passed_over.append(stored.index)
            return
        try:
            decision = decide(recorded.act, facts, policy, recorded.recorded_at)
        except CustodyError as error:
            found(5, "refused", "按当时规则应被拒绝。", "By the rules of its time it was not allowed.", stored.index,
                  reason=error.code)  # fmt: skip
            return
        if decision.defects != recorded.defects:
            found(5, "defects", "瑕疵记载与重新判定不符。", "Its defects differ from those decided now.", stored.index,
                  expected=[each.code for each in decision.defects],
                  got=[each.code for each in recorded.defects])  # fmt: skip

    def end(self) -> None:
        """Say how many acts could not be decided again."""
        if self._passed_over:
            self._report.found(
                5, "not-re-decided", "所依规则版本不在本软件中，未重新判定。",
                "Judged by rule data that this version does not ship: not decided again.", self._passed_over[0],
                acts=len(self._passed_over),
            )  # fmt: skip


def _puts_in_force(act: Act, policy: str) -> bool:
    """Whether an act may be judged by a policy that it puts in force itself (`Policies.judging`)."""
    return isinstance(act, NewPolicy) and act.policy == policy
