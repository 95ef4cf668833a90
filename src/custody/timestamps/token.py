"""Verifying one token: these bytes existed when an authority that is trusted said so.

1. The token can be read: one signer, a hash of the SHA-2 family.
2. It is over these bytes; it bears the nonce and the policy that were asked for, where they were.
3. Its signer's certificate leads to a trusted root, through certificates of the token or beside it.
4. The signature is the signer's, whose certificate is for time-stamping alone, when it was made (`rfc3161-client`).
5. Every certificate on the way was in force then, and still is at the time for which the token is judged.
6. No list of revoked certificates that was kept speaks against it.

Sources: RFC 3161 sections 2.2 and 4, RFC 5280 section 6.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from cryptography import x509

from custody.errors import CustodyError, Malformed
from custody.timestamps.chain import Certificates, in_force, path_from, revoked
from custody.timestamps.wire import OIDS, answer_with, in_order

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

_NAMES: Final = {oid: name for name, oid in OIDS.items()}


@dataclass(frozen=True, slots=True)
class Unproven:
    """Why a token proves no time. ``code`` is stable; ``not-checked`` where it could not be looked at here."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Token:
    """A token taken apart. Nothing in it is verified yet."""

    time: datetime
    hash: str
    imprint: bytes
    nonce: int | None
    policy: str
    certificates: tuple[x509.Certificate, ...]
    signer: x509.Certificate | None
    answer: TimeStampResponse


NOT_CHECKED: Final = Unproven(
    "not-checked", "此处没有校验时间戳的程序库（rfc3161-client），时间戳未校验。",
    "There is no library for time-stamp tokens here (rfc3161-client): the token was not checked.",
)  # fmt: skip
NO_TOKEN: Final = Unproven("malformed", "不是可读的时间戳。", "This is no time-stamp token that can be read.")
WEAK: Final = Unproven(
    "algorithm", "时间戳使用的哈希算法不可靠。", "The token rests on a hash that is not of the SHA-2 family."
)
OTHER_TEXT: Final = Unproven("imprint", "时间戳对应的不是这些内容。", "The token is over other bytes.")
OTHER_NONCE: Final = Unproven(
    "nonce", "时间戳不是对本次请求的答复。", "The token answers another request: its nonce is not ours."
)
OTHER_POLICY: Final = Unproven("policy", "时间戳依据的不是约定的策略。", "The token is of another policy.")
NO_ROOT: Final = Unproven(
    "chain", "签发时间戳的证书不能追溯到受信任的根证书。", "The signer's certificate leads to no root that is trusted."
)
FALSE: Final = Unproven(
    "signature", "时间戳的签名或证书用途不符。",
    "The token's signature does not hold, or its certificate is not for time-stamping.",
)
EXPIRED: Final = Unproven(
    "expired", "证书在签发时或校验时点已不在有效期内，且未及时续期。",
    "A certificate was not in force when the token was made, or no longer is, and the token was not renewed in time.",
)  # fmt: skip
REVOKED: Final = Unproven(
    "revoked", "签发时间戳的证书已被吊销，时间戳不可采信。",
    "A certificate was revoked so that its tokens do not count.",
)
LATER: Final = Unproven(
    "later", "时间戳的时间晚于校验时点。", "The token says a later time than that for which it is judged."
)


def library_is_there() -> bool:
    """Whether tokens can be checked here."""
    return find_spec("rfc3161_client") is not None


def read_token(token: bytes) -> Token:
    """Take a token apart. Raises Malformed, and ImportError without the library."""
    from rfc3161_client import decode_timestamp_response

    try:
        answer = decode_timestamp_response(answer_with(in_order(token)))
        info, signed = answer.tst_info, answer.signed_data
        hashes = {str(each.dotted_string) for each in signed.digest_algorithms}
        (signer,) = signed.signer_infos
        certificates = tuple(map(x509.load_der_x509_certificate, sorted(signed.certificates)))
        return Token(
            info.gen_time.replace(tzinfo=UTC), _hash(info.message_imprint.hash_algorithm.dotted_string, hashes),
            info.message_imprint.message, info.nonce, info.policy.dotted_string, certificates,
            next((each for each in certificates if _is(each, signer)), None), answer,
        )  # fmt: skip
    except CustodyError:
        raise
    except BaseException as error:  # the library's own panics are no Exception
        if not (isinstance(error, Exception) or type(error).__name__ == "PanicException"):
            raise
        raise Malformed("malformed/time-token", "This is no time-stamp token.", field=type(error).__name__) from None


def verify_token(
    token: bytes, text: bytes, roots: Certificates, at: datetime, *, chain: Certificates = (),
    lists: Sequence[x509.CertificateRevocationList] = (), policy: str | None = None, nonce: int | None = None,
) -> datetime | Unproven:
    """The time at which ``text`` existed, by a token (DER) that is judged as of ``at``; or why it proves none.

    ``chain`` are certificates that may lead to a root, ``lists`` revocation lists that were kept with the token.
    """
    if not library_is_there():
        return NOT_CHECKED
    try:
        read = read_token(token)
    except Malformed:
        return NO_TOKEN
    if not read.hash:
        return WEAK
    if read.imprint != hashlib.new(read.hash, text).digest():
        return OTHER_TEXT
    if nonce is not None and read.nonce != nonce:
        return OTHER_NONCE
    if policy is not None and read.policy != policy:
        return OTHER_POLICY
    return _trusted(read, text, roots, at, chain, lists)


def path_of(read: Token, roots: Certificates, chain: Certificates, at: datetime) -> list[x509.Certificate]:
    """The signer's certificate, those that issued it, and the root; empty if they lead to none."""
    if read.signer is None:
        return []
    return path_from(read.signer, (*read.certificates, *chain), roots, (read.time, at))


def _trusted(
    read: Token, text: bytes, roots: Certificates, at: datetime, chain: Certificates,
    lists: Sequence[x509.CertificateRevocationList],
) -> datetime | Unproven:  # fmt: skip
    path = path_of(read, roots, chain, at)
    if not path:
        return NO_ROOT
    if read.time > at:
        return LATER
    if not in_force(path, read.time) or not in_force(path, at):
        return EXPIRED
    if not _signed(read, text, path):
        return FALSE
    if revoked(path, lists, read.time):
        return REVOKED
    return read.time


def _signed(read: Token, text: bytes, path: list[x509.Certificate]) -> bool:
    from rfc3161_client import VerifierBuilder

    # What stands between was followed to the root above: the library trusts whatever it is given.
    verifier = VerifierBuilder(tsa_certificate=path[0], intermediates=path[1:-1], roots=path[-1:]).build()
    try:
        return bool(verifier.verify_message(read.answer, text))
    except Exception:  # whatever in a foreign certificate it stumbles over, it is no proof
        return False


def _hash(imprint: str, signed: set[str]) -> str:
    """The name of the token's hash; empty if it, or one that its signature uses, does not count."""
    return _NAMES.get(imprint, "") if signed <= _NAMES.keys() else ""


def _is(certificate: x509.Certificate, signer: Any) -> bool:
    return bool(certificate.issuer == signer.issuer and certificate.serial_number == signer.serial_number)
