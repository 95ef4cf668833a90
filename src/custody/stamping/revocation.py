"""What the issuers of a token's certificates publish as revoked, as it was when the token was taken.

Where a list cannot be had, that is kept as well: a court asks what was known, and what was not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from custody.acts.entry import instant
from custody.errors import Malformed
from custody.stamping.asking import fetch_list
from custody.timestamps.chain import extension_of, read_list, speaks_of

_ADDRESSES: Final = 3
"""Distribution points of one certificate that are tried."""


def kept_lists(
    paths: Iterable[Sequence[x509.Certificate]], at: datetime, record: str, prefix: str = ""
) -> dict[str, bytes]:
    """Files by name: a list for each certificate on the ways to the roots, and the ``record`` of what was asked."""
    files: dict[str, bytes] = {}
    told = []
    for certificate, issuer in dict.fromkeys(pair for path in paths for pair in pairwise(path)):
        said: dict[str, object] = {"certificate": certificate.fingerprint(hashes.SHA256()).hex()}
        absent = "no distribution point"
        for url in _addresses(certificate):
            try:
                found = _current(fetch_list(url), certificate, issuer, at)
            except ValueError as error:
                absent = f"{url}: {error}"[:300]
                continue
            file = f"{prefix}{len(files)}.crl"
            files[file] = found
            told.append(said | {"file": file, "sha256": sha256(found).hexdigest(), "url": url})
            break
        else:
            told.append(said | {"absent": absent})
    stated = {"asked_at": instant(at), "lists": told}
    return files | {record: json.dumps(stated, ensure_ascii=False, separators=(",", ":")).encode()}


def _current(data: bytes, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> bytes:
    """A list that its issuer signed and that is not over. Raises ValueError."""
    try:
        found = read_list(data)
    except Malformed:
        raise ValueError("no list of revoked certificates") from None
    if not speaks_of(found, certificate, issuer):
        raise ValueError("not signed by the issuer")
    if found.next_update_utc is not None and found.next_update_utc < at:
        raise ValueError("an old list")
    return data


def _addresses(certificate: x509.Certificate) -> Iterator[str]:
    """Where the certificate says that its issuer publishes lists, as far as that is the web (RFC 5280, 4.2.1.13)."""
    points = extension_of(certificate, x509.CRLDistributionPoints)
    named = [name.value for point in points or () for name in point.full_name or () if _is_web(name)]
    yield from named[:_ADDRESSES]


def _is_web(name: x509.GeneralName) -> bool:
    if not isinstance(name, x509.UniformResourceIdentifier):
        return False
    try:
        return urlsplit(name.value).scheme in ("http", "https")
    except ValueError:
        return False
