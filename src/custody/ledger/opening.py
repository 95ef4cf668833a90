"""Opening an envelope: from foreign bytes to an act whose signatures are known to hold.

1. The envelope is strict DSSE of the act's payload type; the payload is a strict act of this ledger.
2. Every named signer has exactly one signature by the named key, and there is no other; a passkey's enrolment states
   of copies what the passkey itself says with its signature.
3. The disclosures are exactly those the act commits to.
4. Each signature was made as keys of its kind sign, and verifies under the enrolled key (or the key that the act
   itself brings).

Steps 1 to 3 need no facts; step 4 needs the keys as they stand in the log.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from custody.acts import PAYLOAD_TYPE, act_from
from custody.acts.act import Act, Signer
from custody.acts.values import decode, seal_commitment, sealed_by
from custody.errors import Malformed, Untrusted
from custody.facts.known import Facts
from custody.facts.parties import new_key
from custody.rules.trust import require_copies_as_stated, signing_key
from custody.signing import Envelope, VerifyingKey, pae, read_envelope
from custody.strict import read_json

_LONGEST_VALUE = 4_000


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A sealed value opened: the 32-byte salt and the value, which stay beside the log."""

    salt: bytes
    value: str

    @property
    def commitment(self) -> str:
        """What the act holds of it: base64url SHA-256(salt ‖ UTF-8 value)."""
        return seal_commitment(self.salt, self.value)


@dataclass(frozen=True, slots=True)
class Submission:
    """An envelope and the disclosures that travel beside it."""

    envelope: bytes
    disclosures: tuple[Disclosure, ...] = ()
    request: str | None = None
    """By what the request is found again that brought it; kept with a refusal."""


@dataclass(frozen=True)
class Opened:
    """An envelope that was read: its exact bytes, the act in it, and the disclosures that belong to it."""

    data: bytes
    envelope: Envelope
    act: Act
    disclosures: tuple[Disclosure, ...]

    @cached_property
    def id(self) -> bytes:
        """The act's id as 16 bytes."""
        return bytes.fromhex(self.act.id.replace("-", ""))

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the payload: the same payload under the same id is the same act."""
        return hashlib.sha256(self.envelope.payload).digest()


def open_envelope(
    data: bytes, disclosures: Sequence[Disclosure], origin: str, *, unfinished: bool = False
) -> Opened:
    """Read an envelope (steps 1 to 3); of an ``unfinished`` one signatures may be missing. Raises Malformed, TooLarge,
    Untrusted."""
    envelope = read_envelope(data)
    if envelope.payload_type != PAYLOAD_TYPE:
        raise Malformed(
            "malformed/payload-type", "The envelope holds no act.",
            field="payloadType", expected=PAYLOAD_TYPE, got=envelope.payload_type,
        )  # fmt: skip
    fields = read_json(envelope.payload, "act")
    act = act_from(fields)
    require_ledger(act, origin)
    new_key(act)  # a key that cannot be enrolled is turned away here
    _signatures_match_signers(envelope, act, unfinished=unfinished)
    require_copies_as_stated(envelope, act)
    _disclosures_match(disclosures, sealed_by(fields))
    return Opened(data, envelope, act, tuple(disclosures))


def require_ledger(act: Act, origin: str) -> None:
    """Check that an act is meant for the ledger of this origin. Raises Untrusted."""
    if act.ledger != origin:
        raise Untrusted("untrusted/other-ledger", "The act is for another ledger.", ledger=act.ledger)


def read_recorded(data: bytes) -> Act:
    """Return the act in an envelope that the ledger recorded. History loads whatever today's rules say."""
    return act_from(read_json(read_envelope(data).payload, "act"))


def signatures_of(
    opened: Opened, facts: Facts, signers: Sequence[Signer] | None = None
) -> list[tuple[Signer, VerifyingKey, bytes, bytes]]:
    """Each signer with the key as it stands in the log, the signature's value, and the bytes that it has to cover.

    Raises Untrusted where a key is not the signer's, or did not sign as keys of its kind do.
    """
    message = pae(opened.envelope.payload_type, opened.envelope.payload)
    signatures = {signature.key_id: signature for signature in opened.envelope.signatures}
    found = []
    for signer in opened.act.signers if signers is None else signers:
        key, signature = signing_key(opened.act, signer, facts), signatures[signer.key]
        try:
            found.append((signer, key, signature.value, key.covered(signature, message)))
        except Untrusted as error:
            error.fields |= {"person": signer.person, "part": signer.part, "key": signer.key}
            raise
    return found


def verify_signatures(opened: Opened, facts: Facts, signers: Sequence[Signer] | None = None) -> None:
    """Verify every signature under its key as it stands in the log (step 4). Raises Untrusted, naming the signer.

    ``signers`` are those who have signed, where not all have yet.
    """
    for signer, key, value, covered in signatures_of(opened, facts, signers):
        if not key.signed(value, covered):
            raise Untrusted(
                "untrusted/signature", "A signature does not verify: these are not the bytes that were signed.",
                person=signer.person, part=signer.part, key=signer.key,
            )  # fmt: skip


def _signatures_match_signers(envelope: Envelope, act: Act, *, unfinished: bool) -> None:
    named = [signer.key for signer in act.signers]
    signed = [signature.key_id for signature in envelope.signatures]
    for key in named:
        if key not in signed and not unfinished:
            raise Untrusted("untrusted/signature-missing", "The signature of a named signer is missing.", key=key)
    for key in signed:
        if key not in named:
            raise Untrusted("untrusted/signature-extra", "There is a signature by nobody the act names.", key=key)
    if len(set(signed)) != len(signed):
        raise Untrusted("untrusted/signature-twice", "A key signed twice.", keys=signed)


def _disclosures_match(disclosures: Sequence[Disclosure], commitments: list[str]) -> None:
    for each in disclosures:
        if len(each.salt) != 32 or len(each.value) > _LONGEST_VALUE:
            raise Malformed("malformed/disclosure", "A disclosure is a 32-byte salt and a value.", field="disclosures")
    opened = {each.commitment for each in disclosures}
    missing = [each for each in commitments if each not in opened]
    extra = opened - set(commitments)
    if missing or extra or len(opened) != len(disclosures):
        raise Malformed(
            "malformed/disclosures", "The disclosures are not exactly those the act commits to.",
            field="disclosures", missing=missing, extra=sorted(extra),
        )  # fmt: skip


def same_root(stated: str, root: bytes) -> bool:
    """Whether a stated base64url root is this root."""
    return hmac.compare_digest(decode(stated), root)
