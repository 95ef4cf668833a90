"""The transparency log as files: the checkpoint and the tiles, by the names of c2sp.org/tlog-tiles."""

from __future__ import annotations

import re
from typing import Final

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from custody.errors import NotAllowed, NotFound
from custody.tlog.tiles import TILE_WIDTH, bundle_path, tile_path, write_bundle
from custody_api import documented
from custody_api.callers import TheCaller
from custody_api.context import TheLedger

router = APIRouter(prefix="/log", tags=["log"])

_NUMBERED: Final = re.compile(r"((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
_FOR_EVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}


@router.get("/checkpoint", response_class=PlainTextResponse, **documented.CHECKPOINT)
def read_checkpoint(ledger: TheLedger) -> PlainTextResponse:
    """The newest checkpoint, signed."""
    return PlainTextResponse(ledger.recorder.checkpoint(), headers={"Cache-Control": "no-cache"})


@router.get("/tile/entries/{number:path}", response_class=Response, **documented.ENTRIES)
def read_entries(number: str, ledger: TheLedger, caller: TheCaller) -> Response:
    """A bundle of up to 256 entries, each with its length before it (two bytes, big-endian); for auditors, since an
    entry names its act and the things it touched."""
    if not caller.audits:
        raise NotAllowed("not-allowed/auditors", "Only auditors of an audit office may ask this.")
    at, width = _numbered(number)
    if bundle_path(at, width) != f"tile/entries/{number}":
        raise _no_tile(number)
    entries = ledger.recorder.entries(at * TILE_WIDTH, width)
    if len(entries) < width:
        raise _no_tile(number)
    return _immutable(write_bundle(entries))


@router.get("/tile/{level}/{number:path}", response_class=Response, **documented.TILE)
def read_tile(level: str, number: str, ledger: TheLedger) -> Response:
    """A tile of up to 256 hashes of 32 bytes."""
    at, width = _numbered(number)
    if not level.isdecimal() or len(level) > 2 or tile_path(int(level), at, width) != f"tile/{level}/{number}":
        raise _no_tile(f"{level}/{number}")
    return _immutable(ledger.recorder.tile(int(level), at, width))


def _numbered(text: str) -> tuple[int, int]:
    """Number and width behind ``x001/234.p/112``; the caller sees that it is their only spelling."""
    match = _NUMBERED.fullmatch(text)
    width = int(match[2] or TILE_WIDTH) if match else 0
    if match is None or width > TILE_WIDTH:
        raise _no_tile(text)
    return int(match[1].replace("x", "").replace("/", "")), width


def _immutable(data: bytes) -> Response:
    return Response(data, media_type="application/octet-stream", headers=_FOR_EVER)


def _no_tile(name: str) -> NotFound:
    return NotFound("not-found/tile", "The log has no such tile.", tile=name[:80])
