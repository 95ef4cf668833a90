"""Cut the label font out of Noto Sans SC Regular. Run by hand; the README.md beside the font says how.

    python scripts/make_subset.py NotoSansSC_400Regular.ttf ucd.all.grouped.xml
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).parents[1] / "scanners/custody_scanners/fonts/NotoSansSC-subset.ttf"
SYMBOLS = (
    "✓⚠■□▢●○◆◇★☆▲△▼▽▶◀→←↑↓↔⇒⇔↗↘№℃℉℡™©®€￥¥£¢µ‰‱Ω√∞≈≠≤≥±×÷"
    "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳㎎㎏㎜㎝㎞㎡㏄㏑㏒㏕㈠㈡㈢㈣㈤㈥㈦㈧㈨㈩〓・"
)


def gb2312() -> set[int]:
    """Every character of GB/T 2312: 6,763 hanzi, and its punctuation, full-width forms and symbols."""
    found: set[int] = set()
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            text = bytes((row, cell)).decode("gb2312", "ignore")
            found.update(map(ord, text))
    return found


def standard_characters(unicode_data: Path) -> set[int]:
    """The 8,105 characters of 通用规范汉字表 (2013): those with the property kTGH in the Unicode data."""
    line = re.compile(r'<char cp="([0-9A-F]+)"[^>]* kTGH="2013:')
    with unicode_data.open(encoding="utf-8") as lines:
        found = {int(match[1], 16) for match in map(line.search, lines) if match}
    if len(found) != 8105:
        raise SystemExit(f"expected 8105 characters with kTGH, found {len(found)}")
    return found


def wanted(unicode_data: Path) -> set[int]:
    """Code points of the subset; those that the font does not have are printed by `main`."""
    blocks = [
        range(0x20, 0x7F), range(0xA0, 0x100),              # ASCII, Latin-1
        range(0x2010, 0x2028), range(0x2030, 0x2040),       # punctuation
        range(0x2160, 0x217C), range(0x3000, 0x3020),       # Roman numerals, CJK punctuation
        range(0xFF01, 0xFF5F), range(0xFFE0, 0xFFE7),       # full-width forms
    ]  # fmt: skip
    plain = {code for block in blocks for code in block}
    return plain | gb2312() | standard_characters(unicode_data) | set(map(ord, SYMBOLS))


def main(font_file: str, unicode_data: str) -> None:
    """Write the subset into its place and say how large it is and what the font did not have."""
    font = TTFont(font_file, recalcTimestamp=False)
    codes = wanted(Path(unicode_data))
    absent = sorted(codes - font.getBestCmap().keys())
    print(f"{len(codes) - len(absent)} characters; not in the font: {''.join(map(chr, absent))}")
    options = subset.Options()
    options.layout_features = []      # labels are set without kerning or vertical forms
    options.hinting = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14]
    options.drop_tables += ["BASE", "STAT", "vhea", "vmtx", "gasp"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(font)
    font.save(TARGET)
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
