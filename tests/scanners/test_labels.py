"""Labels drawn, rasterised as a printer would, and read back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest
from PIL import Image

from custody import label
from custody.errors import Malformed, TooLarge
from custody_scanners import decoders, font
from custody_scanners.labels import DPI, FORMATS, MOST, STOCKS, Label, blank, draw
from custody_scanners.layout import Page, lay_out
from custody_scanners.scan import Mode, judge, scan_grey
from custody_scanners.symbols import Symbol

Rasterise = Callable[[bytes, str, int], list[Image.Image]]
Box = tuple[float, float, float, float]

LINES: Final = ("云公(交)刑受〔2026〕0312-07", "B管 血样 3.0 mL", "封签 F-880732", "陈某某")
JOBS: Final = [
    (stock, format, dpi)
    for stock in STOCKS
    for format in FORMATS
    for dpi in DPI
    if not (stock == "a4-3x8" and format == "zpl")
]


def roll(count: int, lines: tuple[str, ...] = LINES, kind: str = "item") -> list[Label]:
    return [Label(each.code, lines) for each in blank(kind, count)]


@pytest.mark.parametrize(("stock", "format", "dpi"), JOBS)
def test_what_is_drawn_reads_back_by_each_decoder_alone_and_by_both(
    stock: str, format: str, dpi: int, rasterise: Rasterise
) -> None:
    labels = roll(STOCKS[stock].per_page)
    (page,) = rasterise(draw(labels, stock, format, dpi).data, format, dpi)
    mode: Mode = "single" if len(labels) == 1 else "page"
    expected = [each.code for each in labels]
    for name, read in decoders.live().items():
        alone = judge(read(page), mode, [name])
        assert [code.code for code in alone.codes] == expected
        assert {code.decoders for code in alone.codes} == {(name,)}
    both = scan_grey(page, mode)
    assert [code.code for code in both.codes] == expected
    assert both.problems == ()
    assert {code.decoders for code in both.codes} == {("pyzbar", "zxing-cpp")}


@pytest.mark.parametrize(("stock", "format", "dpi"), JOBS)
def test_every_module_covers_whole_dots(stock: str, format: str, dpi: int, rasterise: Rasterise) -> None:
    labels = roll(STOCKS[stock].per_page)
    (page,) = rasterise(draw(labels, stock, format, dpi).data, format, dpi)
    (placed_page,) = lay_out(labels, STOCKS[stock], dpi).pages
    for placed in placed_page.symbols:
        quiet = placed.symbol.quiet * placed.module
        area = (
            placed.x - quiet, placed.y - quiet,
            placed.x + placed.symbol.width * placed.module + quiet,
            placed.y + placed.symbol.height * placed.module + quiet,
        )  # fmt: skip
        assert page.crop(area).tobytes() == exact(placed.symbol, placed.module).tobytes()


def exact(symbol: Symbol, module: int) -> Image.Image:
    """The symbol with its quiet zone, a pixel per dot."""
    image = Image.new("L", (symbol.width + 2 * symbol.quiet, symbol.height + 2 * symbol.quiet), 255)
    for row, modules in enumerate(symbol.rows):
        for column, dark in enumerate(modules):
            if dark == "1":
                image.putpixel((column + symbol.quiet, row + symbol.quiet), 0)
    return image.resize((image.width * module, image.height * module), Image.Resampling.NEAREST)


@pytest.mark.parametrize("dpi", DPI)
def test_bags_and_tubes_bear_the_symbols_that_the_format_page_names(dpi: int) -> None:
    sizes = {}
    for stock in STOCKS:
        (page,) = lay_out(roll(1), STOCKS[stock], dpi).pages
        sizes[stock] = [(placed.symbol.width, placed.symbol.height) for placed in page.symbols]
    assert sizes == {"bag-50x30": [(25, 25)], "tube-40x20": [(21, 21), (26, 12)], "a4-3x8": [(25, 25)]}
    allowed = {"bag-50x30": {203: (5, 6), 300: (7, 8)}, "tube-40x20": {203: (2, 3), 300: (3, 4)}}
    for stock, dots in allowed.items():
        assert STOCKS[stock].module_dots[dpi] in dots[dpi]


@pytest.mark.parametrize("stock", [*STOCKS])
@pytest.mark.parametrize("dpi", DPI)
def test_nothing_leaves_its_label_or_lies_upon_another_thing(stock: str, dpi: int) -> None:
    long = ("手机（黑色，IMEI 862345060123457），屏幕左上角碎裂，随封 SIM 卡一张、数据线一根；" * 6,)
    for lines in (LINES, long, ()):
        (page,) = lay_out(roll(STOCKS[stock].per_page, lines), STOCKS[stock], dpi).pages
        boxes = boxes_of(page)
        for left, top, right, bottom in boxes:
            assert 0 <= left < right <= page.width
            assert 0 <= top < bottom <= page.height
        for number, one in enumerate(boxes):
            assert not any(overlap(one, other) for other in boxes[number + 1 :])


def boxes_of(page: Page) -> list[Box]:
    """Symbols with a module around them, and the ink of the lines of text."""
    boxes: list[Box] = []
    for each in page.symbols:
        width, height = each.symbol.width * each.module, each.symbol.height * each.module
        left, top = each.x - each.module, each.y - each.module
        boxes.append((left, top, left + width + 2 * each.module, top + height + 2 * each.module))
    for text in page.texts:
        right = text.x + font.width(text.text, text.size)
        boxes.append((text.x, text.baseline - 0.8 * text.size, right, text.baseline + 0.15 * text.size))
    return boxes


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("stock", [*STOCKS])
def test_the_chinese_text_of_a_pdf_can_be_searched(stock: str, poppler: Callable[..., bytes]) -> None:
    (one,) = roll(1, ("案件 云岭", "封签 F-880732", "𬭊 ✓ 4.1 ℃"))
    lines = poppler("pdftotext", draw([one], stock).data, "-raw").decode().split("\n")
    assert {*one.lines, label.spaced(one.code)} == {line.strip() for line in lines if line.strip()}


def test_the_same_labels_give_the_same_pdf() -> None:
    labels = roll(30)
    first, again = draw(labels, "a4-3x8").data, draw(labels, "a4-3x8").data
    assert first == again
    assert first.count(b"/Type /Page\n") == 2


def test_threads_that_draw_at_the_same_time_do_not_disturb_each_other() -> None:
    rolls = [roll(1, (f"云岭 第{n}号 {chr(0x4E00 + 40 * n)}",)) for n in range(40)]
    jobs = [(labels, format) for labels in rolls for format in ("pdf", "svg", "zpl")]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda job: draw(job[0], format=job[1]).data, jobs))
    assert together == [draw(labels, format=format).data for labels, format in jobs]


def test_a_pdf_embeds_its_font() -> None:
    data = draw(roll(1)).data
    assert b"/FontFile2" in data
    assert b"NotoSansSC" in data


def test_an_svg_needs_no_font_and_says_its_text() -> None:
    (one,) = roll(1, LINES[1:])
    svg = draw([one], "bag-50x30", "svg").data.decode()
    assert "<text" not in svg
    assert all(line in svg for line in (*one.lines, label.spaced(one.code)))


def test_text_in_an_svg_cannot_become_markup() -> None:
    svg = draw([Label(roll(1)[0].code, ("</desc><script>1</script>",))], "bag-50x30", "svg").data
    assert b"<script" not in svg


def test_a_character_outside_the_font_prints_a_sign_and_is_reported(poppler: Callable[..., bytes]) -> None:
    drawn = draw([Label(roll(1)[0].code, ("陈𰻝某😀\t某",))])
    assert drawn.missing == ("𰻝", "😀", "\t")
    assert "陈〓某〓〓某" in poppler("pdftotext", drawn.data).decode()


def test_text_that_does_not_fit_ends_in_an_ellipsis_and_is_reported(poppler: Callable[..., bytes]) -> None:
    long, short = roll(1, ("物品说明" * 60,))[0], roll(1)[0]
    drawn = draw([long, short], "tube-40x20")
    assert drawn.shortened == (long.code,)
    assert "…" in poppler("pdftotext", drawn.data).decode()


@pytest.mark.parametrize("kind", [*label.PREFIXES.values()])
def test_a_blank_roll_has_fresh_codes_of_its_kind_and_no_text(kind: str) -> None:
    labels = blank(kind, 500)
    assert len({each.code for each in labels}) == 500
    assert all(label.is_code(each.code, kind) and each.lines == () for each in labels)


def test_a_job_that_cannot_be_drawn_says_why() -> None:
    (one,) = roll(1)
    jobs: dict[str, Callable[[], object]] = {
        "malformed/label-stock": lambda: draw([one], "a5"),
        "malformed/label-format": lambda: draw([one], format="docx"),
        "malformed/label-dpi": lambda: draw([one], dpi=96),
        "malformed/label-kind": lambda: blank("person", 1),
        "malformed/no-labels": lambda: draw([]),
        "malformed/label-check": lambda: draw([Label(one.code[:-1] + ("0" if one.code[-1] != "0" else "1"))]),
        "malformed/label": lambda: draw([Label("陈某某")]),
    }
    for code, job in jobs.items():
        with pytest.raises(Malformed) as caught:
            job()
        assert caught.value.code == code


def test_a_picture_holds_one_page_and_a_job_has_a_limit() -> None:
    two = roll(2)
    for job in (lambda: draw(two, "bag-50x30", "png"), lambda: draw(two * MOST), lambda: blank("item", MOST + 1)):
        with pytest.raises(TooLarge):
            job()
    with pytest.raises(Malformed):
        draw(two, "a4-3x8", "zpl")
