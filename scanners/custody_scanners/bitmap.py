"""Labels as dots: PNG for screens and office printers, ZPL for label printers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from custody_scanners import font
from custody_scanners.layout import Layout, Page, PlacedSymbol

_BLACK: Final = 0
_WHITE: Final = 255
_REPEATED: Final = re.compile(r"([0-9A-F])\1{2,}")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A symbol or a line of text, drawn in grey, with its top left corner on the page."""

    x: int
    y: int
    image: Image.Image


def png(layout: Layout) -> bytes:
    """Return the only page of ``layout`` as a grey PNG, a pixel per dot, with its resolution noted in it."""
    (page,) = layout.pages
    image = Image.new("L", (page.width, page.height), _WHITE)
    for piece in _pieces(page):
        image.paste(piece.image, (piece.x, piece.y))
    target = BytesIO()
    image.save(target, "PNG", dpi=(layout.dpi, layout.dpi), optimize=True)
    return target.getvalue()


def zpl(layout: Layout) -> bytes:
    """Return a ZPL II format per page, in which everything is a bitmap: no printer's font, no printer's encoder."""
    return "".join(_format(page) for page in layout.pages).encode("ascii")


def _pieces(page: Page) -> Iterator[_Piece]:
    for placed in page.symbols:
        yield _Piece(placed.x, placed.y, _symbol(placed))
    for text in page.texts:
        yield _Piece(text.x, text.baseline - text.size, _line(text.text, text.size))


def _symbol(placed: PlacedSymbol) -> Image.Image:
    modules = "".join(placed.symbol.rows).translate({ord("1"): _BLACK, ord("0"): _WHITE}).encode("latin-1")
    image = Image.frombytes("L", (placed.symbol.width, placed.symbol.height), modules)
    return image.resize((image.width * placed.module, image.height * placed.module), Image.Resampling.NEAREST)


def _line(text: str, size: int) -> Image.Image:
    """A line of text whose baseline is ``size`` below the top; a quarter more holds the descenders."""
    image = Image.new("L", (math.ceil(font.width(text, size)) + 1, size + math.ceil(size / 4)), _WHITE)
    ImageDraw.Draw(image).text((0, size), text, _BLACK, _typeface(size), anchor="ls")
    return image


@lru_cache(maxsize=32)
def _typeface(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font.FILE, size, layout_engine=ImageFont.Layout.BASIC)


def _format(page: Page) -> str:
    fields = "".join(f"^FO{piece.x},{piece.y}{_graphic(piece.image)}^FS\n" for piece in _pieces(page))
    return f"^XA^PW{page.width}^LL{page.height}^LH0,0\n{fields}^XZ\n"


def _graphic(image: Image.Image) -> str:
    # Thermal heads know no grey: a dot is black where more than half of it is covered. ZPL prints ones.
    dots = image.point(lambda grey: 255 if grey < 128 else 0).convert("1", dither=Image.Dither.NONE)
    row_bytes = (image.width + 7) // 8
    data = dots.tobytes()
    rows = [data[start : start + row_bytes].hex().upper() for start in range(0, len(data), row_bytes)]
    return f"^GFA,{len(data)},{len(data)},{row_bytes},{_packed(rows)}"


def _packed(rows: list[str]) -> str:
    """Hexadecimal in ZPL's shorthand: counts before repeated digits, ``,`` for zeros to the end, ``:`` same again."""
    packed, before = [], ""
    for row in rows:
        digits = row.rstrip("0")
        short = _REPEATED.sub(lambda run: _count(len(run[0])) + run[1], digits) + ("," if digits != row else "")
        packed.append(":" if row == before else short)
        before = row
    return "".join(packed)


def _count(times: int) -> str:
    """How ZPL writes a repeat: ``z`` 400, ``g`` … ``y`` for multiples of 20, ``G`` … ``Y`` for 1 to 19."""
    scores, ones = divmod(times % 400, 20)
    return "z" * (times // 400) + ("fghijklmnopqrstuvwxy"[scores] if scores else "") + (chr(70 + ones) if ones else "")
