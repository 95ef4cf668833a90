"""What an auditor states of a log that was verified, so that a later run need not begin again: size, root, signature.

A DSSE envelope of a payload type of its own: it can never be an act, and no act can be passed off as one. Whoever
relies on it relies on the auditor's word for the signatures and the decisions of the first ``size`` acts, and on
nothing else: that the log still begins with them is recomputed. Source: docs/operating.md, "Going on from an audit".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field, ValidationError

from custody.acts.entry import instant
from custody.acts.values import Digest, Frozen, Origin, decode, encode
from custody.errors import Malformed, Untrusted
from custody.facts.kinds import Need
from custody.facts.parties import KeyFacts, PersonFacts
from custody.ledger.past import Past, known_before
from custody.ledger.reader import Reader
from custody.signing import PrivateKey, VerifyingKey, pae, read_envelope, sign, write_envelope
from custody.strict import malformed, read_json

PAYLOAD_TYPE: Final = "application/vnd.custody.audit.v1+json"

LARGEST: Final = 1 << 14
"""Bytes of the file."""

class Audit(Frozen):
    """What is stated: the first ``size`` acts of this ledger, of this root, were verified whole, and nothing found."""

    ledger: Origin
    size: Annotated[int, Field(ge=1, le=2**53)]
    root: Digest
    verified_at: str


@dataclass(frozen=True, slots=True)
class Audited:
    """An audit that is believed, and by whom it is: the person its key is enrolled for; None for a key of one's own."""

    size: int
    root: bytes
    verified_at: str
    person: str | None = None


def signed_audit(ledger: str, size: int, root: bytes, verified_at: datetime, key: PrivateKey) -> bytes:
    """The file of an audit, signed by the auditor."""
    body = {"ledger": ledger, "size": size, "root": encode(root), "verified_at": instant(verified_at)}
    payload = json.dumps(body, separators=(",", ":")).encode()
    return write_envelope(PAYLOAD_TYPE, payload, sign(PAYLOAD_TYPE, payload, [key]))


def believed(data: bytes, ledger: str, reader: Reader, own: Mapping[str, VerifyingKey]) -> Audited:
    """Read an audit and check whose word it is.

    1. It is an audit of this ledger, with one signature.
    2. The key is one that the caller has as his own, or is enrolled and not revoked, for an auditor who has not left.
    3. The signature holds.

    Raises Malformed; Untrusted for a foreign or forged one. Whether the log still begins so is the caller's to see.
    """
    envelope = read_envelope(data)
    if envelope.payload_type != PAYLOAD_TYPE or len(envelope.signatures) != 1:
        raise Malformed("malformed/audit", "This is no audit with one signature.", field="payloadType")
    try:
        audit = Audit.model_validate(read_json(envelope.payload, "audit"))
    except ValidationError as error:
        raise malformed("audit", error) from None
    if audit.ledger != ledger:
        raise Untrusted("untrusted/audit-ledger", "This audit is of another ledger.", expected=ledger, got=audit.ledger)
    (signature,) = envelope.signatures
    key, person = (own[signature.key_id], None) if signature.key_id in own else _auditor(reader, signature.key_id)
    if not key.verifies(signature, pae(envelope.payload_type, envelope.payload)):
        raise Untrusted("untrusted/audit-signature", "The signature of this audit is false.", key=signature.key_id)
    return Audited(audit.size, decode(audit.root), audit.verified_at, person)


def _auditor(reader: Reader, key_id: str) -> tuple[VerifyingKey, str]:
    """The key of an auditor, as the whole log has it by now."""
    past, size = Past(reader), reader.head().size
    of_key = Need("key", key_id)
    key: KeyFacts | None = known_before(past, [of_key], size)[of_key]
    of_person = Need("person", key.person if key else "")
    person: PersonFacts | None = known_before(past, [of_person], size)[of_person]
    if key is None or person is None or not key.live or person.left or "auditor" not in person.capacities:
        raise Untrusted("untrusted/audit-key", "The key of this audit is not an auditor's in this ledger.", key=key_id)
    return key.key, key.person
