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

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from custody.errors import CustodyError
from custody.facts.gather import Facts
from custody.ledger.opening import Opened
from custody.rules.trust import signing_key
from custody.signing import VerifyingKey, pae
from custody_api.signatures import Job, holds, leave_interrupts_alone

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

    def __call__(self, opened: Sequence[Opened], facts: Sequence[Facts]) -> list[bool]:
        """Say of each opened act whether all its signatures hold under the keys in its facts."""
        jobs = [_job(each, known) for each, known in zip(opened, facts, strict=True)]
        held = iter(self._verified([job for job in jobs if job is not None]))
        return [job is not None and next(held) for job in jobs]

    def close(self) -> None:
        """End the processes and threads."""
        self._threads.shutdown()
        self._discard(self._processes)

    def _verified(self, jobs: Sequence[Job]) -> list[bool]:
        if len(jobs) >= _TOO_FEW:
            processes = self._running()
            try:
                return list(processes.map(holds, jobs, chunksize=-(-len(jobs) // (2 * self._workers))))
            except (RuntimeError, OSError) as error:  # they died (BrokenProcessPool), or could not be started
                log.warning("the verifying processes died (%s); threads verify, and new ones start next time", error)
                self._discard(processes)
        return list(self._threads.map(holds, jobs))

    def _running(self) -> ProcessPoolExecutor:
        with self._starting:
            if self._processes is None:
                # Spawned, not forked: a fork would copy locks that other threads hold at the moment.
                self._processes = ProcessPoolExecutor(
                    self._workers, get_context("spawn"), initializer=leave_interrupts_alone
                )
            return self._processes

    def _discard(self, processes: ProcessPoolExecutor | None) -> None:
        with self._starting:
            if processes is not None:
                processes.shutdown(cancel_futures=True)
            if self._processes is processes:
                self._processes = None


def _job(opened: Opened, facts: Facts) -> Job | None:
    """What a worker needs to know of an act; None if a signer has no key that signs."""
    values = {signature.key_id: signature.value for signature in opened.envelope.signatures}
    try:
        keys = [signing_key(opened.act, signer, facts) for signer in opened.act.signers]
    except CustodyError:
        return None
    message = pae(opened.envelope.payload_type, opened.envelope.payload)
    return message, tuple((_spki(key), values[key.key_id]) for key in keys)


def _spki(key: VerifyingKey) -> bytes:
    return key.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
