"""Following a log: what was recorded, then what is being recorded, until stopped.

A follower waits for a signal given by this process's own commits, by PostgreSQL's notifications, or by the
clock: a poll finds what other processes wrote to a SQLite file, and what a lost notification did not tell.
"""

from __future__ import annotations

from collections import deque
from threading import Condition, Event, Thread
from typing import TYPE_CHECKING

import psycopg
from eventsourcing.dcb.api import DCBQuery, DCBSequencedEvent, DCBSubscription
from sqlalchemy import Engine

from custody.ledger.session import channel
from custody.ledger.tables import Log

if TYPE_CHECKING:
    from custody.ledger.recorder import Recorder

_PAGE = 500
_LISTEN_SECONDS = 1.0


class Signal:
    """Counts commits, as far as this process hears of them, and wakes those who wait for the next."""

    def __init__(self) -> None:
        self._condition = Condition()
        self.count = 0

    def give(self) -> None:
        """Something was committed, or a follower is to look up."""
        with self._condition:
            self.count += 1
            self._condition.notify_all()

    def wait(self, seen: int, seconds: float) -> None:
        """Return once the count is beyond ``seen``, or after ``seconds``."""
        with self._condition:
            self._condition.wait_for(lambda: self.count != seen, seconds)


class Subscription(DCBSubscription["Recorder"]):
    """Events that match ``query`` after a position, for ever; `stop` ends it from any thread."""

    def __init__(
        self, recorder: Recorder, query: DCBQuery | None, after: int | None, *, signal: Signal, poll_seconds: float
    ) -> None:
        super().__init__(recorder, query, after)
        self._signal = signal
        self._poll_seconds = poll_seconds
        self._events: deque[DCBSequencedEvent] = deque()

    @property
    def scanned_to(self) -> int:
        """The position up to which everything that matches was handed out or is on its way."""
        return self._last_position

    def stop(self) -> None:
        """End the subscription: whoever waits in it gets StopIteration."""
        super().stop()
        self._signal.give()

    def __next__(self) -> DCBSequencedEvent:
        while not self._has_been_stopped:
            if self._events:
                return self._events.popleft()
            heard = self._signal.count  # before looking: what is committed meanwhile is not slept through
            events, self._last_position = self._recorder.scan(self._query, self._last_position, _PAGE)
            self._events.extend(events)
            if not events:
                self._signal.wait(heard, self._poll_seconds)
        raise StopIteration


class Listener:
    """A thread that turns PostgreSQL's notifications into the signal, on a connection of its own.

    If the connection breaks it is made anew; meanwhile the followers poll.
    """

    def __init__(self, engine: Engine, log: Log, signal: Signal) -> None:
        self._url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._channel = channel(log)
        self._signal = signal
        self._stopping = Event()
        self._thread = Thread(target=self._run, name=f"listen {self._channel}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; returns when it has ended."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True) as connection:
                    connection.execute(f"LISTEN {self._channel}")
                    self._signal.give()  # look once: notifications before this moment were not for us
                    while not self._stopping.is_set():
                        for _ in connection.notifies(timeout=_LISTEN_SECONDS, stop_after=1):
                            self._signal.give()
            except psycopg.Error:
                self._stopping.wait(_LISTEN_SECONDS)
