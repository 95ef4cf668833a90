"""Files beside the acts: put by their hash, part by part if need be; read by who sees the whole of an act on them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from mimetypes import guess_extension
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path
from fastapi.concurrency import contextmanager_in_threadpool
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from custody.access.rights import Sight
from custody.attachments import Attachments
from custody.errors import Malformed, NotFound, Unavailable
from custody.ledger.ledger import Ledger
from custody.ledger.past import recorded_from
from custody.registers.reading import Registers
from custody_api import documented_attachments as documented
from custody_api.answers import names_tag
from custody_api.callers import TheCaller, TheRegisters
from custody_api.context import InContext, TheLedger
from custody_api.ranges import answered

router = APIRouter(prefix="/v1/attachments", tags=["attachments"])

Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="The SHA-256 of the file, in hex.")]

_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "default-src 'none'; sandbox", "Cross-Origin-Resource-Policy": "same-origin",
}  # fmt: skip
_RANGE: Final = re.compile(r"bytes (?:([0-9]{1,15})-([0-9]{1,15})|\*)/([0-9]{1,15})")


async def _store(context: InContext) -> Attachments:
    if context.attachments is None:
        raise Unavailable("unavailable/no-attachments", "This server keeps no attachments.", retry_after=3600)
    return context.attachments


TheStore = Annotated[Attachments, Depends(_store)]


@dataclass(frozen=True, slots=True)
class Sent:
    """Which bytes of a file a request brings: from ``first`` on; None asks only how many have arrived."""

    first: int | None
    total: int


@router.put("/{sha256}", status_code=201, **documented.PUT)
async def put_attachment(
    sha256: Sha256, request: Request, caller: TheCaller, registers: TheRegisters, store: TheStore
) -> JSONResponse:
    """Put a file, whole or from where it stopped (`Content-Range`).

    201 once all of it is durable, whether or not it was there before; 202 says how many bytes have arrived. What
    arrived of a body that broke off is kept; `Content-Range: bytes */SIZE` without a body asks how much that is.
    """
    sent = sent_by(request.headers)
    receiving = store.receiving(sha256, caller.person, sent.total, registers.named)
    async with contextmanager_in_threadpool(receiving) as incoming:
        if sent.first is not None:
            await run_in_threadpool(incoming.begin, sent.first)
            async for chunk in request.stream():
                await run_in_threadpool(incoming.write, chunk)
        if incoming.received != sent.total or not incoming.part.exists():
            return JSONResponse({"sha256": sha256, "received": incoming.received}, status_code=202)
        await run_in_threadpool(store.keep, incoming)
    return JSONResponse({"sha256": sha256, "size_bytes": sent.total}, status_code=201)


@router.get("/{sha256}", response_class=Response, **documented.GET)
def read_attachment(
    sha256: Sha256, request: Request, ledger: TheLedger, registers: TheRegisters, store: TheStore
) -> Response:
    """A file, whole or in ranges, never to be shown in place: its type is what its bytes say, whatever an act says."""
    found = store.find(sha256) if _is_read(ledger, registers, sha256) else None
    if found is None:
        raise NotFound("not-found/attachment", "There is no such attachment.", asked=sha256)
    headers = {**_HEADERS, "ETag": f'"{sha256}"'}
    if names_tag(request.headers.get("if-none-match", ""), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    media = store.media_type(found)
    name = sha256 + (guess_extension(media) or "")
    headers |= {"Content-Type": media, "Content-Disposition": f'attachment; filename="{name}"'}
    return answered(request, found.size, partial(store.shelf.read, sha256), headers)


def sent_by(headers: Headers) -> Sent:
    """What a request says that it brings. Raises Malformed."""
    length = headers.get("content-length", "")
    if not re.fullmatch("[0-9]{1,15}", length):
        raise _malformed("Content-Length", "how many bytes the body has", length)
    given = headers.get("content-range")
    if given is None:
        return Sent(0, int(length))
    found = _RANGE.fullmatch(given.strip())
    if found is None:
        raise _malformed("Content-Range", "bytes FIRST-LAST/SIZE or bytes */SIZE", given)
    if found[1] is None:
        first, ends = None, int(length) == 0
    else:
        first = int(found[1])
        ends = int(found[2]) == first + int(length) - 1 < int(found[3])
    if not ends:
        raise _malformed("Content-Range", "the bytes of the body, within the size", given)
    return Sent(first, int(found[3]))


def _is_read(ledger: Ledger, registers: Registers, sha256: str) -> bool:
    """Whether the caller sees the whole of an act that names the file."""
    naming = (recorded_from(ledger.recorder.row(position)) for position in registers.naming(sha256))
    return any(registers.sight_of_act(each) is Sight.WHOLE for each in naming)


def _malformed(field: str, expected: str, got: str) -> Malformed:
    return Malformed(
        "malformed/attachment-range", f"The header {field} is wrong: expected {expected}.",
        field=field, expected=expected, got=got[:80],
    )  # fmt: skip
