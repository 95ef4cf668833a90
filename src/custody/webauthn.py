"""Passkeys: what an authenticator signs instead of the bytes it is shown, and when that counts as signing them.

An authenticator signs ``authenticatorData ‖ SHA-256(clientDataJSON)``. The browser writes the second: a challenge,
which here is SHA-256 of the bytes that are to be signed (DSSE's PAE), and the origin of the page that asked. So a
signature counts if both say what they have to say, besides being the key's.

Source: Web Authentication Level 3, sections 5.8.1 (client data), 6.1 (authenticator data), 7.2 (what is checked).
Signature counters are passed over: acts may be submitted in another order than they were signed in.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from custody.errors import Malformed, Untrusted
from custody.strict import base64url, read_json

LARGEST_CLIENT_DATA: Final = 2048
"""Bytes. Browsers write some 250."""

_AUTHENTICATOR_DATA: Final = 37
"""SHA-256 of the site's name, flags, counter. What may follow, a new key or extensions, nobody asked for."""

_PRESENT, _VERIFIED, _MAY_BE_COPIED, _IS_COPIED, _NEW_KEY, _EXTENSIONS = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80


@dataclass(frozen=True, slots=True)
class Assertion:
    """What an authenticator and a browser said of one signature, as read; the exact bytes are kept."""

    authenticator_data: bytes
    client_data: bytes
    challenge: str
    """base64url without padding, as the browser writes it."""
    origin: str
    framed: bool
    """Whether the page that asked stood inside a page of another origin."""

    @property
    def signed(self) -> bytes:
        """The bytes that the authenticator signed."""
        return self.authenticator_data + hashlib.sha256(self.client_data).digest()

    @property
    def user_verified(self) -> bool:
        """Whether somebody was there, and showed who he is by PIN, fingerprint or face."""
        return self._all(_PRESENT | _VERIFIED)

    @property
    def may_be_copied(self) -> bool:
        """Whether the passkey may be copied to other devices (backup eligible); that never changes."""
        return self._all(_MAY_BE_COPIED)

    @property
    def is_copied(self) -> bool:
        """Whether it was copied by then (backup state)."""
        return self._all(_IS_COPIED)

    def _all(self, flags: int) -> bool:
        return self.authenticator_data[32] & flags == flags


@dataclass(frozen=True, slots=True)
class Passkey:
    """What an enrolment binds a passkey to: the site's name (RP ID), its origins, and whether it may be copied."""

    rp_id: str
    origins: frozenset[str]
    may_be_copied: bool

    def require(self, assertion: Assertion, message: bytes) -> None:
        """Check all that an assertion says, beside the signature itself. Raises Untrusted."""
        if assertion.challenge != base64url(hashlib.sha256(message).digest()):
            raise Untrusted("untrusted/passkey-challenge", "The passkey signed other bytes than these.")
        if assertion.framed or assertion.origin not in self.origins:
            raise Untrusted(
                "untrusted/passkey-site", "The passkey was used on a page that it is not enrolled for.",
                expected=sorted(self.origins), got=assertion.origin, framed=assertion.framed,
            )  # fmt: skip
        if assertion.authenticator_data[:32] != hashlib.sha256(self.rp_id.encode()).digest():
            raise Untrusted(
                "untrusted/passkey-site", "The passkey was used for another site than it is enrolled for.",
                expected=self.rp_id, got=assertion.authenticator_data[:32].hex(),
            )  # fmt: skip
        if not assertion.user_verified:
            raise Untrusted(
                "untrusted/passkey-user", "The passkey did not see who was there: PIN, fingerprint or face are needed."
            )
        if assertion.may_be_copied != self.may_be_copied:
            raise Untrusted(
                "untrusted/passkey-backup", "What the passkey says of copies of itself is not what its enrolment says.",
                expected=self.may_be_copied, got=assertion.may_be_copied,
            )  # fmt: skip


def read_assertion(authenticator_data: bytes, client_data: bytes) -> Assertion:
    """Read what comes beside a passkey's signature, strictly. Raises Malformed.

    Members of the client data that are not named here may be anything: browsers add some to see that nobody minds.
    """
    _require_authenticator_data(authenticator_data)
    if len(client_data) > LARGEST_CLIENT_DATA:
        raise _malformed("clientDataJSON", f"at most {LARGEST_CLIENT_DATA} bytes", len(client_data))
    said = read_json(client_data, "webauthn")
    if not isinstance(said, dict):
        raise _malformed("clientDataJSON", "an object", said)
    if said.get("type") != "webauthn.get":
        raise _malformed("clientDataJSON/type", "webauthn.get", said.get("type"))
    challenge, origin = (_text(said, name) for name in ("challenge", "origin"))
    crossing = said.get("crossOrigin", False)
    if not isinstance(crossing, bool):
        raise _malformed("clientDataJSON/crossOrigin", "true or false", crossing)
    return Assertion(authenticator_data, client_data, challenge, origin, crossing or "topOrigin" in said)


def _require_authenticator_data(data: bytes) -> None:
    if len(data) != _AUTHENTICATOR_DATA:
        raise _malformed("authenticatorData", f"{_AUTHENTICATOR_DATA} bytes: no extensions are asked for", len(data))
    flags = data[32]
    if flags & (_NEW_KEY | _EXTENSIONS):
        raise _malformed("authenticatorData", "no flags of a new key or of extensions", f"{flags:#04x}")
    if flags & _IS_COPIED and not flags & _MAY_BE_COPIED:
        raise _malformed("authenticatorData", "a passkey that is copied only if it may be", f"{flags:#04x}")


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str):
        raise _malformed(f"clientDataJSON/{name}", "a string", value)
    return value


def _malformed(field: str, expected: str, got: Any) -> Malformed:
    return Malformed(
        "malformed/webauthn", f"The field {field} of a passkey's signature is wrong: expected {expected}.",
        field=field, expected=expected, got=repr(got)[:80],
    )  # fmt: skip
