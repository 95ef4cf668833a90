"""Opening pictures from strangers: photographs, scans, rendered pages. Limits first, then grey."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

from custody.errors import Malformed, TooLarge

MOST_BYTES: Final = 32 * 1024 * 1024
MOST_PIXELS: Final = 50_000_000
"""An A4 page at 600 dpi has 35 million."""
MOST_SIDE: Final = 32_767
"""Pixels along one side; zxing-cpp takes no more than 65,535."""

_TOO_MANY: Final = "The image has too many pixels."
_FORMATS: Final = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "PPM")
_BROKEN: Final = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, OverflowError,
                  ArithmeticError, MemoryError, struct.error)  # fmt: skip
"""Whatever Pillow's plug-ins raise over damaged files; there is no common root."""


def open_grey(image: bytes | Path) -> Image.Image:
    """Return the first frame of a picture in 8-bit grey, upright, transparent parts white.

    Raises Malformed if the bytes are no picture or a damaged one, TooLarge over `MOST_BYTES` or `MOST_PIXELS`, and
    OSError if a path cannot be read.
    """
    data = image if isinstance(image, bytes) else _read(image)
    if len(data) > MOST_BYTES:
        raise TooLarge("too-large/image-bytes", "The image file is too large.", limit=MOST_BYTES, got=len(data))
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as picture:
            _check_size(picture)
            return _upright_grey(picture)
    except Image.DecompressionBombError as error:  # Pillow's own limit, found while it opens the file
        raise TooLarge("too-large/image-pixels", _TOO_MANY, limit=MOST_PIXELS) from error
    except _BROKEN as error:
        raise Malformed(
            "malformed/image", "This is not an image that can be read.", got=type(error).__name__
        ) from error


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _check_size(picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
        raise TooLarge("too-large/image-pixels", _TOO_MANY, limit=MOST_PIXELS, got=width * height)


def _upright_grey(picture: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(picture)
    if upright.mode in ("I", "F") or upright.mode.startswith("I;16"):
        deep = upright.convert("F")
        return deep.point(lambda value: value * (1 / 256)).convert("L")
    if upright.has_transparency_data:
        coloured = upright.convert("RGBA")
        paper = Image.new("RGBA", coloured.size, "white")
        return Image.alpha_composite(paper, coloured).convert("L")
    return upright.convert("L")
