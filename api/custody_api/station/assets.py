"""Scripts, styles and pictures of the pages, all from here: at an address that changes when any of them does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

import custody.bundle
from custody.errors import NotFound
from custody_api.station.words import HERE, catalogues, script_catalogue

OWN: Final = "station"
"""The frame's own folder; the areas' bear the areas' names."""

MADE: Final = f"{OWN}/chinese.js"
"""Made from the catalogues."""

_BESIDE: Final[Mapping[str, Path]] = {
    name: Path(custody.bundle.__file__).with_name(Path(name).name)
    for name in (f"{OWN}/verifier.js", "looking/sentences.json")
}
"""What stands in every bundle for court, and is read by pages as well."""

_TYPES: Final[Mapping[str, str]] = {
    ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".wasm": "application/wasm",
    ".json": "application/json", ".svg": "image/svg+xml", ".png": "image/png", ".html": "text/html; charset=utf-8",
    ".txt": "text/plain; charset=utf-8", ".woff2": "font/woff2",
}  # fmt: skip
"""What is served; a file of another kind is not."""

_FOR_EVER: Final = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}

router = APIRouter(include_in_schema=False)


@router.get("/static/{version}/{name:path}")
def read_asset(version: str, name: str) -> Response:
    """A file of this version. Raises NotFound for another's: its page is to be loaded again."""
    if version == digest():
        if name == MADE:
            return Response(script_catalogue(), media_type=_TYPES[".js"], headers=_FOR_EVER)
        if (path := files().get(name)) is not None:
            return FileResponse(path, media_type=_TYPES[path.suffix], headers=_FOR_EVER)
    raise NotFound("not-found/route", "There is nothing at this address.")


def address(name: str) -> str:
    """Where a file is served, by its area and name: ``scanning/wedge.js``."""
    if name != MADE and name not in files():
        raise ValueError(f"the pages have no file {name}")
    return f"/static/{digest()}/{name}"


@cache
def files() -> Mapping[str, Path]:
    """Every file that is served, by area and name."""
    return dict(_found())


@cache
def digest() -> str:
    """The version of all of them together: twelve characters of a SHA-256."""
    whole = hashlib.sha256()
    for path in (*files().values(), *catalogues()):
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()[:12]


def _found() -> Iterator[tuple[str, Path]]:
    yield from _BESIDE.items()
    for folder in sorted(HERE.glob("**/static")):
        area = OWN if folder.parent == HERE else folder.parent.name
        for path in sorted(folder.rglob("*")):
            if path.suffix in _TYPES and path.is_file():
                yield f"{area}/{path.relative_to(folder).as_posix()}", path
