"""Signed notes (c2sp.org/signed-note): a text, an empty line, and one line for each signature.

Keys are of the types in `custody.tlog.cosignature`. Signatures by keys that the reader does not know are ignored, as
the specification asks, so that witnesses and newer algorithms can add theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from custody.errors import Malformed, Untrusted
from custody.tlog.cosignature import KeyType, NotePrivateKey, check, sign, time_of
from custody.tlog.encoding import from_base64, to_base64

MAX_SIGNATURES = 100
_DASH = "\u2014 "
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True)
class Signature:
    """One signature line: the key's name, its id (4 bytes) and the signature that follows it."""

    name: str
    key_id: bytes
    value: bytes

    def line(self) -> str:
        """The line as it stands in a note."""
        return f"{_DASH}{self.name} {to_base64(self.key_id + self.value)}\n"


@dataclass(frozen=True)
class Verifier:
    """The public half of a note key: a name, the key (32 bytes of Ed25519, 1312 of ML-DSA-44), and its type."""

    name: str
    public_key: bytes
    kind: KeyType = KeyType.ED25519

    def __post_init__(self) -> None:
        _require_name(self.name)
        if len(self.public_key) != self.kind.key_size:
            raise _malformed("verifier key", f"A key of its type is {self.kind.key_size} bytes long.")

    @classmethod
    def parse(cls, vkey: str) -> Verifier:
        """Read ``<name>+<8 hex of the key id>+<base64 of type and key>``. Raises Malformed."""
        parts = vkey.split("+", 2)
        if len(parts) != 3:
            raise _malformed("verifier key", "A verifier key has three parts joined by '+'.")
        name, key_id, encoded = parts
        key = from_base64(encoded, "verifier key")
        try:
            kind = KeyType(int.from_bytes(key[:1], "big"))
        except ValueError:
            raise _malformed("verifier key", "Verifier keys are of type 0x01, 0x04 or 0x06.") from None
        verifier = cls(name, key[1:], kind)
        if verifier.key_id.hex() != key_id:
            raise _malformed("verifier key", "The verifier key's id does not belong to its name and key.")
        return verifier

    @property
    def key_id(self) -> bytes:
        """The first 4 bytes of SHA-256(name, newline, type, key)."""
        return sha256(f"{self.name}\n".encode() + bytes([self.kind]) + self.public_key).digest()[:4]

    def __str__(self) -> str:
        encoded = to_base64(bytes([self.kind]) + self.public_key)
        return f"{self.name}+{self.key_id.hex()}+{encoded}"

    def verify(self, text: str, signature: bytes) -> int | None:
        """The time that a signature states, in POSIX seconds, if its key's type has one.

        Raises Untrusted unless ``signature`` is this key's over ``text``, UnsupportedAlgorithm if that cannot be told.
        """
        check(self.kind, self.name, self.public_key, text, signature)
        return time_of(self.kind, signature)


class Signer:
    """The private half of a note key. An Ed25519 key signs notes, unless it is told to cosign; ML-DSA-44 cosigns."""

    def __init__(self, name: str, private_key: NotePrivateKey, kind: KeyType | None = None) -> None:
        """Raises ValueError for a kind that is not the key's."""
        is_ml_dsa = isinstance(private_key, MLDSA44PrivateKey)
        kind = kind or (KeyType.ML_DSA_44 if is_ml_dsa else KeyType.ED25519)
        if is_ml_dsa != (kind is KeyType.ML_DSA_44):
            raise ValueError(f"this is no key of type {kind:#04x}")
        self.private_key = private_key
        """The key itself, for what a log signs that is no note: the statement of a bundle."""
        self.verifier = Verifier(name, private_key.public_key().public_bytes_raw(), kind)
        self._key_id = self.verifier.key_id

    @property
    def name(self) -> str:
        """The key's name: for a log, its origin."""
        return self.verifier.name

    def sign(self, text: str, time: int | None = None) -> Signature:
        """The signature over a note's text; a cosignature at a time, in POSIX seconds.

        Raises ValueError for a time that is missing or too many, Malformed where ML-DSA-44 should sign no checkpoint.
        """
        value = sign(self.verifier.kind, self.name, self.private_key, text, time)
        return Signature(self.name, self._key_id, value)


@dataclass(frozen=True)
class SignedBy:
    """A known key that signed a note, and the time its signature states (POSIX seconds; plain Ed25519 states none).

    ``checked`` is false where this machine cannot check the key's algorithm: such a signature proves nothing here.
    """

    verifier: Verifier
    time: int | None
    checked: bool = True


@dataclass(frozen=True)
class Note:
    """A note taken apart. Nothing in it is verified yet."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, note: str | bytes) -> Note:
        """Take a note apart at its last empty line. Raises Malformed."""
        whole = _decode_text(note)
        at = whole.rfind("\n\n")
        if at < 0 or not whole.endswith("\n"):
            raise _malformed("note", "A note ends with signature lines after an empty line.")
        lines = whole[at + 2 : -1].split("\n")
        if len(lines) > MAX_SIGNATURES:
            raise _malformed("note", "The note has more than 100 signatures.")
        return cls(whole[: at + 1], tuple(_parse_line(line) for line in lines))

    def __str__(self) -> str:
        return self.text + "\n" + "".join(signature.line() for signature in self.signatures)

    def signed_by(self, verifiers: Iterable[Verifier]) -> tuple[SignedBy, ...]:
        """Which of the given keys signed this note, in its order. Raises Untrusted if one of them signed falsely."""
        known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
        found = []
        for signature in self.signatures:
            verifier = known.get((signature.name, signature.key_id))
            if verifier is not None:
                try:
                    found.append(SignedBy(verifier, verifier.verify(self.text, signature.value)))
                except UnsupportedAlgorithm:
                    found.append(SignedBy(verifier, None, checked=False))
        return tuple(found)

    def verified(self, verifiers: Iterable[Verifier]) -> tuple[Verifier, ...]:
        """The given keys that signed this note. Raises Untrusted if one of them signed falsely, or none did."""
        found = self.signed_by(verifiers)
        signed = dict.fromkeys(each.verifier for each in found if each.checked)
        if not signed and found:
            raise Untrusted(
                "untrusted/note-unchecked", "The note's signatures are of an algorithm that cannot be checked here."
            )
        if not signed:
            raise Untrusted("untrusted/note-unsigned", "None of the trusted keys signed the note.")
        return tuple(signed)


def sign_note(text: str, *signers: Signer, time: int | None = None) -> str:
    """A note over ``text``, which ends with a newline and holds no other control characters.

    ``time``, in POSIX seconds, is what signatures of the types that state one state. Raises ValueError for a text that
    could not be read back, and what `Signer.sign` raises.
    """
    if not text.endswith("\n") or _has_control(text):
        raise ValueError("a note's text ends with a newline and has no other control characters")
    signatures = (signer.sign(text, time if signer.verifier.kind.timed else None) for signer in signers)
    return str(Note(text, tuple(signatures)))


def open_note(note: str | bytes, *verifiers: Verifier) -> str:
    """The text of a note that at least one of the keys signed. Raises Malformed or Untrusted."""
    parsed = Note.parse(note)
    parsed.verified(verifiers)
    return parsed.text


def is_signature_line(line: str) -> bool:
    """Whether this is one signature line as it stands in a note, whoever signed."""
    try:
        return line == _parse_line(line.removesuffix("\n")).line()
    except Malformed:
        return False


def _parse_line(line: str) -> Signature:
    parts = line.removeprefix(_DASH).split(" ")
    if not line.startswith(_DASH) or len(parts) != 2:
        raise _malformed("signature line", "A signature line is a dash, a name and base64.")
    name, encoded = parts
    _require_name(name)
    blob = from_base64(encoded, "signature line")
    if len(blob) < 5:
        raise _malformed("signature line", "A signature holds a key id of 4 bytes and the signature.")
    return Signature(name, blob[:4], blob[4:])


def _decode_text(note: str | bytes) -> str:
    try:
        text = note.decode() if isinstance(note, bytes) else note
        text.encode()  # a str may hold lone surrogates
    except UnicodeError as error:
        raise _malformed("note", "The note is not UTF-8.") from error
    if _has_control(text):
        raise _malformed("note", "The note holds a control character.")
    return text


def _has_control(text: str) -> bool:
    return _CONTROL.search(text) is not None


def _require_name(name: str) -> None:
    if not name or "+" in name or any(character.isspace() for character in name):
        raise _malformed("key name", "A key's name is not empty and has neither spaces nor '+'.")


def _malformed(field: str, sentence: str) -> Malformed:
    return Malformed("malformed/note", sentence, field=field)
