"""What a verifying process does. Apart from the rest, so that a process starts with little to import."""

from __future__ import annotations

import os
import signal
from functools import lru_cache
from multiprocessing import parent_process
from multiprocessing.process import BaseProcess
from threading import Thread

from custody.signing import VerifyingKey, read_public_key

Job = tuple[tuple[bytes, bytes, bytes], ...]
"""Of each signer: the public key (SubjectPublicKeyInfo DER), the signature, and the bytes that it has to cover."""


def holds(job: Job) -> bool:
    """Whether every signature of a job verifies under its key."""
    return all(_key(spki).signed(signature, covered) for spki, signature, covered in job)


@lru_cache(maxsize=10_000)
def _key(spki: bytes) -> VerifyingKey:
    return read_public_key(spki)


def belong_to_the_server() -> None:
    """End with the server and not before: an interrupt from the terminal reaches the whole group, and is ignored; a
    server that was killed told nobody, and would leave this process waiting for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with, args=(parent_process(),), daemon=True).start()


def _end_with(server: BaseProcess | None) -> None:
    if server is not None:
        server.join()
        os._exit(0)
