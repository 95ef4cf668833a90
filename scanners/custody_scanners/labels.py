"""Drawing labels: a code, some lines of text, a stock; out come bytes for a printer or a screen."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from custody import label
from custody.errors import Malformed, TooLarge
from custody_scanners import bitmap, font, pdf, svg
from custody_scanners.layout import Label, Layout, lay_out
from custody_scanners.stocks import STOCKS

__all__ = ["DPI", "FORMATS", "MOST", "STOCKS", "Drawn", "Label", "blank", "draw"]

Key = TypeVar("Key")
Value = TypeVar("Value")

DPI: Final = (203, 300)
"""Printers' resolutions in dots per inch."""

MOST: Final = 10_000
"""Labels in one job."""


@dataclass(frozen=True, slots=True)
class _Format:
    media_type: str
    render: Callable[[Layout], bytes]
    paged: bool


FORMATS: Final[Mapping[str, _Format]] = {
    "pdf": _Format("application/pdf", pdf.render, paged=True),
    "zpl": _Format("application/zpl", bitmap.zpl, paged=True),
    "png": _Format("image/png", bitmap.png, paged=False),
    "svg": _Format("image/svg+xml", svg.render, paged=False),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """Drawn labels, and what the drawing could not show.

    ``missing``: characters that the font lacks, printed as 〓. ``shortened``: codes of labels whose text ended in "…".
    """

    data: bytes
    media_type: str
    missing: tuple[str, ...]
    shortened: tuple[str, ...]


def draw(labels: Sequence[Label], stock: str = "bag-50x30", format: str = "pdf", dpi: int = 300) -> Drawn:
    """Draw labels in order on as many pages as they need.

    Raises Malformed for a stock, format, resolution or code that does not exist, and TooLarge for more labels than
    `MOST`, or than one page holds where the format has no pages (PNG, SVG).
    """
    chosen = _choice("stock", stock, STOCKS)
    target = _choice("format", format, FORMATS)
    _choice("dpi", dpi, {each: each for each in DPI})
    if format == "zpl" and chosen.per_page > 1:
        raise Malformed("malformed/label-stock", "A label printer takes no sheets.", field="stock", got=stock)
    limit = MOST if target.paged else chosen.per_page
    if not labels:
        raise Malformed("malformed/no-labels", "There is no label to draw.", field="labels")
    if len(labels) > limit:
        raise TooLarge(
            "too-large/labels", f"{format} on {stock} takes at most {limit} labels; choose PDF, or split the job.",
            limit=limit, got=len(labels),
        )  # fmt: skip
    layout = lay_out(labels, chosen, dpi)
    text = "".join(line for each in labels for line in each.lines)
    return Drawn(target.render(layout), target.media_type, tuple(font.missing_characters(text)), layout.shortened)


def blank(kind: str, count: int) -> list[Label]:
    """Return ``count`` labels with fresh random codes and no text, for a roll to be claimed from later.

    ``kind`` is item, place, manifest or kit. Raises Malformed, TooLarge.
    """
    _choice("kind", kind, {each: each for each in label.PREFIXES.values()})
    if not 1 <= count <= MOST:
        raise TooLarge("too-large/labels", f"A roll has 1 to {MOST} labels.", limit=MOST, got=count)
    return [Label(label.make(kind, secrets.token_bytes(9))) for _ in range(count)]


def _choice(field: str, value: Key, choices: Mapping[Key, Value]) -> Value:
    if value not in choices:
        raise Malformed(
            f"malformed/label-{field}", f"There is no such label {field}.",
            field=field, expected=[*choices], got=value,
        )  # fmt: skip
    return choices[value]
