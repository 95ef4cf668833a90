"""The statement of a bundle: what the ledger says to be complete at its size, signed with the log's own key.

A DSSE envelope of a type of its own; no checkpoint begins as its pre-authentication encoding does, so neither can be
passed off as the other. Source: docs/format.md section 7.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import Field, Strict, ValidationError

from custody.acts.values import Digest, Frozen, Origin, decode, encode
from custody.errors import Malformed
from custody.signing import VerifyingKey, pae, read_envelope, read_public_key, sign, write_envelope
from custody.strict import malformed, read_json
from custody.tlog.note import Verifier

PAYLOAD_TYPE: Final = "application/vnd.custody.statement.v1+json"

LARGEST: Final = 32 << 20
"""32 MiB: some 300,000 names."""


class Counted(Frozen):
    """How many acts on something the log holds, and the leaf index of the last; 0 and -1 where there are none."""

    count: Annotated[int, Field(ge=0, le=2**53)]
    last: Annotated[int, Field(ge=-1, le=2**53)]


Indexes = Annotated[tuple[Annotated[int, Field(ge=0, le=2**53)], ...], Strict(False)]
"""Leaf indexes, in order."""


class Statement(Frozen):
    """What a ledger states of its first ``size`` entries: how many acts are on each name; and where all those acts are
    from which another fact follows that decisions in the bundle read (`custody.facts.kinds`)."""

    ledger: Origin
    size: Annotated[int, Field(ge=1, le=2**53)]
    root: Digest
    acts: dict[str, Counted]
    facts: dict[str, Indexes]


def statement_of(
    ledger: str, size: int, root: bytes, acts: Mapping[str, tuple[int, int]], facts: Mapping[str, Sequence[int]]
) -> Statement:
    """State of each name how many acts are on it, and the leaf index of the last; of each further fact, its acts."""
    counted = {name: Counted(count=count, last=last) for name, (count, last) in sorted(acts.items())}
    listed = {name: tuple(at) for name, at in sorted(facts.items())}
    return Statement(ledger=ledger, size=size, root=encode(root), acts=counted, facts=listed)


def signed_statement(statement: Statement, key: Ed25519PrivateKey) -> bytes:
    """The file of a statement, signed with the log's key."""
    payload = json.dumps(statement.model_dump(), ensure_ascii=False, separators=(",", ":")).encode()
    return write_envelope(PAYLOAD_TYPE, payload, sign(PAYLOAD_TYPE, payload, [key]))


def key_of(log: Verifier) -> VerifyingKey:
    """A log's Ed25519 key, as keys stand in envelopes. Raises Untrusted for one that anybody could sign under."""
    key = Ed25519PublicKey.from_public_bytes(log.public_key)
    return read_public_key(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


class SignedStatement:
    """A statement as it was read, with its one signature, which is not verified yet."""

    def __init__(self, data: bytes) -> None:
        """Read the file of a statement. Raises Malformed."""
        envelope = read_envelope(data, LARGEST)
        if envelope.payload_type != PAYLOAD_TYPE or len(envelope.signatures) != 1:
            raise Malformed("malformed/statement", "This is no statement with one signature.", field="payloadType")
        try:
            self.statement = Statement.model_validate(read_json(envelope.payload, "statement"))
        except ValidationError as error:
            raise malformed("statement", error) from None
        (self.signature,) = envelope.signatures
        self._message = pae(envelope.payload_type, envelope.payload)

    @property
    def root(self) -> bytes:
        """The root that is stated."""
        return decode(self.statement.root)

    def signed_by(self, log: Verifier) -> bool:
        """Whether a key of a log signed it. Raises Untrusted for a key that anybody could sign under."""
        key = key_of(log)
        return key.key_id == self.signature.key_id and key.verifies(self.signature, self._message)
