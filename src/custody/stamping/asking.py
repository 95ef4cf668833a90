"""Asking an authority for a token (RFC 3161 section 3.4, over HTTP), and issuers for what they revoked.

Nothing that is answered is trusted to be small, quick or well-formed; no redirect is followed, no proxy asked. A token
that does not verify under the roots of the settings is as good as none.
"""

from __future__ import annotations

import json
import secrets
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

import httpx
from cryptography import x509

from custody.acts.entry import instant
from custody.errors import Unavailable, Untrusted
from custody.stamping.configured import Authority
from custody.strict import base64url
from custody.timestamps.chain import write_certificates
from custody.timestamps.stamps import nonce_of
from custody.timestamps.token import Unproven, path_of, read_token, verify_token
from custody.timestamps.wire import Hash, request, token_in

TRIES: Final = 3
FIRST_WAIT: Final = 1.0
"""Seconds between the first try and the second; twice as long before the third."""

WAIT_SECONDS: Final = 10.0
MOST_OF_AN_ANSWER: Final = 128 << 10
MOST_OF_A_LIST: Final = 8 << 20

_TRY_AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504})

Pause = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """A token that was verified, what it says, its certificates from the signer to the root, and what was asked."""

    request: bytes
    asked_at: datetime
    token: bytes
    time: datetime
    path: tuple[x509.Certificate, ...]


def ask(
    name: str, authority: Authority, text: bytes, hashed: Hash, clock: Callable[[], datetime],
    pause: Pause = time.sleep,
) -> Answer:
    """Have an authority date ``text``. Raises Unavailable if it cannot be asked, after trying `TRIES` times.

    Raises Malformed or Untrusted for an answer that is no token for this request, verified under the authority's roots.
    """
    asked_at = clock()
    said = {"authority": name, "asked_at": instant(asked_at), "salt": base64url(secrets.token_bytes(16))}
    stated = json.dumps(said, separators=(",", ":")).encode()
    asked = request(text, hashed, nonce_of(stated), authority.policy)
    for attempt in range(TRIES):
        if attempt:
            pause(FIRST_WAIT * 2 ** (attempt - 1))
        try:
            answer = _post(authority, asked)
            break
        except _Again as error:
            why = str(error)
        except _Never as error:
            raise unavailable(name, str(error)) from None
    else:
        raise unavailable(name, why)
    token = token_in(answer)
    path = _verified(name, authority, token, text, clock(), nonce_of(stated))
    return Answer(stated, asked_at, token, read_token(token).time, path)


def _verified(
    name: str, authority: Authority, token: bytes, text: bytes, now: datetime, nonce: int
) -> tuple[x509.Certificate, ...]:
    """The certificates from the signer to the root. Raises Malformed, Untrusted."""
    read = read_token(token)
    at = max(now, read.time)  # which of two clocks is wrong is not for us to say: whoever looks sees both
    found = verify_token(
        token, text, authority.roots, at, chain=authority.chain, policy=authority.policy, nonce=nonce
    )  # fmt: skip
    if isinstance(found, Unproven):
        raise Untrusted(
            "untrusted/time-token", f"The authority {name} answered with a token that does not count. {found.en}",
            authority=name, reason=found.code, reason_zh=found.zh,
        )  # fmt: skip
    return tuple(path_of(read, authority.roots, authority.chain, at))


def fetch_list(url: str) -> bytes:
    """What an issuer published as revoked. Raises ValueError with the reason."""
    try:
        return _asked("GET", url, MOST_OF_A_LIST, _trust(()))
    except (_Again, _Never) as error:
        raise ValueError(str(error)) from None


def unavailable(name: str, reason: str) -> Unavailable:
    """An authority that cannot be asked."""
    return Unavailable(
        "unavailable/time-authority", f"The time authority {name} cannot be asked ({reason}).",
        authority=name, reason=reason, retry_after=60,
    )  # fmt: skip


class _Again(Exception):
    """It may go better the next time."""


class _Never(Exception):
    """It will not."""


def _post(authority: Authority, asked: bytes) -> bytes:
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    return _asked("POST", authority.url or "", MOST_OF_AN_ANSWER, _trust(authority.ca_file), headers, asked)


def _asked(
    method: str, url: str, most: int, trust: ssl.SSLContext, said: dict[str, str] | None = None, sent: bytes = b""
) -> bytes:
    """The body of a good answer. Raises _Again, or _Never where trying again would not help."""
    until = time.monotonic() + 2 * WAIT_SECONDS
    headers = {"Accept-Encoding": "identity", **(said or {})}
    try:
        with (
            httpx.Client(verify=trust, timeout=WAIT_SECONDS, trust_env=False) as client,
            client.stream(method, url, content=sent, headers=headers) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                kind = _Again if answer.status_code in _TRY_AGAIN else _Never
                raise kind(f"status {answer.status_code}")
            body = b""
            for piece in answer.iter_raw():
                body += piece
                if len(body) > most or time.monotonic() > until:
                    raise _Never("too much, or too slow")
            return body
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise _Again(type(error).__name__) from None


@lru_cache(maxsize=16)
def _trust(certificates: tuple[x509.Certificate, ...]) -> ssl.SSLContext:
    """What a server is checked with: these, or without any those of the operating system, which take long to read."""
    return ssl.create_default_context(cadata=write_certificates(certificates).decode() or None)
