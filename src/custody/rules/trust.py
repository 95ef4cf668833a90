"""Whether those who signed may have signed: parts, keys and capacities. A breach here is `Untrusted`.

1. Every signer stands in a part that the act has, and every part has as many people as it takes.
2. Nobody signs two parts of one act.
3. Every key is enrolled for its person and still signs, except the key that the act itself brings.
4. Every person has a capacity that the part allows, and has not left the service.
"""

from __future__ import annotations

from custody.acts.act import Act, Signer
from custody.acts.parties import Enrolment
from custody.acts.parts import ANYONE, PARTS, Part
from custody.acts.samples import BloodDraw
from custody.acts.values import decode
from custody.errors import Untrusted
from custody.facts.known import Facts
from custody.facts.parties import KeyFacts, PersonFacts, new_key
from custody.signing import Envelope, VerifyingKey, key_id_of


def check_trust(act: Act, facts: Facts) -> None:
    """Check parts, persons, keys and capacities, in this order. Raises Untrusted, naming which one."""
    _every_part_is_filled(act)
    _nobody_signs_twice(act)
    for signer in act.signers:
        if brings_key(act, signer):
            continue
        if not _key_of(signer, facts).live:
            raise Untrusted("untrusted/revoked-key", "This key was revoked.", key=signer.key, person=signer.person)
        _capacity_allows(act, signer, facts.person(signer.person))


def signing_key(act: Act, signer: Signer, facts: Facts) -> VerifyingKey:
    """The public key that a signer's signature is verified with, whether or not it still signs. Raises Untrusted."""
    entering = new_key(act)
    if entering is not None and brings_key(act, signer):
        return entering[1]
    return _key_of(signer, facts).key


def brings_key(act: Act, signer: Signer) -> bool:
    """Whether the act itself brings the key that this signer signs with."""
    entering = new_key(act)
    return entering is not None and signer.key == entering[1].key_id and signer.person == entering[0]


def require_copies_as_stated(envelope: Envelope, act: Act) -> None:
    """Check that a passkey is enrolled with the backup flags that stand in its own signature. Raises Untrusted."""
    if not isinstance(act, Enrolment) or act.passkey is None:
        return
    key = key_id_of(decode(act.public_key))
    own = [each.webauthn for each in envelope.signatures if each.key_id == key and each.webauthn]
    stated = act.passkey.backup_eligible, act.passkey.backed_up
    if any((each.may_be_copied, each.is_copied) != stated for each in own):
        raise Untrusted(
            "untrusted/passkey-backup", "What the passkey says of copies of itself is not what its enrolment says.",
            expected=stated, got=[(each.may_be_copied, each.is_copied) for each in own],
        )  # fmt: skip


def _every_part_is_filled(act: Act) -> None:
    parts = PARTS[act.act]
    present = dict.fromkeys(parts, 0)
    for signer in act.signers:
        if signer.part not in parts or not parts[signer.part].capacities:
            raise Untrusted(
                "untrusted/part", f"Nobody signs this act as “{signer.part}”.", part=signer.part, person=signer.person
            )
        present[signer.part] += 1
    for paper in act.attestations:
        if paper.part not in parts or not parts[paper.part].paper:
            raise Untrusted("untrusted/paper", f"“{paper.part}” cannot stand on paper here.", part=paper.part)
        present[paper.part] += 1
    for name, count in present.items():
        _part_is_filled(name, parts[name], count)


def _part_is_filled(name: str, part: Part, count: int) -> None:
    if count < part.least:
        raise Untrusted(
            "untrusted/part-missing", f"The signature of the {part.en} is missing.", part=name, part_zh=part.zh,
            expected=part.least, got=count,
        )  # fmt: skip
    if count > part.most:
        raise Untrusted(
            "untrusted/part-crowded", f"Too many people sign as {part.en}.", part=name, part_zh=part.zh,
            expected=part.most, got=count,
        )  # fmt: skip


def _nobody_signs_twice(act: Act) -> None:
    seen: dict[str, str] = {}
    for signer in act.signers:
        other = seen.setdefault(signer.person, signer.part)
        if other == signer.part:
            continue
        own_key_confirmed = isinstance(act, Enrolment) and {other, signer.part} == {"subject", "confirmer"}
        if not own_key_confirmed:
            raise Untrusted(
                "untrusted/two-parts", "The same person signs two parts of this act.", person=signer.person,
                parts=[other, signer.part],
            )  # fmt: skip
    pairs = [(signer.part, signer.person) for signer in act.signers]
    keys = [signer.key for signer in act.signers]
    if len(set(pairs)) != len(pairs) or len(set(keys)) != len(keys):
        raise Untrusted("untrusted/signs-twice", "A signer is named twice.")


def _key_of(signer: Signer, facts: Facts) -> KeyFacts:
    key = facts.key(signer.key)
    if key is None:
        raise Untrusted("untrusted/unknown-key", "This key is not enrolled.", key=signer.key, person=signer.person)
    if key.person != signer.person:
        raise Untrusted(
            "untrusted/foreign-key", "This key is enrolled for somebody else.", key=signer.key, person=signer.person
        )
    return key


def _capacity_allows(act: Act, signer: Signer, person: PersonFacts | None) -> None:
    part = PARTS[act.act][signer.part]
    if person is None or person.left:
        raise Untrusted("untrusted/left", "This person has left the service.", person=signer.person)
    if part.capacities == ANYONE:
        return
    # A draw by a medic whose licence ran out has happened: it is recorded with a defect, not turned away.
    on = None if isinstance(act, BloodDraw) and signer.part == "medic" else act.occurred_at.date()
    for capacity in part.capacities:
        if person.holds(capacity, on) if on else capacity in person.capacities:
            return
    raise Untrusted(
        "untrusted/capacity", f"This person may not sign as {part.en}.", person=signer.person, part=signer.part,
        expected=sorted(part.capacities), got=sorted(person.capacities),
    )  # fmt: skip
