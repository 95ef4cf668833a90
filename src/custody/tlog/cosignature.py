"""What the keys of a note sign, by their type (c2sp.org/signed-note, c2sp.org/tlog-cosignature).

0x01 Ed25519: the note's text. 0x04 Ed25519 cosignature: the text, behind a line that states the time. 0x06 ML-DSA-44:
the time, the key's name and the checkpoint's origin, size and root, as a subtree from 0; so it can only stand on a
checkpoint, and one without further lines. A log may sign with 0x06 itself: the key then bears the origin as its name.
Times are POSIX seconds and stand before the signature, 8 bytes big-endian.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from custody.errors import Malformed, Untrusted
from custody.tlog.encoding import from_base64

NotePrivateKey = Ed25519PrivateKey | MLDSA44PrivateKey
LATEST: Final = 2**63 - 1
"""The largest time and the largest tree size."""

_TIME_SIZE: Final = 8
_LONGEST_NAME: Final = 255
_CHECKPOINT: Final = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n")


class KeyType(IntEnum):
    """The type byte of a note key."""

    ED25519 = 0x01
    COSIGNATURE = 0x04
    ML_DSA_44 = 0x06

    @property
    def timed(self) -> bool:
        """Whether its signatures state a time."""
        return self is not KeyType.ED25519

    @property
    def key_size(self) -> int:
        """The bytes of a public key."""
        return 1312 if self is KeyType.ML_DSA_44 else 32

    @property
    def signature_size(self) -> int:
        """The bytes of a signature, with its time."""
        return (2420 if self is KeyType.ML_DSA_44 else 64) + (_TIME_SIZE if self.timed else 0)


def sign(kind: KeyType, name: str, key: NotePrivateKey, text: str, time: int | None) -> bytes:
    """What follows the key id in the signature line over a note's text.

    Raises ValueError for a time that is missing or not the type's, Malformed where 0x06 should sign no checkpoint.
    """
    if kind.timed != (time is not None) or not 0 <= (time or 0) <= LATEST:
        raise ValueError(f"a key of type {kind:#04x} does not sign with the time {time}")
    signature: bytes = key.sign(_message(kind, name, text, time or 0))
    return (time.to_bytes(_TIME_SIZE, "big") if time is not None else b"") + signature


def check(kind: KeyType, name: str, public_key: bytes, text: str, signature: bytes) -> None:
    """Check what follows the key id in a signature line.

    Raises Untrusted if it is false, UnsupportedAlgorithm where the cryptography at hand has no ML-DSA.
    """
    try:
        if len(signature) != kind.signature_size:
            raise InvalidSignature
        message = _message(kind, name, text, time_of(kind, signature) or 0)
        raw = signature[_TIME_SIZE:] if kind.timed else signature
        _public(kind, public_key).verify(raw, message)
    except (InvalidSignature, ValueError, Malformed) as error:
        raise Untrusted(
            "untrusted/note-signature", f"The signature of {name} on the note is false.", name=name, type=kind
        ) from error


def time_of(kind: KeyType, signature: bytes) -> int | None:
    """The time that a signature states, in POSIX seconds. Raises ValueError for one that is out of range."""
    if not kind.timed:
        return None
    time = int.from_bytes(signature[:_TIME_SIZE], "big")
    if time > LATEST:
        raise ValueError("a cosignature's time is less than 2**63")
    return time


def _public(kind: KeyType, public_key: bytes) -> Ed25519PublicKey | MLDSA44PublicKey:
    if kind is KeyType.ML_DSA_44:
        return MLDSA44PublicKey.from_public_bytes(public_key)
    return Ed25519PublicKey.from_public_bytes(public_key)


def _message(kind: KeyType, name: str, text: str, time: int) -> bytes:
    if kind is KeyType.ED25519:
        return text.encode()
    if kind is KeyType.COSIGNATURE:
        return f"cosignature/v1\ntime {time}\n{text}".encode()
    return _subtree(name, text, time)


def _subtree(name: str, text: str, time: int) -> bytes:
    """The cosigned message of a whole tree: tlog-cosignature, section ML-DSA-44."""
    stated = _CHECKPOINT.fullmatch(text)
    if stated is None or int(stated[2]) > LATEST:
        raise _no_checkpoint()
    origin, size, root = stated[1].encode(), int(stated[2]), from_base64(stated[3], "root")
    if max(len(origin), len(name.encode())) > _LONGEST_NAME:
        raise _no_checkpoint()
    return b"".join((
        b"subtree/v1\n\0", bytes([len(name.encode())]), name.encode(), time.to_bytes(8, "big"),
        bytes([len(origin)]), origin, (0).to_bytes(8, "big"), size.to_bytes(8, "big"), root,
    ))  # fmt: skip


def _no_checkpoint() -> Malformed:
    return Malformed(
        "malformed/note", "An ML-DSA-44 key signs only checkpoints of three lines, with names of at most 255 bytes.",
        field="text",
    )  # fmt: skip
