"""Keys: which can be enrolled, and how they are kept in files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256K1, SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from custody import keyfile
from custody.acts.values import encode
from custody.errors import Malformed, Untrusted
from custody.ledger.ledger import Submission
from custody.signing import key_id_of, public_bytes, read_public_key
from world import PEOPLE, World, disclosed

ED25519_SPKI = bytes.fromhex("302a300506032b6570032100")
P = 2**255 - 19

# The eight points of small order on edwards25519, as RFC 8032 encodes them, and their non-canonical doubles.
LOW_ORDER = (
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
)
NOT_CANONICAL = (
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
)


def _order_divides_eight(encoded: bytes) -> bool:
    """Whether eight times a point is the neutral one, by the curve's own addition law; False if it is no point."""
    d = -121665 * pow(121666, P - 2, P) % P
    y = int.from_bytes(encoded, "little") & (2**255 - 1)
    square = (y * y - 1) * pow(d * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P:
        return False
    for _ in range(3):
        product = d * x * x * y * y
        x, y = 2 * x * y * pow(1 + product, P - 2, P) % P, (y * y + x * x) * pow(1 - product, P - 2, P) % P
    return (x, y) == (0, 1)


def test_the_eight_points_are_those_whose_order_divides_eight() -> None:
    assert len(set(LOW_ORDER)) == 8
    assert all(_order_divides_eight(bytes.fromhex(each)) for each in LOW_ORDER)
    assert not _order_divides_eight(keyfile.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


@pytest.mark.parametrize("point", [*LOW_ORDER, *NOT_CANONICAL])
def test_a_weak_ed25519_point_is_never_enrolled(point: str) -> None:
    """Under these anybody can make a signature that verifies, or one key would have two ids."""
    with pytest.raises(Untrusted) as raised:
        read_public_key(ED25519_SPKI + bytes.fromhex(point))
    assert raised.value.code == "untrusted/weak-key"


def test_a_weak_key_is_turned_away_where_it_would_be_enrolled(world: World) -> None:
    """Also in a batch, where it stops nothing else."""
    weak = encode(ED25519_SPKI + bytes.fromhex(LOW_ORDER[0]))
    person, agency, _ = PEOPLE["孙凯"]
    draft = {
        "act": "enrolment", "person": person, "subject": "person", "name": {"disclose": "孙凯"}, "agency": agency,
        "public_key": weak, "kind": "file", "evidence": "工作证核验",
        "signers": world.signers(administrator="psb-admin", subject="孙凯", confirmer="高岚"),
    }  # fmt: skip
    with pytest.raises(Untrusted) as raised:
        world.act(draft)
    assert raised.value.code == "untrusted/weak-key"
    bad = world.prepare(draft)
    good = world.prepare({
        "act": "case-opening", "case": "云公(刑)〔2026〕1", "kind": "criminal", "lead": "psb-yunling",
        "officers": ["psb-0211"], "legal_reviewer": None, "incident": None, "intake": None, "minor": False,
        "signers": world.signers(officer="周远"),
    })  # fmt: skip
    outcomes = world.ledger.submit_many([Submission(world.sign(each), disclosed(each)) for each in (bad, good)])
    assert [getattr(each, "code", "recorded") for each in outcomes] == ["untrusted/weak-key", "recorded"]


def test_other_encodings_of_a_sound_key_are_refused() -> None:
    """A key has one id, so it has one encoding."""
    sound = public_bytes(keyfile.generate())
    p256 = keyfile.generate("p256").public_key()
    point = p256.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    head = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200")
    with_parameters = bytes.fromhex("302c300706032b65700500032100") + sound[12:]
    long_length = b"\x30\x81" + sound[1:]
    for other in (head + point, with_parameters, long_length, sound + b"\x00", sound[:-1], sound[12:], b""):
        with pytest.raises(Untrusted) as raised:
            read_public_key(other)
        assert raised.value.code in ("untrusted/key-form", "untrusted/weak-key")
    assert read_public_key(sound).key_id == key_id_of(sound)


def test_other_algorithms_are_refused() -> None:
    keys = (generate_private_key(SECP384R1()), generate_private_key(SECP256K1()), X25519PrivateKey.generate(),
            generate_rsa(65537, 2048))  # fmt: skip
    for key in keys:
        with pytest.raises(Untrusted):
            read_public_key(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


@pytest.mark.parametrize("algorithm", ["ed25519", "p256"])
def test_a_key_file_is_for_its_owner_and_opens_with_its_passphrase_alone(tmp_path: Path, algorithm: str) -> None:
    path = tmp_path / "周远.pem"
    key = keyfile.generate(algorithm)  # type: ignore[arg-type]
    keyfile.write_key(path, key, b"correct horse")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert keyfile.is_encrypted(path)
    assert public_bytes(keyfile.read_key(path, b"correct horse")) == public_bytes(key)
    for wrong in (None, b"wrong", b""):
        with pytest.raises(Untrusted) as raised:
            keyfile.read_key(path, wrong)
        assert raised.value.code == "untrusted/passphrase"
    with pytest.raises(FileExistsError):
        keyfile.write_key(path, key, None)


def test_a_key_file_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "open.pem"
    keyfile.write_key(path, keyfile.generate(), None)
    assert not keyfile.is_encrypted(path)
    os.chmod(path, 0o640)
    with pytest.raises(Untrusted) as raised:
        keyfile.read_key(path)
    assert raised.value.code == "untrusted/key-file-mode"
    os.chmod(path, 0o600)
    keyfile.read_key(path)


def test_what_is_no_key_file_is_malformed(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes(b"not a key")
    os.chmod(path, 0o600)
    with pytest.raises(Malformed):
        keyfile.read_key(path)
