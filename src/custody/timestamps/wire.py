"""What goes to an authority and comes back (RFC 3161 section 2.4), as DER."""

from __future__ import annotations

import hashlib
from typing import Annotated, Final, Literal

from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier

from custody.errors import Malformed, Untrusted

Hash = Literal["sha256", "sha512"]

OIDS: Final = {
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
"""The hashes that a token may be over, and that its signature may use."""

_SEQUENCE: Final = 0x30
_CERTIFICATES: Final = 0xA0
_GRANTED: Final = 0


@asn1.sequence
class _Algorithm:
    algorithm: ObjectIdentifier
    parameters: asn1.Null | None


@asn1.sequence
class _Imprint:
    algorithm: _Algorithm
    message: bytes


@asn1.sequence
class _Request:
    version: int
    imprint: _Imprint
    policy: ObjectIdentifier | None
    nonce: int | None
    certificates: Annotated[bool, asn1.Default(False)]


def request(text: bytes, name: Hash, nonce: int, policy: str | None = None) -> bytes:
    """The request for a token over a hash of ``text``, with the authority's certificate in it."""
    algorithm = _Algorithm(algorithm=ObjectIdentifier(OIDS[name]), parameters=asn1.Null())
    imprint = _Imprint(algorithm=algorithm, message=hashlib.new(name, text).digest())
    asked = ObjectIdentifier(policy) if policy else None
    return asn1.encode_der(_Request(version=1, imprint=imprint, policy=asked, nonce=nonce, certificates=True))


def token_in(answer: bytes) -> bytes:
    """The token in an authority's answer. Raises Malformed, or Untrusted where the authority gave none."""
    status, *token = children(answer)
    said = children(status)
    if not said or said[0][:1] != b"\x02":
        raise _malformed("status")
    if said[0] != bytes([2, 1, _GRANTED]):
        number = int.from_bytes(said[0][2:], "big")
        raise Untrusted("untrusted/time-refused", f"The authority gives no token (status {number}).", status=number)
    if len(token) != 1:
        raise _malformed("token")
    return token[0]


def answer_with(token: bytes) -> bytes:
    """A token as an answer that grants it: the form in which programs take tokens."""
    return joined(_SEQUENCE, [bytes.fromhex("3003020100"), token])


def in_order(token: bytes) -> bytes:
    """A token whose certificates stand in DER's order.

    They are a set that no signature covers, and OpenSSL writes them as they come (RFC 5652 section 5.1 asks for no
    order), which strict readers refuse.
    """
    _, content = _exactly(children(token), 2)
    (signed,) = _exactly(children(content), 1)
    for each in children(signed):
        if each[0] == _CERTIFICATES:
            return token.replace(each, joined(_CERTIFICATES, sorted(children(each))), 1)
    return token


def children(data: bytes) -> list[bytes]:
    """The elements within one constructed DER element that is all of ``data``. Raises Malformed."""
    begin, end = _span(data, 0)
    if not data or not data[0] & 0x20 or end != len(data):
        raise _malformed("length")
    found = []
    while begin < end:
        _, after = _span(data, begin)
        found.append(data[begin:after])
        begin = after
    return found


def joined(tag: int, parts: list[bytes]) -> bytes:
    """One constructed DER element of others."""
    body = b"".join(parts)
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    length = bytes([len(body)]) if len(body) < 0x80 else bytes([0x80 | len(size)]) + size
    return bytes([tag]) + length + body


def _span(data: bytes, at: int) -> tuple[int, int]:
    """Where the content of the element at ``at`` begins and ends."""
    if at + 2 > len(data):
        raise _malformed("length")
    first = data[at + 1]
    wide = first & 0x7F if first & 0x80 else 0
    if first == 0x80 or wide > 4 or at + 2 + wide > len(data):
        raise _malformed("length")
    begin = at + 2 + wide
    end = begin + (int.from_bytes(data[at + 2 : begin], "big") if wide else first)
    if end > len(data):
        raise _malformed("length")
    return begin, end


def _exactly(found: list[bytes], count: int) -> list[bytes]:
    if len(found) != count:
        raise _malformed("structure")
    return found


def _malformed(field: str) -> Malformed:
    return Malformed("malformed/time-token", "This is no time-stamp token, or no answer of an authority.", field=field)
