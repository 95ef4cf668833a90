"""Foreign tables: real files are read as they look, hostile ones are turned away by the line."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from custody.errors import Malformed, TooLarge
from custody.importing import tables
from custody.importing.problems import CATALOGUE
from custody.importing.tables import Table, read_table


def csv_file(folder: Path, text: str | bytes) -> Path:
    file = folder / "旧登记簿.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def excel_file(folder: Path, *rows: list[Any], sheet: str = "清单") -> Path:
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(row)
    file = folder / "清单.xlsx"
    book.save(file)
    return file


def told(table: Table) -> list[tuple[int, str]]:
    for each in table.problems:
        assert each.said("zh") != each.said("en")
    return [(each.line, each.code) for each in table.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_the_encoding_that_is_stated(encoding: str, tmp_path: Path) -> None:
    file = csv_file(tmp_path, "编号,名称\n1, 手机 \n\n2,\"表,\n金色\"\n3,\n".encode(encoding))
    table = read_table(file, encoding="utf-8" if "utf" in encoding else encoding)
    assert table.headings == ("编号", "名称")
    assert [(each.number, dict(each.cells)) for each in table.lines] == [
        (2, {"编号": "1", "名称": "手机"}), (4, {"编号": "2", "名称": "表,\n金色"}), (6, {"编号": "3"}),
    ]  # fmt: skip
    assert told(table) == []


def test_a_wrong_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    file = csv_file(tmp_path, b"a,b\n1,2\n" + "手机,1\n".encode("gb18030"))
    assert told(read_table(file)) == [(3, "import/encoding-other")]
    (problem,) = read_table(file).problems
    assert problem.fields["readable"] == "gb18030"
    assert 'encoding = "gb18030"' in problem.said("zh")
    assert told(read_table(csv_file(tmp_path, "a,b\n".encode("utf-16")))) == [(1, "import/encoding-other")]
    assert told(read_table(csv_file(tmp_path, b"a,b\n\xff\xff\xff"))) == [(2, "import/encoding")]
    with pytest.raises(Malformed, match="encoding"):
        read_table(file, encoding="klingon")


def test_broken_lines_are_told_one_by_one(tmp_path: Path) -> None:
    table = read_table(csv_file(tmp_path, "a,b,a\n1,2,3,4\n=1+1,2\n\x01,2\n1,\"2\n"))
    assert told(table) == [
        (1, "import/header-twice"), (2, "import/cells"), (3, "import/formula"), (4, "import/control"),
        (5, "import/csv"),
    ]  # fmt: skip
    assert told(read_table(csv_file(tmp_path, "a,b\n"))) == [(1, "import/no-lines")]
    assert told(read_table(csv_file(tmp_path, f"a\n{'x' * 4001}\n"))) == [(2, "import/value")]
    assert told(read_table(csv_file(tmp_path, ""))) == []


def test_a_workbook_shows_what_its_cells_show(tmp_path: Path) -> None:
    file = excel_file(
        tmp_path, ["登记簿"], [], ["编号", "重量", "时间", "件数"], ["A", 312.46, datetime(2019, 5, 6, 14, 30), 3.0],
        [None, 1e-06, None, 10**15],
    )  # fmt: skip
    table = read_table(file, header_line=3)
    assert [(each.number, dict(each.cells)) for each in table.lines] == [
        (4, {"编号": "A", "重量": "312.46", "时间": "2019-05-06 14:30:00", "件数": "3"}),
        (5, {"重量": "0.000001", "件数": "1000000000000000"}),
    ]  # fmt: skip
    assert told(read_table(file, sheet="清单", header_line=3)) == []
    with pytest.raises(Malformed):
        read_table(file, sheet="没有")


def test_a_formula_is_no_value(tmp_path: Path) -> None:
    file = excel_file(tmp_path, ["a"], ['=HYPERLINK("http://example.com")'], ["=A1"], ["'=A1"], [1])
    assert told(read_table(file)) == [(2, "import/formula"), (3, "import/formula")]


def test_merged_cells_are_told_since_they_hide_values(tmp_path: Path) -> None:
    """A title over the whole sheet is only a title. A document merged over three lines is said of the first alone."""
    book = Workbook()
    page = book.active
    assert page is not None
    for row in (["扣押物品清单"], ["文书", "品名"], ["7号", "手机"], [None, "手表"], [None, "相机"], ["8号", "电脑"]):
        page.append(row)
    page.merge_cells("A1:B1")
    page.merge_cells("A3:A5")
    file = tmp_path / "清单.xlsx"
    book.save(file)
    table = read_table(file, header_line=2)
    assert told(table) == [(3, "import/merged")]
    assert table.problems[0].fields["cells"] == "A3:A5"
    assert told(read_table(file))[0] == (1, "import/merged")


def test_what_is_no_workbook_is_turned_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.xlsx"
    file.write_bytes(b"PK\x03\x04 no")
    with pytest.raises(Malformed):
        read_table(file)
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("[Content_Types].xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>")
    with pytest.raises(Malformed):
        read_table(file)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet1.xml", b"0" * 2**20)
    monkeypatch.setattr(tables, "MOST_UNPACKED", 2**19)
    with pytest.raises(TooLarge):
        read_table(file)
    monkeypatch.setattr(tables, "MOST_BYTES", 10)
    with pytest.raises(TooLarge):
        read_table(csv_file(tmp_path, "a,b\n1,2\n3,4\n"))


def test_a_million_lines_stop_at_the_limit(tmp_path: Path) -> None:
    table = read_table(csv_file(tmp_path, "a,b\n" + "1,2\n" * 1_000_000))
    assert told(table) == [(100_002, "import/too-many")]
    assert not table.usable


def test_a_lonely_cell_at_the_bottom_of_a_sheet_does_not_make_a_million_lines(tmp_path: Path) -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page["A1"], page["XFD1048576"] = "a", "b"
    file = tmp_path / "deep.xlsx"
    book.save(file)
    assert told(read_table(file)) == [(100_002, "import/too-many")]


def test_every_problem_is_told_in_both_languages() -> None:
    for code, (zh, en) in CATALOGUE.items():
        assert zh.endswith("。"), code
        assert en.endswith("."), code
