"""An act on its way to the ledger: its exact payload, the signatures gathered so far, and its disclosures.

It can be put into a file and be completed by others, each with their own key; the payload's bytes never change.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from custody.acts import PAYLOAD_TYPE, parse_act
from custody.acts.act import Act, Signer
from custody.acts.values import decode
from custody.authoring import Disclosed
from custody.errors import Malformed, Untrusted
from custody.signing import PrivateKey, Signature, read_envelope, sign, write_envelope


@dataclass(frozen=True, slots=True)
class SignedAct:
    """A payload with some or all of its signatures."""

    payload: bytes
    act: Act
    signatures: tuple[Signature, ...] = ()
    disclosures: tuple[Disclosed, ...] = ()

    def signed_with(self, keys: Mapping[str, PrivateKey]) -> SignedAct:
        """Add the signature of each key that a signer names and that has not signed yet."""
        missing = {signer.key for signer in self.missing()}
        added = sign(PAYLOAD_TYPE, self.payload, [key for key_id, key in keys.items() if key_id in missing])
        return replace(self, signatures=(*self.signatures, *added))

    def missing(self) -> tuple[Signer, ...]:
        """The signers who have not signed yet."""
        signed = {signature.key_id for signature in self.signatures}
        return tuple(signer for signer in self.act.signers if signer.key not in signed)

    def envelope(self) -> bytes:
        """The envelope's bytes. Raises Untrusted, naming who has not signed."""
        for signer in self.missing():
            raise Untrusted(
                "untrusted/signature-missing", f"The signature of {signer.person} is missing.",
                person=signer.person, part=signer.part,
            )  # fmt: skip
        return write_envelope(PAYLOAD_TYPE, self.payload, self.signatures)

    def as_json(self) -> dict[str, Any]:
        """The act as it is passed on: ``{"envelope", "disclosures"}``, complete or not."""
        envelope = json.loads(write_envelope(PAYLOAD_TYPE, self.payload, self.signatures))
        return {"envelope": envelope, "disclosures": [each.as_json() for each in self.disclosures]}


def signed_act_from(body: Mapping[str, Any]) -> SignedAct:
    """Read what `SignedAct.as_json` wrote. Raises Malformed."""
    if body.keys() - {"envelope", "disclosures"}:
        raise Malformed(
            "malformed/signed-act", "A signed act is an envelope and its disclosures, nothing else.",
            field=", ".join(sorted(body.keys() - {"envelope", "disclosures"})),
        )  # fmt: skip
    envelope = read_envelope(json.dumps(body["envelope"]).encode())
    if envelope.payload_type != PAYLOAD_TYPE:
        raise Malformed("malformed/payload-type", "The envelope holds no act.", field="payloadType")
    act = parse_act(envelope.payload)
    return SignedAct(envelope.payload, act, envelope.signatures, _disclosures(body.get("disclosures", [])))


def _disclosures(listed: Any) -> tuple[Disclosed, ...]:
    try:
        return tuple(Disclosed(decode(each["salt"]), str(each["value"])) for each in listed)
    except (KeyError, TypeError, ValueError):
        raise Malformed(
            "malformed/disclosure", "A disclosure is a 32-byte salt and a value.", field="disclosures"
        ) from None

