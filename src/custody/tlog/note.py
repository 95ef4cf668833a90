"""Signed notes (c2sp.org/signed-note): a text, an empty line, and one line for each signature.

Only Ed25519 (type 0x01) is signed and checked here. Signatures by keys that the reader does not know are
ignored, as the specification asks, so that witnesses and newer algorithms can add theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from custody.errors import Malformed, Untrusted
from custody.tlog.encoding import from_base64, to_base64

ED25519 = 0x01
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
    """The public half of a note key: a name and 32 bytes of Ed25519."""

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        _require_name(self.name)
        if len(self.public_key) != 32:
            raise _malformed("verifier key", "An Ed25519 key is 32 bytes long.")

    @classmethod
    def parse(cls, vkey: str) -> Verifier:
        """Read ``<name>+<8 hex of the key id>+<base64 of type and key>``. Raises Malformed."""
        parts = vkey.split("+", 2)
        if len(parts) != 3:
            raise _malformed("verifier key", "A verifier key has three parts joined by '+'.")
        name, key_id, encoded = parts
        key = from_base64(encoded, "verifier key")
        if key[:1] != bytes([ED25519]):
            raise _malformed("verifier key", "Only Ed25519 verifier keys (type 0x01) can be used.")
        verifier = cls(name, key[1:])
        if verifier.key_id.hex() != key_id:
            raise _malformed("verifier key", "The verifier key's id does not belong to its name and key.")
        return verifier

    @property
    def key_id(self) -> bytes:
        """The first 4 bytes of SHA-256(name, newline, type, key)."""
        return sha256(f"{self.name}\n".encode() + bytes([ED25519]) + self.public_key).digest()[:4]

    def __str__(self) -> str:
        encoded = to_base64(bytes([ED25519]) + self.public_key)
        return f"{self.name}+{self.key_id.hex()}+{encoded}"

    def verify(self, text: str, signature: bytes) -> None:
        """Raises Untrusted unless ``signature`` is this key's over ``text``."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, text.encode())
        except (InvalidSignature, ValueError) as error:
            raise Untrusted(
                "untrusted/note-signature",
                f"The signature of {self.name} on the note is false.",
                name=self.name,
                key_id=self.key_id.hex(),
            ) from error


class Signer:
    """The private half of a note key."""

    def __init__(self, name: str, private_key: Ed25519PrivateKey) -> None:
        self._private_key = private_key
        self.verifier = Verifier(name, private_key.public_key().public_bytes_raw())
        self._key_id = self.verifier.key_id

    @property
    def name(self) -> str:
        """The key's name: for a log, its origin."""
        return self.verifier.name

    def sign(self, text: str) -> Signature:
        """The signature over a note's text."""
        return Signature(self.name, self._key_id, self._private_key.sign(text.encode()))


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

    def verified(self, verifiers: Iterable[Verifier]) -> tuple[Verifier, ...]:
        """The given keys that signed this note. Raises Untrusted if one of them signed falsely, or none did."""
        known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
        signed: dict[Verifier, None] = {}
        for signature in self.signatures:
            verifier = known.get((signature.name, signature.key_id))
            if verifier is not None:
                verifier.verify(self.text, signature.value)
                signed[verifier] = None
        if not signed:
            raise Untrusted("untrusted/note-unsigned", "None of the trusted keys signed the note.")
        return tuple(signed)


def sign_note(text: str, *signers: Signer) -> str:
    """A note over ``text``, which ends with a newline and holds no other control characters.

    Raises ValueError for a text that could not be read back.
    """
    if not text.endswith("\n") or _has_control(text):
        raise ValueError("a note's text ends with a newline and has no other control characters")
    return str(Note(text, tuple(signer.sign(text) for signer in signers)))


def open_note(note: str | bytes, *verifiers: Verifier) -> str:
    """The text of a note that at least one of the keys signed. Raises Malformed or Untrusted."""
    parsed = Note.parse(note)
    parsed.verified(verifiers)
    return parsed.text


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
