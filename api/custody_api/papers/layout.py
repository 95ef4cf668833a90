"""Where everything on a paper goes, on A4, in points from the top left corner.

A paper is a column of bands: each is a row of cells that share its height. Text is wrapped, never cut; a band stays
whole on one page unless it is taller than a page; a list that goes on repeats its heads.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from custody_api.papers.paper import NO_CASE, Column, Field, Language, Paper, Table
from custody_scanners import font
from custody_scanners.layout import wrap

WIDTH: Final = 595.28
HEIGHT: Final = 841.89
MARGIN: Final = 42.5
INNER: Final = WIDTH - 2 * MARGIN
TOP: Final = 70.0
"""Where bands begin: above stands the running head. The first page has its title there, see `FIRST_TOP`."""
FIRST_TOP: Final = 150.0
BOTTOM: Final = HEIGHT - 52.0
HEADING_TOP: Final = 108.0
HEADING_STEP: Final = 13.5
HEADING_SIZE: Final = 9.5
"""Case and number under the title: first baseline, from one to the next, and the em."""
SYMBOL: Final = 84.0
"""The QR code of the first page is so wide, with its quiet zone."""

SIZE: Final = 9.0
LEADING: Final = 12.6
PADDING: Final = 3.6
_LABEL: Final = 76.0

SAID: Final = {
    "part": ("角色", "Part"), "name": ("姓名", "Name"), "how": ("签署方式", "How signed"), "when": ("时间", "When"),
    "signatures": ("签署", "Signatures"), "remarks": ("说明", "Remarks"), "continued": ("（续上页）", "(continued)"),
    "case": ("案号", "Case"), "number": ("编号", "No."),
    "page": ("第 {page} 页 共 {pages} 页", "Page {page} of {pages}"),
    "drawn": ("台账 {origin} 位置 {position}，{at} 出具", "Ledger {origin}, position {position}; drawn {at}"),
}  # fmt: skip
"""The words that every paper bears, in zh-CN and in English."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Lines of printable text in a box of some width. ``ruled``: the box is drawn; ``shaded``: and tinted."""

    width: float
    lines: tuple[str, ...]
    size: float = SIZE
    shaded: bool = False
    ruled: bool = True
    mono: bool = False
    """Set as commands are: every character as wide as the next."""


@dataclass(frozen=True, slots=True)
class Band:
    """Cells side by side. ``heads`` are repeated where the band begins a page; ``keep``: not the last on a page."""

    cells: tuple[Cell, ...]
    heads: tuple[Band, ...] = ()
    keep: bool = False
    gap: float = 0.0
    """Room left free above it, unless it begins a page."""

    @property
    def height(self) -> float:
        """Its height, without the gap above."""
        tallest = max(len(cell.lines) * leading(cell.size) for cell in self.cells)
        return tallest + 2 * PADDING


@dataclass(frozen=True, slots=True)
class Placed:
    """A band with its top edge at ``y``."""

    band: Band
    y: float


def leading(size: float) -> float:
    """From one baseline to the next."""
    return size * LEADING / SIZE


def said(lang: Language, name: str, **fields: object) -> str:
    """A word of `SAID` in a language."""
    return SAID[name][0 if lang == "zh" else 1].format(**fields)


def named(paper: Paper) -> tuple[tuple[str, str], ...]:
    """What a paper is known by: its case, if it is about one, and its number."""
    number = ("number", paper.number)
    return (("case", paper.case), number) if paper.case != NO_CASE else (number,)


def heading(paper: Paper) -> list[str]:
    """The lines of case and number under the title, wrapped beside the QR code."""
    texts = [f"{said(paper.lang, name)}  {value}" for name, value in named(paper)]
    room = INNER - SYMBOL - 8
    return [line.strip() for text in texts for line in wrap(font.printable(text), HEADING_SIZE, room)]


def lay_out(paper: Paper) -> list[list[Placed]]:
    """Place every band of a paper; one list a page."""
    return flow(bands(paper), max(FIRST_TOP, HEADING_TOP + len(heading(paper)) * HEADING_STEP), paper.lang)


def flow(bands: Iterable[Band], first: float, lang: Language) -> list[list[Placed]]:
    """Place bands on pages, beginning at ``first`` on the first; one list a page."""
    pages: list[list[Placed]] = [[]]
    y = first
    waiting = deque(bands)
    while waiting:
        band = waiting[0]
        gap = band.gap if pages[-1] else 0.0
        if y + gap + _together(waiting) > BOTTOM and pages[-1]:
            pages.append([])
            y, gap = TOP, 0.0
            for head in band.heads:
                pages[-1].append(Placed(head, y))
                y += head.height
        room = BOTTOM - y - gap
        if band.height > room:
            waiting.popleft()
            waiting.extendleft(reversed(_split(band, room, said(lang, "continued"))))
            band = waiting[0]
        pages[-1].append(Placed(band, y + gap))
        y += gap + band.height
        waiting.popleft()
    return pages


def _together(waiting: deque[Band]) -> float:
    """How much room the next band needs with those it must stand with; no more than its own if that is too much."""
    total = 0.0
    for band in waiting:
        total += band.height + (band.gap if total else 0.0)
        if not band.keep:
            break
    whole = BOTTOM - TOP - sum(head.height for head in waiting[0].heads)
    return total if total <= whole else min(waiting[0].height, LEADING * 2 + 2 * PADDING)


def _split(band: Band, room: float, continued: str) -> list[Band]:
    """Divide a band that is taller than the page between lines; what goes on says so."""
    most = max(1, int((room - 2 * PADDING) // max(leading(cell.size) for cell in band.cells)))
    first = replace(band, cells=tuple(replace(cell, lines=cell.lines[:most]) for cell in band.cells))
    rest = [replace(cell, lines=cell.lines[most:]) for cell in band.cells]
    tallest = max(range(len(rest)), key=lambda each: len(rest[each].lines))
    rest[tallest] = replace(rest[tallest], lines=(continued, *rest[tallest].lines))
    return [first, replace(band, cells=tuple(rest), gap=0.0)]


def bands(paper: Paper) -> Iterator[Band]:
    """Everything on a paper below its title, in order."""
    yield from fields_bands(paper.fields)
    for table in paper.tables:
        yield from table_bands(table)
    if paper.remarks:
        yield from _remarks(paper)
    if paper.signatures:
        yield from _unbroken(list(table_bands(_signatures(paper))))
    for line in paper.blanks:
        yield Band((Cell(INNER, wrapped(line, INNER), ruled=False),), gap=16.0)


def fields_bands(fields: Sequence[Field]) -> Iterator[Band]:
    """Named values: two fields a band where both are short, else one over the whole width."""
    half = INNER / 2 - _LABEL
    waiting: list[Field] = []
    for each in fields:
        short = len(wrapped(each.value, half)) == 1
        if not short and waiting:
            yield _named(waiting)
            waiting = []
        waiting.append(each)
        if not short or len(waiting) == 2:
            yield _named(waiting)
            waiting = []
    if waiting:
        yield _named(waiting)


def _named(fields: Sequence[Field]) -> Band:
    width = INNER / len(fields) - _LABEL
    cells: list[Cell] = []
    for each in fields:
        cells.append(Cell(_LABEL, wrapped(each.name, _LABEL), shaded=True))
        cells.append(Cell(width, wrapped(each.value, width)))
    return Band(tuple(cells))


def table_bands(table: Table) -> Iterator[Band]:
    """A list under its title and heads."""
    if table.title:
        yield Band((Cell(INNER, wrapped(table.title, INNER, 10.5), 10.5, ruled=False),), keep=True, gap=7.0)
    total = sum(column.share for column in table.columns)
    widths = [column.share * INNER / total for column in table.columns]
    named = zip(table.columns, widths, strict=True)
    head = Band(tuple(Cell(width, wrapped(each.name, width), shaded=True) for each, width in named), keep=True)
    yield head if table.title else replace(head, gap=9.0)
    for number, row in enumerate(table.rows, 1):
        across = widths if len(row) > 1 else [INNER]
        cells = (Cell(width, wrapped(text, width)) for text, width in zip(row, across, strict=True))
        yield Band(tuple(cells), (head,), keep=bool(table.end) and number == len(table.rows))
    if table.end:
        yield Band((Cell(INNER, wrapped(table.end, INNER)),), (head,))


def _signatures(paper: Paper) -> Table:
    shares = (("part", 18.0), ("name", 42.0), ("how", 74.0), ("when", 30.0))
    columns = tuple(Column(said(paper.lang, name), share) for name, share in shares)
    rows = tuple((each.part, each.name, each.how, each.when) for each in paper.signatures)
    return Table(said(paper.lang, "signatures"), columns, rows)


def _unbroken(block: Sequence[Band]) -> Iterator[Band]:
    """Bands that stay on one page together, unless they would fill half of it."""
    if sum(band.height for band in block) > (BOTTOM - TOP) / 2:
        yield from block
        return
    for band in block[:-1]:
        yield replace(band, keep=True)
    yield block[-1]


def _remarks(paper: Paper) -> Iterator[Band]:
    yield Band((Cell(INNER, (said(paper.lang, "remarks"),), 10.5, ruled=False),), keep=True, gap=7.0)
    for line in paper.remarks:
        yield Band((Cell(INNER, wrapped(line, INNER)),))


def wrapped(text: str, width: float, size: float = SIZE) -> tuple[str, ...]:
    """Wrap a text into a cell; its own line breaks stay, and what the font lacks is shown as its sign."""
    room = width - 2 * PADDING
    plain = text.replace("\t", " ").split("\n")
    return tuple(line.strip() for each in plain for line in wrap(font.printable(each), size, room)) or ("",)
