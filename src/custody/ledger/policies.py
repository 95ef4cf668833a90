"""The rule data that this version ships: by jurisdiction, and, of those shipped before, by id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from custody.acts.act import Act
from custody.acts.governing import NewPolicy
from custody.errors import NotFound, Untrusted
from custody.facts.governing import Founding, GoverningFacts
from custody.rules.policy import Policy, manifest_of
from custody.rules.rule_files import extends, read_policy

PAST = "past"
"""In a jurisdiction's folder: a folder for each older set of rule data, so that what they judged is decided again."""


@dataclass(frozen=True, slots=True)
class Policies:
    """The rule data of one jurisdiction: those shipped today, and by id all that are shipped."""

    current: Policy
    by_id: Mapping[str, Policy]

    @classmethod
    def of(cls, current: Policy, *past: Policy) -> Policies:
        """The current data with older ones."""
        return cls(current, {each.id: each for each in (*past, current)})

    def judging(self, act: Act, governing: GoverningFacts, founding: Founding, now: datetime) -> Policy:
        """The policy by which an act recorded now is judged: the one in force by the log.

        After an upgrade that no longer ships it, only the act that puts shipped data in force at once is judged, by
        those data: how else could the ledger go on? Raises Untrusted.
        """
        in_force = governing.policy_at(founding, now)
        if isinstance(act, NewPolicy) and act.policy not in self.by_id:
            raise _not_shipped(act.policy, self.current.id)
        if in_force in self.by_id:
            return self.by_id[in_force]
        if isinstance(act, NewPolicy) and act.valid_from <= now:
            return self.by_id[act.policy]
        raise _not_shipped(in_force, self.current.id)


def _not_shipped(expected: str, got: str) -> Untrusted:
    return Untrusted(
        "untrusted/policy", "This version ships other rule data than those the ledger is judged by.",
        expected=expected, got=got,
    )  # fmt: skip


@cache
def shipped_policy(jurisdiction: str) -> Policy:
    """Return the policy shipped for a jurisdiction (``cn``). Raises NotFound."""
    return read_policy(_files(_folder(jurisdiction)))


@cache
def policy_by_id(policy: str) -> Policy | None:
    """Return the rule data of an id, of whichever jurisdiction, if this version ships them."""
    return next((found for each in jurisdictions() if (found := shipped_policies(each).by_id.get(policy))), None)


@cache
def shipped_policies(jurisdiction: str) -> Policies:
    """Return every policy shipped for a jurisdiction. Raises NotFound."""
    past = _folder(jurisdiction) / PAST
    older = [read_policy(_files(each)) for each in past.iterdir() if each.is_dir()] if past.is_dir() else []
    return Policies.of(shipped_policy(jurisdiction), *older)


@cache
def policy_files(policy: str) -> Mapping[str, bytes] | None:
    """The files of the rule data of an id, by path, if this version ships them."""
    for jurisdiction in jurisdictions():
        folder = _folder(jurisdiction)
        past = folder / PAST
        for each in (folder, *(past.iterdir() if past.is_dir() else ())):
            if each.is_dir() and sha256(manifest_of(found := _files(each))).hexdigest() == policy:
                return found
    return None


def jurisdictions() -> tuple[str, ...]:
    """The jurisdictions that rule data are shipped for, by name."""
    folders = (each for each in files("custody.rules").iterdir() if each.is_dir())
    return tuple(sorted(each.name for each in folders if any(one.name.endswith(".toml") for one in each.iterdir())))


def _folder(jurisdiction: str) -> Traversable:
    folder = files("custody.rules") / jurisdiction
    if not re.fullmatch("[a-z]+(-[a-z]+)?", jurisdiction) or not folder.is_dir():
        raise NotFound("not-found/jurisdiction", "No rule data are shipped for this jurisdiction.", got=jurisdiction)
    return folder


def _files(folder: Traversable) -> dict[str, bytes]:
    """A policy's files by path, with those of the jurisdiction that it extends, if it does."""
    own = {each.name: each.read_bytes() for each in folder.iterdir() if each.name.endswith(".toml")}
    other = extends(own)
    inherited = _files(_folder(other)) if other else {}
    return own | {f"{other}/{path}": data for path, data in inherited.items()}
