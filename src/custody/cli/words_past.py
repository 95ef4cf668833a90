"""What commands say about the past: states replayed, and what changed between two."""

from __future__ import annotations

from typing import Final

PAST: Final[dict[str, tuple[str, str]]] = {
    "help/replay": (
        "还原某一时刻的全部状态，或比较两个时刻", "bring back the whole state at a moment, or compare two moments",
    ),
    "help/replay-to": ("状态写入的新目录", "the new folder that the state goes into"),
    "help/replay-format": (
        "json：每类一个文件；database：可照常查询的台账及登记簿",
        "json: a file for each kind; database: a ledger with registers, to be asked like the live one",
    ),
    "help/replay-diff": ("比较这两个时刻，不写入任何内容", "compare these two moments instead of writing a state"),
    "help/replay-recorded": (
        "两个时刻指记录时间（当时台账所知），而非发生时间",
        "the two moments are those of recording: what the ledger knew, not what had happened",
    ),
    "replay/done": (
        "状态已写入 {folder}：依据台账前 {size} 条记录。其中没有密封值，也没有密钥。",
        "The state is in {folder}, from the first {size} entries of the ledger. No sealed value and no key is in it.",
    ),
    "replay/changes": ("变化 {count} 处", "Changes: {count}"),
    "replay/item": ("物品", "item"),
    "replay/axis": ("方面", "axis"),
    "replay/before": ("之前", "before"),
    "replay/after": ("之后", "after"),
    "replay/acts": ("所经记录", "by"),
    "axis/custody": ("实物保管", "custody"),
    "axis/control": ("权属", "control"),
    "axis/measure": ("措施", "measure"),
    "axis/seal": ("封存与状况", "seal and condition"),
    "axis/disposition": ("处置", "disposition"),
    "axis/holds": ("冻结处置", "holds"),
    "axis/defects": ("缺陷", "defects"),
    "axis/thing": ("物品本身", "the thing itself"),
}
"""Code → (zh-CN, English)."""
