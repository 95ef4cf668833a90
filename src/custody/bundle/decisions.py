"""Step 8: each act is decided again, by the rule data of its time, as far as the facts for it are in the bundle."""

from __future__ import annotations

from dataclasses import replace

from custody.acts.entry import Defect, Recorded
from custody.acts.governing import NewPolicy
from custody.acts.parties import Genesis
from custody.bundle import names
from custody.bundle.bundled import Bundle, Bundled
from custody.bundle.facts import Beyond, BundleFacts
from custody.bundle.report import Step
from custody.errors import CustodyError, Malformed
from custody.facts.gather import gather
from custody.facts.governing import founding_of
from custody.facts.known import Facts
from custody.rules.judge import decide
from custody.rules.policy import Policy
from custody.rules.rule_files import read_policy

_LARGEST_FILE = 4 << 20


def check_decisions(bundle: Bundle, step: Step) -> None:
    """Whether the rules of its time allow each act, with the defects that its entry lists."""
    policies = _policies(bundle, step)
    facts = BundleFacts(bundle)
    for each in bundle.acts.values():
        if each.recorded is not None and each.entry is not None:
            _check(each, each.recorded, bundle, facts, policies.get(each.entry.policy), step)
        facts.advance(each)


def _policies(bundle: Bundle, step: Step) -> dict[str, Policy]:
    """The rule data of the bundle that are those they are named by."""
    files: dict[str, dict[str, bytes]] = {}
    for name in bundle.archive.under("rules/"):
        policy, _, path = name.removeprefix("rules/").partition("/")
        files.setdefault(policy, {})[path] = bundle.archive.read(name, _LARGEST_FILE) or b""
    found = {}
    for policy, each in files.items():
        try:
            read = read_policy(each)
            if read.id != policy:
                raise Malformed("malformed/policy", "The rule data have another hash.")
            found[policy] = read
        except CustodyError:
            step.found("policy-changed", f"rules/{policy}")
    return found


def _check(
    each: Bundled, recorded: Recorded, bundle: Bundle, source: BundleFacts, policy: Policy | None, step: Step
) -> None:
    if policy is None:
        step.passed_over("rules-left-out", each.name)
        return
    try:
        facts = gather(recorded.act, source)
        if not _in_force(recorded, facts, bundle):
            step.found("other-policy", each.name, got=recorded.policy)
            return
        size = recorded.act.seen.size
        latest = source.recorded_by(size - 1, recorded.recorded_at) if size else None
        outcomes = [_outcome(recorded, replace(facts, seen_at=at), policy) for at in {facts.seen_at, latest}]
    except (Beyond, CustodyError, KeyError):
        step.passed_over("facts-beyond", each.name)
        return
    if len({*outcomes}) > 1:  # it turns on when exactly the signers saw the log
        step.passed_over("facts-beyond", each.name)
        return
    step.checked += 1
    (outcome, *_) = outcomes
    if isinstance(outcome, str):
        step.found("refused", each.name, reason=outcome)
    elif outcome != recorded.defects:
        step.found(
            "defects-differ", each.name, expected=[one.code for one in outcome],
            got=[one.code for one in recorded.defects],
        )  # fmt: skip


def _outcome(recorded: Recorded, facts: Facts, policy: Policy) -> tuple[Defect, ...] | str:
    """The defects, or the code of the refusal."""
    try:
        return decide(recorded.act, facts, policy, recorded.recorded_at).defects
    except CustodyError as error:
        return error.code


def _in_force(recorded: Recorded, facts: Facts, bundle: Bundle) -> bool:
    """Whether the rule data that judged an act were in force then. Raises Beyond where that cannot be told."""
    genesis = bundle.acts[0].act if 0 in bundle.acts else None
    if not isinstance(genesis, Genesis):
        raise Beyond(names.entry_name(0, names.KEYS))
    if isinstance(recorded.act, NewPolicy) and recorded.act.policy == recorded.policy:
        return True  # it may be judged by the data that it puts in force itself
    return recorded.policy == facts.governing().policy_at(founding_of(genesis), recorded.recorded_at)
