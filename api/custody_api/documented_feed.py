"""What OpenAPI says of the feed."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import BaseModel, Field

from custody_api.documented import ACT_ID, CASE_REF, ITEM_ID

Json = dict[str, Any]

_DATA: Final[Json] = {
    "act": ACT_ID, "type": "check-in", "position": 1234, "recorded_at": "2026-03-12T14:26:05.123456Z",
    "occurred_at": "2026-03-12T22:20:00+08:00", "signers": [{"part": "custodian", "person": "cen-01"}], "attested": [],
    "target": None, "defects": [], "subjects": [f"case:{CASE_REF}", f"item:{ITEM_ID}"],
}  # fmt: skip


class Event(BaseModel):
    """An act as a CloudEvent, whose id it keeps for ever: whoever gets one again knows it by that."""

    specversion: Literal["1.0"]
    id: str = Field(description="The act's id.", examples=[ACT_ID])
    source: str = Field(description="The log's origin, as a URI reference.", examples=["//custody.example/yunling"])
    type: str = Field(examples=["custody.act.check-in.v1"])
    time: str = Field(description="When it was recorded.", examples=["2026-03-12T14:26:05.123456Z"])
    sequence: str = Field(description="Its position, padded with zeros.", examples=["0000000000001234"])
    datacontenttype: Literal["application/json"]
    data: Json = Field(
        description="The act as a history shows it, with what it touched of what the caller may see.", examples=[_DATA]
    )


class Feed(BaseModel):
    """A page of the feed."""

    events: list[Event]
    next: int = Field(description="The position to go on after, also past what was not shown.", examples=[1234])
    head: int = Field(description="Where the feed ends for now; a page that gives it as next is the last.")


FEED: Final[Json] = {"responses": {200: {"model": Feed, "description": "Acts in log order."}}}
STREAM: Final[Json] = {
    "responses": {
        200: {
            "description": "Events as they are recorded.",
            "content": {
                "text/event-stream": {
                    "schema": {"type": "string"},
                    "example": 'id: 1234\ndata: {"specversion":"1.0","id":"' + ACT_ID + '",…}\n\nid: 1240\n\n',
                }
            },
        }
    }
}
