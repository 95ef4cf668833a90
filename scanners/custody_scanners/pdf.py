"""Labels as PDF: vector symbols on the dot grid, searchable text in an embedded subset of the font."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from custody_scanners import font
from custody_scanners.layout import Layout, PlacedSymbol

_NAME: Final = "NotoSansSC"


def render(layout: Layout) -> bytes:
    """Return a PDF whose pages are whole numbers of dots, so that a module's edges fall between dots.

    The same layout gives the same bytes.
    """
    pdfmetrics.registerFont(TTFont(_NAME, font.FILE))
    point = 72 / layout.dpi
    target = BytesIO()
    canvas = Canvas(target, invariant=True, pageCompression=1)
    canvas.setTitle("Labels")
    for page in layout.pages:
        canvas.setPageSize((page.width * point, page.height * point))
        canvas.scale(point, point)
        for placed in page.symbols:
            canvas.addLiteral(_path(placed, page.height))
        for text in page.texts:
            canvas.setFont(_NAME, text.size)
            canvas.drawString(text.x, page.height - text.baseline, text.text)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def _path(placed: PlacedSymbol, height: int) -> str:
    """One filled path for the whole symbol, so that neighbouring modules share no anti-aliased seam.

    Whole dots need none of the canvas's number formatting, which would take most of the time of a print job.
    """
    module = placed.module
    rectangles = (
        f"{placed.x + column * module} {height - placed.y - (row + 1) * module} {length * module} {module} re"
        for column, row, length in placed.symbol.runs()
    )
    return f"{' '.join(rectangles)} f"
