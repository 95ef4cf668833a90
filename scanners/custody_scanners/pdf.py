"""Labels as PDF: vector symbols on the dot grid, searchable text in an embedded subset of the font."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from threading import Lock
from typing import Any, Final

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from custody_scanners import font
from custody_scanners.layout import Layout, PlacedSymbol

rl_config.useA85 = 0  # compressed pages stay bytes: PDF is binary anyway, and ASCII costs a quarter more

FONT: Final = "NotoSansSC"
"""The name under which canvases know the embedded font."""

_INSET: Final = ".005"
_LESS_TWO: Final = ".990"
"""Modules keep 0.005 dot off the dot grid: viewers paint whatever an edge touches, and a PDF's numbers are rounded,
so an edge on the grid would now and then blacken the next dot. As text after the dot, since formatting floats
would take most of the time of a print job."""

_one_at_a_time: Final = Lock()  # reportlab keeps the state of embedded fonts in one table for the process


class _Font(TTFont):  # type: ignore[misc]  # reportlab has no types
    def addObjects(self, doc: Any) -> None:
        """Write the font's objects. reportlab maps characters beyond U+FFFF to five digits, readers want UTF-16."""
        super().addObjects(doc)
        for name, stream in doc.idToObject.items():
            if name.startswith("toUnicodeCMap:"):
                stream.content = re.sub("<([0-9A-F]{5,6})>", _utf16, stream.content)


def _utf16(code: re.Match[str]) -> str:
    return f"<{chr(int(code[1], 16)).encode('utf-16-be').hex().upper()}>"


@lru_cache(maxsize=1)
def _register() -> None:
    pdfmetrics.registerFont(_Font(FONT, font.FILE))


def render(layout: Layout) -> bytes:
    """Return a PDF whose pages are whole numbers of dots, so that a module's edges fall between dots.

    The same layout gives the same bytes.
    """
    return compose("Labels", lambda canvas: _draw(layout, canvas))


def compose(title: str, draw: Callable[[Canvas], None]) -> bytes:
    """Return the PDF of whatever ``draw`` puts on a canvas that knows `FONT`; it ends its own pages.

    The same drawing gives the same bytes. Threads take turns.
    """
    with _one_at_a_time:
        _register()
        target = BytesIO()
        canvas = Canvas(target, invariant=True, pageCompression=1)
        canvas.setTitle(title)
        draw(canvas)
        canvas.save()
        return target.getvalue()


def _draw(layout: Layout, canvas: Canvas) -> None:
    point = 72 / layout.dpi
    for page in layout.pages:
        canvas.setPageSize((page.width * point, page.height * point))
        canvas.scale(point, point)
        for placed in page.symbols:
            canvas.addLiteral(_path(placed, page.height))
        for text in page.texts:
            canvas.setFont(FONT, text.size)
            canvas.drawString(text.x, page.height - text.baseline, text.text)
        canvas.showPage()


def _path(placed: PlacedSymbol, height: int) -> str:
    """All modules as one filled path, a rectangle for each run, in the numbers that the page is written in."""
    module = placed.module
    rectangles = (
        f"{placed.x + column * module}{_INSET} {height - placed.y - (row + 1) * module}{_INSET}"
        f" {length * module - 1}{_LESS_TWO} {module - 1}{_LESS_TWO} re"
        for column, row, length in placed.symbol.runs()
    )
    return f"{' '.join(rectangles)} f"
