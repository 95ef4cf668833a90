"""The JSON Schema of every act, for clients that build acts."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from custody.acts import ACT_TYPES
from custody.acts.schemas import schema
from custody.errors import NotFound
from custody_api import documented
from custody_api.answers import encoded, one

router = APIRouter(prefix="/v1/schemas", tags=["schemas"])


@router.get("", **documented.SCHEMAS)
def read_schemas() -> Response:
    """Every type of act, with its Chinese name and the address of its schema."""
    known = [{"type": name, "zh": act.zh, "schema": f"/v1/schemas/{name}"} for name, act in ACT_TYPES.items()]
    return Response(encoded({"schemas": known}), media_type="application/json")


@router.get("/{type_name}", **documented.SCHEMA)
def read_schema(type_name: str, request: Request) -> Response:
    """The JSON Schema (2020-12) of one type of act."""
    if type_name not in ACT_TYPES:
        raise NotFound("not-found/act-type", "There is no such type of act.", got=type_name[:80])
    return one(request, schema(type_name))
