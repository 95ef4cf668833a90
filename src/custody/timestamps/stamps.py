"""A token with the files that belong to it, and its renewal (in the manner of RFC 4998 section 5.2).

Before a certificate ends, or a hash grows old, another token is taken over a *listing*: what ``sha256sum`` prints of
every file of the tokens that it renews, by name. `Stamp.files` are those files: ``text``, what the token is over;
``token.der``; ``request.json``, who was asked and when by the ledger's clock, whose hash is the token's nonce;
``chain.pem``, from the signer's certificate to the root; ``0.crl`` and so on, what the certificates' issuers published
as revoked; ``revocation.json``, where that was asked, and what was not to be had. A renewal has the same, and as
``before-….crl`` and ``before.json`` what was published about the older certificates by then.

A token is good at a time if it verifies as of then; or if a renewal names every one of its files, is itself good at
that time, and the token verifies as of the time that the renewal proves.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from cryptography import x509

from custody.errors import Malformed
from custody.timestamps.chain import Certificates, read_certificates, read_list
from custody.timestamps.token import NO_TOKEN, Unproven, verify_token
from custody.timestamps.wire import Hash

TEXT: Final = "text"
TOKEN: Final = "token.der"  # noqa: S105 - the name of a file
CHAIN: Final = "chain.pem"
REQUEST: Final = "request.json"
RECORD: Final = "revocation.json"
BEFORE: Final = "before"
"""How the files of a renewal begin that are about the tokens it renews."""

_LINE: Final = re.compile(rb"([0-9a-f]{64}|[0-9a-f]{128})  ([1-9][0-9]{0,18})/([a-z0-9.-]{1,60})")
_HASHES: Final[Mapping[int, Hash]] = {64: "sha256", 128: "sha512"}


@dataclass(frozen=True, slots=True)
class Stamp:
    """A token and its files by name. Nothing is verified yet."""

    number: int
    files: Mapping[str, bytes]

    @property
    def text(self) -> bytes:
        """What the token is over; empty if it is not there."""
        return self.files.get(TEXT, b"")

    @property
    def token(self) -> bytes:
        """The token, DER; empty if it is not there."""
        return self.files.get(TOKEN, b"")

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """The certificates beside the token. Raises Malformed."""
        return read_certificates(self.files[CHAIN]) if CHAIN in self.files else ()

    @property
    def lists(self) -> tuple[x509.CertificateRevocationList, ...]:
        """Every revocation list among the files. Raises Malformed."""
        return tuple(read_list(data) for name, data in sorted(self.files.items()) if name.endswith(".crl"))


def nonce_of(request: bytes) -> int:
    """The nonce with which a request is made: the first 63 bits of its SHA-256. So the authority signs what it says."""
    return int.from_bytes(hashlib.sha256(request).digest()[:8], "big") >> 1


def listing(renewed: Iterable[Stamp], renewal: Stamp, name: Hash) -> bytes:
    """What a renewal's token is over: a line for each file of the tokens it renews, and for its own about them."""
    about = Stamp(renewal.number, about_renewed(renewal))
    return b"".join(
        f"{hashlib.new(name, data).hexdigest()}  {stamp.number}/{file}\n".encode()
        for stamp in (*renewed, about)
        for file, data in sorted(stamp.files.items())
    )


def renews(renewal: Stamp, renewed: Stamp) -> bool:
    """Whether a renewal's text names each file of an older token, and of its own about it, with their hashes, and no
    other: one that is missing may be what spoke against the token."""
    named = {place: digest for place, digest in _read_listing(renewal.text).items()
             if place[0] in (renewed.number, renewal.number)}
    there = {(renewed.number, file): data for file, data in renewed.files.items()}
    there |= {(renewal.number, file): data for file, data in about_renewed(renewal).items()}
    if renewed.number >= renewal.number or not renewed.files or named.keys() != there.keys():
        return False
    return all(_has(data, named[place]) for place, data in there.items())


def about_renewed(renewal: Stamp) -> dict[str, bytes]:
    """The files of a renewal that are about the tokens it renews."""
    return {file: data for file, data in renewal.files.items() if file.startswith(BEFORE)}


def renewed_numbers(text: bytes) -> frozenset[int]:
    """The numbers of the tokens that a renewal's text names; empty for any other text."""
    return frozenset(number for number, _ in _read_listing(text))


def verify_stamp(stamp: Stamp, others: Sequence[Stamp], roots: Certificates, at: datetime) -> datetime | Unproven:
    """The time at which the token's text existed, as judged at ``at``, by itself or by renewals among ``others``.

    Else why there is none: what is wrong with the token itself, or with the last renewal that names it.
    """
    found = _alone(stamp, (), roots, at)
    if isinstance(found, datetime):
        return found
    for renewal in others:
        if not renews(renewal, stamp):
            continue
        then = verify_stamp(renewal, others, roots, at)
        judged = _alone(stamp, (renewal,), roots, then) if isinstance(then, datetime) else then
        if isinstance(judged, datetime):
            return judged
        found = judged
    return found


def _alone(stamp: Stamp, about: Sequence[Stamp], roots: Certificates, at: datetime) -> datetime | Unproven:
    """Verify a token with its own files, and the lists of a renewal about it."""
    try:
        lists = [each for one in (stamp, *about) for each in one.lists]
        nonce = nonce_of(stamp.files[REQUEST]) if REQUEST in stamp.files else None
        return verify_token(stamp.token, stamp.text, roots, at, chain=stamp.chain, lists=lists, nonce=nonce)
    except Malformed:
        return NO_TOKEN


def _has(data: bytes, digest: str) -> bool:
    return hashlib.new(_HASHES[len(digest)], data).hexdigest() == digest


@lru_cache(maxsize=64)
def _read_listing(text: bytes) -> Mapping[tuple[int, str], str]:
    """(number, file) → digest; empty unless every line is one, of one hash, and none names a file twice."""
    found: dict[tuple[int, str], str] = {}
    lines = text.split(b"\n")
    for line in lines[:-1]:
        read = _LINE.fullmatch(line)
        if read is None:
            return {}
        found[int(read[2]), read[3].decode()] = read[1].decode()
    whole = lines[-1] == b"" and len(found) == len(lines) - 1 and len(set(map(len, found.values()))) == 1
    return found if whole else {}
