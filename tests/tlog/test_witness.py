"""What a witness does with a checkpoint: every answer of c2sp.org/tlog-witness, over a log that really grows."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from custody.errors import Malformed, TooLarge
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.edge import Edge
from custody.tlog.merkle import consistency_path, leaf_hash
from custody.tlog.note import Note, Signer, sign_note
from custody.tlog.witness import LONGEST, AddCheckpoint, Refusal, judge, monitoring_path

LOG = Signer("custody.example/yunling", Ed25519PrivateKey.from_private_bytes(bytes(32)))
LATER = Signer(LOG.name, MLDSA44PrivateKey.from_seed_bytes(bytes(32)))
STRANGER = Signer(LOG.name, Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32))
KEYS = (LOG.verifier, LATER.verifier)


def grown(size: int, what: str = "leaf") -> Edge:
    """The tree of so many leaves."""
    edge = Edge()
    for number in range(size):
        edge.add(leaf_hash(f"{what} {number}".encode()))
    return edge


def head(size: int, what: str = "leaf") -> Checkpoint:
    """Its checkpoint."""
    return Checkpoint(LOG.name, size, grown(size, what).root())


def asked(old: int, new: Checkpoint, proof_from: int | None = None, signer: Signer = LOG) -> AddCheckpoint:
    """A request with the proof that belongs to it, or one from another size."""
    start = old if proof_from is None else proof_from
    edge = grown(new.size)
    path = consistency_path(start, new.size, lambda *at: edge.hash_at(*at) or b"") if 0 < start <= new.size else []
    note = sign_note(new.text, signer, time=1_700_000_000)
    return AddCheckpoint.parse(str(AddCheckpoint(old, tuple(path), Note.parse(note))).encode())


FIVE, NINE = head(5), head(9)
SHRUNK = AddCheckpoint(9, (), Note.parse(sign_note(FIVE.text, LOG)))

ANSWERS = {
    "the first it ever sees": (asked(0, FIVE), None, FIVE),
    "the next": (asked(5, NINE), FIVE, NINE),
    "the same again": (asked(9, NINE), NINE, NINE),
    "the empty tree": (asked(0, head(0)), None, head(0)),
    "the first after the empty tree": (asked(0, FIVE), head(0), FIVE),
    "one that a later key of the log signed": (asked(5, NINE, signer=LATER), FIVE, NINE),
    "one of an unknown log": (asked(0, Checkpoint("other.example", 5, FIVE.root)), None, Refusal.UNKNOWN_LOG),
    "one that a stranger signed": (asked(5, NINE, signer=STRANGER), FIVE, Refusal.UNSIGNED),
    "an old size above the new one": (SHRUNK, NINE, Refusal.SHRUNK),
    "an old size that is not the last": (asked(0, NINE), FIVE, Refusal.OTHER_SIZE),
    "a smaller one than the last": (asked(5, FIVE), NINE, Refusal.OTHER_SIZE),
    "the same size of another history": (asked(5, head(5, "other")), FIVE, Refusal.OTHER_ROOT),
    "a larger one of another history": (asked(5, head(9, "other")), FIVE, Refusal.NOT_CONSISTENT),
    "a proof from another size": (asked(5, NINE, proof_from=4), FIVE, Refusal.NOT_CONSISTENT),
    "a proof where none belongs": (asked(0, NINE, proof_from=5), None, Refusal.NOT_CONSISTENT),
}


@pytest.mark.parametrize("what", ANSWERS)
def test_a_checkpoint_is_cosigned_only_if_it_continues_the_last(what: str) -> None:
    request, latest, expected = ANSWERS[what]
    assert judge(request, KEYS, latest) == expected


def test_one_false_signature_of_a_known_key_is_enough_to_refuse() -> None:
    false = STRANGER.sign(NINE.text)
    note = Note(NINE.text, (LOG.sign(NINE.text), type(false)(LOG.name, LATER.verifier.key_id, false.value)))
    assert judge(AddCheckpoint(0, (), note), KEYS, None) is Refusal.UNSIGNED


def test_the_statuses_are_those_of_the_specification() -> None:
    assert {each.name: each.status for each in Refusal} == {
        "MALFORMED": 400, "SHRUNK": 400, "UNSIGNED": 403, "UNKNOWN_LOG": 404, "OTHER_SIZE": 409, "OTHER_ROOT": 409,
        "NOT_CONSISTENT": 422,
    }  # fmt: skip
    assert {each for each in Refusal if each.contradicts} == {Refusal.OTHER_ROOT, Refusal.NOT_CONSISTENT}


NOTE = sign_note(FIVE.text, LOG).encode()
HASH = b"A" * 43 + b"=\n"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"old 5\n", b"old 05\n\n" + NOTE, b"old -1\n\n" + NOTE, b"OLD 5\n\n" + NOTE, b"old 5\r\n\n" + NOTE,
        b"old 5\nAAAA*\n\n" + NOTE, b"old 5\n\n" + NOTE[:-1], b"old 5\n" + NOTE, b"old 5\n" + HASH * 64 + b"\n" + NOTE,
        "old ５\n\n".encode() + NOTE, b"old 0\n\nno checkpoint\n\n" + NOTE.split(b"\n\n")[1][:10],
    ],
)  # fmt: skip
def test_a_request_of_another_form_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        AddCheckpoint.parse(body)


def test_a_request_has_a_limit_and_sixty_three_hashes_are_within() -> None:
    assert len(AddCheckpoint.parse(b"old 5\n" + HASH * 63 + b"\n" + NOTE).path) == 63
    with pytest.raises(TooLarge):
        AddCheckpoint.parse(b"old 5\n\n" + b"x" * LONGEST)
    note = Note.parse(sign_note("no\ncheckpoint\n", LOG))
    assert judge(AddCheckpoint(0, (), note), KEYS, None) is Refusal.MALFORMED


def test_the_monitoring_address_is_made_of_the_origin() -> None:
    assert monitoring_path("a") == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb/checkpoint"
