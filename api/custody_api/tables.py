"""Lists as tables for a spreadsheet: CSV that Excel opens in UTF-8, and XLSX. No cell is ever a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from custody_api.columns import COLUMNS, TITLES, Cell
from custody_api.wording import Language

Format = Literal["csv", "xlsx"]

MEDIA_TYPES: Final[Mapping[Format, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, full width included (OWASP, CSV injection)."""

_LONGEST_CELL: Final = 32_767
"""Characters that a cell of XLSX can hold."""


def drawn(name: str, members: Iterable[Mapping[str, Any]], form: Format, language: Language) -> bytes:
    """Return a list as a table: a row of heads, then one row for each member."""
    columns = COLUMNS[name]
    heads = [column.head(language) for column in columns]
    rows = ([column.cell(member, language) for column in columns] for member in members)
    if form == "csv":
        return _csv(heads, rows)
    return _xlsx(TITLES[name][0 if language == "zh" else 1], heads, rows)


def _csv(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """RFC 4180, with the byte order mark by which Excel knows UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: Cell) -> Cell:
    """A text that no spreadsheet computes: an apostrophe before what looks like a formula."""
    if isinstance(cell, int):
        return cell
    text = cell.replace("\x00", "")
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _xlsx(title: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    bold = []
    for head in heads:
        cell = WriteOnlyCell(sheet, head)
        cell.font = Font(bold=True)
        bold.append(cell)
    sheet.append(bold)
    for row in rows:
        sheet.append([_as_text(sheet, cell) for cell in row])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _as_text(sheet: Any, value: Cell) -> Any:
    """A cell that says it holds text, so that long numbers keep their digits and nothing is computed."""
    if isinstance(value, int):
        return value
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST_CELL])
    cell.data_type = "s"
    return cell
