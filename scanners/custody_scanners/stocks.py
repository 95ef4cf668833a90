"""Label stocks: the paper, what is drawn on it, and how many printer dots a module takes.

A module is a whole number of dots (docs/format.md section 8), so a symbol is given in dots and never scaled to a
length; only paper and type are given in millimetres.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from custody_scanners.symbols import Symbol, data_matrix, qr_1m, qr_2h


@dataclass(frozen=True, slots=True)
class Stock:
    """A page of ``columns`` x ``rows`` cells, a label in each. Lengths in millimetres."""

    name: str
    page: tuple[float, float]
    cell: tuple[float, float]
    origin: tuple[float, float]
    columns: int
    rows: int
    margin: tuple[float, float]
    symbols: tuple[Callable[[str], Symbol], ...]
    module_dots: Mapping[int, int]
    """Dots per module, by the printer's dots per inch."""
    code_size: float
    text_sizes: tuple[float, ...]
    """Sizes of type to try for the lines beside the symbol, largest first."""

    @property
    def per_page(self) -> int:
        """Labels on one page."""
        return self.columns * self.rows


STOCKS: Final[Mapping[str, Stock]] = {
    stock.name: stock
    for stock in (
        Stock(
            name="bag-50x30", page=(50, 30), cell=(50, 30), origin=(0, 0), columns=1, rows=1, margin=(1, 1),
            symbols=(qr_2h,), module_dots={203: 6, 300: 8}, code_size=3.0, text_sizes=(3.2, 2.8, 2.5, 2.2, 2.0),
        ),
        # Both symbols lie on the tube's axis line, so the camera sees them at once and each by its narrow side.
        Stock(
            name="tube-40x20", page=(40, 20), cell=(40, 20), origin=(0, 0), columns=1, rows=1, margin=(1, 1),
            symbols=(qr_1m, data_matrix), module_dots={203: 3, 300: 4}, code_size=2.5,
            text_sizes=(2.4, 2.2, 2.0),
        ),
        Stock(
            name="a4-3x8", page=(210, 297), cell=(70, 37), origin=(0, 0.5), columns=3, rows=8, margin=(5, 3),
            symbols=(qr_2h,), module_dots={203: 6, 300: 8}, code_size=3.4,
            text_sizes=(4.0, 3.5, 3.0, 2.6, 2.3, 2.0),
        ),
    )
}  # fmt: skip
"""The stocks by name; module sizes are those that the label format allows for bags and for 13 mm tubes."""
