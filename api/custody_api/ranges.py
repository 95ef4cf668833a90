"""A file as an answer: whole, or the range that was asked for (RFC 9110 section 14)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from custody.errors import Malformed
from custody_api.head import keeps_body_back
from custody_api.problems import answer as problem

_SPAN: Final = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")

Read = Callable[[int, int], Iterator[bytes]]
"""The bytes from one offset up to but without another."""


def answered(request: Request, size: int, read: Read, headers: Mapping[str, str]) -> Response:
    """Answer with a file of some size that does not change, whose ``headers`` have its ETag and type.

    Of several ranges, or of one that cannot be read, the whole is sent, as the standard allows; 416 for what lies
    beyond the end; of a HEAD the headers alone.
    """
    span = _span(request, size, headers["ETag"])
    if span is not None and span[0] >= span[1]:
        beyond = Malformed("malformed/range", "The file has no such bytes.", field="Range", size=size)
        refused = problem(beyond, request)
        refused.headers["Content-Range"] = f"bytes */{size}"
        return refused
    first, end = span or (0, size)
    said = {**headers, "Accept-Ranges": "bytes", "Content-Length": str(end - first)}
    if span is not None:
        said["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
    status = 200 if span is None else 206
    if keeps_body_back(request):
        return Response(status_code=status, headers=said)
    return StreamingResponse(read(first, end), status_code=status, headers=said)


def _span(request: Request, size: int, tag: str) -> tuple[int, int] | None:
    """The range that is asked for; None for the whole; an empty one if nothing of it is there."""
    found = _SPAN.fullmatch(request.headers.get("range", "").strip())
    if found is None or not any(found.groups()) or request.headers.get("if-range", tag) != tag:
        return None
    if not found[1]:
        return max(0, size - int(found[2])), size
    first, last = int(found[1]), int(found[2] or size - 1)
    if found[2] and last < first:
        return None
    return first, min(last + 1, size)
