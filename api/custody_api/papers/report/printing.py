"""A report on paper: a cover with the chapters and their pages, then the chapters, each under its number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from custody_api.papers.drawing import Pen, fitting
from custody_api.papers.layout import (
    HEIGHT,
    INNER,
    MARGIN,
    TOP,
    WIDTH,
    Band,
    Cell,
    Placed,
    fields_bands,
    flow,
    said,
    table_bands,
    wrapped,
)
from custody_api.papers.report.document import Chapter, Document
from custody_scanners import font
from custody_scanners.layout import wrap
from custody_scanners.pdf import compose

_SYMBOL: Final = 128.0
_TITLE: Final = 30.0
_COVER: Final = 236.0
"""Where the cover's fields begin: above stand title, subject and the QR code."""
_CHAPTER: Final = 15.0
_SAID: Final = 9.5
_MONO: Final = 7.8
_MISSING: Final = {
    "zh": "有 {count} 个字不在本 PDF 的字库中，以 〓 代替；原字见 report.html 和行为原文。",
    "en": "{count} characters that this PDF's font lacks are printed as 〓; report.html and the acts have them.",
}
WIDEST: Final = 106
"""A command has at most so many characters: they fit on a line."""


def print_report(document: Document) -> bytes:
    """Draw a report as PDF, A4. The same document gives the same bytes."""
    bands = (band for number, each in enumerate(document.chapters) for band in _chapter(document, number, each))
    pages = flow(bands, TOP, document.lang)
    first = len(_cover_pages(document, {})) + 1
    begins = {chapter: page for page, placed in enumerate(pages, first) for chapter in _begun(document, placed)}
    every = [*_cover_pages(document, begins), *pages]

    def draw(canvas: Any) -> None:
        pen = Pen(canvas)
        for number, placed in enumerate(every, 1):
            canvas.setPageSize((WIDTH, HEIGHT))
            _cover(pen, document) if number == 1 else _running_head(pen, document)
            for chapter in _begun(document, placed):
                canvas.bookmarkPage(f"chapter-{chapter}")
                canvas.addOutlineEntry(font.printable(_numbered(document, chapter)), f"chapter-{chapter}", 0)
            pen.bands(placed)
            _foot(pen, document, number, len(every))
            canvas.showPage()

    return compose(font.printable(f"{document.title} {document.subject}"), draw)


def _cover_pages(document: Document, begins: dict[int, int]) -> list[list[Placed]]:
    """The cover, which takes more than one page only where a root or a name is very long."""
    return flow(_front(document, begins), _COVER, document.lang)


def _begun(document: Document, placed: Sequence[Placed]) -> list[int]:
    """The chapters that begin on a page."""
    titles = {each.band.cells[0].lines[0] for each in placed if each.band.cells[0].size == _CHAPTER}
    return [number for number in range(len(document.chapters)) if _numbered(document, number) in titles]


def _numbered(document: Document, chapter: int) -> str:
    return f"{chapter + 1}　{document.chapters[chapter].title}"


def _front(document: Document, begins: dict[int, int]) -> Iterator[Band]:
    yield from fields_bands(document.fields)
    for number, each in enumerate(document.says):
        yield _sentence(each, 10.0 if number == 0 else 2.0)
    missing = font.missing_characters("".join(document.texts()).replace("\n", ""))
    if missing:
        yield _sentence(_MISSING[document.lang].format(count=len(missing)), 2.0)
    yield Band((Cell(INNER, (document.contents,), 11.5, ruled=False),), keep=True, gap=14.0)
    page = 42.0
    for number in range(len(document.chapters)):
        where = str(begins.get(number, ""))
        named = Cell(INNER - page, (_numbered(document, number),), 10.0, ruled=False)
        yield Band((named, Cell(page, (where,), 10.0, ruled=False)))


def _chapter(document: Document, number: int, chapter: Chapter) -> Iterator[Band]:
    yield Band((Cell(INNER, (_numbered(document, number),), _CHAPTER, ruled=False),), keep=True, gap=20.0)
    for each in chapter.says:
        yield replace(_sentence(each, 2.0), keep=bool(chapter.tables or chapter.steps))
    for table in chapter.tables:
        yield from table_bands(table)
    for count, step in enumerate(chapter.steps, 1):
        yield replace(_sentence(f"{count}. {step.says}", 8.0), keep=True)
        lines = tuple(line or " " for line in step.commands)
        yield Band((Cell(INNER, lines, _MONO, shaded=True, mono=True),))


def _sentence(text: str, gap: float) -> Band:
    return Band((Cell(INNER, wrapped(text, INNER, _SAID), _SAID, ruled=False),), gap=gap)


def _cover(pen: Pen, document: Document) -> None:
    room = INNER - _SYMBOL - 18
    title = font.printable(document.title)
    pen.text(title, MARGIN, 96, fitting(title, _TITLE, room))
    y = 128.0
    for line in wrap(font.printable(document.subject), 14.0, room):
        pen.text(line.strip(), MARGIN, y, 14.0)
        y += 20
    origin = font.printable(document.origin)
    pen.text(origin, MARGIN, max(y + 4, 172), fitting(origin, 10.5, room))
    pen.symbol(document.symbol, MARGIN + INNER - _SYMBOL, 52, _SYMBOL)
    y = 52 + _SYMBOL + 8
    for line in wrap(font.printable(document.symbol_says), 7.0, _SYMBOL):
        pen.middle(line.strip(), MARGIN + INNER - _SYMBOL / 2, y, 7.0)
        y += 9.4
    pen.line(_COVER - 14)


def _running_head(pen: Pen, document: Document) -> None:
    title, subject = font.printable(document.title), font.printable(document.subject)
    pen.text(title, MARGIN, 54, 10.5)
    pen.end_at(subject, MARGIN + INNER, 54, fitting(subject, 8.5, INNER - font.width(title, 10.5) - 12))
    pen.line(61)


def _foot(pen: Pen, document: Document, number: int, pages: int) -> None:
    y = HEIGHT - 32
    pen.line(y - 10)
    count = said(document.lang, "page", page=number, pages=pages)
    pen.end_at(count, MARGIN + INNER, y, 8.5)
    claim = font.printable(document.symbol)
    pen.text(claim, MARGIN, y, fitting(claim, 7.5, INNER - font.width(count, 8.5) - 12))
