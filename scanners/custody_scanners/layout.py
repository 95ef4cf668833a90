"""Where everything on a label goes, in whole printer dots. Every format draws the same layout."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from custody import label
from custody_scanners import font
from custody_scanners.stocks import Stock
from custody_scanners.symbols import Symbol

_LINE_HEIGHT: Final = 1.25
_CAP_HEIGHT: Final = 0.75
_TOGETHER: Final = re.compile(
    r"[(（〔【《「『“]*(?:[0-9A-Za-z.,:/#+%-]+|\s|.)[)）〕】》」』”，。、；：！？…]*", re.DOTALL
)
"""What a line break never divides: a word or a number, an opening bracket and what follows, closing marks."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label to draw: its 20-character code, and lines of text to stand beside the symbol."""

    code: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacedSymbol:
    """A symbol with its top left module (the quiet zone lies outside) at ``x``, ``y``."""

    symbol: Symbol
    x: int
    y: int
    module: int


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A line of printable text; ``size`` is the em."""

    text: str
    x: int
    baseline: int
    size: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page, in dots from its top left corner."""

    width: int
    height: int
    symbols: tuple[PlacedSymbol, ...]
    texts: tuple[PlacedText, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """All pages at one resolution; ``shortened`` names the codes whose text did not fit and ends in "…"."""

    dpi: int
    pages: tuple[Page, ...]
    shortened: tuple[str, ...]


def lay_out(labels: Sequence[Label], stock: Stock, dpi: int) -> Layout:
    """Place every label on pages of ``stock`` for a printer of ``dpi`` dots per inch. Raises Malformed."""
    pages, shortened = [], []
    for sheet in _batched(labels, stock.per_page):
        symbols: list[PlacedSymbol] = []
        texts: list[PlacedText] = []
        for position, one in enumerate(sheet):
            cell = _Cell(stock, dpi, position)
            placed = list(cell.symbols(one.code))
            lines, whole = cell.lines(one.lines, placed[-1])
            symbols += placed
            texts += [cell.code(one.code, placed[0]), *lines]
            if not whole:
                shortened.append(one.code)
        pages.append(Page(*_dots(stock.page, dpi), tuple(symbols), tuple(texts)))
    return Layout(dpi, tuple(pages), tuple(shortened))


def _dots(millimetres: tuple[float, float], dpi: int) -> tuple[int, int]:
    x, y = millimetres
    return round(x * dpi / 25.4), round(y * dpi / 25.4)


class _Cell:
    """One label's place on the page: symbols in a row on one axis, lines beside them, the code below."""

    def __init__(self, stock: Stock, dpi: int, position: int) -> None:
        row, column = divmod(position, stock.columns)
        left, top = stock.origin[0] + column * stock.cell[0], stock.origin[1] + row * stock.cell[1]
        self.stock = stock
        self.dpi = dpi
        self.left, self.top = _dots((left + stock.margin[0], top + stock.margin[1]), dpi)
        self.right, self.bottom = _dots(
            (left + stock.cell[0] - stock.margin[0], top + stock.cell[1] - stock.margin[1]), dpi
        )
        above_code = self.bottom - self._size(stock.code_size * _LINE_HEIGHT)
        self.axis = (self.top + above_code) // 2
        self.module = stock.module_dots[dpi]

    def symbols(self, code: str) -> Iterator[PlacedSymbol]:
        drawn = [draw(code) for draw in self.stock.symbols]
        x = self.left
        for symbol in drawn:
            y = self.axis - symbol.height * self.module // 2
            yield PlacedSymbol(symbol, x + symbol.quiet * self.module, y, self.module)
            x += self._box(symbol.width, symbol)

    def _box(self, modules: int, symbol: Symbol) -> int:
        return (modules + 2 * symbol.quiet) * self.module

    def code(self, code: str, below: PlacedSymbol) -> PlacedText:
        return PlacedText(label.spaced(code), below.x, self.bottom, self._size(self.stock.code_size))

    def _size(self, millimetres: float) -> int:
        return round(millimetres * self.dpi / 25.4)

    def lines(self, lines: Sequence[str], beside: PlacedSymbol) -> tuple[list[PlacedText], bool]:
        """Set the lines, centred on the axis, in the largest type that holds them all, and say whether one did."""
        x = beside.x + (beside.symbol.width + beside.symbol.quiet) * self.module
        room = 2 * (self.axis - self.top)
        for millimetres in self.stock.text_sizes:
            size = self._size(millimetres)
            step = round(size * _LINE_HEIGHT)
            fit = max(1, room // step)
            wrapped = [part for line in lines for part in wrap(font.printable(line), size, self.right - x)]
            if len(wrapped) <= fit:
                break
        whole = len(wrapped) <= fit
        if not whole:
            wrapped = [*wrapped[: fit - 1], shorten(wrapped[fit - 1], size, self.right - x)]
        first = self.axis - (len(wrapped) * step) // 2 + round((step + size * _CAP_HEIGHT) / 2)
        placed = [PlacedText(text.strip(), x, first + n * step, size) for n, text in enumerate(wrapped)]
        return [text for text in placed if text.text], whole


@lru_cache(maxsize=4096)  # the labels of one case repeat most of their lines
def wrap(text: str, size: float, room: float) -> tuple[str, ...]:
    """Break a printable text into lines no wider than ``room``, between words, hanzi and brackets."""
    lines, used = [""], 0.0
    for piece in _TOGETHER.findall(text):
        for part in [piece] if font.width(piece, size) <= room else piece:
            advance = font.width(part, size)
            if lines[-1] and used + advance > room:
                lines.append("")
                used = 0.0
            lines[-1] += part
            used += advance
    return tuple(lines)


def shorten(text: str, size: float, room: float) -> str:
    """Cut a printable text to ``room`` and end it in an ellipsis."""
    while text and font.width(text + "…", size) > room:
        text = text[:-1]
    return text + "…"


def _batched(labels: Sequence[Label], size: int) -> Iterator[Sequence[Label]]:
    for start in range(0, len(labels), size):
        yield labels[start : start + size]
