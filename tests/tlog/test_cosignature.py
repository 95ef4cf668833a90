"""Keys of every type on notes: against checkpoints that other software signed, and what a strict reader refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from custody.errors import Malformed, Untrusted
from custody.tlog import cosignature
from custody.tlog.checkpoint import Checkpoint, open_checkpoint
from custody.tlog.cosignature import LATEST, KeyType
from custody.tlog.merkle import EMPTY_ROOT
from custody.tlog.note import Note, Signature, SignedBy, Signer, Verifier, sign_note

VECTORS = Path(__file__).parent.parent / "vectors" / "tlog"
ARCHE = "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
REMORA = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
SEED = "2886adc2b0eabfce67c0472939127998bf886cf256bfee8ba76a253fce1146e0"

ORIGIN = "custody.example/log"
CHECKPOINT = Checkpoint(ORIGIN, 7, bytes(range(32)))
LOG = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(32)))
LOG_PQ = Signer(ORIGIN, MLDSA44PrivateKey.from_seed_bytes(bytes(32)))
WITNESS = Signer("court.example/w", Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32), KeyType.COSIGNATURE)
WITNESS_PQ = Signer("audit.example/w", MLDSA44PrivateKey.from_seed_bytes(bytes([1]) * 32))
SIGNERS = (LOG, LOG_PQ, WITNESS, WITNESS_PQ)
NOTE = sign_note(CHECKPOINT.text, *SIGNERS, time=1_790_000_000)


def test_a_witness_in_public_use_is_believed_and_states_its_time() -> None:
    note = Note.parse((VECTORS / "ed25519-cosigned.txt").read_bytes())
    log, witness = Verifier.parse(ARCHE), Verifier.parse(REMORA)
    assert note.signed_by([witness, log]) == (SignedBy(log, None), SignedBy(witness, 1_779_573_024))
    assert str(witness) == REMORA


def test_a_checkpoint_that_other_software_signed_with_ml_dsa_opens() -> None:
    log = Signer("example.com/mldsa-log", MLDSA44PrivateKey.from_seed_bytes(bytes.fromhex(SEED))).verifier
    note = (VECTORS / "ml-dsa-44-log.txt").read_text()
    assert log.key_id.hex() == "b5df45c5"
    assert open_checkpoint(note, log).size == 1
    assert Note.parse(note).signed_by([log]) == (SignedBy(log, 0),)


@pytest.mark.parametrize("signer", SIGNERS, ids=lambda signer: f"{signer.name} {signer.verifier.kind.name}")
def test_a_key_of_every_type_is_written_as_it_was_read_and_opens_what_it_signed(signer: Signer) -> None:
    assert Verifier.parse(str(signer.verifier)) == signer.verifier
    time = 1_790_000_000 if signer.verifier.kind.timed else None
    assert Note.parse(NOTE).signed_by([signer.verifier]) == (SignedBy(signer.verifier, time),)
    sizes = {KeyType.ED25519: 64, KeyType.COSIGNATURE: 72, KeyType.ML_DSA_44: 2428}
    assert len(signer.sign(CHECKPOINT.text, time).value) == sizes[signer.verifier.kind]


def test_one_key_under_two_types_is_two_keys() -> None:
    twin = Signer(LOG.name, Ed25519PrivateKey.from_private_bytes(bytes(32)), KeyType.COSIGNATURE)
    assert twin.verifier.key_id != LOG.verifier.key_id
    with pytest.raises(Untrusted, match="note-unsigned"):
        Note.parse(sign_note(CHECKPOINT.text, LOG)).verified([twin.verifier])


@pytest.mark.parametrize("signer", SIGNERS, ids=lambda signer: signer.name + signer.verifier.kind.name)
@pytest.mark.parametrize("piece", ["text", "time", "signature", "short", "long"])
def test_a_changed_piece_spoils_the_note(signer: Signer, piece: str) -> None:
    signature = signer.sign(CHECKPOINT.text, 5 if signer.verifier.kind.timed else None)
    value, text = signature.value, CHECKPOINT.text
    changed = {
        "text": value, "time": bytes([value[0] ^ 1]) + value[1:], "signature": value[:-80] + bytes(80),
        "short": value[:-1], "long": value + b"\0",
    }[piece]  # fmt: skip
    if piece == "text":
        text = text.replace("\n7\n", "\n8\n")
    false = Note(text, (Signature(signature.name, signature.key_id, changed), *map(_sound, SIGNERS)))
    with pytest.raises(Untrusted, match="note-signature"):
        false.verified([signer.verifier])


def _sound(signer: Signer) -> Signature:
    return signer.sign(CHECKPOINT.text, 5 if signer.verifier.kind.timed else None)


def test_a_time_beyond_63_bits_is_false() -> None:
    late = Signature(WITNESS.name, WITNESS.verifier.key_id, b"\xff" * 8 + bytes(64))
    with pytest.raises(Untrusted):
        Note(CHECKPOINT.text, (late,)).verified([WITNESS.verifier])


@pytest.mark.parametrize("text", [
    pytest.param("This is an example message.\n", id="no checkpoint"),
    pytest.param(CHECKPOINT.text + "extension\n", id="a line it would not cover"),
    pytest.param(CHECKPOINT.text.replace("\n7\n", "\n07\n"), id="a size with a leading zero"),
    pytest.param(CHECKPOINT.text.replace("\n7\n", "\n9999999999999999999\n"), id="a size of 64 bits"),
    pytest.param(Checkpoint("x" * 256, 7, bytes(32)).text, id="an origin that is too long"),
])  # fmt: skip
def test_an_ml_dsa_key_is_only_on_a_checkpoint(text: str) -> None:
    with pytest.raises(Malformed):
        LOG_PQ.sign(text, 5)
    with pytest.raises(Untrusted):
        Note(text, (LOG_PQ.sign(CHECKPOINT.text, 5),)).verified([LOG_PQ.verifier])


def test_the_empty_log_is_signed_by_every_type() -> None:
    note = sign_note(Checkpoint(ORIGIN, 0, EMPTY_ROOT).text, *SIGNERS, time=0)
    assert len(Note.parse(note).verified([signer.verifier for signer in SIGNERS])) == 4


@pytest.mark.parametrize(("signer", "time"), [(LOG, 5), (LOG_PQ, None), (WITNESS, -1), (WITNESS, LATEST + 1)])
def test_a_time_is_stated_by_the_types_that_state_one(signer: Signer, time: int | None) -> None:
    with pytest.raises(ValueError, match="time"):
        signer.sign(CHECKPOINT.text, time)


def test_a_key_signs_as_its_own_type() -> None:
    for key, kind in (
        (MLDSA44PrivateKey.from_seed_bytes(bytes(32)), KeyType.COSIGNATURE),
        (Ed25519PrivateKey.from_private_bytes(bytes(32)), KeyType.ML_DSA_44),
    ):
        with pytest.raises(ValueError, match="no key of type"):
            Signer("w", key, kind)


def test_where_ml_dsa_is_missing_its_signatures_are_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> None:
        raise UnsupportedAlgorithm("ML-DSA-44 is not supported by this version of OpenSSL")

    monkeypatch.setattr(cosignature, "_public", missing)  # as an older OpenSSL answers
    note = Note.parse(sign_note(CHECKPOINT.text, LOG_PQ, time=5))
    assert note.signed_by([LOG_PQ.verifier]) == (SignedBy(LOG_PQ.verifier, None, checked=False),)
    with pytest.raises(Untrusted, match="note-unchecked"):
        note.verified([LOG_PQ.verifier])
