"""What a verifying process does. Apart from the rest, so that a process starts with little to import."""

from __future__ import annotations

import signal
from functools import lru_cache

from custody.signing import VerifyingKey, read_public_key

Job = tuple[bytes, tuple[tuple[bytes, bytes], ...]]
"""The signed bytes (DSSE's PAE), and of each signer the public key (SubjectPublicKeyInfo DER) and the signature."""


def holds(job: Job) -> bool:
    """Whether every signature of a job verifies under its key."""
    message, signatures = job
    return all(_key(spki).verifies(signature, message) for spki, signature in signatures)


@lru_cache(maxsize=10_000)
def _key(spki: bytes) -> VerifyingKey:
    return read_public_key(spki)


def leave_interrupts_alone() -> None:
    """Ignore Ctrl-C: an interrupt from the terminal reaches the whole group; the server alone decides when to end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
