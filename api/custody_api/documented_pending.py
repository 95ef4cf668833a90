"""What OpenAPI says of acts that wait for signatures."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import BaseModel, Field

from custody_api.documented import ACT_ID, SUBMISSION, Checked, Receipt, body
from custody_api.problems import Problem

Json = dict[str, Any]

class Signs(BaseModel):
    """A signer, and when he signed."""

    part: str = Field(examples=["custodian"])
    person: str = Field(examples=["cen-01"])
    key: str
    signed_at: str | None


class Ended(BaseModel):
    """How the waiting ended: declined by whom and why, or turned away by the ledger with which problem."""

    at: str
    by: str | None
    reason: str | None
    problem: Problem | None


class Pending(BaseModel):
    """An act that waits for signatures, or how its waiting ended."""

    id: str = Field(description="The act's id.", examples=[ACT_ID])
    type: str = Field(examples=["check-in"])
    state: Literal["waiting", "complete", "recorded", "turned-away", "declined", "withdrawn", "expired"]
    put_by: str = Field(examples=["psb-0211"])
    put_at: str = Field(examples=["2026-03-12T14:26:05.123456Z"])
    expires_at: str = Field(examples=["2026-03-19T14:26:05.123456Z"])
    ended: Ended | None
    signers: list[Signs]


class PendingWhole(Pending):
    """The same, with the very bytes to sign."""

    envelope: Json = Field(description="The payload, with the signatures so far.")
    check: Checked | None = Field(description="What would be decided now; null once it waits no more.")
    receipt: Receipt | None = Field(description="Once it is recorded.")
    disclosed: dict[str, str] | None = Field(None, description="With ``disclose`` only: commitment → what it seals.")


class PendingList(BaseModel):
    """A page of acts that name the caller as a signer."""

    pending: list[Pending]
    next: str | None


_PUT: Final[Json] = {
    **SUBMISSION,
    "properties": {
        **SUBMISSION["properties"],
        "expires_at": {"type": "string", "format": "date-time", "description": "7 days from now unless stated."},
    },
}
_SIGNATURE: Final[Json] = {
    "type": "object", "required": ["keyid", "sig"], "additionalProperties": False,
    "properties": {
        "keyid": {"type": "string"}, "sig": {"type": "string", "contentEncoding": "base64"},
        "webauthn": {"type": "object", "description": "What a passkey and its browser said of it."},
    },
}  # fmt: skip
_REASON: Final[Json] = {
    "type": "object", "required": ["reason"], "additionalProperties": False,
    "properties": {"reason": {"type": "string", "minLength": 1, "maxLength": 200}},
}  # fmt: skip

_WHOLE: Final[Json] = {"model": PendingWhole, "description": "What waits, or what became of it."}
PUT: Final[Json] = {
    "responses": {201: {**_WHOLE, "description": "It waits now."}, 200: {**_WHOLE, "description": "It waited before."}},
    "openapi_extra": body("application/json", _PUT),
}
LIST: Final[Json] = {"responses": {200: {"model": PendingList, "description": "By id, the newest last."}}}
ONE: Final[Json] = {"responses": {200: _WHOLE}}
SIGN: Final[Json] = {"responses": {200: _WHOLE}, "openapi_extra": body("application/json", _SIGNATURE)}
DECLINE: Final[Json] = {"responses": {200: _WHOLE}, "openapi_extra": body("application/json", _REASON)}
WITHDRAW: Final[Json] = {"responses": {204: {"description": "It waits no more."}}}
