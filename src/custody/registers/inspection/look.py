"""One look at the registers: a named function whose name is a sentence, with what it is called and what it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from custody.facts.shapes import Shape
from custody.registers import items
from custody.registers.items import Search

_PAGE = 1_000

COLUMNS: Mapping[str, tuple[str, str]] = {
    "item": ("物品", "item"), "code": ("标签", "label"), "case": ("案件", "case"),
    "description": ("名称", "description"), "category": ("类别", "category"), "place": ("场所", "place"),
    "person": ("人员", "person"), "since": ("自", "since"),
    "due": ("期限", "due"), "rule": ("规则", "rule"), "source": ("依据", "source"), "subject": ("对象", "subject"),
    "defect": ("瑕疵", "defect"), "severity": ("程度", "severity"), "act": ("行为", "act"), "times": ("次数", "times"),
    "first": ("首次", "first"), "last": ("末次", "last"), "quantity": ("数量", "quantity"), "unit": ("单位", "unit"),
    "before": ("先前", "before"), "after": ("其后", "after"),
    "permille": ("变动（‰）", "change (‰)"), "at": ("时间", "at"),
    "type": ("行为类型", "type of act"), "holder": ("持有人", "holder"), "instrument": ("文书", "instrument"),
    "effective": ("生效", "effective"), "stock_take": ("盘点", "stock-take"), "position": ("日志位置", "position"),
}  # fmt: skip
"""Every column that a look can show, in Chinese and English."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Picture:
    """What is looked at: one consistent reading of the registers, the instant of its position, the numbers in force."""

    connection: Connection
    at: datetime
    """When the last act of the position was recorded: the clock on the wall changes no answer."""
    numbers: Mapping[str, int]

    def items(self, wanted: Search) -> Iterator[Shape]:
        """Every item that fits, by id."""
        after = None
        while page := items.search(self.connection, wanted, after, _PAGE):
            yield from page
            after = page[-1]["item"]


@dataclass(frozen=True, slots=True)
class Look:
    """A section or an anomaly: its code, its title in both languages, its columns, and the function that finds rows."""

    code: str
    zh: str
    en: str
    columns: tuple[str, ...]
    find: Callable[[Picture], Iterable[Row]]

    def title(self, lang: str) -> str:
        """The title in ``zh`` or ``en``."""
        return self.zh if lang == "zh" else self.en


def look(code: str, zh: str, en: str, columns: str) -> Callable[[Callable[[Picture], Iterable[Row]]], Look]:
    """Make a function a look; ``columns`` are names of `COLUMNS`, parted by blanks."""

    def bind(find: Callable[[Picture], Iterable[Row]]) -> Look:
        return Look(code, zh, en, tuple(columns.split()), find)

    return bind


def brief(item: Shape) -> dict[str, Any]:
    """What is said of an item in any list: id, label in force, case, description, category, holder."""
    custody = item["custody"]
    return {
        **{name: item[name] for name in ("item", "code", "case", "description", "category", "quantity", "unit")},
        "holder": custody["place_name"] or custody["holder"], "place": custody["place_name"], "since": custody["since"],
    }  # fmt: skip
