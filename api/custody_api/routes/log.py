"""The transparency log as files: the checkpoint and the tiles, by the names of c2sp.org/tlog-tiles.

For whoever signed in; for everybody where the settings publish the log.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from custody.access.caller import Caller
from custody.errors import NotAllowed, NotFound
from custody.tlog.tiles import TILE_WIDTH, bundle_path, tile_path, write_bundle
from custody_api import documented
from custody_api.callers import signed_in
from custody_api.context import InContext, TheLedger


async def _reader(request: Request, context: InContext) -> Caller | None:
    """Whoever signed in; nobody in particular where the log is published. Raises NotSignedIn."""
    return None if context.operation.public_log else await signed_in(request, context)


Reader = Annotated[Caller | None, Depends(_reader)]

router = APIRouter(prefix="/log", tags=["log"], dependencies=[Depends(_reader)])
head_router = APIRouter(prefix="/v1", tags=["log"])

_NUMBERED: Final = re.compile(r"((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@router.get("/checkpoint", response_class=PlainTextResponse, **documented.CHECKPOINT)
def read_checkpoint(ledger: TheLedger, reader: Reader) -> PlainTextResponse:
    """The newest published checkpoint with every signature of the log, at most a second behind the head."""
    note = ledger.publication.checkpoint()
    return PlainTextResponse(note, headers={"Cache-Control": _cached(reader, "max-age=1")})


@head_router.get("/head", response_class=PlainTextResponse, **documented.CHECKPOINT)
def read_head(ledger: TheLedger) -> PlainTextResponse:
    """The checkpoint of the head as its append signed it, for whoever is about to sign: what `seen` states."""
    return PlainTextResponse(ledger.recorder.checkpoint(), headers={"Cache-Control": "no-cache"})


@router.get("/tile/entries/{number:path}", response_class=Response, **documented.ENTRIES)
def read_entries(number: str, ledger: TheLedger, reader: Reader) -> Response:
    """A bundle of up to 256 entries, each with its length before it (two bytes, big-endian); for auditors, since an
    entry names its act and the things it touched, unless the log is published."""
    if reader is not None and not reader.audits:
        raise NotAllowed("not-allowed/auditors", "Only auditors of an audit office may ask this.")
    at, width = _numbered(number)
    if bundle_path(at, width) != f"tile/entries/{number}":
        raise _no_tile(number)
    entries = ledger.recorder.entries(at * TILE_WIDTH, width)
    if len(entries) < width:
        raise _no_tile(number)
    return _immutable(write_bundle(entries), reader)


@router.get("/tile/{level}/{number:path}", response_class=Response, **documented.TILE)
def read_tile(level: str, number: str, ledger: TheLedger, reader: Reader) -> Response:
    """A tile of up to 256 hashes of 32 bytes."""
    at, width = _numbered(number)
    if not level.isdecimal() or len(level) > 2 or tile_path(int(level), at, width) != f"tile/{level}/{number}":
        raise _no_tile(f"{level}/{number}")
    return _immutable(ledger.recorder.tile(int(level), at, width), reader)


def _numbered(text: str) -> tuple[int, int]:
    """Number and width behind ``x001/234.p/112``; the caller sees that it is their only spelling."""
    match = _NUMBERED.fullmatch(text)
    width = int(match[2] or TILE_WIDTH) if match else 0
    if match is None or width > TILE_WIDTH:
        raise _no_tile(text)
    return int(match[1].replace("x", "").replace("/", "")), width


def _immutable(data: bytes, reader: Caller | None) -> Response:
    headers = {"Cache-Control": _cached(reader, "max-age=31536000, immutable")}
    return Response(data, media_type="application/octet-stream", headers=headers)


def _cached(reader: Caller | None, how: str) -> str:
    """What was given to one reader is no other's to be given from a shared cache."""
    return f"{'public' if reader is None else 'private'}, {how}"


def _no_tile(name: str) -> NotFound:
    return NotFound("not-found/tile", "The log has no such tile.", tile=name[:80])
