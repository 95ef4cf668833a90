"""What commands say of bundles, in zh-CN and in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

EXPORTING: Final[Mapping[str, tuple[str, str]]] = {
    "help/export": ("导出文件", "take something out of the ledger as a file"),
    "help/export-kind": ("种类", "KIND"),
    "help/export-log": (
        "把已发布的日志导出为目录（tlog-tiles）；再次导出只写新增部分",
        "the published log as a directory (tlog-tiles); a second time only what is new",
    ),
    "help/export-log-to": ("写入的目录", "the directory it is written into"),
    "export/log-doing": ("导出日志", "exporting the log"),
    "export/log": (
        "日志已导出到 {folder}：至第 {size} 条，新写 {written} 个文件。日志公钥：",
        "The log is exported to {folder}, up to size {size}; {written} files were written. Its verifier keys:",
    ),
    "help/export-item": ("导出一件物品的证据包", "a bundle of one item for court"),
    "help/export-case": ("导出一个案件的证据包", "a bundle of one case and its items for court"),
    "help/export-item-id": ("物品编号或标签编码", "the item's id or label code"),
    "help/export-case-id": ("案号", "the case's reference"),
    "help/export-output": ("写入的文件（ZIP）", "the file to write (a ZIP archive)"),
    "help/export-disclose": (
        "打开密封值：all 为全部，或逐个给出承诺值（可多次）；默认一个也不打开",
        "open sealed values: all of them, or one by its commitment (may be given again); none without it",
    ),
    "help/export-by": ("由谁导出，记入日志", "who takes it out; journaled"),
    "help/export-why": ("事由", "why"),
    "help/export-attachments": ("包含附件", "with the files that acts name"),
    "help/verify-bundle": ("证据包；不给出则核验台账", "a bundle to verify; without one, the ledger"),
    "help/verify-policy": (
        "证据包：从别处取得的日志公钥与见证方（tlog-policy）",
        "of a bundle: log keys and witnesses, from elsewhere (tlog-policy)",
    ),
    "help/export-without-report": ("不含报告", "without the report for people"),
    "export/fetched": (
        "已写入 {bundle}（{size} 字节）。任何人都可用 custody verify {bundle} 核验。",
        "Written to {bundle} ({size} bytes). Anybody can check it: custody verify {bundle}",
    ),
    "export/bundle": (
        "已写入 {bundle}：截至第 {size} 条；记录 {acts} 条，签署人与规则 {keys} 条，披露 {disclosures} 项，"
        "附件 {attachments} 个。任何人都可用 custody verify {bundle} 核验。",
        "Written to {bundle}: {acts} acts as of position {size}, {keys} about who may sign, {disclosures} values "
        "disclosed, {attachments} attachments. Anybody can check it: custody verify {bundle}",
    ),
}
"""Code → (zh-CN, English)."""
