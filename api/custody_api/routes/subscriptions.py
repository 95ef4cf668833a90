"""Subscriptions to the feed by webhook: each belongs to whoever made it, and nobody else sees that it exists."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from custody.desk import subscriptions
from custody.errors import Malformed
from custody.reminding.channels.targets import require_target
from custody_api import documented_subscriptions as documented
from custody_api.answers import one, page
from custody_api.bodies import parsed, read_small
from custody_api.callers import Borne, TheCaller, borne_by, key_of
from custody_api.context import Context, InContext
from custody_api.routes.feed import FARTHEST

router = APIRouter(prefix="/v1/subscriptions", tags=["subscriptions"])

_SECRET = {"Cache-Control": "no-store"}


class Wanted(BaseModel):
    """What is to be sent where."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: str
    after: int | None = Field(None, ge=0, le=FARTHEST)


class Letters(BaseModel):
    """The query of a list of dead letters. Unknown parameters are refused."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=500)
    after: int = Field(0, ge=0, le=FARTHEST)


async def _wanted(request: Request) -> Wanted:
    body = parsed(await read_small(request))
    try:
        return Wanted.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        field = ".".join(map(str, first["loc"])) or "(whole)"
        raise Malformed(
            "malformed/subscription", f"The field {field} of the subscription is wrong: {first['msg']}.",
            field=field, expected=first["msg"],
        ) from None  # fmt: skip


@router.post("", status_code=201, **documented.SUBSCRIBE)
async def subscribe(request: Request, caller: TheCaller, context: InContext) -> JSONResponse:
    """Have the acts of the feed sent to an address, from now on or after a position. The secret is shown once."""
    wanted = await _wanted(request)
    made = await run_in_threadpool(_made, context, borne_by(request, context) or Borne(), caller.person, wanted)
    return JSONResponse(made, 201, headers=_SECRET)


def _made(context: Context, borne: Borne, person: str, wanted: Wanted) -> dict[str, Any]:
    require_target(wanted.url, context.operation.networks)
    now = context.ledger.clock()
    key = key_of(context, borne)
    position = context.ledger.recorder.head().size if wanted.after is None else wanted.after
    name, secret = subscriptions.make(context.desk, person, key, wanted.url, position, now)
    context.webhooks.wake()
    return {**subscriptions.find(context.desk, person, name), "secret": secret}


@router.get("", **documented.SUBSCRIPTIONS)
def list_subscriptions(request: Request, caller: TheCaller, context: InContext) -> Response:
    """What the caller subscribed to, the oldest first."""
    return one(request, {"subscriptions": subscriptions.of_person(context.desk, caller.person)})


@router.get("/{subscription}", **documented.SUBSCRIPTION)
def read_subscription(subscription: str, request: Request, caller: TheCaller, context: InContext) -> Response:
    """How far a subscription is, and what it fails at."""
    return one(request, subscriptions.find(context.desk, caller.person, subscription))


@router.delete("/{subscription}", status_code=204, **documented.UNSUBSCRIBE)
def unsubscribe(subscription: str, caller: TheCaller, context: InContext) -> Response:
    """Have nothing more sent, and forget the dead letters. What is on its way arrives."""
    subscriptions.remove(context.desk, caller.person, subscription)
    return Response(status_code=204)


@router.post("/{subscription}/secret", **documented.ROTATE)
def rotate_secret(subscription: str, caller: TheCaller, context: InContext) -> JSONResponse:
    """Take another secret, shown once. For 24 hours both sign, so that nothing is lost while receivers change over."""
    secret, until = subscriptions.rotate(context.desk, caller.person, subscription, context.ledger.clock())
    return JSONResponse({"secret": secret, "old_secret_until": until}, headers=_SECRET)


@router.get("/{subscription}/dead-letters", **documented.DEAD_LETTERS)
def list_dead_letters(
    subscription: str, request: Request, wanted: Annotated[Letters, Query()], caller: TheCaller, context: InContext
) -> Response:
    """What was tried too often and given up, in log order."""
    found = subscriptions.dead_letters(context.desk, caller.person, subscription, wanted.after, wanted.limit + 1)
    return page(request, "dead_letters", found, wanted.limit, lambda each: each["position"])


@router.post("/{subscription}/replay", status_code=202, **documented.REPLAY)
def replay(
    subscription: str,
    caller: TheCaller,
    context: InContext,
    position: Annotated[int | None, Query(ge=1, le=FARTHEST, description="Of one dead letter; without it all.")] = None,
) -> JSONResponse:
    """Have dead letters sent again, before anything else, and try at once what waits for another try."""
    now = context.ledger.clock()
    count = subscriptions.replay(context.desk, caller.person, subscription, position, now)
    context.webhooks.wake()
    return JSONResponse({"replayed": count}, 202)
