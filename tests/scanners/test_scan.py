"""What is believed of a picture, and what is refused."""

from __future__ import annotations

import random
import re
import sys
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pytest
import qrcode
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from custody import label
from custody.errors import Malformed, Unavailable
from custody_scanners import decoders, sentences
from custody_scanners.decoders import Box, Name, Reading, Symbology
from custody_scanners.labels import Label, blank, draw
from custody_scanners.scan import Mode, Scan, judge, scan, scan_grey

LIVE: Final[tuple[Name, ...]] = ("pyzbar", "zxing-cpp")
ONE, TWO = "EV1BHP5N40BAQPAA1D0A", "EV1QSPP7FT4Y5M95MEXW"
WRONG_CHECK: Final = "EV1BHP5N40BAQPAA1D0B"
HERE, THERE = Box(10, 10, 110, 110), Box(400, 10, 500, 110)


def seen(decoder: Name, text: str, box: Box = HERE, symbology: Symbology = "qr") -> Reading:
    return Reading(decoder, symbology, text, box)


def problems(found: Scan) -> list[str]:
    return [problem.code for problem in found.problems]


def picture(*texts: str) -> Image.Image:
    """QR codes of any text side by side, with room between them."""
    page = Image.new("L", (500 * len(texts), 500), 255)
    for n, text in enumerate(texts):
        code = qrcode.QRCode(border=4, box_size=8)
        code.add_data(text)
        page.paste(code.make_image().get_image().convert("L"), (500 * n + 20, 20))
    return page


def tube(code: str = ONE) -> Image.Image:
    return Image.open(BytesIO(draw([Label(code)], "tube-40x20", "png").data)).convert("L")


def test_one_label_in_view_is_believed() -> None:
    found = scan_grey(picture(ONE))
    assert found.accepted
    assert [(code.code, code.id, code.kind) for code in found.codes] == [(ONE, ONE[:16], "item")]
    assert found.codes[0].box.holds((180, 180))


def test_an_empty_picture_is_refused() -> None:
    modes: tuple[Mode, ...] = ("single", "page")
    for mode in modes:
        found = scan_grey(Image.new("L", (300, 300), 255), mode)
        assert (found.accepted, found.codes, problems(found)) == (False, (), ["none"])


def test_two_labels_before_the_counter_are_refused_and_on_a_page_are_both_believed() -> None:
    single, page = scan_grey(picture(ONE, TWO)), scan_grey(picture(ONE, TWO), "page")
    assert (single.codes, problems(single)) == ((), ["several"])
    assert ([code.code for code in page.codes], problems(page)) == ([ONE, TWO], [])


def test_a_copy_of_a_label_is_refused_at_the_counter_and_told_on_a_page() -> None:
    single, page = scan_grey(picture(ONE, ONE)), scan_grey(picture(ONE, ONE), "page")
    assert (single.codes, problems(single)) == ((), ["twice", "several"])
    assert (len(page.codes), problems(page), page.accepted) == (2, ["twice"], True)


def test_a_strangers_code_is_no_label_and_beside_one_it_spoils_the_counter_but_not_a_page() -> None:
    stranger = "https://example.test/序列号"
    assert problems(scan_grey(picture(stranger))) == ["foreign"]
    assert problems(scan_grey(picture(stranger), "page")) == ["foreign", "none"]
    assert problems(scan_grey(picture(ONE, stranger))) == ["foreign", "several"]
    page = scan_grey(picture(ONE, stranger), "page")
    assert ([code.code for code in page.codes], problems(page), page.accepted) == ([ONE], ["foreign"], True)


@pytest.mark.parametrize("mode", ["single", "page"])
def test_a_label_whose_check_characters_disagree_is_refused(mode: Mode) -> None:
    found = scan_grey(picture(WRONG_CHECK), mode)
    assert (found.accepted, found.codes, problems(found)) == (False, (), ["check-characters"])


@pytest.mark.parametrize("mode", ["single", "page"])
@pytest.mark.parametrize("other", [TWO, WRONG_CHECK, "044", "https://example.test/"])
def test_decoders_that_disagree_about_one_place_are_refused(mode: Mode, other: str) -> None:
    for texts in ((ONE, other), (other, ONE)):
        readings = [seen("pyzbar", texts[0]), seen("zxing-cpp", texts[1], Box(12, 8, 112, 111))]
        found = judge(readings, mode, LIVE)
        assert (found.accepted, found.codes, problems(found)) == (False, (), ["disagreement"])
        assert {*found.problems[0].texts} == {ONE, other}


def test_one_decoder_that_reads_two_texts_at_one_place_is_refused() -> None:
    found = judge([seen("zxing-cpp", ONE), seen("zxing-cpp", TWO)], "page", LIVE)
    assert (found.codes, problems(found)) == ((), ["disagreement"])


def test_a_reading_that_lies_upon_two_others_makes_them_one_place() -> None:
    left, middle, right = Box(0, 0, 100, 100), Box(40, 0, 140, 100), Box(80, 0, 180, 100)
    readings = [seen("zxing-cpp", ONE, left), seen("zxing-cpp", TWO, right), seen("pyzbar", ONE, middle)]
    found = judge(readings, "page", LIVE)
    assert (found.codes, problems(found)) == ((), ["disagreement"])


def test_a_disagreement_leaves_the_other_labels_of_a_page() -> None:
    found = judge([seen("pyzbar", ONE), seen("zxing-cpp", "044"), seen("zxing-cpp", TWO, THERE)], "page", LIVE)
    assert ([code.code for code in found.codes], problems(found), found.accepted) == ([TWO], ["disagreement"], False)


def test_agreement_is_asked_only_where_both_read_something() -> None:
    found = judge([seen("zxing-cpp", ONE), seen("zxing-cpp", TWO, THERE), seen("pyzbar", TWO, THERE)], "page", LIVE)
    assert [code.decoders for code in found.codes] == [("zxing-cpp",), ("pyzbar", "zxing-cpp")]
    assert found.problems == ()


def test_a_tube_label_with_both_symbols_is_one_label() -> None:
    found = scan_grey(tube())
    assert [code.symbologies for code in found.codes] == [("data-matrix", "qr")]


def test_a_tube_label_counts_with_either_symbol_alone() -> None:
    for hidden, left in (((0, 0, 118, 190), "data-matrix"), ((124, 0, 250, 190), "qr")):
        image = tube()
        ImageDraw.Draw(image).rectangle(hidden, fill=255)
        assert [code.symbologies for code in scan_grey(image).codes] == [(left,)]


def test_two_tube_labels_of_one_code_are_two() -> None:
    image = Image.new("L", (472, 1200), 255)
    image.paste(tube(), (0, 0))
    image.paste(tube(), (0, 900))
    assert problems(scan_grey(image, "page")) == ["twice"]
    assert scan_grey(image).codes == ()


def test_symbols_beside_each_other_with_different_codes_are_refused_at_the_counter() -> None:
    image = tube(ONE)
    image.paste(tube(TWO).crop((124, 0, 236, 190)), (124, 0))
    assert problems(scan_grey(image)) == ["several"]


def test_a_sheet_is_read_in_the_order_of_its_rows() -> None:
    labels = blank("item", 24)
    sheet = Image.open(BytesIO(draw(labels, "a4-3x8", "png", 203).data))
    turned = sheet.convert("L").rotate(1.5, fillcolor=255)
    assert [code.code for code in scan_grey(turned, "page").codes] == [each.code for each in labels]


@pytest.mark.parametrize(("gone", "left"), [("pyzbar", "zxing-cpp"), ("zxing-cpp", "pyzbar")])
def test_either_decoder_works_without_the_other(gone: str, left: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, {"pyzbar": "pyzbar.pyzbar", "zxing-cpp": "zxingcpp"}[gone], None)
    monkeypatch.setitem(sys.modules, {"pyzbar": "pyzbar", "zxing-cpp": "zxingcpp"}[gone], None)
    decoders.live.cache_clear()
    try:
        found = scan_grey(picture(ONE))
    finally:
        decoders.live.cache_clear()
    assert (found.decoders, [code.code for code in found.codes]) == ((left,), [ONE])


def test_a_machine_without_decoders_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("pyzbar", "pyzbar.pyzbar", "zxingcpp"):
        monkeypatch.setitem(sys.modules, module, None)
    decoders.live.cache_clear()
    try:
        with pytest.raises(Unavailable):
            scan_grey(picture(ONE))
    finally:
        decoders.live.cache_clear()


def test_only_qr_and_data_matrix_are_read() -> None:
    import zxingcpp

    for format in (zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.Aztec, zxingcpp.BarcodeFormat.PDF417):
        drawn: Any = zxingcpp.create_barcode(ONE, format).to_image(scale=4)
        image = Image.frombytes("L", drawn.shape[::-1], bytes(memoryview(drawn)))
        assert problems(scan_grey(image)) == ["none"]


def test_an_unknown_mode_is_malformed() -> None:
    with pytest.raises(Malformed):
        scan_grey(picture(ONE), "guess")  # type: ignore[arg-type]


def test_a_picture_can_be_given_as_bytes_or_by_path(tmp_path: Path) -> None:
    file = tmp_path / "标签.png"
    picture(ONE).save(file)
    assert scan(file).codes == scan(file.read_bytes()).codes != ()


def test_every_error_of_this_package_has_a_sentence_in_chinese() -> None:
    modules = Path(sentences.__file__).parent.glob("*.py")
    call = re.compile(r'(?:Malformed|TooLarge|Unavailable)\(\s*f?"([a-z-]+/[a-z{}-]+)"')
    raised = {code for module in modules for code in call.findall(module.read_text(encoding="utf-8"))}
    by_field = {f"malformed/label-{field}" for field in ("stock", "format", "dpi", "kind")}
    assert raised - {"malformed/label-{field}"} | by_field == {*sentences.CHINESE}


def test_every_problem_has_a_sentence_in_both_languages() -> None:
    for code in ("none", "several", "disagreement", "check-characters", "foreign", "twice"):
        zh, en = sentences.CATALOGUE[f"scan/{code}"]
        assert zh != en
        assert en.isascii()


def damaged(image: Image.Image, chance: random.Random) -> Image.Image:
    """Dirt and holes that spare the corners, where decoders find a symbol; then blur, tilt and little contrast."""
    draw_on = ImageDraw.Draw(image)
    width, height = image.size
    for _ in range(chance.randint(1, 14)):
        x, y = chance.uniform(0.05, 0.95) * width, chance.uniform(0.05, 0.95) * height
        spot = (x, y, x + chance.uniform(0.02, 0.2) * width, y + chance.uniform(0.02, 0.2) * height)
        draw_on.rectangle(spot, fill=chance.choice((0, 255)))
    image = image.filter(ImageFilter.GaussianBlur(chance.uniform(0, 3)))
    image = image.rotate(chance.uniform(-20, 20), Image.Resampling.BICUBIC, fillcolor=255)
    contrast = chance.uniform(0.1, 1)
    return image.point(lambda grey: int(128 + (grey - 128) * contrast))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(["bag-50x30", "tube-40x20"]), st.sampled_from(["single", "page"]))
def test_a_damaged_label_is_read_rightly_or_not_at_all(seed: int, stock: str, mode: Mode) -> None:
    chance = random.Random(seed)
    code = label.make("item", chance.randbytes(9))
    image = Image.open(BytesIO(draw([Label(code)], stock, "png", 203).data)).convert("L")
    found = scan_grey(damaged(image, chance), mode)
    assert {each.code for each in found.codes} <= {code}
    assert found.accepted == (found.codes != () and not any(problem.refuses for problem in found.problems))
