"""DSSE envelopes: the exact bytes that are signed, and who may have signed them."""

from __future__ import annotations

import base64
import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from custody.acts import PAYLOAD_TYPE
from custody.errors import Malformed, TooLarge, Untrusted
from custody.signing import (
    PrivateKey,
    Signature,
    key_id_of,
    pae,
    public_bytes,
    read_envelope,
    read_public_key,
    sign,
    write_envelope,
)
from telling import holder
from world import World, disclosed

ED25519 = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
P256 = generate_private_key(SECP256R1())


def test_what_is_signed_is_the_encoding_that_dsse_gives_as_its_example() -> None:
    """The vector in the DSSE protocol: type ``http://example.com/HelloWorld``, body ``hello world``."""
    encoded = pae("http://example.com/HelloWorld", b"hello world")
    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_lengths_are_counted_in_bytes_not_in_characters() -> None:
    assert pae("text/plain", "扣押".encode()) == b"DSSEv1 10 text/plain 6 \xe6\x89\xa3\xe6\x8a\xbc"


@pytest.mark.parametrize("key", [ED25519, P256], ids=["ed25519", "p256"])
def test_openssl_alone_verifies_what_a_ledger_recorded(world: World, tmp_path: Path, key: PrivateKey) -> None:
    """A court has the envelope's bytes, this page of the format, and ``openssl``: nothing of ours.

    The payload is decoded, the signed bytes are put together from its length, and each signature is verified under
    its signer's public key.
    """
    world.keys["psb-0211"] = key
    world.ring[key_id_of(public_bytes(key))] = key
    draft = {
        "act": "enrolment", "person": "psb-0211", "subject": "person", "name": {"disclose": "周远"},
        "agency": "psb-yunling", "kind": "file", "evidence": "工作证核验",
        "public_key": base64.urlsafe_b64encode(public_bytes(key)).rstrip(b"=").decode(),
        "signers": world.signers(administrator="psb-admin", subject="周远", confirmer="高岚"),
    }  # fmt: skip
    world.act(draft)
    receipt = world.act(world.seizure(world.opens_case(), [world.item()]))
    stored = json.loads(world.ledger.recorder.row(receipt.position).envelope)
    payload = base64.b64decode(stored["payload"])
    kind = stored["payloadType"]
    head = f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode()
    (tmp_path / "signed").write_bytes(head + payload)
    verified = [_openssl(world, each, tmp_path) for each in stored["signatures"]]
    assert verified == [True, True]
    (tmp_path / "signed").write_bytes(head + payload[:-1] + b" ")
    assert [_openssl(world, each, tmp_path) for each in stored["signatures"]] == [False, False]


def _openssl(world: World, signature: dict[str, str], folder: Path) -> bool:
    """Have openssl verify one signature of ``signed`` in a folder."""
    key = world.ring[signature["keyid"]]
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "key.pem").write_bytes(public)
    (folder / "sig").write_bytes(base64.b64decode(signature["sig"]))
    if isinstance(key, Ed25519PrivateKey):
        how = ["pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "signed", "-sigfile", "sig"]
    else:
        how = ["dgst", "-sha256", "-verify", "key.pem", "-signature", "sig", "signed"]
    return subprocess.run(["openssl", *how], cwd=folder, capture_output=True, check=False).returncode == 0


def test_an_envelope_is_read_back_as_it_was_written() -> None:
    signatures = sign(PAYLOAD_TYPE, b"{}", [ED25519, P256])
    envelope = read_envelope(write_envelope(PAYLOAD_TYPE, b"{}", signatures))
    assert (envelope.payload_type, envelope.payload, envelope.signatures) == (PAYLOAD_TYPE, b"{}", signatures)
    message = pae(PAYLOAD_TYPE, b"{}")
    for key, signature in zip((ED25519, P256), signatures, strict=True):
        public = read_public_key(public_bytes(key))
        assert public.key_id == signature.key_id
        assert public.verifies(signature, message)
        assert not public.verifies(signature, message + b" ")
        assert not public.verifies(replace(signature, value=signature.value[:-1]), message)
        assert not public.verifies(replace(signature, value=b""), message)


ENVELOPES: dict[str, dict[str, Any] | bytes] = {
    "not an object": b"[]",
    "a field more": {"payloadType": "x", "payload": "", "signatures": [{"keyid": "a", "sig": ""}], "extra": 1},
    "no payload": {"payloadType": "x", "signatures": [{"keyid": "a", "sig": ""}]},
    "no signature": {"payloadType": "x", "payload": "", "signatures": []},
    "65 signatures": {"payloadType": "x", "payload": "", "signatures": [{"keyid": "a", "sig": ""}] * 65},
    "an algorithm named": {"payloadType": "x", "payload": "", "signatures": [{"keyid": "a", "sig": "", "alg": 1}]},
    "payload without padding": {"payloadType": "x", "payload": "YQ", "signatures": [{"keyid": "a", "sig": ""}]},
    "payload with stray bits": {"payloadType": "x", "payload": "YR==", "signatures": [{"keyid": "a", "sig": ""}]},
    "payload in base64url": {"payloadType": "x", "payload": "-_8=", "signatures": [{"keyid": "a", "sig": ""}]},
    "payload with a line end": {"payloadType": "x", "payload": "YWJj\n", "signatures": [{"keyid": "a", "sig": ""}]},
    "key id that is no text": {"payloadType": "x", "payload": "", "signatures": [{"keyid": 1, "sig": ""}]},
    "signature given twice": b'{"payloadType":"x","payload":"","signatures":[],"signatures":[{"keyid":"a","sig":""}]}',
}


@pytest.mark.parametrize("case", ENVELOPES)
def test_an_envelope_of_another_form_is_malformed(case: str) -> None:
    body = ENVELOPES[case]
    with pytest.raises(Malformed) as raised:
        read_envelope(body if isinstance(body, bytes) else json.dumps(body).encode())
    assert raised.value.code == "malformed/envelope"


def test_an_envelope_over_a_mebibyte_is_too_large_before_it_is_read() -> None:
    with pytest.raises(TooLarge) as raised:
        read_envelope(b"x" * ((1 << 20) + 1))
    assert raised.value.fields == {"limit": 1 << 20, "got": (1 << 20) + 1}


def opening(world: World, **fields: Any) -> Any:
    """An act that one officer signs."""
    return world.prepare(
        {
            "act": "case-opening", "case": "云公(刑)〔2026〕1", "kind": "criminal", "lead": "psb-yunling",
            "officers": ["psb-0211"], "legal_reviewer": None, "incident": None, "intake": None, "minor": False,
            "signers": world.signers(officer="周远"), **fields,
        }
    )  # fmt: skip


def submitted(world: World, prepared: Any, *signatures: Signature, payload_type: str = PAYLOAD_TYPE) -> str:
    """Submit a payload under these signatures; the code of the error that comes."""
    size = world.ledger.recorder.head().size
    with pytest.raises((Untrusted, Malformed)) as raised:
        world.ledger.submit(write_envelope(payload_type, prepared.payload, signatures), disclosed(prepared))
    assert world.ledger.recorder.head().size == size
    return str(raised.value.code)


def test_every_named_signer_signs_and_nobody_else(world: World) -> None:
    """None missing, none extra, none twice, none by another key or over other bytes."""
    prepared = opening(world)
    (right,) = sign(PAYLOAD_TYPE, prepared.payload, [world.key_of("周远")])
    (other,) = sign(PAYLOAD_TYPE, prepared.payload, [world.key_of("何苗")])
    (over_other_bytes,) = sign(PAYLOAD_TYPE, prepared.payload + b" ", [world.key_of("周远")])
    (of_another_type,) = sign("application/vnd.custody.sign-in.v1+json", prepared.payload, [world.key_of("周远")])
    assert submitted(world, prepared, other) == "untrusted/signature-missing"
    assert submitted(world, prepared, right, other) == "untrusted/signature-extra"
    assert submitted(world, prepared, right, right) == "untrusted/signature-twice"
    assert submitted(world, prepared, Signature(right.key_id, other.value)) == "untrusted/signature"
    assert submitted(world, prepared, over_other_bytes) == "untrusted/signature"
    assert submitted(world, prepared, of_another_type) == "untrusted/signature"
    assert submitted(world, prepared, right, payload_type="text/plain") == "malformed/payload-type"
    world.ledger.submit(write_envelope(PAYLOAD_TYPE, prepared.payload, [right]), disclosed(prepared))


def test_who_signs_stands_in_a_part_he_may_stand_in(world: World) -> None:
    """A part the act does not have, a part too many, a capacity too little, somebody else's key, a key of nobody."""
    strangers = Ed25519PrivateKey.generate()
    world.ring[key_id_of(public_bytes(strangers))] = strangers
    cases = {
        "untrusted/part": world.signers(witness="周远"),
        "untrusted/part-crowded": world.signers(officer=["周远", "何苗"]),
        "untrusted/capacity": world.signers(officer="梁静"),
        "untrusted/foreign-key": [{"part": "officer", "person": "psb-0211", "key": world.key_id("何苗")}],
        "untrusted/unknown-key": [
            {"part": "officer", "person": "psb-0211", "key": key_id_of(public_bytes(strangers))}
        ],
    }
    for code, signers in cases.items():
        prepared = opening(world, signers=signers)
        signatures = sign(PAYLOAD_TYPE, prepared.payload, [world.ring[each.key] for each in prepared.act.signers])
        assert submitted(world, prepared, *signatures) == code


def test_paper_stands_only_where_the_table_of_parts_lets_it(world: World) -> None:
    """An attestation in the officer's part is no officer."""
    paper = {"part": "officer", "name": {"disclose": "周远"}, "kind": "handwritten"}
    prepared = opening(world, attestations=[paper])
    signatures = sign(PAYLOAD_TYPE, prepared.payload, [world.key_of("周远")])
    assert submitted(world, prepared, *signatures) == "untrusted/paper"


def test_a_revoked_key_signs_no_more_and_what_it_signed_stays_signed(world: World) -> None:
    (item,) = world.seizes(world.opens_case())
    world.revokes("周远")
    prepared = opening(world)
    signatures = sign(PAYLOAD_TYPE, prepared.payload, [world.key_of("周远")])
    assert submitted(world, prepared, *signatures) == "untrusted/revoked-key"
    assert holder(world, item) == "psb-0211"
