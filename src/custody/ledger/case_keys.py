"""A key for each case, under which what its acts disclosed lies encrypted beside the log.

The keys are files of a folder outside the database: 32 random bytes each, mode 0600, made when a case first discloses
something. A value is encrypted with its salt, by AES-256-GCM (NIST SP 800-38D) under a fresh nonce, and bound to its
commitment; in place of the salt stand the first 16 bytes of SHA-256 of the case's reference, and the nonce. Without the
key nobody learns more than how long the value is: the salt is what keeps names from being guessed by their commitment.
A key is never remembered: taken away, it is gone for every process at once.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine

from custody.errors import Conflict, Malformed, NotFound, Unavailable
from custody.facts.case import CaseFacts
from custody.ledger.durable import sync

SEALED: Final = "record-sealed"
UNSEALED: Final = "record-unsealed"
"""The facts, noted with an approver, by which the record of a case is sealed and unsealed."""

_OF_STORES: Final = ("stock-take", "observation")
_OPTION: Final = "custody_case_keys"
_ID: Final = 16
_NONCE: Final = 12
_KEY: Final = 32
SALT: Final = 32


class CaseKeys:
    """The keys of a folder. Safe to use from any thread, and by several processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def under(
        self, kind: str, tags: Iterable[str], disclosures: tuple[tuple[bytes, bytes, str], ...]
    ) -> tuple[tuple[bytes, bytes, str], ...]:
        """What an act of a type with these tags disclosed (commitment, salt, value), as it stands in the table: under
        the key of its case, or in the open (`case_of`). Raises Conflict, and Unavailable without the folder.
        """
        case = case_of(kind, tags)
        if case is None:
            return disclosures
        try:
            return tuple((each[0], *self.encrypted(case, *each)) for each in disclosures)
        except OSError as error:
            raise Unavailable(
                "unavailable/case-keys", "The folder with the case keys cannot be used: nothing was recorded.",
                cause=error.strerror,
            ) from error  # fmt: skip

    def encrypted(self, case: str, commitment: bytes, salt: bytes, value: str) -> tuple[bytes, str]:
        """What stands for a salt and a value in the table, under the case's key, which is made if it has none.

        Raises Conflict while the record of the case is sealed, and OSError.
        """
        nonce = os.urandom(_NONCE)
        data = AESGCM(self._key_of(case)).encrypt(nonce, salt + value.encode(), commitment)
        return _id_of(case) + nonce, base64.b64encode(data).decode()

    def opened(self, commitment: bytes, salt: bytes, value: str) -> tuple[bytes, str] | None:
        """Salt and value of what the table has; None without the key, or if it is not what was encrypted."""
        try:
            key = self._file(salt[:_ID]).read_bytes()
            plain = AESGCM(key).decrypt(salt[_ID:], base64.b64decode(value, validate=True), commitment)
            return plain[:SALT], plain[SALT:].decode()
        except (OSError, InvalidTag, ValueError):
            return None

    def has(self, salt: bytes) -> bool:
        """Whether there is a key for a row with this in place of its salt."""
        return self._file(salt[:_ID]).is_file()

    def take_away(self, case: str, file: Path) -> None:
        """Move the key of a case into a new file (mode 0600), which is on disk before the key is gone from here.

        Raises NotFound if the case has no key, Conflict if the file is there, and OSError.
        """
        own = self._file(_id_of(case))
        try:
            key = _read(own)
        except FileNotFoundError:
            raise NotFound("not-found/case-key", "There is no key of this case here.", asked=case) from None
        _write(file, key)
        _write(self._mark(case), b"")
        own.unlink()
        sync(self.folder)

    def bring_back(self, case: str, file: Path) -> None:
        """Put the key of a case back from a file, which stays. Raises NotFound, Malformed, Conflict, OSError."""
        try:
            key = _read(file)
        except FileNotFoundError:
            raise NotFound("not-found/case-key", "There is no key of this case here.", asked=case) from None
        _write(self._file(_id_of(case)), key)
        self._mark(case).unlink(missing_ok=True)
        sync(self.folder)

    def _key_of(self, case: str) -> bytes:
        if self._mark(case).exists():
            raise Conflict("conflict/record-sealed", "The record of this case is sealed.", case=case)
        file = self._file(_id_of(case))
        if not file.exists():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            begun = file.with_name(f"{file.name}.{os.urandom(8).hex()}")
            _write(begun, os.urandom(_KEY))
            try:
                os.link(begun, file)  # whoever comes first: the others take his
            except FileExistsError:
                pass
            finally:
                begun.unlink()
            sync(self.folder)
        return _read(file)

    def _file(self, case_id: bytes) -> Path:
        return self.folder / f"{case_id.hex()}.key"

    def _mark(self, case: str) -> Path:
        return self.folder / f"{_id_of(case).hex()}.sealed"


def with_case_keys(engine: Engine, folder: Path | None) -> Engine:
    """The same engine, for a ledger that keeps disclosures under the keys of a folder, if one is named."""
    return engine.execution_options(**{_OPTION: CaseKeys(folder)}) if folder else engine


def case_keys_of(engine: Engine) -> CaseKeys | None:
    """The keys under which the ledger of an engine keeps disclosures; None where they lie in the open."""
    found: CaseKeys | None = engine.get_execution_options().get(_OPTION)
    return found


def opened(keys: CaseKeys | None, commitment: bytes, salt: bytes, value: str) -> tuple[bytes, str | None]:
    """Salt and value of a row of disclosures; of one whose key is not here, no value."""
    if len(salt) != _ID + _NONCE:  # a salt in the open has 32 bytes
        return salt, value
    return (keys.opened(commitment, salt, value) if keys else None) or (salt, None)


def case_of(kind: str, tags: Iterable[str]) -> str | None:
    """The case under whose key lies what an act of a type with these tags disclosed: the first of its cases.

    None for an act of none, and for counts and rounds of a store: what these seal are lists of items of all cases.
    """
    cases = (tag.removeprefix("case:") for tag in tags if tag.startswith("case:"))
    return None if kind in _OF_STORES else next(cases, None)


def is_record_sealed(case: CaseFacts) -> bool:
    """Whether the log says so: the last fact of the two that an approver signed."""
    noted = [each.fact for each in case.noted if each.fact in (SEALED, UNSEALED) and each.approved]
    return bool(noted) and noted[-1] == SEALED


def _id_of(case: str) -> bytes:
    return sha256(case.encode()).digest()[:_ID]


def _read(file: Path) -> bytes:
    key = file.read_bytes()
    if len(key) != _KEY:
        raise Malformed("malformed/case-key", "A case key is a file of 32 bytes.", file=str(file))
    return key


def _write(file: Path, data: bytes) -> None:
    try:
        opened_file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Conflict("conflict/case-key", "There is a file here already.", file=str(file)) from None
    with os.fdopen(opened_file, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    sync(file.parent)
