"""Real renderers for what was drawn: poppler for PDF, resvg for SVG, zplkit for ZPL."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
import resvg_py
import zplkit
from PIL import Image

Rasterise = Callable[[bytes, str, int], list[Image.Image]]


@pytest.fixture(scope="session")
def poppler() -> Callable[..., bytes]:
    """Run a poppler tool over a PDF: ``poppler("pdftotext", pdf, "-layout")``."""

    def run(tool: str, pdf: bytes, *arguments: str) -> bytes:
        if shutil.which(tool) is None:
            pytest.fail(f"{tool} is missing: run `make setup`, or install poppler-utils", pytrace=False)
        return subprocess.run([tool, *arguments, "-", "-"], input=pdf, capture_output=True, check=True).stdout

    return run


@pytest.fixture
def rasterise(poppler: Callable[..., bytes], tmp_path: Path) -> Rasterise:
    """Turn drawn bytes of a format into pictures, one a page, at a resolution in dots per inch."""

    def pdf(data: bytes, dpi: int) -> list[Image.Image]:
        source = tmp_path / "labels.pdf"
        source.write_bytes(data)
        subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", source, tmp_path / "page"], check=True)
        return [Image.open(page) for page in sorted(tmp_path.glob("page-*.pgm"))]

    def png(data: bytes, dpi: int) -> list[Image.Image]:
        return [Image.open(BytesIO(data))]

    def svg(data: bytes, dpi: int) -> list[Image.Image]:
        return png(resvg_py.svg_to_bytes(svg_string=data.decode(), dpi=dpi), dpi)

    def zpl(data: bytes, dpi: int) -> list[Image.Image]:
        document = zplkit.render(data, zplkit.Options(profile="specification", dpi=dpi))
        assert document.warnings == []
        return [png(label.png(), dpi)[0] for label in document.labels]

    renderers = {"pdf": pdf, "png": png, "svg": svg, "zpl": zpl}
    return lambda data, format, dpi: [page.convert("L") for page in renderers[format](data, dpi)]
