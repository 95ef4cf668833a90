"""What commands say about the past: states replayed, what changed between two, and what is erased from it."""

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
    "help/erase": (
        "删除已披露的个人信息，或列出按规定应予删除的信息",
        "erase personal data that was disclosed, or list what is due to be erased",
    ),
    "help/erase-commitment": ("承诺值（不写则为该记录的全部）", "commitments; without any, all that the act disclosed"),
    "help/erase-act": ("披露这些信息的记录", "the act that disclosed them"),
    "help/erase-authority": ("依据的文书", "the instrument that orders it"),
    "help/erase-reason": ("事由", "why"),
    "help/erase-reviewer": ("法制员", "the legal reviewer"),
    "help/erase-administrator": ("管理员", "the administrator"),
    "help/erase-key": (
        "两人的密钥文件；不给则只打印待签的记录", "key files of both; without them the act is printed to be signed",
    ),
    "help/erase-proposed": (
        "只列出按规则数据到期的信息，不删除", "only list what is due by the rule data; nothing is erased",
    ),
    "help/erase-at": ("按此时刻列出", "as of this moment"),
    "erase/proposed": (
        "到期、待决定的信息 {count} 项；系统不会自行删除。",
        "Due, for people to decide: {count}. Nothing is erased by itself.",
    ),
    "erase/rule": ("规则", "rule"),
    "erase/act": ("记录", "act"),
    "erase/value": ("所在位置和承诺值", "where it stands, its commitment"),
    "erase/cases": ("案件", "case"),
    "erase/since": ("到期", "due since"),
    "erase/source": ("依据", "source"),
    "erase/must": ("应当删除", "to be erased"),
    "erase/may": ("可以删除", "may be erased"),
    "erase/held": ("冻结中", "on hold"),
    "erase/done": (
        "已删除 {count} 项（第 {position} 条记录）。签名、证明和核验不受影响。",
        "Erased: {count}, by the act at position {position}. Signatures, proofs and verifying are as before.",
    ),
    "erase/gone": ("台账的各个文件中已没有这些值。", "No file of the ledger holds these values any more."),
    "erase/left": (
        "{file}：仍含相同内容，或来自其他记录。", "{file}: still holds the same bytes, perhaps from another statement.",
    ),
    "erase/busy": (
        "有人正在读取较早的状态，SQLite 预写日志尚未清空：下一次写入时会再清。",
        "Somebody is reading an older state, so SQLite's write-ahead log was not cut off: the next append tries again.",
    ),
    "erase/vacuum": (
        "PostgreSQL 的旧行版本在清理后才消失：请执行 VACUUM FULL disclosure；归档日志和基础备份须另行处理。",
        "PostgreSQL keeps old row versions until they are vacuumed: run VACUUM FULL disclosure, and see to archived "
        "WAL and base backups.",
    ),
    "erase/again": (
        "同样的值还有另一处承诺：{commitment}（第 {position} 条记录）",
        "The same value stands under another commitment: {commitment} (position {position})",
    ),
    "erase/shown": ("{at} {by} 查看过：{why}（{code}）", "{at} {by} saw it: {why} ({code})"),
    "erase/taken": ("{at} {by} 带走过可能含有它的文件：{why}（{code}）",
                    "{at} {by} took a file out that may contain it: {why} ({code})"),
    "erase/backups": (
        "{since} 以后所做的备份仍含有它，本命令无法触及。",
        "Backups made since {since} still hold it; no command reaches them.",
    ),
    "help/seal-record": (
        "封存案件记录：取走案件密钥；或解除封存", "seal the record of a case by taking its key away, or unseal it",
    ),
    "help/seal-record-case": ("案件文号", "the case's reference"),
    "help/seal-record-to": ("密钥移入的新文件", "the new file that the key goes into"),
    "help/unseal": ("放回密钥的文件", "the file that the key comes back from"),
    "seal-record/sealed": (
        "{case} 的记录已封存：密钥现仅在 {file}，请离线保管，并处理密钥目录的备份。",
        "The record of {case} is sealed: its key is in {file} alone. Keep it elsewhere; see to backups of the keys.",
    ),
    "seal-record/unsealed": ("{case} 的记录已解除封存。", "The record of {case} is unsealed."),
    "verify/withheld": (
        "另有 {count} 项披露值因没有案件密钥而未核验。",
        "{count} disclosures were not looked at: the keys of their cases are not here.",
    ),
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
