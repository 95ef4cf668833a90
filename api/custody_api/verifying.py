"""Verifying signatures in other processes, for batches: the one part of recording an act that two cores share well.

A worker gets signed bytes, public keys and signatures, and answers yes or no. It decides nothing: which key a signer
has to use is looked up before, and what a worker denies is verified again where the sentence is made.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from threading import Lock

from custody.errors import CustodyError
from custody.facts.known import Facts
from custody.ledger.batches import Verdicts
from custody.ledger.opening import Opened, signatures_of
from custody_api.signatures import Job, belong_to_the_server, holds

log = logging.getLogger("custody.api")

WORKERS = 2
_TOO_FEW = 32
"""Below that, handing the work over costs more than it saves."""


class Verifying:
    """A `custody.ledger.batches.Verify` over processes that start with the first batch. Safe to use from any thread."""

    def __init__(self, workers: int = WORKERS) -> None:
        self._workers = workers
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="verify-batch")
        self._processes: ProcessPoolExecutor | None = None
        self._starting = Lock()

    def __call__(self, opened: Sequence[Opened], facts: Sequence[Facts]) -> Verdicts:
        """Begin to verify each opened act under the keys in its facts."""
        jobs = [_job(each, known) for each, known in zip(opened, facts, strict=True)]
        begun = self._begin([job for job in jobs if job is not None])

        def verdicts() -> list[bool]:
            held = iter(begun())
            return [job is not None and next(held) for job in jobs]

        return verdicts

    def close(self) -> None:
        """End the processes and threads."""
        self._threads.shutdown()
        self._discard(self._processes)

    def _begin(self, jobs: Sequence[Job]) -> Verdicts:
        if len(jobs) < _TOO_FEW:
            return lambda: list(self._threads.map(holds, jobs))
        processes: ProcessPoolExecutor | None = None
        try:
            processes = self._running()
            held = processes.map(holds, jobs, chunksize=-(-len(jobs) // (2 * self._workers)))
        except (RuntimeError, OSError) as error:  # they died (BrokenProcessPool), or could not be started
            return self._fallen_back(processes, jobs, error)

        def verdicts() -> list[bool]:
            try:
                return list(held)
            except (RuntimeError, OSError) as error:
                return list(self._fallen_back(processes, jobs, error)())

        return verdicts

    def _fallen_back(self, processes: ProcessPoolExecutor | None, jobs: Sequence[Job], error: Exception) -> Verdicts:
        log.warning("the verifying processes died (%s); threads verify, and new ones start next time", error)
        self._discard(processes)
        return lambda: list(self._threads.map(holds, jobs))

    def _running(self) -> ProcessPoolExecutor:
        with self._starting:
            if self._processes is None:
                # Spawned, not forked: a fork would copy locks that other threads hold at the moment.
                self._processes = ProcessPoolExecutor(
                    self._workers, get_context("spawn"), initializer=belong_to_the_server
                )
            return self._processes

    def _discard(self, processes: ProcessPoolExecutor | None) -> None:
        with self._starting:
            if processes is not None:
                processes.shutdown(cancel_futures=True)
            if self._processes is processes:
                self._processes = None


def _job(opened: Opened, facts: Facts) -> Job | None:
    """What a worker needs to know of an act; None if a signer has no key that signs like this."""
    try:
        return tuple((key.spki, value, covered) for _, key, value, covered in signatures_of(opened, facts))
    except CustodyError:
        return None

