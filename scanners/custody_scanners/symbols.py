"""The symbols on a label: QR version 2-H, QR version 1-M and Data Matrix 12x26 of one 20-character code.

A symbol is its matrix of modules, a row being a string of ``1`` (dark) and ``0``. Sizes are fixed by the label
format (docs/format.md section 8): a code that would need another size is a mistake here, never a larger symbol.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import qrcode
from qrcode.util import MODE_ALPHA_NUM, QRData

from custody import label
from custody_scanners.datamatrix import modules_12x26

_MASKS: Final = range(8)
_LEVELS: Final = {"M": qrcode.ERROR_CORRECT_M, "H": qrcode.ERROR_CORRECT_H}


@dataclass(frozen=True, slots=True)
class Symbol:
    """A drawn code. ``quiet`` is the width in modules that must stay blank on each side."""

    rows: tuple[str, ...]
    quiet: int

    @property
    def width(self) -> int:
        """Modules across, without the quiet zone."""
        return len(self.rows[0])

    @property
    def height(self) -> int:
        """Modules down, without the quiet zone."""
        return len(self.rows)

    def runs(self) -> list[tuple[int, int, int]]:
        """Dark modules as ``(column, row, length)`` of each horizontal run."""
        return [
            (run.start(), row, run.end() - run.start())
            for row, modules in enumerate(self.rows)
            for run in re.finditer("1+", modules)
        ]


def qr_2h(code: str) -> Symbol:
    """The symbol for bags, boxes and shelves: 25x25 modules, survives the loss of 30 %. Raises Malformed."""
    return Symbol(_qr(code, 2, "H"), quiet=4)


def qr_1m(code: str) -> Symbol:
    """The small symbol for tubes: 21x21 modules, which 20 alphanumerics fill exactly. Raises Malformed."""
    return Symbol(_qr(code, 1, "M"), quiet=4)


def data_matrix(code: str) -> Symbol:
    """The symbol that a tube's curve does not hide: 26 modules along the axis, 12 across. Raises Malformed."""
    label.parse(code)
    return Symbol(modules_12x26(code), quiet=2)


@lru_cache(maxsize=64)  # the papers of one case often bear the same claim
def qr_text(text: str) -> Symbol:
    """The symbol on papers: any text, as small as level M (15 %) allows. What it says is not a label code."""
    symbol = qrcode.QRCode(error_correction=_LEVELS["M"])
    symbol.add_data(QRData(text.encode()))
    symbol.make(fit=True)
    return Symbol(tuple("".join("1" if dark else "0" for dark in row) for row in symbol.modules), quiet=4)


def _qr(code: str, version: int, level: str) -> tuple[str, ...]:
    """The QR matrix whose data mask has the lowest penalty (ISO/IEC 18004, 7.8.3).

    qrcode would rebuild the whole symbol for each mask. Masks are XORs over the same data, so one symbol and
    seven precomputed differences give the same choice five times faster.
    """
    label.parse(code)
    size = 17 + 4 * version
    first = _flat(code, version, level, mask=0)
    candidates = [first ^ difference for difference in _mask_differences(version, level)]
    best = format(min(candidates, key=lambda bits: penalty(bits, size)), f"0{size * size}b")
    return tuple(best[start : start + size] for start in range(0, size * size, size))


def _flat(code: str, version: int, level: str, mask: int) -> int:
    symbol = qrcode.QRCode(version=version, error_correction=_LEVELS[level], mask_pattern=mask)
    symbol.add_data(QRData(code.encode(), mode=MODE_ALPHA_NUM))
    symbol.make(fit=False)  # raises DataOverflowError rather than growing
    return int("".join("1" if dark else "0" for row in symbol.modules for dark in row), 2)


@lru_cache
def _mask_differences(version: int, level: str) -> tuple[int, ...]:
    sample = label.code_of("EV10000000000000")
    first = _flat(sample, version, level, mask=0)
    return tuple(first ^ _flat(sample, version, level, mask) for mask in _MASKS)


def penalty(bits: int, size: int) -> int:
    """How badly a square symbol of ``size`` modules would scan: runs, blocks, false finders, imbalance.

    ``bits`` are the modules row by row, the first the most significant. Source: ISO/IEC 18004, table 11.
    """
    flat = format(bits, f"0{size * size}b")
    rows = [flat[start : start + size] for start in range(0, size * size, size)]
    lines = "\n".join(rows + [flat[column::size] for column in range(size)])
    across, down, both = _neighbours(size)
    same_across = ~(bits ^ bits >> 1) & across
    same_down = ~(bits ^ bits >> size) & down
    blocks = (same_across & same_down & ~(bits ^ bits >> size + 1) & both).bit_count()
    finders = lines.count("00001011101") + lines.count("10111010000")
    imbalance = abs(bits.bit_count() * 20 - size * size * 10) // (size * size)
    return _runs(same_across, 1) + _runs(same_down, size) + 3 * blocks + 40 * finders + 10 * imbalance


def _runs(same: int, step: int) -> int:
    """The sum of (length - 2) over runs of five or more, given which modules equal their next one."""
    fives = same & same >> step & same >> 2 * step & same >> 3 * step
    runs = fives & ~(fives >> step)
    return fives.bit_count() + 2 * runs.bit_count()


@lru_cache
def _neighbours(size: int) -> tuple[int, int, int]:
    """Ones at every module with a neighbour to the left; above; both."""
    across = int(("0" + "1" * (size - 1)) * size, 2)
    down = (1 << size * (size - 1)) - 1
    return across, down, across & down
