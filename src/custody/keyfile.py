"""Private keys in files: PKCS#8 PEM, encrypted under a passphrase unless its owner says otherwise, mode 0600."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from custody.errors import Malformed, Untrusted
from custody.signing import Algorithm, PrivateKey
from custody.tlog.cosignature import NotePrivateKey


def generate(algorithm: Algorithm = "ed25519") -> PrivateKey:
    """Make a fresh private key."""
    return Ed25519PrivateKey.generate() if algorithm == "ed25519" else generate_private_key(SECP256R1())


def write_key(path: Path, key: PrivateKey | NotePrivateKey, passphrase: bytes | None) -> None:
    """Write a new key file, readable by its owner alone. Raises FileExistsError: a key is never overwritten."""
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())


def is_encrypted(path: Path) -> bool:
    """Whether a key file asks for a passphrase."""
    return b"ENCRYPTED" in path.read_bytes().split(b"\n", 1)[0]


def read_key(path: Path, passphrase: bytes | None = None) -> PrivateKey:
    """Read a key file. Raises Untrusted for files that others may read, and a wrong passphrase; else Malformed."""
    key = _loaded(path, passphrase)
    if isinstance(key, Ed25519PrivateKey):
        return key
    if isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1):
        return key
    raise Malformed("malformed/key-file", "Only Ed25519 and P-256 keys can sign here.", file=path.name)


def read_note_key(path: Path, passphrase: bytes | None = None) -> NotePrivateKey:
    """Read the key file of a log or a witness, Ed25519 or ML-DSA-44. Raises what `read_key` does."""
    key = _loaded(path, passphrase)
    if isinstance(key, Ed25519PrivateKey | MLDSA44PrivateKey):
        return key
    raise Malformed("malformed/note-key", "Logs and witnesses sign with Ed25519 or ML-DSA-44 keys.", file=path.name)


def _loaded(path: Path, passphrase: bytes | None) -> object:
    if path.stat().st_mode & 0o077:
        raise Untrusted("untrusted/key-file-mode", "Others may read this key file: chmod 600 it.", file=path.name)
    try:
        return load_pem_private_key(path.read_bytes(), passphrase)
    except TypeError:
        raise Untrusted("untrusted/passphrase", "This key file needs its passphrase.", file=path.name) from None
    except (ValueError, UnsupportedAlgorithm):
        if passphrase:
            raise Untrusted("untrusted/passphrase", "The passphrase does not open this key file.") from None
        raise Malformed("malformed/key-file", "This is no PKCS#8 PEM key file.", file=path.name) from None
