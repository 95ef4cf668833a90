"""Signing in: a statement that the client builds and signs itself, never bytes that a server chose.

``{"origin","nonce","time"}`` as JSON, signed as DSSE under a type of its own, so that a sign-in can never be an act
and no server can have an act signed by asking somebody to sign in (docs/format.md section 3). ``origin`` is the web
origin of the server (scheme, host, port): a statement made for one server opens no other.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import StringConstraints, ValidationError

from custody.acts.values import Frozen, Moment
from custody.errors import Malformed, Untrusted
from custody.signing import Envelope, PrivateKey, pae, read_envelope, sign, write_envelope
from custody.strict import malformed, read_json

TYPE: Final = "application/vnd.custody.sign-in.v1+json"

VALID_FOR: Final = timedelta(minutes=2)
"""How far the statement's time may lie from the server's clock, either way; its nonce is remembered for twice that."""


class Statement(Frozen):
    """What is signed: for which server, once, when."""

    origin: Annotated[str, StringConstraints(pattern=r"^https?://[a-z0-9.\-\[\]:]{1,255}$")]
    nonce: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22,86}$")]
    """base64url of 16 to 64 random bytes."""
    time: Moment


def origin_of(address: str) -> str:
    """The web origin of a server's address."""
    url = urlsplit(address)
    return f"{url.scheme}://{url.netloc}".lower()


def signed_statement(origin: str, nonce: str, now: datetime, key: PrivateKey) -> bytes:
    """Return the signed statement with which a key's owner signs in at ``origin``."""
    stated = {"origin": origin, "nonce": nonce, "time": now.isoformat(timespec="seconds")}
    payload = json.dumps(stated, separators=(",", ":")).encode()
    return write_envelope(TYPE, payload, sign(TYPE, payload, [key]))


def read_statement(data: bytes) -> tuple[Statement, Envelope]:
    """Read a signed statement, checking no signature. Raises Malformed."""
    envelope = read_envelope(data)
    if envelope.payload_type != TYPE or len(envelope.signatures) != 1:
        raise Malformed(
            "malformed/sign-in", f"A sign-in is one signature of the type {TYPE}.", field="payloadType",
            expected=TYPE, got=envelope.payload_type,
        )  # fmt: skip
    try:
        return Statement.model_validate(read_json(envelope.payload, "sign-in")), envelope
    except ValidationError as error:
        raise malformed("sign-in", error) from None


def require_meant_for(statement: Statement, origin: str, now: datetime) -> None:
    """Raise Untrusted if a statement was made for another server, or not just now."""
    if statement.origin != origin:
        raise Untrusted(
            "untrusted/sign-in-origin", "This sign-in was made for another server.", origin=statement.origin
        )
    if abs(statement.time - now) > VALID_FOR:
        raise Untrusted(
            "untrusted/sign-in-time", "This sign-in was not made just now: compare the clocks.", time=statement.time,
            now=now,
        )  # fmt: skip


def message_of(envelope: Envelope) -> bytes:
    """Exactly the bytes whose signature signs in."""
    return pae(envelope.payload_type, envelope.payload)
