"""Facts about the ledger itself: which rule data were in force when, and which keys signed its checkpoints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from custody.acts.entry import Recorded
from custody.acts.governing import LogKey, NewPolicy
from custody.acts.parties import Genesis


@dataclass(frozen=True, slots=True)
class Founding:
    """What genesis names: the policy and the verifier keys that hold until an act names others."""

    policy: str
    log_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PolicyInForce:
    """Rule data by their id, and the instant from which on acts are judged by them."""

    policy: str
    since: datetime


@dataclass(frozen=True, slots=True)
class KeySpan:
    """A verifier key: the leaf indexes of the acts that added and ended it; None: by genesis, and not ended."""

    key: str
    added: int | None
    ended: int | None = None

    def signs(self, size: int) -> bool:
        """Whether a checkpoint of this size may be signed by the key: the one that ends it still is."""
        return (self.added is None or self.added + 1 < size) and (self.ended is None or size <= self.ended + 1)


@dataclass(frozen=True, slots=True)
class GoverningFacts:
    """Every change of policy and of verifier keys since genesis."""

    policies: tuple[PolicyInForce, ...] = ()
    """By the instant from which on they hold; of one instant, in log order."""
    keys: tuple[KeySpan, ...] = ()
    """Keys that were added since, and, without an act that added them, keys of genesis that ended."""

    def policy_at(self, founding: Founding, now: datetime) -> str:
        """The id of the policy by which an act recorded now is judged; of two from one instant on, the later act's."""
        begun = [each for each in self.policies if each.since <= now]
        return begun[-1].policy if begun else founding.policy

    def next_change(self, now: datetime) -> datetime | None:
        """The next instant at which another policy comes into force."""
        return min((each.since for each in self.policies if each.since > now), default=None)

    def spans(self, founding: Founding) -> tuple[KeySpan, ...]:
        """Every verifier key the log ever had, with its span."""
        changed = {each.key for each in self.keys if each.added is None}
        of_genesis = (KeySpan(key, None) for key in founding.log_keys if key not in changed)
        return (*of_genesis, *self.keys)

    def keys_at(self, founding: Founding, size: int) -> frozenset[str]:
        """The verifier keys that may sign a checkpoint of this size."""
        return frozenset(each.key for each in self.spans(founding) if each.signs(size))

    def keys_next(self, founding: Founding) -> frozenset[str]:
        """The verifier keys that sign from the next checkpoint on."""
        return frozenset(each.key for each in self.spans(founding) if each.ended is None)


def founding_of(genesis: Genesis) -> Founding:
    """What a genesis names."""
    return Founding(genesis.policy, tuple(genesis.log_keys))


def governing_of(records: Iterable[Recorded]) -> GoverningFacts:
    """Fold recorded acts, in log order, into what governs the ledger after them."""
    facts = GoverningFacts()
    for recorded in records:
        facts = evolve_governing(facts, recorded, "")
    return facts


def evolve_governing(facts: GoverningFacts | None, recorded: Recorded, _: str) -> GoverningFacts:
    """Fold one act into what governs the ledger. A policy is in force at the earliest once it is recorded."""
    known = facts or GoverningFacts()
    act = recorded.act
    if isinstance(act, NewPolicy):
        begins = PolicyInForce(act.policy, max(act.valid_from, recorded.recorded_at))
        return replace(known, policies=tuple(sorted((*known.policies, begins), key=lambda each: each.since)))
    if isinstance(act, LogKey):
        added = tuple(KeySpan(key, recorded.index) for key in act.added)
        return replace(known, keys=(*_ended(known.keys, act, recorded.index), *added))
    return known


def _ended(keys: tuple[KeySpan, ...], act: LogKey, index: int) -> tuple[KeySpan, ...]:
    listed = {each.key for each in keys}
    kept = [replace(each, ended=index) if each.key in act.ended and each.ended is None else each for each in keys]
    return (*kept, *(KeySpan(key, None, index) for key in act.ended if key not in listed))
