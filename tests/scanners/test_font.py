"""The label font covers what Chinese case papers are written in."""

from __future__ import annotations

from custody_scanners import font

GB_2312 = "".join(
    bytes((row, cell)).decode("gb2312", "ignore") for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF)
)


def test_every_hanzi_of_gb_2312_can_be_printed() -> None:
    assert len(GB_2312) == 6763
    assert font.missing_characters(GB_2312) == []


def test_names_and_papers_need_more_than_gb_2312() -> None:
    assert font.missing_characters("堃喆玥瑄垚翀镕𬭊𫖯 云公(交)刑受〔2026〕№ ✓⚠℃①￥±“”…—·㎎É") == []


def test_a_character_outside_the_font_is_named_once_and_replaced_visibly() -> None:
    assert font.missing_characters("甲😀乙𰻝😀\n") == ["😀", "𰻝", "\n"]
    assert font.printable("甲😀乙") == "甲〓乙"
    assert font.missing_characters(font.REPLACEMENT) == []


def test_a_hanzi_is_one_em_wide_and_full_width_digits_are_two_plain_ones() -> None:
    assert font.width("证", 10) == 10
    assert font.width("0", 10) < 6
    assert font.width("案件0", 10) == 20 + font.width("0", 10)


def test_the_licence_stands_beside_the_font() -> None:
    licence = font.FILE.with_name("OFL.txt").read_text(encoding="utf-8")
    assert licence.startswith("Copyright 2014-2021 Adobe")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "FONT SOFTWARE" in licence
