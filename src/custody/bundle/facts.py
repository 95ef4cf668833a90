"""The facts that a bundle holds whole: what decisions are taken again by, and where they end.

A fact counts only where the ledger states, and step 7 found, that the bundle has every act on its name. Whatever else a
decision reads is not in the bundle: then it is not taken again.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from custody.acts.entry import Recorded
from custody.acts.parties import Revocation
from custody.bundle.bundled import Bundle, Bundled
from custody.bundle.naming import on
from custody.facts.kinds import KINDS, KindName, Need, fold

_STATED: Final[frozenset[KindName]] = frozenset({"key", "person", "agency", "governing", "item", "case"})


class Beyond(Exception):
    """Something that a decision reads is not in the bundle, or not all of it."""


class BundleFacts:
    """The facts as of a position of the log: a `custody.facts.gather.Source` that moves forward act by act."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._before: list[Bundled] = []
        self._under: dict[str, list[Bundled]] = {}
        self._known: dict[Need, Any] = {}

    def advance(self, act: Bundled) -> None:
        """Take the next act of the bundle in."""
        self._before.append(act)
        names = [*self._tags(act)]
        for name in names:
            self._under.setdefault(name, []).append(act)
        listed = self._bundle.facts
        self._known = {
            need: fact for need, fact in self._known.items()
            if need.tag not in names and act.index not in listed.get(need.tag, ())
        }  # fmt: skip

    def fold(self, needs: Sequence[Need]) -> Mapping[Need, Any]:
        """Facts by need. Raises Beyond."""
        return {need: self._fact(need) for need in needs}

    def record(self, act_id: str) -> Recorded | None:
        """An act of the bundle that stands before the present position. Raises Beyond for any other."""
        for each in self._before:
            if each.entry is not None and each.entry.act == act_id:
                return _whole(each)
        raise Beyond(act_id)

    def histories(self, tags: Sequence[str]) -> Mapping[str, Sequence[Recorded]]:
        """Every act under each tag. Raises Beyond where the bundle has not all of them."""
        if any(tag.startswith("key:") for tag in tags):
            raise Beyond(tags[0])  # whatever a key signed: that is in no bundle
        return {tag: [_whole(each) for each in self._all_under(tag)] for tag in tags}

    def recorded_at(self, index: int) -> datetime | None:
        """When an entry was recorded; of one that is not in the bundle, the earliest that it can have been."""
        at = bisect_left(self._before, index + 1, key=lambda each: each.index)
        return self._before[at - 1].recorded_at if at else None

    def recorded_by(self, index: int, latest: datetime) -> datetime:
        """The latest that an entry can have been recorded: by the next one of the bundle, else ``latest``."""
        at = bisect_left(self._before, index, key=lambda each: each.index)
        return self._before[at].recorded_at or latest if at < len(self._before) else latest

    def _fact(self, need: Need) -> Any:
        if need not in self._known:
            types = KINDS[need.kind].types
            found = [each for each in self._under_need(need) if not types or each.type in types]
            self._known[need] = fold(need, [_whole(each) for each in found])
        return self._known[need]

    def _under_need(self, need: Need) -> list[Bundled]:
        """The acts that a fact follows from: those on a name that was counted, or those that the statement lists."""
        if need.kind in _STATED:
            return self._all_under(need.tag)
        listed = self._bundle.facts.get(need.tag)
        if listed is None:
            raise Beyond(need.tag)
        return [each for each in self._before if each.index in listed]

    def _all_under(self, tag: str) -> list[Bundled]:
        if tag not in self._bundle.complete:
            raise Beyond(tag)
        return self._under.get(tag, [])

    def _tags(self, act: Bundled) -> Iterator[str]:
        """The names an act is on, with the items on which a revocation casts doubt."""
        if act.entry is None:
            return
        yield from on(act.entry, act.act)
        subject = self._bundle.subject
        if subject is not None and subject.kind == "case" and not act.folder:
            yield f"case:{subject.id}"
        if isinstance(act.act, Revocation) and act.act.since is not None:
            yield from dict.fromkeys(self._doubted(act.act.key, act.act.since))

    def _doubted(self, key: str, since: datetime) -> Iterator[str]:
        for each in self._before:
            signed = each.act is not None and any(signer.key == key for signer in each.act.signers)
            if signed and each.act is not None and each.recorded_at is not None and each.recorded_at >= since:
                yield from (f"item:{item}" for item in each.act.own_items)


def _whole(act: Bundled) -> Recorded:
    """An act as it was recorded. Raises Beyond where its envelope was left out, or cannot be read."""
    recorded = act.recorded
    if recorded is None:
        raise Beyond(act.name)
    return recorded
