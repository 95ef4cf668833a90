"""Papers as PDF: one or several after each other, each with its own pages x of y."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from custody_api.papers.layout import (
    HEADING_SIZE,
    HEADING_STEP,
    HEADING_TOP,
    HEIGHT,
    INNER,
    MARGIN,
    PADDING,
    SYMBOL,
    WIDTH,
    Cell,
    Placed,
    heading,
    lay_out,
    leading,
    named,
    said,
)
from custody_api.papers.paper import Paper
from custody_scanners import font
from custody_scanners.layout import wrap
from custody_scanners.pdf import FONT, compose
from custody_scanners.symbols import qr_text

_INK: Final = 0.0
_RULE: Final = 0.45
_TINT: Final = 0.93
_SMALL: Final = 7.5
_TITLE: Final = 19.0
MONO: Final = "Courier"
"""One of the fonts that every reader of PDF has; it holds ASCII only."""
_ASCENT: Final = 0.86
"""From the top of a line's box to its baseline, in ems, so that hanzi stand in the middle."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A PDF of papers. ``missing``: characters that the font lacks, printed as 〓; ``pages`` of all papers together."""

    data: bytes
    pages: int
    missing: tuple[str, ...]


def print_papers(papers: Sequence[Paper]) -> Printed:
    """Draw papers in order. The same papers give the same bytes."""
    laid = [(paper, lay_out(paper)) for paper in papers]
    title = f"{papers[0].title} {papers[0].number}" if papers else ""

    def draw(canvas: Any) -> None:
        for paper, pages in laid:
            for number, page in enumerate(pages, 1):
                _page(Pen(canvas), paper, page, number, len(pages))

    text = "".join(each for paper in papers for each in paper.texts()).replace("\n", "").replace("\t", "")
    data = compose(font.printable(title), draw)
    return Printed(data, sum(len(pages) for _, pages in laid), tuple(font.missing_characters(text)))


class Pen:
    """A canvas in points from the top left corner."""

    def __init__(self, canvas: Any) -> None:
        self.canvas = canvas

    def text(self, text: str, x: float, baseline: float, size: float, face: str = FONT) -> None:
        """A line of text that begins at ``x``."""
        self.canvas.setFont(face, size)
        self.canvas.drawString(x, HEIGHT - baseline, text)

    def end_at(self, text: str, right: float, baseline: float, size: float) -> None:
        """A line of text that ends at ``right``."""
        self.text(text, right - font.width(text, size), baseline, size)

    def middle(self, text: str, x: float, baseline: float, size: float) -> None:
        """A line of text with its middle at ``x``."""
        self.text(text, x - font.width(text, size) / 2, baseline, size)

    def box(self, x: float, y: float, width: float, height: float, shaded: bool) -> None:
        """A ruled box with its top left corner at ``x``, ``y``."""
        self.canvas.setLineWidth(_RULE)
        self.canvas.setFillGray(_TINT)
        self.canvas.rect(x, HEIGHT - y - height, width, height, stroke=1, fill=int(shaded))
        self.canvas.setFillGray(_INK)

    def symbol(self, text: str, x: float, y: float, width: float) -> None:
        """A QR code, ``width`` with its quiet zone, its top left corner at ``x``, ``y``."""
        symbol = qr_text(text)
        module = width / (symbol.width + 2 * symbol.quiet)
        self.canvas.saveState()
        self.canvas.translate(x + symbol.quiet * module, HEIGHT - y - symbol.quiet * module)
        self.canvas.scale(module, -module)
        self.canvas.addLiteral(symbol_path(text))
        self.canvas.restoreState()

    def bands(self, placed: Sequence[Placed]) -> None:
        """The bands of one page."""
        for each in placed:
            x = MARGIN
            for cell in each.band.cells:
                self._cell(cell, x, each.y, each.band.height)
                x += cell.width

    def _cell(self, cell: Cell, x: float, y: float, height: float) -> None:
        if cell.ruled:
            self.box(x, y, cell.width, height, cell.shaded)
        step = leading(cell.size)
        inset = (step - cell.size) / 2 + cell.size * _ASCENT
        left = x + PADDING if cell.ruled else x
        for line in cell.lines:
            self.text(line, left, y + PADDING + inset, cell.size, MONO if cell.mono else FONT)
            inset += step

    def line(self, y: float) -> None:
        """A rule over the whole width."""
        self.canvas.setLineWidth(_RULE)
        self.canvas.line(MARGIN, HEIGHT - y, MARGIN + INNER, HEIGHT - y)


def _page(pen: Pen, paper: Paper, placed: Sequence[Placed], number: int, pages: int) -> None:
    pen.canvas.setPageSize((WIDTH, HEIGHT))
    if number == 1:
        _title(pen, paper)
    else:
        _running_head(pen, paper)
    pen.bands(placed)
    _foot(pen, paper, number, pages)
    pen.canvas.showPage()


def _title(pen: Pen, paper: Paper) -> None:
    """The house, the title, case and number; the QR code at the right."""
    middle = MARGIN + (INNER - SYMBOL) / 2
    room = INNER - SYMBOL - 8
    house, title = font.printable(paper.house), font.printable(paper.title)
    pen.middle(house, middle, 58, fitting(house, 11.5, room))
    pen.middle(title, middle, 86, fitting(title, _TITLE, room))
    for number, line in enumerate(heading(paper)):
        pen.text(line, MARGIN, HEADING_TOP + number * HEADING_STEP, HEADING_SIZE)
    if paper.symbol:
        _symbol(pen, paper)


def fitting(text: str, size: float, room: float) -> float:
    """The size at which a line fits into ``room``, at most ``size``."""
    return min(size, size * room / max(font.width(text, size), 1))


def _symbol(pen: Pen, paper: Paper) -> None:
    pen.symbol(paper.symbol, MARGIN + INNER - SYMBOL, 34, SYMBOL)
    y = 34 + SYMBOL + 3
    for line in wrap(font.printable(paper.symbol_says), 6.2, SYMBOL):
        pen.middle(line.strip(), MARGIN + INNER - SYMBOL / 2, y, 6.2)
        y += 8.2


@lru_cache(maxsize=64)
def symbol_path(text: str) -> str:
    """The dark modules of a QR code as one filled path, a module being 1 by 1."""
    return " ".join(f"{column} {row} {length} 1 re" for column, row, length in qr_text(text).runs()) + " f"


def _running_head(pen: Pen, paper: Paper) -> None:
    title = font.printable(f"{paper.title}  {said(paper.lang, 'continued')}")
    number = font.printable("    ".join(f"{said(paper.lang, name)} {value}" for name, value in named(paper)))
    pen.text(title, MARGIN, 54, 10.5)
    pen.end_at(number, MARGIN + INNER, 54, fitting(number, 8.5, INNER - font.width(title, 10.5) - 12))
    pen.line(61)


def _foot(pen: Pen, paper: Paper, number: int, pages: int) -> None:
    y = HEIGHT - 32
    pen.line(y - 10)
    drawn = paper.drawn
    says = font.printable(said(paper.lang, "drawn", origin=drawn.origin, position=drawn.position, at=drawn.at))
    count = said(paper.lang, "page", page=number, pages=pages)
    pen.end_at(count, MARGIN + INNER, y, _SMALL + 1)
    pen.text(says, MARGIN, y, fitting(says, _SMALL, INNER - font.width(count, _SMALL + 1) - 12))
