"""Signing in at an issuer's page: the authorization code flow with PKCE (OpenID Connect Core 1.0, RFC 7636, 9700).

Nothing is kept here between the way there and the way back. A random secret goes into a cookie of the browser;
``state``, ``nonce`` and the PKCE verifier are derived from it, from the issuer's name and from where the page wants to
go on. So an answer counts only in the browser that asked, for the issuer that it asked, once: the issuer takes a code
only once.

What makes an answer count, in the order in which it is checked:

1. ``state`` is that of this browser, this issuer and this page.
2. ``iss`` is this issuer's, wherever it is said or has to be (RFC 9207).
3. The issuer says no error, and gives a code.
4. The issuer exchanges the code for an ID token, given the verifier.
5. The ID token is signed, for this client and counts now (`custody.vouching.tokens`), and bears the ``nonce``.
6. A claim says who it is about.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

from custody.errors import NotSignedIn, Unavailable
from custody.vouching.published import Metadata
from custody.vouching.tokens import Claims, Known, person, verified
from custody.vouching.whom import Vouched

_ON_THIS_SITE: Final = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,499}")


@dataclass(frozen=True, slots=True)
class Visit:
    """One way to an issuer and back: a secret of the browser, and where to go on afterwards."""

    secret: str
    onward: str
    redirect_uri: str

    def derived(self, use: str, issuer: str) -> str:
        """A value for one use at one issuer, 43 characters that tell nothing of the secret."""
        said = "\n".join((use, issuer, self.redirect_uri, self.onward)).encode()
        return _text(hmac.digest(self.secret.encode(), said, "sha256"))


def new_secret() -> str:
    """A secret for a browser."""
    return secrets.token_urlsafe(32)


def stays_here(onward: str) -> bool:
    """Whether it is a path of this site, and nothing that a browser could take for another one."""
    return _ON_THIS_SITE.fullmatch(onward) is not None


def way_there(known: Known, visit: Visit) -> str:
    """The address at the issuer to send the browser to. Raises Unavailable."""
    endpoint = known.published.metadata().authorization_endpoint
    if endpoint is None:
        raise _no_pages(known)
    asked = {
        "response_type": "code",
        "client_id": known.configured.client_id or "",
        "redirect_uri": visit.redirect_uri,
        "scope": " ".join(known.configured.scopes),
        "state": visit.derived("state", known.name),
        "nonce": visit.derived("nonce", known.name),
        "code_challenge": _text(hashlib.sha256(visit.derived("verifier", known.name).encode()).digest()),
        "code_challenge_method": "S256",
    }
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"


def way_back(known: Known, visit: Visit, answer: Mapping[str, str], now: datetime) -> Vouched:
    """Whom the issuer's answer is about. Raises NotSignedIn, Unavailable."""
    if not hmac.compare_digest(answer.get("state", "").encode(), visit.derived("state", known.name).encode()):
        raise _not_asked_for()
    metadata = known.published.metadata()
    said = answer.get("iss")
    if said != known.configured.issuer and (said or metadata.authorization_response_iss_parameter_supported):
        raise _not_asked_for()
    if "error" in answer or not answer.get("code"):
        raise NotSignedIn("not-signed-in/denied", "The issuer did not sign anybody in.")
    token = _exchanged(known, metadata, visit, answer["code"])
    client = known.configured.client_id or ""
    claims = verified(token, known, client, now)
    _require_this_visit(claims, client, visit.derived("nonce", known.name))
    return person(claims, known.configured)


def _exchanged(known: Known, metadata: Metadata, visit: Visit, code: str) -> str:
    """The ID token for a code."""
    if metadata.token_endpoint is None:
        raise _no_pages(known)
    client = known.configured.client_id or ""
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": visit.redirect_uri,
        "code_verifier": visit.derived("verifier", known.name),
    }  # fmt: skip
    auth = None
    if known.secret is None:
        form["client_id"] = client
    elif "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
        auth = quote_plus(client), quote_plus(known.secret)  # RFC 6749 section 2.3.1
    else:
        form |= {"client_id": client, "client_secret": known.secret}
    status, found = known.published.post(metadata.token_endpoint, form, auth)
    token: Any = found.get("id_token") if isinstance(found, dict) else None
    if status != 200 or not isinstance(token, str):
        raise NotSignedIn("not-signed-in/denied", "The issuer did not sign anybody in.")
    return token


def _require_this_visit(claims: Claims, client: str, nonce: str) -> None:
    """The token was made for this visit, and for this client rather than for another beside it."""
    of_several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    party = claims.get("azp", None if of_several else client)
    if party != client or not isinstance(claims.get("nonce"), str):
        raise _not_asked_for()
    if not hmac.compare_digest(claims["nonce"].encode(), nonce.encode()):
        raise _not_asked_for()


def _text(digest: bytes) -> str:
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _not_asked_for() -> NotSignedIn:
    return NotSignedIn("not-signed-in/not-asked-for", "Nobody here asked for this sign-in: begin it again.")


def _no_pages(known: Known) -> Unavailable:
    return Unavailable(
        "unavailable/issuer", f"The issuer {known.configured.issuer} offers no sign-in for pages.",
        issuer=known.configured.issuer, reason="no endpoint",
    )  # fmt: skip
