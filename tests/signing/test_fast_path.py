"""libsodium is asked first and cryptography decides: what counts is what cryptography accepts, no more and no less.

The edge cases are made by the curve's own arithmetic (RFC 8032 section 5.1), as collections of them do: keys and
commitments with a component of small order, commitments of small order, scalars beyond the group's order, encodings
that are not canonical. There implementations differ in what they accept.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha512

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

from custody.errors import Untrusted
from custody.signing import VerifyingKey, public_bytes, read_public_key

Point = tuple[int, int]

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SPKI = bytes.fromhex("302a300506032b6570032100")
TORSION = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
"""A point of order eight."""


def add(one: Point, other: Point) -> Point:
    (a, b), (c, d) = one, other
    product = D * a * b * c * d
    return (a * d + b * c) * pow(1 + product, P - 2, P) % P, (b * d + a * c) * pow(1 - product, P - 2, P) % P


def times(scalar: int, point: Point) -> Point:
    found = (0, 1)
    while scalar:
        if scalar & 1:
            found = add(found, point)
        point, scalar = add(point, point), scalar >> 1
    return found


def encode(point: Point) -> bytes:
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def decode(data: bytes) -> Point:
    y = int.from_bytes(data, "little") & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return (P - x if x & 1 != data[31] >> 7 else x), y


BASE = decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
SECRET, NONCE = 7**80 % L, 11**70 % L
PUBLIC, COMMITMENT = times(SECRET, BASE), times(NONCE, BASE)
SMALL = [times(number, decode(TORSION)) for number in range(8)]


def signed(key: bytes, commitment: bytes, nonce: int, message: bytes) -> bytes:
    challenge = int.from_bytes(sha512(commitment + key + message).digest(), "little") % L
    return commitment + ((nonce + challenge * SECRET) % L).to_bytes(32, "little")


def edge_cases() -> Iterator[tuple[bytes, bytes, bytes]]:
    """Key, signature, message. Of those with a component of small order, one in eight or so holds by luck."""
    for in_key in SMALL:
        key = encode(add(PUBLIC, in_key))
        for in_commitment in SMALL:
            commitment = encode(add(COMMITMENT, in_commitment))
            for number in range(3):
                message = b"%d" % number
                yield key, signed(key, commitment, NONCE, message), message
                yield key, signed(key, encode(in_commitment), 0, message), message
        whole = signed(key, encode(COMMITMENT), NONCE, b"m")
        scalar = int.from_bytes(whole[32:], "little")
        for beyond in (scalar + L, scalar + 2 * L, scalar | 1 << 255, scalar | 1 << 253):
            yield key, whole[:32] + (beyond % 2**256).to_bytes(32, "little"), b"m"
        for commitment in (b"\x01" + bytes(30) + b"\x80", (P + 1).to_bytes(32, "little"), P.to_bytes(32, "little")):
            yield key, signed(key, commitment, 0, b"m"), b"m"


def sodium(key: VerifyingKey, signature: bytes, message: bytes) -> bool:
    try:
        crypto_sign_open(signature + message, key.raw)
    except (BadSignatureError, ValueError):
        return False
    return True


def reference(key: VerifyingKey, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def test_on_every_edge_of_the_curve_what_counts_is_what_cryptography_accepts() -> None:
    verdicts = set()
    for raw, signature, message in edge_cases():
        key = read_public_key(SPKI + raw)
        fast, right = sodium(key, signature, message), reference(key, signature, message)
        assert key.signed(signature, message) == right
        assert right or not fast, "libsodium accepted what cryptography refuses"
        verdicts.add((fast, right))
    assert {(True, True), (False, False)} <= verdicts


@settings(max_examples=150, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 511), st.integers(0, 255))
def test_a_signature_with_one_bit_changed_and_a_key_with_one_bit_changed_count_for_nothing(
    seed: bytes, message: bytes, bit: int, key_bit: int
) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    key, whole = read_public_key(public_bytes(private)), private.sign(message)
    assert key.signed(whole, message)
    changed = (int.from_bytes(whole, "little") ^ 1 << bit).to_bytes(64, "little")
    assert not key.signed(changed, message)
    raw = (int.from_bytes(key.raw, "little") ^ 1 << key_bit).to_bytes(32, "little")
    try:
        other = read_public_key(SPKI + raw)
    except Untrusted:
        return
    assert other.signed(whole, message) == reference(other, whole, message) is False


@pytest.mark.parametrize("length", [0, 63, 65, 96])
def test_a_signature_of_another_length_counts_for_nothing(length: int) -> None:
    private = Ed25519PrivateKey.generate()
    key = read_public_key(public_bytes(private))
    assert not key.signed((private.sign(b"m") * 2)[:length], b"m")
