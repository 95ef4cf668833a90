"""A passkey in software: what an authenticator and a browser do together, byte for byte, by the WebAuthn standard.

It shares no code with what it tests, and it can be told to misbehave.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from custody.acts import PAYLOAD_TYPE
from custody.authoring import Prepared
from custody.ledger.ledger import Receipt
from custody.signing import PrivateKey, Signature, pae, read_envelope, sign, write_envelope
from world import PEOPLE, World, disclosed

SITE = "custody.example"
PAGE = "https://counter.custody.example"

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, NEW_KEY, EXTENSIONS = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80


def b64(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def fresh(algorithm: Literal["p256", "ed25519"] = "p256") -> PrivateKey:
    """The key of a new passkey."""
    return Ed25519PrivateKey.generate() if algorithm == "ed25519" else generate_private_key(SECP256R1())


@dataclass(frozen=True)
class SoftPasskey:
    """An authenticator with one key, and the page on which it is used."""

    key: PrivateKey = field(default_factory=fresh)
    rp_id: str = SITE
    origin: str = PAGE
    flags: int = PRESENT | VERIFIED
    client_data: dict[str, Any] = field(default_factory=dict)
    """Members of the client data that are to be other than they should be; None leaves one out."""
    behind: bytes = b""
    """What follows the authenticator data's 37 bytes."""

    @property
    def spki(self) -> bytes:
        """What a browser's ``getPublicKey()`` gives."""
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def key_id(self) -> str:
        """As an act names it."""
        return hashlib.sha256(self.spki).hexdigest()

    def but(self, **other: Any) -> SoftPasskey:
        """The same passkey, used otherwise."""
        return replace(self, **other)

    def signs(self, message: bytes) -> dict[str, str]:
        """One signature of an envelope over a message (DSSE's PAE)."""
        said = {
            "type": "webauthn.get", "challenge": b64(hashlib.sha256(message).digest()), "origin": self.origin,
            "crossOrigin": False, **self.client_data,
        }  # fmt: skip
        written = json.dumps({name: value for name, value in said.items() if value is not None}).encode()
        return self.over(written)

    def over(self, client_data: bytes) -> Any:
        """A signature over client data as they are."""
        counter = (7).to_bytes(4, "big")
        data = hashlib.sha256(self.rp_id.encode()).digest() + bytes([self.flags]) + counter + self.behind
        covered = data + hashlib.sha256(client_data).digest()
        plain = isinstance(self.key, Ed25519PrivateKey)
        value = self.key.sign(covered) if plain else self.key.sign(covered, ECDSA(SHA256()))  # type: ignore[call-arg]
        return {
            "keyid": self.key_id, "sig": base64.b64encode(value).decode(),
            "webauthn": {"authenticatorData": b64(data), "clientDataJSON": b64(client_data)},
        }  # fmt: skip

    def as_enrolled(self, **other: Any) -> dict[str, Any]:
        """What an enrolment says of it."""
        eligible, backed_up = bool(self.flags & ELIGIBLE), bool(self.flags & BACKED_UP)
        return {
            "rp_id": self.rp_id, "origins": [self.origin], "credential": b64(bytes(32)), "backup_eligible": eligible,
            "backed_up": backed_up, **other,
        }  # fmt: skip


def signature(body: dict[str, Any]) -> Signature:
    """A signature as an envelope gives it back."""
    whole = {"payloadType": PAYLOAD_TYPE, "payload": "", "signatures": [body]}
    (found,) = read_envelope(json.dumps(whole).encode()).signatures
    return found


def enrolment(world: World, name: str, passkey: SoftPasskey, /, **fields: Any) -> dict[str, Any]:
    """The draft that enrols a passkey of somebody who has a key already, which confirms it."""
    person, agency, _ = PEOPLE[name]
    signers = world.signers(administrator=world.admin_of(agency), confirmer=name)
    return {
        "act": "enrolment", "person": person, "subject": "person", "name": {"disclose": name}, "agency": agency,
        "public_key": b64(passkey.spki), "kind": "passkey", "passkey": passkey.as_enrolled(),
        "evidence": "工作证核验，当面创建",
        "signers": [*signers, {"part": "subject", "person": person, "key": passkey.key_id}], **fields,
    }  # fmt: skip


def envelope(world: World, prepared: Prepared, *passkeys: SoftPasskey) -> bytes:
    """Sign with the passkeys, and with the key files of the other signers."""
    by = {each.key_id for each in passkeys}
    files = [world.ring[signer.key] for signer in prepared.act.signers if signer.key not in by]
    message = pae(PAYLOAD_TYPE, prepared.payload)
    body = json.loads(write_envelope(PAYLOAD_TYPE, prepared.payload, sign(PAYLOAD_TYPE, prepared.payload, files)))
    body["signatures"] += [each.signs(message) for each in passkeys]
    return json.dumps(body).encode()


def acts(world: World, draft: dict[str, Any], *passkeys: SoftPasskey) -> Receipt:
    """Complete, sign and submit a draft; a minute passes."""
    prepared = world.prepare(draft)
    world.signed = envelope(world, prepared, *passkeys)
    receipt = world.ledger.submit(world.signed, disclosed(prepared))
    world.clock.forward(minutes=1)
    return receipt


def enrols(world: World, name: str, passkey: SoftPasskey) -> SoftPasskey:
    """Enrol a passkey of somebody, and give it back."""
    acts(world, enrolment(world, name, passkey), passkey)
    return passkey


def signer(world: World, part: str, name: str, passkey: SoftPasskey) -> dict[str, str]:
    """A signer who signs with a passkey."""
    return {"part": part, "person": world.id_of(name), "key": passkey.key_id}
