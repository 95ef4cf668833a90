"""Labels as SVG: text as outlines, so that it looks the same where the font is not installed."""

from __future__ import annotations

from html import escape

from custody_scanners import font
from custody_scanners.layout import Layout, PlacedSymbol, PlacedText


def render(layout: Layout) -> bytes:
    """Return the only page of ``layout``; user units are printer dots. The text is repeated in ``<desc>``."""
    (page,) = layout.pages
    inches = f'width="{page.width / layout.dpi:.5f}in" height="{page.height / layout.dpi:.5f}in"'
    description = escape("\n".join(text.text for text in page.texts))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {inches} viewBox="0 0 {page.width} {page.height}" role="img">',
        f"<desc>{description}</desc>",
        f'<rect width="{page.width}" height="{page.height}" fill="#fff"/>',
        *map(_symbol, page.symbols),
        *map(_text, page.texts),
        "</svg>\n",
    ]
    return "\n".join(parts).encode()


def _symbol(placed: PlacedSymbol) -> str:
    module = placed.module
    path = "".join(
        f"M{placed.x + column * module} {placed.y + row * module}h{length * module}v{module}h-{length * module}z"
        for column, row, length in placed.symbol.runs()
    )
    return f'<path d="{path}" shape-rendering="crispEdges"/>'


def _text(placed: PlacedText) -> str:
    scale = placed.size / font.units_per_em()
    glyphs, x = [], 0.0
    for character in placed.text:
        if shape := font.outline(character):
            glyphs.append(f'<path transform="translate({x:g})" d="{shape}"/>')
        x += font.width(character, font.units_per_em())
    place = f"translate({placed.x} {placed.baseline}) scale({scale:g} {-scale:g})"
    return f'<g transform="{place}">{"".join(glyphs)}</g>'
