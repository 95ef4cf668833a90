"""Tokens of issuers: what makes one count, in the order in which it is checked (RFC 9068, OpenID Connect Core 1.0).

1. It is a compact JWS of no more than `MOST_CHARACTERS`.
2. It names a configured issuer that may vouch here in this way, in `iss`.
3. Its `typ` is that of access tokens, where it is one: an ID token is none.
4. Its `alg` is one of those allowed, and the signature is of a key that the issuer publishes, for this `alg`.
5. `aud` names this server (or this client), and nobody else is the authorized party.
6. It counts now: `exp`, `nbf`, `iat`, with `LEEWAY_SECONDS` for clocks that differ.
7. A claim says who it is about.

Whether that is somebody is left to the caller: the log says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError
from joserfc.jws import JWSRegistry

from custody.errors import Malformed, NotSignedIn
from custody.strict import read_json
from custody.vouching.configured import Issuer, Vouching
from custody.vouching.published import Published
from custody.vouching.whom import Vouched, not_enrolled

LEEWAY_SECONDS: Final = 60
MOST_CHARACTERS: Final = 8192

Claims = Mapping[str, Any]

_TIMES: Final = ("exp", "nbf", "iat")


@dataclass(frozen=True, slots=True)
class Known:
    """A configured issuer, and what it publishes."""

    name: str
    configured: Issuer
    published: Published
    secret: str | None = field(default=None, repr=False)
    """With which this server names itself to it, if it is to."""


class Issuers:
    """The configured issuers. Raises OSError if a secret cannot be read."""

    def __init__(self, vouching: Vouching, clock: Callable[[], float] = time.monotonic) -> None:
        self.named = {
            name: Known(name, each, Published(each, clock), _secret(each)) for name, each in vouching.issuers.items()
        }
        self._by_address = {each.configured.issuer: each for each in self.named.values()}

    def bearer(self, token: str, now: datetime) -> Vouched:
        """Whom an access token is about. Raises NotSignedIn, or Unavailable if its issuer cannot be asked."""
        known = self._by_address.get(_issuer_of(token))
        if known is None or known.configured.audience is None:
            raise _no_token()
        typ = str(_header(token).get("typ", "JWT")).lower().removeprefix("application/")
        if typ != known.configured.typ.lower():
            raise _no_token()
        claims = verified(token, known, known.configured.audience, now)
        return machine(claims, known.configured) or person(claims, known.configured)


def _secret(issuer: Issuer) -> str | None:
    file = issuer.client_secret_file
    return file.read_text(encoding="utf-8").strip() if file else None


def verified(token: str, known: Known, audience: str, now: datetime) -> Claims:
    """The claims of a token for an audience, after steps 4 to 6. Raises NotSignedIn, Unavailable."""
    allowed = known.configured.algorithms
    header = _header(token)
    if _issuer_of(token) != known.configured.issuer or header.get("alg") not in allowed:
        raise _no_token()
    keys = known.published.keys(header.get("kid"))
    if "kid" not in header and len(keys.keys) > 1:
        raise _no_token()
    try:
        # Unknown header parameters are passed over, as RFC 7515 section 4 says; one that is critical is not.
        found = jwt.decode(token, keys, allowed, JWSRegistry(algorithms=allowed, strict_check_header=False)).claims
    except (JoseError, ValueError, TypeError, KeyError):
        raise _no_token() from None
    _require_claims(found, known.configured.issuer, audience, now)
    return found


def _require_claims(claims: Claims, issuer: str, audience: str, now: datetime) -> None:
    wanted = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()), leeway=LEEWAY_SECONDS, iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": audience}, exp={"essential": True}, iat={"essential": True},
        sub={"essential": True},
    )  # fmt: skip
    try:
        wanted.validate(dict(claims))
    except ExpiredTokenError:
        raise _not_now() from None
    except ClaimError as error:
        raise _not_now() if error.claim in _TIMES else _not_for_us() from None


def machine(claims: Claims, issuer: Issuer) -> Vouched | None:
    """The system that a token is about, if its ``sub`` is one's."""
    system = issuer.systems.get(claims["sub"])
    return Vouched(system, "system", frozenset(issuer.agencies)) if system else None


def person(claims: Claims, issuer: Issuer) -> Vouched:
    """The person that a token is about. Raises NotSignedIn if the claim is missing or nobody is known by it."""
    value = claims.get(issuer.person_claim)
    found = value if issuer.people is None else issuer.people.get(value) if isinstance(value, str) else None
    if not isinstance(found, str) or not found:
        raise not_enrolled()
    return Vouched(found, "person", frozenset(issuer.agencies))


def _issuer_of(token: str) -> str:
    """Which issuer a token says it is of. Raises NotSignedIn for what is no token."""
    if len(token) > MOST_CHARACTERS:
        raise _no_token()
    try:
        claims = read_json(jws.extract_compact(token.encode()).payload or b"", "token")
    except (JoseError, Malformed, ValueError, TypeError):
        raise _no_token() from None
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    if not isinstance(issuer, str):
        raise _no_token()
    return issuer


def _header(token: str) -> Mapping[str, Any]:
    try:
        return jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError, TypeError):
        raise _no_token() from None


def _no_token() -> NotSignedIn:
    return NotSignedIn("not-signed-in/token", "This is no valid token of an issuer that counts here.")


def _not_for_us() -> NotSignedIn:
    return NotSignedIn("not-signed-in/token-audience", "This token was issued for somebody else.")


def _not_now() -> NotSignedIn:
    return NotSignedIn("not-signed-in/token-time", "This token is over, or not valid yet: compare the clocks.")
