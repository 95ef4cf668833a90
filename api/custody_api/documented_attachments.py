"""What OpenAPI says of attachments."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, Field

Json = dict[str, Any]

_BYTES: Final[Json] = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


class Kept(BaseModel):
    """A file that is durable."""

    sha256: str
    size_bytes: int


class Arrived(BaseModel):
    """A file of which something is still to come."""

    sha256: str
    received: int = Field(description="How many bytes have arrived: where the next part begins.")


PUT: Final[Json] = {
    "responses": {
        201: {"model": Kept, "description": "Kept, now or before."},
        202: {"model": Arrived, "description": "More is to come."},
    },
    "openapi_extra": {"requestBody": {"required": True, "content": _BYTES}},
}
GET: Final[Json] = {
    "responses": {
        200: {"description": "The file. ETag: its hash.", "content": _BYTES},
        206: {"description": "The ranges that were asked for.", "content": _BYTES},
    }
}
