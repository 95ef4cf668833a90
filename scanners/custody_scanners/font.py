"""The one font of labels and papers: what it covers, how wide its characters are, their outlines."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from threading import RLock
from typing import Any, Final

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont

FILE: Final = Path(__file__).parent / "fonts" / "NotoSansSC-subset.ttf"
REPLACEMENT: Final = "〓"
"""Printed in place of a character that the font lacks, so that the gap is seen; callers report it as well."""

_reading: Final = RLock()  # fontTools reads tables and glyphs when they are first asked for, and is not ready for two


@lru_cache(maxsize=1)
def _font() -> Any:
    return TTFont(FILE, lazy=True)


@lru_cache(maxsize=1)
def _glyphs() -> dict[int, str]:
    glyphs: dict[int, str] = _font().getBestCmap()
    return glyphs


@lru_cache(maxsize=1)
def _em_widths() -> dict[str, float]:
    """Each character's advance, in ems."""
    with _reading:
        font = _font()
        units, metrics = font["head"].unitsPerEm, font["hmtx"].metrics
        return {chr(code): metrics[name][0] / units for code, name in _glyphs().items()}


def missing_characters(text: str) -> list[str]:
    """Return the characters of ``text`` that cannot be printed, each once, in order of appearance."""
    covered = _em_widths()
    return [character for character in dict.fromkeys(text) if character not in covered]


def printable(text: str) -> str:
    """Return ``text`` with each character that the font lacks replaced by `REPLACEMENT`."""
    covered = _em_widths()
    return "".join(character if character in covered else REPLACEMENT for character in text)


def width(text: str, size: float) -> float:
    """Return how wide a `printable` text is at an em of ``size``, in the same unit as ``size``."""
    widths = _em_widths()
    return sum(widths[character] for character in text) * size


@lru_cache(maxsize=4096)
def outline(character: str) -> str:
    """Return a printable character's outline as SVG path data: font units, y upwards, origin on the baseline."""
    with _reading:
        glyphs = _font().getGlyphSet()
        pen = SVGPathPen(glyphs)
        glyphs[_glyphs()[ord(character)]].draw(pen)
        return str(pen.getCommands())


def units_per_em() -> int:
    """Return the resolution of `outline`."""
    with _reading:
        return int(_font()["head"].unitsPerEm)
