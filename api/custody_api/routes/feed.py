"""The feed: acts as CloudEvents, in log order, as far as the caller may see them, page by page."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from custody_api import documented_feed as documented
from custody_api.answers import following
from custody_api.callers import TheCaller, TheRegisters
from custody_api.cloud_events import events_of
from custody_api.context import TheLedger

router = APIRouter(prefix="/v1/feed", tags=["feed"])

FARTHEST: Final = 2**53 - 1
"""The last position that every JSON reader holds exactly."""


class Wanted(BaseModel):
    """From where on, and how much. Unknown parameters are refused."""

    model_config = ConfigDict(extra="forbid")

    after: int = Field(0, ge=0, le=FARTHEST, description="The position to begin after: the next of an earlier page.")
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
