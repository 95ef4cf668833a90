"""Single submissions that meet are recorded together: verified in threads, committed in one transaction.

Requests put their submission into a queue and wait. A lane takes whatever has gathered, hands it to the ledger in a
thread, and answers; while it does, the next batch gathers. A request that comes alone goes straight through.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from custody.errors import Unavailable
from custody.ledger.ledger import Ledger, Receipt, Submission

LANES = 1
"""A second lane was measured to cost more than it overlaps: smaller batches, and threads that wait for each other."""

MOST_TOGETHER = 256
MOST_WAITING = 1_000

_Waiting = tuple[Submission, "asyncio.Future[Receipt]"]


class Submitting:
    """The queue before the ledger. `start` and `stop` run in the event loop that `submit` is called from."""

    def __init__(self, ledger: Ledger, lanes: int = LANES) -> None:
        self._ledger = ledger
        self._threads = ThreadPoolExecutor(lanes, thread_name_prefix="submit")
        self._queue: asyncio.Queue[_Waiting | None] = asyncio.Queue(MOST_WAITING + lanes)
        self._lanes = lanes
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to take submissions."""
        self._tasks = [asyncio.create_task(self._lane()) for _ in range(self._lanes)]

    async def stop(self) -> None:
        """Record what is waiting, then end. Nothing may be submitted meanwhile."""
        for _ in self._tasks:
            await self._queue.put(None)
        await asyncio.gather(*self._tasks)
        self._threads.shutdown()

    async def submit(self, submission: Submission) -> Receipt:
        """Record a submission; raises what `Ledger.submit` does, and Unavailable when too many are waiting.

        Whoever stops waiting stops nothing: what is in the queue gets recorded.
        """
        if self._queue.qsize() >= MOST_WAITING:
            raise Unavailable("unavailable/busy", "Too many submissions are waiting.", retry_after=1)
        future: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((submission, future))
        return await future

    async def _lane(self) -> None:
        while (first := await self._queue.get()) is not None:
            batch = [first, *self._gathered()]
            submissions = [submission for submission, _ in batch]
            try:
                loop = asyncio.get_running_loop()
                outcomes = await loop.run_in_executor(self._threads, self._ledger.submit_many, submissions)
            except Exception as error:  # whatever it is, those who wait must learn of it, and the lane goes on
                _answer([future for _, future in batch], [error] * len(batch))
            else:
                _answer([future for _, future in batch], outcomes)

    def _gathered(self) -> list[_Waiting]:
        found: list[_Waiting] = []
        while len(found) < MOST_TOGETHER - 1 and not self._queue.empty():
            waiting = self._queue.get_nowait()
            if waiting is None:
                self._queue.put_nowait(None)  # the word to stop is for the next round
                break
            found.append(waiting)
        return found


def _answer(futures: Sequence[asyncio.Future[Receipt]], outcomes: Sequence[Receipt | Exception]) -> None:
    for future, outcome in zip(futures, outcomes, strict=True):
        if future.done():  # its request is gone
            continue
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
