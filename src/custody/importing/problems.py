"""What can be wrong with a line of a table, by stable code, in zh-CN and in English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

CATALOGUE: Final[Mapping[str, tuple[str, str]]] = {
    "import/encoding": (
        "不是 {encoding} 编码（第 {byte} 字节）。请在对照表中写明 encoding。",
        "This is not {encoding} (byte {byte}): state the encoding in the mapping.",
    ),
    "import/encoding-other": (
        "不是 {encoding} 编码（第 {byte} 字节）；按 {readable} 可以读出：请在对照表中写明 encoding = \"{readable}\"。",
        "This is not {encoding} (byte {byte}); as {readable} it can be read: state that encoding in the mapping.",
    ),
    "import/merged": (
        "单元格 {cells} 已合并：看不出各行的值。请取消合并并逐行填写。",
        "The cells {cells} are merged, so lines lack their values: unmerge them and fill in each line.",
    ),
    "import/line-twice": (
        "与第 {other} 行完全相同。确为两件的，加一列序号，或者在对照表中写 repeats = true。",
        "This is line {other} over again. If there are two of them, number the lines, or set repeats = true.",
    ),
    "import/control": ("含有控制字符。", "There is a control character."),
    "import/csv": ("CSV 格式有误：{reason}。", "The CSV is broken here: {reason}."),
    "import/header": ("表头缺少“{column}”列。", "The header has no column “{column}”."),
    "import/header-twice": ("表头中“{column}”出现两次。", "The header names “{column}” twice."),
    "import/cells": ("有 {got} 格，表头只有 {expected} 列。", "{got} cells, but the header has {expected} columns."),
    "import/formula": (
        "“{column}”是公式，不是值。请粘贴为值。",
        "“{column}” is a formula and no value: paste it as a value.",
    ),
    "import/empty": ("“{column}”为空。", "“{column}” is empty."),
    "import/value": (
        "“{column}”的值“{got}”不合要求：应为{expected_zh}。",
        "“{column}” holds “{got}”: expected {expected_en}.",
    ),
    "import/code-twice": (
        "标签编码与第 {other} 行相同：{got}。",
        "The label code stands in line {other}, too: {got}.",
    ),
    "import/seal-twice": ("封签号与第 {other} 行相同：{got}。", "The seal number stands in line {other}, too: {got}."),
    "import/no-lines": ("没有数据行。", "There is no line of data."),
    "import/too-many": (
        "超过 {limit} 行：请拆成几个文件。",
        "More than {limit} lines: split the file.",
    ),
    "import/unknown-case": (
        "台账中没有这个案件：{got}。先登记案件。",
        "The ledger has no such case: {got}. Open it first.",
    ),
    "import/unknown-person": ("台账中没有这个人员：{got}。", "The ledger knows no such person: {got}."),
    "import/unknown-place": ("台账中没有这个场所：{got}。", "The ledger knows no such place: {got}."),
    "import/code-used": ("标签编码已在台账中：{got}。", "The ledger has this label code already: {got}."),
    "import/unregistered-seizure": (
        "清单列有“{description}”（{quantity}），案件 {case} 的登记中没有对应物品。",
        "The list has “{description}” ({quantity}); the register of case {case} has no item for it.",
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with one line of a file; ``line`` counts from 1, as editors and spreadsheets do."""

    line: int
    code: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    def said(self, lang: str) -> str:
        """The sentence in ``zh`` or ``en``."""
        return CATALOGUE[self.code][0 if lang.startswith("zh") else 1].format(**self.fields)

    def as_json(self) -> dict[str, Any]:
        """The problem for machines: line, code, both sentences, and what was compared."""
        return {"line": self.line, "code": self.code, "zh": self.said("zh"), "en": self.said("en"), **self.fields}
