"""What an issuer publishes: its addresses and its keys (OpenID Connect Discovery 1.0, RFC 7517).

Fetched when they are first needed and held for `HOLDS_SECONDS`. A key that is not among those held makes it look
again, so that keys can be rotated at any time, but not more often than every `AGAIN_SECONDS`: who sends tokens with
invented key ids cannot make this server call the issuer at his pace. Nothing that an issuer answers is trusted to be
small, quick or well-formed.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from threading import Lock
from typing import Annotated, Any, Final

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from pydantic import AfterValidator, BaseModel, ValidationError

from custody.errors import Malformed, Unavailable
from custody.strict import read_json
from custody.vouching.configured import Issuer, web_address

HOLDS_SECONDS: Final = 900.0
AGAIN_SECONDS: Final = 30.0
WAIT_SECONDS: Final = 5.0
MOST_BYTES: Final = 256 * 1024
MOST_KEYS: Final = 50
LEAST_RSA_BITS: Final = 2048

Address = Annotated[str, AfterValidator(web_address)]


class Metadata(BaseModel):
    """The part of an issuer's metadata that is used here."""

    issuer: str
    jwks_uri: Address
    authorization_endpoint: Address | None = None
    token_endpoint: Address | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class Published:
    """What one issuer publishes. Safe to use from any thread; of several that need it anew, one fetches it."""

    def __init__(self, issuer: Issuer, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._clock = clock
        self._lock = Lock()
        self._trust = ssl.create_default_context(cafile=str(issuer.ca_file) if issuer.ca_file else None)
        self._held: tuple[Metadata, KeySet] | None = None
        self._held_since = self._tried = -HOLDS_SECONDS

    def metadata(self) -> Metadata:
        """Its addresses. Raises Unavailable."""
        with self._lock:
            return self._fresh()[0]

    def keys(self, kid: str | None) -> KeySet:
        """Its keys; fetched anew if the one of this id is not among those held. Raises Unavailable."""
        with self._lock:
            _, keys = self._fresh()
            known = kid is None or any(key.kid == kid for key in keys)
            if not known and self._clock() - self._tried >= AGAIN_SECONDS:
                _, keys = self._fetch()
            return keys

    def post(self, url: str, form: dict[str, str], auth: tuple[str, str] | None) -> tuple[int, Any]:
        """Post a form; returns the status and the JSON of the answer. Raises Unavailable."""
        return self._asked("POST", url, data=form, auth=auth)

    def _fresh(self) -> tuple[Metadata, KeySet]:
        now = self._clock()
        if self._held is not None and now - self._held_since < HOLDS_SECONDS:
            return self._held
        if now - self._tried < AGAIN_SECONDS:
            raise self._unavailable("tried a moment ago")
        return self._fetch()

    def _fetch(self) -> tuple[Metadata, KeySet]:
        self._tried = self._clock()
        address = self._issuer.issuer.removesuffix("/") + "/.well-known/openid-configuration"
        try:
            metadata = Metadata.model_validate(self._found(address))
        except ValidationError as error:
            raise self._unavailable(f"metadata: {error.errors()[0]['loc']}") from None
        if metadata.issuer != self._issuer.issuer:
            raise self._unavailable("metadata of another issuer")
        self._held = metadata, self._read_keys(self._found(metadata.jwks_uri))
        self._held_since = self._tried
        return self._held

    def _read_keys(self, found: Any) -> KeySet:
        """The keys that can sign; whatever is not one is passed over (RFC 7517 section 5)."""
        listed = found.get("keys") if isinstance(found, dict) else None
        keys: list[Any] = []
        for each in listed[:MOST_KEYS] if isinstance(listed, list) else ():
            kinds: dict[Any, Any] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
            kind = kinds.get(str(each.get("kty"))) if isinstance(each, dict) else None
            if kind is None or each.get("use", "sig") != "sig":
                continue
            try:
                key = kind.import_key(each)
                if kind is not RSAKey or key.public_key.key_size >= LEAST_RSA_BITS:
                    keys.append(key)
            except (JoseError, ValueError, TypeError):
                continue
        if not keys:
            raise self._unavailable("no key")
        return KeySet(keys)

    def _found(self, url: str) -> Any:
        status, found = self._asked("GET", url)
        if status != httpx.codes.OK:
            raise self._unavailable(f"status {status}")
        return found

    def _asked(self, method: str, url: str, **sent: Any) -> tuple[int, Any]:
        until = time.monotonic() + 2 * WAIT_SECONDS
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        try:
            with (
                httpx.Client(verify=self._trust, timeout=WAIT_SECONDS, trust_env=False) as client,
                client.stream(method, url, headers=headers, **sent) as answer,
            ):
                body = b""
                for piece in answer.iter_raw():
                    body += piece
                    if len(body) > MOST_BYTES or time.monotonic() > until:
                        raise self._unavailable("too much, or too slow")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise self._unavailable(type(error).__name__) from None
        try:
            return answer.status_code, read_json(body, "issuer")
        except Malformed:
            raise self._unavailable(f"status {answer.status_code}, no JSON") from None

    def _unavailable(self, reason: str) -> Unavailable:
        return Unavailable(
            "unavailable/issuer", f"The issuer {self._issuer.issuer} cannot be asked ({reason}).",
            issuer=self._issuer.issuer, reason=reason, retry_after=int(AGAIN_SECONDS),
        )  # fmt: skip
