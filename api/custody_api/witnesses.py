"""The witnesses of the ledger that is served: asked in the background, and how far a quorum of them has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from custody.acts.entry import read_entry, recorded_at
from custody.ledger.cosignatures import Witnessed, witnessed_checkpoint
from custody.ledger.ledger import Ledger
from custody.tlog.policy import NONE, WitnessPolicy
from custody.witnessing.following import Following


@dataclass(frozen=True, slots=True)
class Standing:
    """Up to which entry a quorum has cosigned, and when that came; how long the oldest entry beyond has been waiting;
    how many witnesses gave which answer last."""

    size: int
    at: datetime | None
    waiting_seconds: float
    answers: Mapping[str, int]


class Witnesses:
    """The witnesses of one server, from `start` to `stop`."""

    def __init__(self, ledger: Ledger, policy: WitnessPolicy, minutes: int | None = None) -> None:
        """``minutes``: how long an entry may wait for a quorum before the server is not ready; None: for ever."""
        self._ledger = ledger
        self._policy = policy
        self._minutes = minutes
        self._following = Following(ledger, policy)

    def start(self) -> None:
        """Begin to ask them."""
        self._following.start()

    def stop(self) -> None:
        """Ask nobody any more."""
        self._following.stop()

    def covering(self, index: int) -> Witnessed | None:
        """The newest checkpoint with a quorum that covers a leaf. Raises Unavailable."""
        return witnessed_checkpoint(self._ledger.publication, self._policy, above=index)

    def standing(self) -> Standing:
        """How things stand. Raises Unavailable."""
        answers: Mapping[str, int] = Counter(str(each.what) for each in self._following.outcomes)
        head = self._ledger.recorder.head().size
        if self._policy.quorum == NONE:
            return Standing(head, None, 0.0, answers)
        found = witnessed_checkpoint(self._ledger.publication, self._policy)
        size, at = (found.size, found.at) if found else (0, None)
        waiting = 0.0
        if size < head:
            first = recorded_at(read_entry(self._ledger.recorder.row(size + 1).entry))
            waiting = max(0.0, (self._ledger.clock() - first).total_seconds())
        return Standing(size, at, waiting, answers)

    def is_ready(self, standing: Standing) -> bool:
        """Whether no entry waits for a quorum longer than it may, and no witness holds what this log does not have."""
        in_time = self._minutes is None or standing.waiting_seconds <= self._minutes * 60
        return in_time and not standing.answers.get("rolled-back")
