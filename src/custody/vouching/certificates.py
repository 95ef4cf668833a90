"""Client certificates that a proxy in front has verified, as it passes them on.

Two forms are read: that of RFC 9440 (``:`` base64 of the DER ``:``), and percent-encoded PEM, which nginx sends. Which
certificate stands for which system is configured by its SHA-256, so another one of the same name from the same
authority is nobody. That the machine has its key was proved to the proxy; that nobody else can send the header, the
server makes sure of (`custody_api.door`).
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from datetime import datetime
from typing import Final
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from custody.errors import NotSignedIn
from custody.vouching.configured import Certificates
from custody.vouching.whom import Vouched, not_enrolled

MOST_CHARACTERS: Final = 16_384

_ITEM: Final = re.compile(r":([A-Za-z0-9+/]+={0,2}):")


def system_of(header: str, configured: Certificates, now: datetime) -> Vouched:
    """The system that a certificate stands for. Raises NotSignedIn if it is none, out of date, or nobody's."""
    certificate = _read(header.strip())
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise _wrong()
    system = configured.systems.get(certificate.fingerprint(SHA256()).hex())
    if system is None:
        raise not_enrolled()
    return Vouched(system, "system")


def _read(header: str) -> x509.Certificate:
    if len(header) > MOST_CHARACTERS:
        raise _wrong()
    item = _ITEM.fullmatch(header)
    try:
        if item:
            return x509.load_der_x509_certificate(b64decode(item[1], validate=True))
        return x509.load_pem_x509_certificate(unquote(header).encode("ascii"))
    except (ValueError, binascii.Error):
        raise _wrong() from None


def _wrong() -> NotSignedIn:
    return NotSignedIn("not-signed-in/certificate", "The client certificate cannot be read, or is out of date.")
