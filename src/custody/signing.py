"""Keys, key ids, and DSSE envelopes with several signatures over one payload.

Source: DSSE 1.0.2 (protocol.md, envelope.md) and docs/format.md section 3, which is stricter: every named signer has
exactly one valid signature and there is no other. The algorithm, and whether the signature is a passkey's, always
come from the enrolled key, never from the envelope.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from custody.errors import Malformed, TooLarge, Untrusted
from custody.strict import base64url, read_base64url, read_json
from custody.webauthn import Assertion, Passkey, read_assertion

try:  # libsodium verifies about twice as fast; what it accepts is a subset, so a refusal is asked again below
    from nacl.bindings import crypto_sign_open as _sodium_open
    from nacl.exceptions import BadSignatureError

    _SODIUM = True
except ImportError:  # pragma: no cover - the ledger installs it, a court's verifier need not
    _SODIUM = False

PrivateKey = Ed25519PrivateKey | EllipticCurvePrivateKey
Algorithm = Literal["ed25519", "p256"]

LARGEST_ENVELOPE: Final = 1 << 20
"""1 MiB: an act larger than that is split into several."""

_MOST_SIGNATURES: Final = 64
_FIELD_PRIME: Final = 2**255 - 19
_LOW_ORDER_Y: Final = frozenset(
    int.from_bytes(bytes.fromhex(encoded), "little")
    for encoded in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    )
)
"""The y coordinates of the eight points of order 1, 2, 4 and 8: a signature under them proves nothing."""


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """An enrolled public key: its id (hex SHA-256 of the DER), its algorithm, and the key itself."""

    key_id: str
    algorithm: Algorithm
    key: Ed25519PublicKey | EllipticCurvePublicKey
    spki: bytes
    """The SubjectPublicKeyInfo DER."""
    raw: bytes
    """The 32 bytes of an Ed25519 key; empty otherwise."""
    passkey: Passkey | None = None
    """What a passkey was enrolled for. Such a key never signs by itself, and no other signs as a passkey does."""

    def verifies(self, signature: Signature, message: bytes) -> bool:
        """Whether this is a signature of this key, made as keys of its kind sign, of exactly these bytes."""
        try:
            return self.signed(signature.value, self.covered(signature, message))
        except Untrusted:
            return False

    def covered(self, signature: Signature, message: bytes) -> bytes:
        """The bytes that a signature of this key over a message covers: for a passkey, those that it signs instead.

        Raises Untrusted if it was not made as keys of this kind sign, or a passkey says that it signed something else.
        """
        assertion = signature.webauthn
        if self.passkey is None and assertion is None:
            return message
        if self.passkey is None or assertion is None:
            raise Untrusted(
                "untrusted/key-kind", "A passkey's key signs as a passkey only, and any other key only by itself.",
                passkey=self.passkey is not None,
            )  # fmt: skip
        self.passkey.require(assertion, message)
        return assertion.signed

    def signed(self, value: bytes, covered: bytes) -> bool:
        """Whether a signature's value is this key's over exactly these bytes, as `covered` gives them."""
        if _SODIUM and self.raw and len(value) == 64:
            try:
                _sodium_open(value + covered, self.raw)
            except BadSignatureError:
                pass  # the stricter library said no: the reference library decides
            else:
                return True
        try:
            if isinstance(self.key, Ed25519PublicKey):
                self.key.verify(value, covered)
            else:
                self.key.verify(value, covered, ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature of an envelope, with what a passkey and its browser said of it."""

    key_id: str
    value: bytes
    webauthn: Assertion | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """A DSSE envelope as read: the exact payload, and who claims to have signed it."""

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...]


def key_id_of(spki: bytes) -> str:
    """Return the id of a public key: lower-case hex SHA-256 of its SubjectPublicKeyInfo DER."""
    return hashlib.sha256(spki).hexdigest()


def read_public_key(spki: bytes, passkey: Passkey | None = None) -> VerifyingKey:
    """Load a SubjectPublicKeyInfo DER (Ed25519 or P-256), of a passkey with what it was enrolled for.

    Raises Untrusted for another algorithm, another encoding of the same key, and for Ed25519 points that are of low
    order or not canonical: anybody could forge under those.
    """
    try:
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm):
        raise Untrusted("untrusted/key-form", "This is no public key that can be read.") from None
    if key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != spki:
        raise Untrusted("untrusted/key-form", "This public key is not in its only DER form.")
    if isinstance(key, Ed25519PublicKey):
        raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        _refuse_weak_point(raw)
        return VerifyingKey(key_id_of(spki), "ed25519", key, spki, raw, passkey)
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return VerifyingKey(key_id_of(spki), "p256", key, spki, b"", passkey)
    raise Untrusted("untrusted/key-algorithm", "Only Ed25519 and P-256 keys can be enrolled.")


def _refuse_weak_point(raw: bytes) -> None:
    y = int.from_bytes(raw, "little") & ((1 << 255) - 1)
    if y >= _FIELD_PRIME:
        raise Untrusted("untrusted/weak-key", "This Ed25519 key is not in canonical form.")
    if y in _LOW_ORDER_Y:
        raise Untrusted("untrusted/weak-key", "This Ed25519 key is a point of low order.")


def public_bytes(key: PrivateKey) -> bytes:
    """Return the SubjectPublicKeyInfo DER that belongs to a private key."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return DSSE's pre-authentication encoding: exactly the bytes that are signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(payload_type: str, payload: bytes, keys: Sequence[PrivateKey]) -> tuple[Signature, ...]:
    """Sign one payload with each key, in order."""
    message = pae(payload_type, payload)
    return tuple(Signature(key_id_of(public_bytes(key)), _sign(key, message)) for key in keys)


def _sign(key: PrivateKey, message: bytes) -> bytes:
    if isinstance(key, Ed25519PrivateKey):
        return key.sign(message)
    return key.sign(message, ECDSA(hashes.SHA256()))


def write_envelope(payload_type: str, payload: bytes, signatures: Sequence[Signature]) -> bytes:
    """Return the bytes of an envelope: compact JSON with standard base64."""
    body = {
        "payloadType": payload_type,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [signature_body(each) for each in signatures],
    }
    return json.dumps(body, separators=(",", ":")).encode()


def signature_body(signature: Signature) -> dict[str, Any]:
    """Return a signature as an envelope has it."""
    body: dict[str, Any] = {"keyid": signature.key_id, "sig": base64.b64encode(signature.value).decode()}
    if said := signature.webauthn:
        body["webauthn"] = {
            "authenticatorData": base64url(said.authenticator_data), "clientDataJSON": base64url(said.client_data),
        }  # fmt: skip
    return body


def read_envelope(data: bytes, largest: int = LARGEST_ENVELOPE) -> Envelope:
    """Parse an envelope, strictly, checking no signature. Raises TooLarge over a limit (1 MiB), else Malformed."""
    if len(data) > largest:
        raise TooLarge(
            "malformed/envelope-size", "The envelope is over 1 MiB: split the items over several acts of up to 1,000.",
            limit=largest, got=len(data),
        )  # fmt: skip
    body = read_json(data, "envelope")
    _expect_keys(body, {"payloadType", "payload", "signatures"}, "")
    payload_type = _text(body["payloadType"], "payloadType")
    listed = body["signatures"]
    if not isinstance(listed, list) or not 1 <= len(listed) <= _MOST_SIGNATURES:
        raise _malformed("signatures", f"an array of 1 to {_MOST_SIGNATURES} signatures", listed)
    signatures = tuple(read_signature(each, f"signatures/{index}") for index, each in enumerate(listed))
    return Envelope(payload_type, _base64(body["payload"], "payload"), signatures)


def read_signature(body: Any, field: str) -> Signature:
    """Read a signature as an envelope has it; ``field`` is where it stands. Raises Malformed."""
    as_passkey = isinstance(body, dict) and "webauthn" in body
    _expect_keys(body, {"keyid", "sig", "webauthn"} if as_passkey else {"keyid", "sig"}, field)
    assertion = _assertion(body["webauthn"], f"{field}/webauthn") if as_passkey else None
    return Signature(_text(body["keyid"], f"{field}/keyid"), _base64(body["sig"], f"{field}/sig"), assertion)


def _assertion(body: Any, field: str) -> Assertion:
    _expect_keys(body, {"authenticatorData", "clientDataJSON"}, field)
    authenticator_data = _base64url(body["authenticatorData"], f"{field}/authenticatorData")
    return read_assertion(authenticator_data, _base64url(body["clientDataJSON"], f"{field}/clientDataJSON"))


def _expect_keys(body: Any, keys: set[str], field: str) -> None:
    if not isinstance(body, dict) or set(body) != keys:
        raise _malformed(field, f"an object with exactly {', '.join(sorted(keys))}", body)


def _text(value: Any, field: str) -> str:
    if not isinstance(value, str) or not value.isascii() or len(value) > 200:
        raise _malformed(field, "a short ASCII string", value)
    return value


def _base64(value: Any, field: str) -> bytes:
    if isinstance(value, str):
        try:
            decoded = base64.b64decode(value, validate=True)
        except ValueError:
            pass
        else:
            if base64.b64encode(decoded) == value.encode():
                return decoded
    raise _malformed(field, "standard base64 with padding, in its only form", value)


def _base64url(value: Any, field: str) -> bytes:
    try:
        return read_base64url(value)
    except (TypeError, ValueError):
        raise _malformed(field, "base64url without padding, in its only form", value) from None


def _malformed(field: str, expected: str, got: Any) -> Malformed:
    return Malformed(
        "malformed/envelope", f"The field {field or '(whole)'} of the envelope is wrong: expected {expected}.",
        field=field, expected=expected, got=repr(got)[:80],
    )  # fmt: skip
