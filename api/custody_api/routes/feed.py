"""The feed: acts as CloudEvents, in log order, as far as the caller may see them, page by page or as a stream."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from custody.registers.following import Followed
from custody_api import callers
from custody_api import documented_feed as documented
from custody_api.answers import following
from custody_api.callers import Borne, TheCaller, TheRegisters, borne_by
from custody_api.cloud_events import events_of
from custody_api.context import InContext, TheLedger

router = APIRouter(prefix="/v1/feed", tags=["feed"])

FARTHEST: Final = 2**53 - 1
"""The last position that every JSON reader holds exactly."""


class Begin(BaseModel):
    """From where on. Unknown parameters are refused."""

    model_config = ConfigDict(extra="forbid")

    after: int = Field(0, ge=0, le=FARTHEST, description="The position to begin after: one that the feed gave.")


class Wanted(Begin):
    """From where on, and how much."""

    limit: int = Field(50, ge=1, le=500)
    at_least: int | None = Field(None, ge=0)


@router.get("", **documented.FEED)
def read_feed(
    request: Request, wanted: Annotated[Wanted, Query()], caller: TheCaller, registers: TheRegisters, ledger: TheLedger
) -> Response:
    """Acts after a position. Whoever goes on with ``next``, whenever and at whichever process, misses nothing and gets
    nothing twice."""
    found = registers.follow(caller, wanted.after, wanted.limit)
    body = {"events": events_of(found, ledger.origin), "next": found.position, "head": found.head}
    return following(request, body, found.position if found.position < found.head else None)


@router.get("/stream", response_class=StreamingResponse, **documented.STREAM)
async def stream_feed(
    request: Request,
    begin: Annotated[Begin, Query()],
    _: TheCaller,
    context: InContext,
    last_event_id: Annotated[
        int | None, Header(ge=0, le=FARTHEST, description="The position to go on after; counts before ``after``.")
    ] = None,
) -> StreamingResponse:
    """The feed without end, as server-sent events: each act's ``id`` is its position, and a lone ``id`` says that
    nothing up to there is shown. It ends with the session; whoever comes again with the last id goes on there."""
    context.streams.require_room()
    borne = borne_by(request, context) or Borne()

    def look(after: int) -> Followed:
        return context.registers.follow(callers.caller(context, borne), after)

    after = begin.after if last_event_id is None else last_event_id
    stream = context.streams.follow(look, after, context.ledger.origin)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})
