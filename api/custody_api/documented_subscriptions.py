"""What OpenAPI says of subscriptions."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import BaseModel, Field

from custody_api.documented import ACT_ID

Json = dict[str, Any]

_NAME: Final = "5f0c2b7a9d314e6688a1c3d4"
_URL: Final = "https://hooks.example.test/custody"
_SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="  # noqa: S105 - an example


class Failing(BaseModel):
    """What could not be delivered yet."""

    tries: int
    error: str = Field(examples=["status 503"])
    again_at: str


class Subscription(BaseModel):
    """A subscription, without its secret."""

    subscription: str = Field(examples=[_NAME])
    url: str = Field(examples=[_URL])
    made_at: str
    position: int = Field(description="Every act up to here was delivered, is not shown, or was given up.")
    state: Literal["active", "failing", "ended"]
    ended: Literal["revoked", "gone"] | None = Field(
        description="revoked: the person left, or the key was revoked; gone: the address answered 410."
    )
    failing: Failing | None
    dead_letters: int


class NewSubscription(Subscription):
    """A subscription that was just made."""

    secret: str = Field(description="Signs what is sent, after Standard Webhooks. Shown once.", examples=[_SECRET])


class Subscriptions(BaseModel):
    """All subscriptions of one person."""

    subscriptions: list[Subscription]


class Secret(BaseModel):
    """Another secret."""

    secret: str = Field(description="Shown once.", examples=[_SECRET])
    old_secret_until: str = Field(description="Until then the old one signs, too.")


class DeadLetter(BaseModel):
    """An act that was given up."""

    position: int
    act: str = Field(examples=[ACT_ID])
    tries: int
    error: str
    died_at: str
    replay: bool = Field(description="Whether it is about to be sent again.")


class DeadLetters(BaseModel):
    """A page of dead letters."""

    dead_letters: list[DeadLetter]
    next: str | None


class Replayed(BaseModel):
    """How much is about to be sent again."""

    replayed: int


SUBSCRIBE: Final[Json] = {
    "responses": {201: {"model": NewSubscription, "description": "Made."}},
    "openapi_extra": {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["url"],
                        "additionalProperties": False,
                        "properties": {
                            "url": {"type": "string", "format": "uri", "maxLength": 2000},
                            "after": {"type": "integer", "minimum": 0},
                        },
                    },
                    "example": {"url": _URL},
                }
            },
        }
    },
}
SUBSCRIPTIONS: Final[Json] = {"responses": {200: {"model": Subscriptions, "description": "The caller's own."}}}
SUBSCRIPTION: Final[Json] = {"responses": {200: {"model": Subscription, "description": "As it stands now."}}}
UNSUBSCRIBE: Final[Json] = {"responses": {204: {"description": "Forgotten."}}}
ROTATE: Final[Json] = {"responses": {200: {"model": Secret, "description": "The new secret."}}}
DEAD_LETTERS: Final[Json] = {"responses": {200: {"model": DeadLetters, "description": "In log order."}}}
REPLAY: Final[Json] = {"responses": {202: {"model": Replayed, "description": "About to be sent again."}}}
