"""Making an act to sign: from a draft in JSON to the exact payload bytes, its disclosures, and the envelope.

A draft leaves out what its client knows better: ``id``, ``ledger``, ``seen`` and the signers' key ids; and it writes a
sealed value as ``{"disclose": "…"}``, which is salted and sealed here. Ids and salts come in as arguments.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from custody.acts import PAYLOAD_TYPE, parse_act
from custody.acts.act import Act
from custody.acts.values import encode, seal_commitment
from custody.errors import Malformed
from custody.signing import PrivateKey, sign, write_envelope

HEADER_DEFAULTS: Mapping[str, Any] = {
    "follows": [],
    "basis": [],
    "attestations": [],
    "attachments": [],
}
"""What a draft may leave out because it is empty most of the time."""


@dataclass(frozen=True, slots=True)
class Disclosed:
    """A sealed value in the open: the salt it was sealed with, and the value."""

    salt: bytes
    value: str

    def as_json(self) -> dict[str, str]:
        """The disclosure as it is sent: the salt in base64url without padding."""
        return {"salt": encode(self.salt), "value": self.value}


@dataclass(frozen=True, slots=True)
class Prepared:
    """An act ready to be signed: the exact payload bytes, the act in them, and the disclosures beside them."""

    payload: bytes
    act: Act
    disclosures: tuple[Disclosed, ...]

    def signed(self, keys: Sequence[PrivateKey]) -> bytes:
        """Return the envelope with one signature by each key."""
        return write_envelope(PAYLOAD_TYPE, self.payload, sign(PAYLOAD_TYPE, self.payload, keys))


def new_act_id(milliseconds: int, randomness: bytes) -> str:
    """Return a UUIDv7 (RFC 9562 section 5.7) from a Unix time in milliseconds and 10 random bytes."""
    if len(randomness) != 10:
        raise ValueError("an act id needs 10 random bytes")
    number = (milliseconds << 80) | int.from_bytes(randomness, "big")
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def prepare(
    draft: Mapping[str, Any],
    *,
    act_id: str,
    ledger: str,
    seen: Mapping[str, Any],
    keys: Mapping[str, str],
    salts: Callable[[], bytes],
) -> Prepared:
    """Complete a draft. ``keys`` gives the key id of each signing person; what the draft states itself stays.

    Raises Malformed if the result is not a valid act, or a signer has no key.
    """
    disclosures: list[Disclosed] = []
    if not isinstance(draft, Mapping):
        raise Malformed("malformed/act", "An act is a JSON object.", field="")
    body = _seal({**HEADER_DEFAULTS, **draft}, salts, disclosures)
    body = {"act": body.get("act"), "id": act_id, "ledger": ledger, "seen": dict(seen)} | body
    body["signers"] = [_with_key(signer, keys) for signer in body.get("signers") or ()]
    payload = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Prepared(payload, parse_act(payload), tuple(disclosures))


def _seal(value: Any, salts: Callable[[], bytes], disclosures: list[Disclosed]) -> Any:
    if isinstance(value, Mapping):
        if value.keys() == {"disclose"} and isinstance(value["disclose"], str):
            disclosed = Disclosed(salts(), value["disclose"])
            disclosures.append(disclosed)
            return {"sealed": seal_commitment(disclosed.salt, disclosed.value)}
        return {name: _seal(inner, salts, disclosures) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_seal(inner, salts, disclosures) for inner in value]
    return value


def _with_key(signer: Any, keys: Mapping[str, str]) -> Any:
    if not isinstance(signer, Mapping) or "key" in signer:
        return signer
    key = keys.get(str(signer.get("person")))
    if key is None:
        raise Malformed(
            "malformed/signer-key", "There is no key for a signer of this act.", field="signers",
            got=str(signer.get("person")),
        )  # fmt: skip
    return {**signer, "key": key}
