"""Group commit: while one batch is being flushed, further work queues, and the next leader takes it all.

There is no thread of its own. Whoever finds nobody flushing does it himself, at once; whoever comes while that
lasts waits, and is either served by the next leader or becomes it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock
from time import sleep
from typing import Generic, TypeVar

_GRACE_SECONDS = 0.0001

Work = TypeVar("Work")
Result = TypeVar("Result")


class _Ticket(Generic[Work, Result]):
    __slots__ = ("error", "result", "wake", "work")

    def __init__(self, work: Work) -> None:
        self.work = work
        self.result: Result | None = None
        self.error: BaseException | None = None
        self.wake = Lock()  # held from the start: acquiring it again waits until someone releases it
        self.wake.acquire()


class GroupCommit(Generic[Work, Result]):
    """``flush`` takes up to ``most`` pieces of work and gives as many results; one call at a time."""

    def __init__(self, flush: Callable[[Sequence[Work]], Sequence[Result]], most: int) -> None:
        self._flush = flush
        self._most = most
        self._mutex = Lock()
        self._flushing = False
        self._last = 0
        self._queue: deque[_Ticket[Work, Result]] = deque()

    def submit(self, work: Work) -> Result:
        """Have the work flushed, and return its result. An error of the whole flush is raised in each caller."""
        ticket: _Ticket[Work, Result] = _Ticket(work)
        with self._mutex:
            self._queue.append(ticket)
            lead, self._flushing = not self._flushing, True
        if not lead:
            self._wait(ticket)
        if ticket.result is None and ticket.error is None:
            self._lead()
        if ticket.error is not None:
            raise ticket.error
        assert ticket.result is not None  # noqa: S101 - a leader is always in the batch it takes
        return ticket.result

    def _wait(self, ticket: _Ticket[Work, Result]) -> None:
        try:
            ticket.wake.acquire()
        except BaseException:
            # Interrupted (Ctrl-C). What was handed in cannot be withdrawn, and others may count on us to lead.
            ticket.wake.acquire()
            if ticket.result is None and ticket.error is None:
                self._lead()
            raise

    def _lead(self) -> None:
        if len(self._queue) < self._last:
            # Those just answered are about to come again: without a moment's grace batches of all and of one
            # would alternate. A lone caller never waits, since the batch before his was as small.
            sleep(_GRACE_SECONDS)
        with self._mutex:
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), self._most))]
        self._last = len(batch)
        try:
            results = self._flush([ticket.work for ticket in batch])
            for ticket, result in zip(batch, results, strict=True):
                ticket.result = result
        except BaseException as error:  # every caller must learn of it, also when a signal interrupts the leader
            for ticket in batch:
                ticket.error = error
        with self._mutex:
            # Whoever waits longest leads next: his wake-up finds no result, so he takes the queue.
            following = self._queue[0] if self._queue else None
            self._flushing = following is not None
        if following is not None:
            following.wake.release()
        for ticket in batch:
            ticket.wake.release()
