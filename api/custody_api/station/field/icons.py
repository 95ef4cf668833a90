"""The icon of the installed station, drawn here: a sealed bag with a code on it."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Final

from fastapi import APIRouter
from PIL import Image, ImageDraw
from starlette.responses import Response

from custody.errors import NotFound

SIZES: Final = (192, 512)

_SHAPES: Final[tuple[tuple[int, int, int, int, int, str], ...]] = (
    (0, 0, 64, 64, 0, "#12355b"),  # to the edge: where an icon is cut round, this is what is cut
    (16, 12, 48, 53, 4, "#ffffff"),
    (16, 19, 48, 24, 0, "#b3261e"),
    (21, 29, 30, 38, 1, "#12355b"), (24, 32, 27, 35, 0, "#ffffff"),
    (34, 29, 43, 38, 1, "#12355b"), (37, 32, 40, 35, 0, "#ffffff"),
    (21, 41, 30, 50, 1, "#12355b"), (24, 44, 27, 47, 0, "#ffffff"),
    (34, 41, 38, 45, 0, "#12355b"), (39, 46, 43, 50, 0, "#12355b"),
)  # fmt: skip
"""Rectangles on a square of 64: left, top, right, bottom, the radius of their corners, colour."""

_FOR_A_WEEK: Final = {"Cache-Control": "public, max-age=604800", "X-Content-Type-Options": "nosniff"}

router = APIRouter(prefix="/field", include_in_schema=False)


@router.get("/icon.svg")
def read_svg() -> Response:
    """The icon at any size."""
    return Response(svg(), media_type="image/svg+xml", headers=_FOR_A_WEEK)


@router.get("/icon-{size}.png")
def read_png(size: int) -> Response:
    """The icon at a size in pixels. Raises NotFound for another than is drawn."""
    if size not in SIZES:
        raise NotFound("not-found/route", "There is nothing at this address.")
    return Response(png(size), media_type="image/png", headers=_FOR_A_WEEK)


def svg() -> str:
    """The shapes as SVG."""
    drawn = "".join(
        f'<rect x="{left}" y="{top}" width="{right - left}" height="{bottom - top}" rx="{radius}" fill="{colour}"/>'
        for left, top, right, bottom, radius, colour in _SHAPES
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">{drawn}</svg>'


@cache
def png(size: int) -> bytes:
    """The same as PNG, drawn at four times its size so that corners are round."""
    scale = 4 * size / 64
    image = Image.new("RGB", (4 * size, 4 * size))
    pen = ImageDraw.Draw(image)
    for left, top, right, bottom, radius, colour in _SHAPES:
        box = (left * scale, top * scale, right * scale - 1, bottom * scale - 1)
        pen.rounded_rectangle(box, radius * scale, fill=colour)
    written = BytesIO()
    image.resize((size, size), Image.Resampling.LANCZOS).save(written, "PNG", optimize=True)
    return written.getvalue()
