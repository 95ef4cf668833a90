"""Asking the witnesses as the log grows, beside what a server does: a thread for each, so none waits for another."""

from __future__ import annotations

import logging
from threading import Event, Lock, Thread
from typing import Final

from custody.errors import CustodyError
from custody.ledger.ledger import Ledger
from custody.tlog.policy import WitnessPolicy
from custody.witnessing.asking import Asker, Outcome, Place

POLL_SECONDS: Final = 1.0
"""As often as checkpoints are published."""

FIRST_WAIT_SECONDS: Final = 5.0
LONGEST_WAIT_SECONDS: Final = 600.0
"""Between tries of a witness that did not cosign it waits twice as long each time."""

log = logging.getLogger("custody.witnesses")


class Following:
    """What asks the witnesses of a policy, from `start` to `stop`. Several processes may run one."""

    def __init__(self, ledger: Ledger, policy: WitnessPolicy) -> None:
        self._ledger = ledger
        self._asker = Asker(ledger, policy)
        self._stopping = Event()
        self._lock = Lock()
        self._outcomes: dict[str, Outcome] = {}
        self._threads = [
            Thread(target=self._follow, args=(place,), name=f"witness {place.names[0]}", daemon=True)
            for place in self._asker.places
        ]

    def start(self) -> None:
        """Begin to ask."""
        for each in self._threads:
            each.start()

    def stop(self) -> None:
        """Ask nobody any more; what is on its way is finished."""
        self._stopping.set()
        for each in self._threads:
            each.join()

    @property
    def outcomes(self) -> list[Outcome]:
        """What came last of asking each witness that was asked."""
        with self._lock:
            return list(self._outcomes.values())

    def _follow(self, place: Place) -> None:
        wait = 0.0
        while not self._stopping.wait(wait or POLL_SECONDS):
            wait = min(max(FIRST_WAIT_SECONDS, wait * 2), LONGEST_WAIT_SECONDS) if self._failed(place) else 0.0

    def _failed(self, place: Place) -> bool:
        if self._ledger.recorder.damage is not None:
            return False  # nothing is published any more
        try:
            outcome = self._asker.ask(place)
        except CustodyError as error:
            log.warning("a witness cannot be asked for now: %s", error)
            return True
        except Exception:
            log.exception("asking a witness failed")
            return True
        if outcome is None:
            return False
        with self._lock:
            before = self._outcomes.get(place.url)
            self._outcomes[place.url] = outcome
        if outcome.what != "cosigned" and (before is None or before.what != outcome.what):
            log.warning("the witness %s: %s (%s)", place.names[0], outcome.what, outcome.reason)
        return outcome.what != "cosigned"
