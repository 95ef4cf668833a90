"""The mapping: which column says what, how words and times are written, and what every line has in common.

A TOML file that whoever knows the older register writes once; an example stands in docs/operating.md.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from custody.errors import Malformed
from custody.importing.problems import Problem
from custody.importing.tables import Table

FIELDS: Final[Mapping[str, tuple[str, str]]] = {
    "case": ("案件编号", "the authority's reference of the case"),
    "measure": ("措施：seized、received 等", "a measure: seized, received and so on"),
    "authority": ("依据：decision、on-the-spot 等", "an authority: decision, on-the-spot and so on"),
    "instrument": ("文书号，1 至 100 字", "a reference of 1 to 100 characters"),
    "seized_at": ("时间，如 2019-05-06 14:30", "a time like 2019-05-06 14:30"),
    "where": ("地点，1 至 120 字", "a place in 1 to 120 characters"),
    "officer": ("办案人在台账中的编号", "an officer's id in the ledger"),
    "second": ("第二人在台账中的编号", "a second officer's id in the ledger"),
    "code": ("20 位标签编码", "a label code of 20 characters"),
    "category": ("物品类别", "a category of items"),
    "description": ("名称，1 至 120 字", "a description of 1 to 120 characters"),
    "quantity": ("数量，如 1 或 312.46", "a quantity like 1 or 312.46"),
    "unit": ("单位", "a unit"),
    "features": ("特征", "features"),
    "serial": ("编号", "a serial number"),
    "source": ("来源", "where it came from"),
    "estimated_value": ("估价，如 1200.00", "an estimate like 1200.00"),
    "evidential": ("是或否", "yes or no"),
    "hazard": ("危险性", "a hazard"),
    "seal": ("封签号：大写字母、数字、连字符", "a seal number of capitals, digits and hyphens"),
    "place": ("场所编号", "a place id"),
    "stored_at": ("时间，如 2019-05-06 14:30", "a time like 2019-05-06 14:30"),
    "custodian": ("保管员在台账中的编号", "a custodian's id in the ledger"),
    "condition": ("状况", "a condition"),
}  # fmt: skip
"""What a column or a default can say, and how its value looks, in Chinese and in English."""

_WRITTEN: Final = re.compile(
    r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?(?:[T\s]*(\d{1,2})[:：时点](\d{1,2})分?(?:[:：]?(\d{1,2})秒?)?)?"
)
"""Days and times as people write them: 2019.5.6, 2019/5/6 9:05, 2019年5月6日14时30分."""

NEEDED: Final = ("case", "description")
"""What every use needs a column or a default for; drafts need `DRAFTED`, too."""

DRAFTED: Final = ("seized_at", "where", "officer")

_SETTINGS: Final = frozenset({"encoding", "delimiter", "sheet", "header_line", "offset", "time_format", "columns",
                              "defaults", "values", "repeats"})  # fmt: skip
_OFFSET: Final = re.compile(r"[+-]\d\d:\d\d")

USUAL: Final[Mapping[str, str]] = {
    "measure": "seized", "authority": "decision", "category": "general", "quantity": "1", "unit": "件",
    "source": "原登记簿", "evidential": "是", "condition": "见原登记簿",
}  # fmt: skip
"""What holds where neither a column nor the mapping's defaults say anything."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A mapping that was read."""

    columns: Mapping[str, str]
    defaults: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str | None = None
    header_line: int = 1
    offset: str = "+08:00"
    time_format: str | None = None
    repeats: bool = False
    """Whether a line that says the same as another is one more thing, and no mistake."""

    def problems_of(self, table: Table) -> list[Problem]:
        """What is wrong with a table itself: what reading it found, and headings that it should have and has not."""
        missing = [heading for heading in self.columns.values() if heading not in table.headings]
        told = [Problem(self.header_line, "import/header", {"column": each}) for each in missing]
        return [*table.problems, *(told if table.headings or not table.problems else [])]

    def column(self, name: str) -> str:
        """How the file calls a field."""
        return self.columns.get(name, name)

    def value(self, name: str, cells: Mapping[str, str]) -> str | None:
        """What a line says of a field: its cell, else the default; words translated as the mapping says."""
        said = cells.get(self.columns[name]) if name in self.columns else None
        text = said or self.defaults.get(name) or USUAL.get(name)
        return self.values.get(name, {}).get(text, text) if text else None

    def instant(self, text: str) -> str | None:
        """A time as an act writes it, with its offset; None if it is none."""
        moment = self._read(text)
        if moment is None:
            return None
        shown = moment.isoformat(timespec="seconds")
        return shown if moment.tzinfo else shown + self.offset


    def _read(self, text: str) -> datetime | None:
        """In the format that the mapping states, in ISO's (as a real date of a sheet comes), or as people write it."""
        try:
            if self.time_format:
                return datetime.strptime(text, self.time_format)
        except ValueError:
            pass
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
        written = None if self.time_format else _WRITTEN.fullmatch(text.strip())
        try:
            return datetime(*(int(each or 0) for each in written.groups())) if written else None  # type: ignore[arg-type]
        except ValueError:
            return None


def read_mapping(data: bytes) -> Meaning:
    """Read a mapping. Raises Malformed, naming the setting."""
    try:
        found = tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong("TOML", str(error)) from None
    for name in found.keys() - _SETTINGS:
        raise _wrong(name, "unknown")
    columns, defaults = _words(found, "columns"), _words(found, "defaults")
    for name in (*columns, *defaults):
        if name not in FIELDS:
            raise _wrong(name, "unknown")
    for name in NEEDED:
        if name not in columns and name not in defaults:
            raise _wrong(f"columns.{name}", "missing")
    tables = found.get("values", {})
    values = {name: _words(tables, name) for name in tables} if isinstance(tables, dict) else {}
    settings = {name: found[name] for name in _SETTINGS - {"columns", "defaults", "values"} if name in found}
    for name, value in settings.items():
        right = _fits(name, value)
        if not right or (name == "delimiter" and len(value) != 1) or (
            name == "offset" and not _OFFSET.fullmatch(value)
        ):  # fmt: skip
            raise _wrong(name, repr(value)[:40])
    return Meaning(columns, defaults, values, **settings)


def _fits(name: str, value: Any) -> bool:
    if name == "repeats":
        return isinstance(value, bool)
    return isinstance(value, int) and value >= 1 if name == "header_line" else isinstance(value, str)


def _words(table: Any, name: str) -> dict[str, str]:
    found = table.get(name, {})
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise _wrong(name, repr(found)[:40])
    return dict(found)


def _wrong(name: str, got: str) -> Malformed:
    return Malformed("malformed/mapping", f"The mapping cannot be used: {name}.", field=name, got=got)
