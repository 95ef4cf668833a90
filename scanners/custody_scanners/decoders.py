"""The two decoders, pyzbar (libzbar) and zxing-cpp, each used when it loads, and neither believed.

Only QR and Data Matrix are enabled: other symbologies read things that are not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from PIL import Image

Symbology = Literal["qr", "data-matrix"]
Name = Literal["pyzbar", "zxing-cpp"]


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in pixels around a symbol, right and bottom exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def centre(self) -> tuple[float, float]:
        """The middle of the rectangle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def longest(self) -> int:
        """The longer side."""
        return max(self.right - self.left, self.bottom - self.top)

    def holds(self, point: tuple[float, float]) -> bool:
        """Whether a point lies inside."""
        return self.left <= point[0] <= self.right and self.top <= point[1] <= self.bottom

    def gap(self, other: Box) -> int:
        """The free distance between two rectangles along the axis where it is larger; 0 if they touch."""
        across = max(self.left, other.left) - min(self.right, other.right)
        down = max(self.top, other.top) - min(self.bottom, other.bottom)
        return max(across, down, 0)

    def around(self, other: Box) -> Box:
        """The smallest rectangle that holds both."""
        return Box(
            min(self.left, other.left), min(self.top, other.top),
            max(self.right, other.right), max(self.bottom, other.bottom),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """What one decoder believes to have read at one place."""

    decoder: Name
    symbology: Symbology
    text: str
    box: Box


Decoder = Callable[[Image.Image], list[Reading]]


@lru_cache(maxsize=1)
def live() -> Mapping[Name, Decoder]:
    """The decoders that this machine can load; either may be missing."""
    loaders: dict[Name, Callable[[], Decoder]] = {"pyzbar": _load_pyzbar, "zxing-cpp": _load_zxing}
    found: dict[Name, Decoder] = {}
    for name, load in loaders.items():
        try:
            found[name] = load()
        except ImportError:  # not installed, or pyzbar without the system's libzbar
            continue
    return found


def _load_pyzbar() -> Decoder:
    from pyzbar import pyzbar

    def read(grey: Image.Image) -> list[Reading]:
        return [
            Reading("pyzbar", "qr", _text(found.data), _box((point.x, point.y) for point in found.polygon))
            for found in pyzbar.decode(grey, symbols=[pyzbar.ZBarSymbol.QRCODE])
        ]

    return read


def _load_zxing() -> Decoder:
    import zxingcpp

    symbologies: dict[zxingcpp.BarcodeFormat, Symbology] = {
        zxingcpp.BarcodeFormat.QRCodeModel2: "qr",
        zxingcpp.BarcodeFormat.DataMatrix: "data-matrix",
    }
    formats = zxingcpp.BarcodeFormats(list(symbologies))

    def read(grey: Image.Image) -> list[Reading]:
        readings = []
        for found in zxingcpp.read_barcodes(grey, formats=formats, try_invert=False):
            at = found.position
            corners = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
            box = _box((corner.x, corner.y) for corner in corners)
            symbology = symbologies.get(found.format, "qr")
            readings.append(Reading("zxing-cpp", symbology, _text(found.bytes), box))
        return readings

    return read


def _text(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")


def _box(points: Iterable[tuple[int, int]]) -> Box:
    across, down = zip(*points, strict=True)
    return Box(min(across), min(down), max(across) + 1, max(down) + 1)
