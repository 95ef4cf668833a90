"""What OpenAPI says of signing in: bodies, shapes of answers, examples."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, Field

from custody_api.documented import SIGNATURE, Json


class Session(BaseModel):
    """Who is signed in."""

    person: str = Field(examples=["pro-11"])
    subject: str = Field(description="person or system", examples=["person"])
    agency: str = Field(examples=["pro-yunling"])
    capacities: list[str] = Field(examples=[["prosecutor"]])


class Begun(Session):
    """A session that was begun. ``token`` goes into ``Authorization: Bearer``; a page gets it in a cookie instead."""

    expires_at: str = Field(examples=["2026-03-12T22:26:05.123456Z"])
    token: str | None = Field(None, description="Absent for pages.")


class PageOfIssuer(BaseModel):
    """An issuer at whose page one can sign in."""

    issuer: str = Field(examples=["police"])
    title: str = Field(examples=["公安统一身份认证"])
    start: str = Field(description="The address to send the browser to.")


class PagesOfIssuers(BaseModel):
    """The issuers at whose pages one can sign in."""

    issuers: list[PageOfIssuer]


_STATEMENT: Final[Json] = {
    "type": "object",
    "required": ["payloadType", "payload", "signatures"],
    "additionalProperties": False,
    "properties": {
        "payloadType": {"const": "application/vnd.custody.sign-in.v1+json"},
        "payload": {
            "type": "string", "contentEncoding": "base64",
            "description": "JSON: origin (of this server), nonce (base64url of 16 to 64 bytes), time (RFC 3339).",
        },
        "signatures": {"type": "array", "minItems": 1, "maxItems": 1, "items": SIGNATURE},
    },
}  # fmt: skip

SIGN_IN: Final[Json] = {
    "responses": {201: {"model": Begun, "description": "Signed in."}},
    "openapi_extra": {"requestBody": {"required": True, "content": {"application/json": {"schema": _STATEMENT}}}},
}
SESSION: Final[Json] = {"responses": {200: {"model": Session, "description": "Who is signed in."}}}
SIGN_OUT: Final[Json] = {"responses": {204: {"description": "The session is over, if there was one."}}}
ISSUERS: Final[Json] = {"responses": {200: {"model": PagesOfIssuers, "description": "The issuers."}}}
START: Final[Json] = {"responses": {303: {"description": "On to the issuer's page; a cookie remembers the visit."}}}
CALLBACK: Final[Json] = {
    "responses": {200: {"description": "Signed in, as with a statement for a page, which goes on by itself."}}
}
