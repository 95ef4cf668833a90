"""Reading a table from foreign bytes: CSV in a stated encoding, or the values of an Excel sheet.

The file is hostile until shown otherwise: sizes are limited before anything is unpacked, formulas are no values, and
every complaint names its line.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from custody.errors import Malformed, TooLarge
from custody.importing.problems import Problem

MOST_BYTES: Final = 64 * 2**20
MOST_UNPACKED: Final = 512 * 2**20
MOST_PARTS: Final = 2_000
MOST_LINES: Final = 100_000
MOST_COLUMNS: Final = 100
LONGEST_CELL: Final = 4_000
TOO_MANY: Final = "import/too-many"

_FORMULA: Final = ("=", "@", "+=", "-=", "\t=")
"""How a cell begins that a spreadsheet would compute."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of data: its number in the file, and the text of each column that has any, by its heading."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """What was read: headings in order, the lines, and what was wrong with some."""

    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]

    @property
    def usable(self) -> bool:
        """Whether it is worth looking at line by line."""
        return bool(self.lines) and not any(each.code == TOO_MANY for each in self.problems)


Cells = tuple[int, Sequence[str]]
"""A line's number and its cells as text."""


def read_table(
    file: Path, *, encoding: str = "utf-8", delimiter: str = ",", sheet: str | None = None, header_line: int = 1
) -> Table:
    """Read a table. Raises Malformed or TooLarge for a file that is none; what is wrong with lines is in the table."""
    size = file.stat().st_size
    if size > MOST_BYTES:
        raise TooLarge(
            "too-large/import", "The file is too large: split it.", file=file.name, limit=MOST_BYTES, got=size
        )
    problems: list[Problem] = []
    if file.suffix.lower() in (".xlsx", ".xlsm"):
        rows = _excel(file, sheet, header_line, problems)
    else:
        rows = _csv(file.read_bytes(), encoding, delimiter, problems)
    return _table(rows, header_line, problems)


def _table(rows: Iterator[Cells], header_line: int, problems: list[Problem]) -> Table:
    headings: tuple[str, ...] = ()
    lines: list[Line] = []
    for number, cells in rows:
        if number - header_line > MOST_LINES:
            problems.append(Problem(number, TOO_MANY, {"limit": MOST_LINES}))
            break
        if number < header_line or not any(cells):
            continue
        if not headings:
            headings = _headings(number, cells, problems)
        elif any(cells[len(headings) :]):
            problems.append(Problem(number, "import/cells", {"got": len(cells), "expected": len(headings)}))
        else:
            named = {heading: cell for heading, cell in zip(headings, cells, strict=False) if heading and cell}
            lines.append(Line(number, named))
            problems += _suspicious(number, named)
    if headings and not lines and not problems:
        problems.append(Problem(header_line, "import/no-lines"))
    return Table(headings, tuple(lines), tuple(problems))


def _headings(number: int, cells: Sequence[str], problems: list[Problem]) -> tuple[str, ...]:
    found = tuple(cells)
    while found and not found[-1]:
        found = found[:-1]
    for index, heading in enumerate(found):
        if heading and heading in found[:index]:
            problems.append(Problem(number, "import/header-twice", {"column": heading}))
    return found


def _suspicious(number: int, cells: Mapping[str, str]) -> Iterator[Problem]:
    for column, text in cells.items():
        if text.startswith(_FORMULA):
            yield Problem(number, "import/formula", {"column": column})
        if any((ord(each) < 32 and each not in "\t\n\r") or each == "\x7f" for each in text):
            yield Problem(number, "import/control")
        if len(text) > LONGEST_CELL:
            expected = {"expected_zh": f"不超过 {LONGEST_CELL} 字", "expected_en": f"at most {LONGEST_CELL} characters"}
            yield Problem(number, "import/value", {"column": column, "got": f"{text[:20]}…", **expected})


def _csv(data: bytes, encoding: str, delimiter: str, problems: list[Problem]) -> Iterator[Cells]:
    try:
        text = data.decode("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding)
    except UnicodeDecodeError as error:
        problems.append(_undecoded(data, encoding, error.start))
        return
    except LookupError:
        raise Malformed(
            "malformed/mapping", "The mapping cannot be used: encoding.", field="encoding", got=encoding
        ) from None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for cells in reader:
            yield start, [cell.strip() for cell in cells]
            start = reader.line_num + 1
    except csv.Error as error:
        problems.append(Problem(start, "import/csv", {"reason": str(error)}))


def _undecoded(data: bytes, encoding: str, at: int) -> Problem:
    """Where the stated encoding fails, and which usual one would not."""
    line = data[:at].count(b"\n") + 1
    said: dict[str, Any] = {"encoding": encoding, "byte": at + 1}
    for other in _USUAL:
        try:
            data.decode(other)
        except UnicodeDecodeError:
            continue
        return Problem(line, "import/encoding-other", {**said, "readable": other})
    return Problem(line, "import/encoding", said)


_USUAL: Final = ("utf-8", "gb18030", "utf-16")


def _excel(file: Path, sheet: str | None, header_line: int, problems: list[Problem]) -> Iterator[Cells]:
    from openpyxl import load_workbook

    _check_package(file)
    try:
        book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
        try:
            if sheet is not None and sheet not in book.sheetnames:
                raise _not_a_workbook(file, f"no sheet {sheet}")
            page = book[sheet] if sheet is not None else book.worksheets[0]
            problems += _merged(file, page, header_line)
            yield from _rows(page.iter_rows(max_col=MOST_COLUMNS), problems)
        finally:
            book.close()
    except Malformed:
        raise
    except Exception as error:  # the library raises whatever its parsers do; none of it may look like our own fault
        raise _not_a_workbook(file, type(error).__name__) from None


def _merged(file: Path, page: Any, header_line: int) -> Iterator[Problem]:
    """Each group of merged cells from the header on: only its first cell has a value, and nobody knows of which lines
    it holds. A title above the header may be merged. What is read line by line does not tell: the sheet itself does."""
    path = str(page._worksheet_path).removeprefix("/")
    with zipfile.ZipFile(file) as package, package.open(path) as sheet:
        before = b""
        while chunk := sheet.read(2**20):
            for found in _MERGED.finditer(before + chunk):
                first, last = int(found[2]), int(found[4])
                if last >= header_line:
                    cells = b"".join((found[1], found[2], b":", found[3], found[4])).decode()
                    yield Problem(max(first, header_line), "import/merged", {"cells": cells})
            before = chunk[chunk.rfind(b"<") :] if b"<" in chunk else b""


_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')


def _rows(rows: Iterable[Sequence[Any]], problems: list[Problem]) -> Iterator[Cells]:
    for number, row in enumerate(rows, 1):
        cells = []
        for cell in row:
            if cell.value is not None and (cell.data_type == "f" or not isinstance(cell.value, _VALUES)):
                problems.append(Problem(number, "import/formula", {"column": str(cell.coordinate)}))
                cells.append("")
            else:
                cells.append(_text(cell.value))
        yield number, cells


_VALUES: Final = (str, int, float, bool, datetime, date, time)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, float):
        return format(Decimal(repr(value)).normalize(), "f")  # as it is shown: 312.46, not its binary neighbour
    return str(value).strip()


def _check_package(file: Path) -> None:
    """Look at the archive before anything in it is unpacked."""
    try:
        with zipfile.ZipFile(file) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise _not_a_workbook(file, "BadZipFile") from None
    unpacked = sum(each.file_size for each in parts)
    if unpacked > MOST_UNPACKED or len(parts) > MOST_PARTS:
        raise TooLarge(
            "too-large/import", "The file is too large: split it.", file=file.name, limit=MOST_UNPACKED, got=unpacked
        )


def _not_a_workbook(file: Path, reason: str) -> Malformed:
    return Malformed("malformed/workbook", "This is no Excel workbook that can be read.", file=file.name, reason=reason)
