"""The log dated by independent authorities (RFC 3161) while the server runs: a token when it has grown, and it is time.

No act waits for it. An authority that cannot be asked is tried again, less and less often; `/readyz` says so and stays
ready.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any, Final

from custody.cli.time_command import standing_shape
from custody.errors import CustodyError
from custody.ledger.ledger import Ledger
from custody.stamping.configured import Authorities
from custody.stamping.turn import Stamping

LOOKS_EVERY_SECONDS: Final = 15.0
FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)
"""After a failure, twice as long each time."""

log = logging.getLogger("custody.api")


class Dating:
    """From `start` to `stop`, or nothing at all where no authority is named. Several processes may run one: now and
    then there is a token more than needed."""

    def __init__(self, ledger: Ledger, authorities: Authorities) -> None:
        self._ledger = ledger
        self._stopping = Event()
        self._stamping = Stamping(ledger, authorities, pause=self._wait)
        self._names = tuple(authorities.asked)
        self._failing: dict[str, tuple[int, str, datetime]] = {}
        """Of each authority that failed: how often running, with which code, and when it is tried again."""
        self._thread = Thread(target=self._run, name="dating", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        if self._names:
            self._thread.start()

    def stop(self) -> None:
        """Finish what is on its way, and ask nobody any more."""
        self._stopping.set()
        if self._names:
            self._thread.join()

    def state(self) -> dict[str, Any]:
        """How things stand, for whoever watches."""
        now = self._ledger.clock()
        return {
            "offline": not self._names,
            "authorities": [{**self._standing(name, now), "failing": self._failure(name)} for name in self._names],
        }

    def _standing(self, name: str, now: datetime) -> dict[str, Any]:
        try:
            return standing_shape(self._stamping.standing(name), now)
        except CustodyError as error:  # the clock of others is no reason to turn callers away
            return {"authority": name, "code": error.code}

    def _failure(self, name: str) -> str | None:
        known = self._failing.get(name)
        return known[1] if known else None

    def _wait(self, seconds: float) -> None:
        self._stopping.wait(seconds)

    def _run(self) -> None:
        while not self._stopping.is_set():
            for name in self._names:
                self._look(name)
            self._stopping.wait(LOOKS_EVERY_SECONDS)

    def _look(self, name: str) -> None:
        """Whatever fails, it is looked again: an authority that is away comes back."""
        failures, _, again = self._failing.get(name, (0, "", datetime.min))
        try:
            if self._stopping.is_set() or (failures and self._ledger.clock() < again):
                return
            if self._stamping.due(name):
                self._stamping.date(name)
            self._failing.pop(name, None)
        except Exception as error:
            code = error.code if isinstance(error, CustodyError) else type(error).__name__
            wait = min(FIRST_WAIT * 2**min(failures, 10), LONGEST_WAIT)
            self._failing[name] = failures + 1, code, self._ledger.clock() + wait
            log.warning("the log was not dated by %s: %s", name, error)
