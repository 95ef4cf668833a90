"""Symbols module by module: sizes, the standard's mask, and what the error correction bears."""

from __future__ import annotations

import random
from typing import Any

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from qrcode import ERROR_CORRECT_H, QRCode
from qrcode.util import MODE_ALPHA_NUM, QRData, lost_point

from custody import label
from custody.errors import Malformed
from custody_scanners import datamatrix
from custody_scanners.symbols import Symbol, data_matrix, qr_1m, qr_2h

CODE = "EV1BHP5N40BAQPAA1D0A"
MOSTLY_DIGITS = "EV1000000000000045S5"
codes = st.builds(label.make, st.sampled_from([*label.PREFIXES.values()]), st.binary(min_size=9, max_size=9))


def picture(symbol: Symbol, module: int = 4) -> Image.Image:
    blank = "0" * (symbol.width + 2 * symbol.quiet)
    side = "0" * symbol.quiet
    rows = [blank] * symbol.quiet + [side + row + side for row in symbol.rows] + [blank] * symbol.quiet
    dots = bytes(0 if dark == "1" else 255 for row in rows for dark in row)
    image = Image.frombytes("L", (len(blank), len(rows)), dots)
    return image.resize((image.width * module, image.height * module), Image.Resampling.NEAREST)


def read(symbol: Symbol) -> list[zxingcpp.Barcode]:
    return zxingcpp.read_barcodes(picture(symbol))


@settings(max_examples=40, deadline=None)
@given(codes)
def test_every_code_makes_symbols_of_the_same_sizes_that_read_back(code: str) -> None:
    expected = [(qr_2h, 25, 25, "2", "H"), (qr_1m, 21, 21, "1", "M"), (data_matrix, 26, 12, "12x26", "")]
    for draw, width, height, version, level in expected:
        symbol = draw(code)
        (found,) = read(symbol)
        extra: Any = found.extra
        assert (symbol.width, symbol.height) == (width, height)
        assert (found.text, extra["Version"], found.ec_level) == (code, version, level)


def test_a_code_with_many_digits_makes_no_smaller_symbol() -> None:
    assert (data_matrix(MOSTLY_DIGITS).width, data_matrix(MOSTLY_DIGITS).height) == (26, 12)
    assert read(data_matrix(MOSTLY_DIGITS))[0].text == MOSTLY_DIGITS


@pytest.mark.parametrize("draw", [qr_2h, qr_1m, data_matrix])
def test_a_text_that_is_no_label_is_not_drawn(draw: object) -> None:
    for text in ("EV1BHP5N40BAQPAA1D0B", "https://example.test/", "", CODE.lower()):
        with pytest.raises(Malformed):
            draw(text)  # type: ignore[operator]


def masked(code: str, mask: int | None) -> list[list[bool]]:
    symbol = QRCode(version=2, error_correction=ERROR_CORRECT_H, mask_pattern=mask)
    symbol.add_data(QRData(code.encode(), mode=MODE_ALPHA_NUM))
    symbol.make(fit=False)
    return [[bool(dark) for dark in row] for row in symbol.modules]


@settings(max_examples=15, deadline=None)
@given(codes)
def test_the_mask_is_one_of_the_standards_eight_and_a_good_one(code: str) -> None:
    ours = [[dark == "1" for dark in row] for row in qr_2h(code).rows]
    candidates = [masked(code, mask) for mask in range(8)]
    assert ours in candidates
    scores = sorted(lost_point(candidate) for candidate in candidates)
    assert lost_point(ours) <= scores[3]  # qrcode weighs false finders a little differently


def with_wrong_codewords(code: str, wrong: int, seed: int) -> Symbol:
    chance = random.Random(seed)
    rows = [list(row) for row in data_matrix(code).rows]
    for cells in chance.sample(datamatrix.placement(), wrong):
        for row, column in cells:
            rows[row + 1][column + 1] = chance.choice("01")
    return Symbol(tuple("".join(row) for row in rows), quiet=2)


@pytest.mark.parametrize("seed", range(20))
def test_a_data_matrix_bears_seven_wrong_codewords(seed: int) -> None:
    assert [found.text for found in read(with_wrong_codewords(CODE, 7, seed))] == [CODE]


def test_the_data_matrix_encoder_takes_label_texts_only() -> None:
    for text in ("SHORT", "ev1bhp5n40baqpaa1d0a", "EV1 BHP5N40BAQPAA1D0"):
        with pytest.raises(ValueError, match="12x26"):
            datamatrix.modules_12x26(text)
