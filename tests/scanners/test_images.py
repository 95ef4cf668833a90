"""Pictures from strangers: read, or refused with one of our errors."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from custody.errors import Malformed, TooLarge
from custody_scanners.images import MOST_BYTES, open_grey
from custody_scanners.labels import Label, draw
from custody_scanners.scan import scan

CODE = "EV1BHP5N40BAQPAA1D0A"
PNG = draw([Label(CODE)], "bag-50x30", "png", 203).data


def saved(image: Image.Image, format: str, **options: object) -> bytes:
    target = BytesIO()
    image.save(target, format, **options)
    return target.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_header(width: int, height: int) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\x00" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "PPM"])
def test_the_usual_formats_are_read(format: str) -> None:
    assert scan(saved(Image.open(BytesIO(PNG)), format)).codes[0].code == CODE


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "I;16", "I", "F"])
def test_every_kind_of_pixel_becomes_grey(mode: str) -> None:
    grey = Image.open(BytesIO(PNG)).convert("L")
    if mode in ("I;16", "I", "F"):
        image = grey.convert("I").point(lambda value: value * 257)
        image = image.convert(mode) if mode != "I" else image
    else:
        image = grey.convert(mode)
    format = "TIFF" if mode in ("CMYK", "F", "I") else "PNG"
    assert scan(saved(image, format)).codes[0].code == CODE


def test_a_symbol_on_a_transparent_ground_is_read() -> None:
    ink = ImageOps.invert(Image.open(BytesIO(PNG)).convert("L"))
    image = Image.new("RGBA", ink.size, "black")
    image.putalpha(ink)
    assert scan(saved(image, "PNG")).codes[0].code == CODE


def test_a_photograph_turned_by_its_exif_is_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert open_grey(saved(Image.new("L", (40, 20)), "JPEG", exif=exif)).size == (20, 40)


@pytest.mark.parametrize("data", [b"", b"\x00", b"%PDF-1.7", b"<svg/>", b"GIF89a", PNG[:8], PNG[:60], "标签".encode()])
def test_what_is_no_picture_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        scan(data)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP"]), st.data())
def test_a_damaged_file_is_read_rightly_or_malformed(format: str, data: st.DataObject) -> None:
    whole = saved(Image.open(BytesIO(PNG)), format)
    cut = data.draw(st.integers(0, len(whole)))
    place = data.draw(st.integers(0, len(whole) - 1))
    wrong = data.draw(st.integers(0, 255))
    broken = (whole[:place] + bytes([wrong]) + whole[place + 1 :])[: max(cut, place + 1)]
    try:
        found = scan(broken)
    except Malformed:
        return
    assert {code.code for code in found.codes} <= {CODE}


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_small_file_that_claims_many_pixels_is_too_large() -> None:
    for width, height in ((10_000, 10_000), (65_000, 65_000), (2**31 - 1, 2**31 - 1), (1, 70_000)):
        with pytest.raises(TooLarge) as caught:
            open_grey(png_header(width, height))
        assert caught.value.code == "too-large/image-pixels"


def test_a_large_file_is_too_large_before_it_is_looked_at(tmp_path: Path) -> None:
    file = tmp_path / "large"
    with file.open("wb") as target:
        target.truncate(MOST_BYTES + 1)
    with pytest.raises(TooLarge) as caught:
        open_grey(file)
    assert caught.value.code == "too-large/image-bytes"


def test_a_file_that_is_not_there_is_the_callers_matter(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        scan(tmp_path / "none.png")


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (1, 5000), (5000, 1), (21, 21), (16, 32_767)])
def test_a_picture_of_an_odd_size_has_no_label_in_it(size: tuple[int, int]) -> None:
    for grey in (0, 128, 255):
        found = scan(saved(Image.new("L", size, grey), "PNG"))
        assert [problem.code for problem in found.problems] == ["none"]
