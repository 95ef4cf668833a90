"""Certificates: the way from a signer to a trusted root, whether it is in force, and what revocation lists say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ReasonFlags

from custody.errors import Malformed

Certificates = Sequence[x509.Certificate]
Extension = TypeVar("Extension", bound=x509.ExtensionType)

_KEEPS_OLDER: Final = frozenset({
    ReasonFlags.unspecified, ReasonFlags.affiliation_changed, ReasonFlags.superseded,
    ReasonFlags.cessation_of_operation,
})  # fmt: skip
"""Reasons that leave tokens from before the revocation good (RFC 3161 section 4)."""


def read_certificates(pem: bytes) -> tuple[x509.Certificate, ...]:
    """The certificates in a PEM file, in their order. Raises Malformed."""
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError as error:
        raise Malformed(
            "malformed/certificates", "These are no certificates in PEM.", field=str(error)[:80]
        ) from None


def write_certificates(certificates: Certificates) -> bytes:
    """Certificates as PEM."""
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)


def read_list(data: bytes) -> x509.CertificateRevocationList:
    """A list of revoked certificates, in DER or PEM. Raises Malformed."""
    try:
        if data.startswith(b"-----BEGIN"):
            return x509.load_pem_x509_crl(data)
        return x509.load_der_x509_crl(data)
    except ValueError as error:
        raise Malformed("malformed/crl", "This is no list of revoked certificates.", field=str(error)[:80]) from None


def path_from(
    signer: x509.Certificate, known: Certificates, roots: Certificates, at: Sequence[datetime]
) -> list[x509.Certificate]:
    """The signer's certificate, those that issued it, and a root, in force at all these times if any way is; empty
    without one.

    Each signature on the way is verified. A root is one that somebody named and that signed itself.
    """
    anchors = [each for each in roots if _issued(each, each)]
    candidates = [*anchors, *known]
    current = [each for each in candidates if all(in_force([each], time) for time in at)]
    return _searched(signer, current, anchors) or _searched(signer, candidates, anchors)


def extension_of(of: x509.Certificate | x509.RevokedCertificate, kind: type[Extension]) -> Extension | None:
    """An extension, if there is one that can be read, once."""
    try:
        return of.extensions.get_extension_for_class(kind).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError):
        return None


def in_force(path: Certificates, at: datetime) -> bool:
    """Whether every certificate is in its period of validity."""
    return all(each.not_valid_before_utc <= at <= each.not_valid_after_utc for each in path)


def good_until(path: Certificates) -> datetime:
    """When the first of the certificates ends."""
    return min(each.not_valid_after_utc for each in path)


def revoked(path: Certificates, lists: Sequence[x509.CertificateRevocationList], at: datetime) -> bool:
    """Whether a list signed by its issuer names a certificate on the way so that what it signed at ``at`` is void."""
    return any(
        _voids(each.get_revoked_certificate_by_serial_number(certificate.serial_number), at)
        for certificate, issuer in pairwise(path)
        for each in lists
        if speaks_of(each, certificate, issuer)
    )


def speaks_of(
    revocations: x509.CertificateRevocationList, certificate: x509.Certificate, issuer: x509.Certificate
) -> bool:
    """Whether a list is the issuer's own, signed by it, and so about the certificate."""
    if revocations.issuer != certificate.issuer:
        return False
    try:
        return revocations.is_signature_valid(issuer.public_key())  # type: ignore[arg-type] # others raise TypeError
    except (TypeError, ValueError, UnsupportedAlgorithm):
        return False


def _voids(entry: x509.RevokedCertificate | None, at: datetime) -> bool:
    if entry is None:
        return False
    found = extension_of(entry, x509.CRLReason)
    return found is None or found.reason not in _KEEPS_OLDER or entry.revocation_date_utc <= at


def _searched(signer: x509.Certificate, candidates: Certificates, anchors: Certificates) -> list[x509.Certificate]:
    """A shortest way; each certificate is taken once, so that nobody can have it go round for ever."""
    paths, left = [[signer]], list(candidates)
    for path in paths:
        if path[-1] in anchors:
            return path
        for each in [each for each in left if _is_authority(each) and _issued(path[-1], each)]:
            paths.append([*path, each])
            left.remove(each)
    return []


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    found = extension_of(certificate, x509.BasicConstraints)
    return found is not None and found.ca
