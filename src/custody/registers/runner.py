"""The runner: one thread that keeps the registers up with the logs, restarts what failed, and says how it stands.

It is woken by the logs' own subscriptions: by this process's commits, by PostgreSQL's notifications, and by their
poll. Nothing here depends on being woken in time: a turn always reads what the positions say is missing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from threading import Event, Thread
from typing import Final

from custody.errors import CustodyError
from custody.ledger.ledger import Ledger
from custody.ledger.recorder import Recorder
from custody.ledger.subscription import Signal, Subscription
from custody.registers.apart import FollowerApart
from custody.registers.follower import CHUNK, REGISTERS, Follower
from custody.registers.store import Store

BACK_OFF_SECONDS = 0.5
LONGEST_BACK_OFF_SECONDS = 30.0
CLOSE: Final = 500
"""Entries; registers that came this close to the ends of their logs answer for what exists."""

_IDLE_SECONDS = 5.0

log = logging.getLogger("custody.registers")


@dataclass(frozen=True, slots=True)
class RegisterState:
    """How a register stands: its position, how many entries of its log it lacks, and what it last failed at."""

    name: str
    position: int
    lag: int
    error: str | None
    failures: int
    """How often in a row it failed; 0 while it works."""


@dataclass(slots=True)
class _Failing:
    error: str
    failures: int
    again_at: float


class Runner:
    """Keeps the registers of a ledger current, in a thread, from `start` to `stop`. Several processes may run one."""

    def __init__(
        self,
        ledger: Ledger,
        store: Store,
        *,
        chunk: int = CHUNK,
        back_off_seconds: float = BACK_OFF_SECONDS,
        tell: Callable[[Mapping[str, int]], None] | None = None,
        apart: bool = False,
    ) -> None:
        """``tell`` is told, in the runner's thread, where the registers stand after every turn.

        ``apart`` lets another process do the work, on the store beside the ledger.
        """
        self._ledger = ledger
        self._store = store
        self._chunk = chunk
        self._back_off_seconds = back_off_seconds
        self._tell = tell
        self._apart = apart
        self._wake = Signal()
        self._moved = Signal()
        self._stopping = Event()
        self._failing: dict[str, _Failing] = {}
        self._positions: dict[str, int] = {}
        self.came_close = False
        """Whether all registers came close to the ends of their logs since the start; a later burst is no failure."""
        self._subscriptions: list[Subscription] = []
        self._threads: list[Thread] = []

    def start(self) -> None:
        """Begin to follow the logs."""
        recorders = (self._ledger.recorder, self._ledger.journal.recorder)
        self._threads = [Thread(target=self._run, name="registers", daemon=True)]
        self._threads += [
            Thread(target=self._listen, args=(each,), name=f"registers hear {each.log.name}", daemon=True)
            for each in recorders
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the threads; returns when they have ended. What was not yet taken in is taken in after the next start."""
        self._stopping.set()
        self._wake.give()
        self._moved.give()
        for subscription in self._subscriptions:
            subscription.stop()
        for thread in self._threads:
            thread.join()

    def wait(self, at_least: int, timeout: float) -> bool:
        """Return True once every register of the ledger is complete up to a position, False after ``timeout`` s."""
        deadline = time.monotonic() + timeout
        while True:
            heard = self._moved.count
            if self._complete(at_least):
                return True
            remaining = deadline - time.monotonic()
            if remaining <= 0 or self._stopping.is_set():
                return False
            self._moved.wait(heard, remaining)

    def state(self) -> list[RegisterState]:
        """How each register stands. Raises Unavailable if the logs cannot be asked for their size."""
        sizes = {"ledger": self._ledger.recorder.head().size, "journal": self._ledger.journal.recorder.head().size}
        states = []
        for register in REGISTERS:
            position = self._positions.get(register.name, 0)
            failing = self._failing.get(register.name) or self._failing.get("")
            states.append(RegisterState(
                register.name, position, max(sizes[register.log] - position, 0),
                failing.error if failing else None, failing.failures if failing else 0,
            ))  # fmt: skip
        return states

    def _complete(self, at_least: int) -> bool:
        names = [register.name for register in REGISTERS if register.log == "ledger"]
        return all(self._positions.get(name, -1) >= at_least for name in names)

    def _run(self) -> None:
        """The supervisor: whatever ends the following, it is begun anew, later each time it fails again."""
        while not self._stopping.is_set():
            try:
                with self._follower() as follower:
                    self._follow(follower)
            except Exception as error:
                self._failed("", error)
                self._stopping.wait(self._failing[""].again_at - time.monotonic())

    def _follower(self) -> AbstractContextManager[Follower | FollowerApart]:
        if self._apart:
            return closing(FollowerApart(self._ledger.engine, chunk=self._chunk))
        return nullcontext(Follower(self._ledger.engine, self._store, chunk=self._chunk))

    def _follow(self, follower: Follower | FollowerApart) -> None:
        self._failing.pop("", None)
        while not self._stopping.is_set():
            heard = self._wake.count
            now = time.monotonic()
            resting = {name for name, failing in self._failing.items() if failing.again_at > now}
            turn = follower.turn(resting=resting)
            for name in turn.moved:
                self._failing.pop(name, None)
            for name, error in turn.failed.items():
                self._failed(name, error)
            self.came_close = self.came_close or follower.lag() <= CLOSE
            self._positions = dict(follower.positions)
            self._moved.give()
            if self._tell is not None:
                self._tell(self._positions)
            if not turn.moved:
                self._wake.wait(heard, self._until_the_next_try())

    def _until_the_next_try(self) -> float:
        now = time.monotonic()
        return max(0.0, min((each.again_at - now for each in self._failing.values()), default=_IDLE_SECONDS))

    def _failed(self, name: str, error: Exception) -> None:
        failures = self._failing[name].failures + 1 if name in self._failing else 1
        pause = min(self._back_off_seconds * 2 ** min(failures - 1, 16), LONGEST_BACK_OFF_SECONDS)
        # A sentence for whoever looks at the health page; the log has the rest.
        sentence = str(error) if isinstance(error, CustodyError) else type(error).__name__
        self._failing[name] = _Failing(sentence, failures, time.monotonic() + pause)
        log.error("register %s failed, the next try is in %.1f s", name or "runner", pause, exc_info=error)

    def _listen(self, recorder: Recorder) -> None:
        """Wake the follower whenever a log grew."""
        while not self._stopping.is_set():
            try:
                subscription = recorder.subscribe(after=recorder.head().size)
                self._subscriptions.append(subscription)
                if self._stopping.is_set():
                    return
                self._wake.give()
                for _ in subscription:
                    self._wake.give()
            except Exception:
                self._stopping.wait(self._back_off_seconds)
