"""What a verifying process does. Apart from the rest, so that a process starts with little to import."""

from __future__ import annotations

import signal
from functools import lru_cache

from custody.signing import VerifyingKey, read_public_key

Job = tuple[tuple[bytes, bytes, bytes], ...]
"""Of each signer: the public key (SubjectPublicKeyInfo DER), the signature, and the bytes that it has to cover."""


def holds(job: Job) -> bool:
    """Whether every signature of a job verifies under its key."""
    return all(_key(spki).signed(signature, covered) for spki, signature, covered in job)


@lru_cache(maxsize=10_000)
def _key(spki: bytes) -> VerifyingKey:
    return read_public_key(spki)


def leave_interrupts_alone() -> None:
    """Ignore Ctrl-C: an interrupt from the terminal reaches the whole group; the server alone decides when to end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
