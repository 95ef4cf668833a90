"""What commands say about running a ledger: backups, and settings that are wrong."""

from __future__ import annotations

from typing import Final

from custody.cli.words_time import TIME

OPERATING: Final[dict[str, tuple[str, str]]] = {
    "help/key-origin": ("日志名称：生成日志密钥并显示其公钥", "make the key of the log of this name; prints its vkey"),
    "doctor/ml-dsa-unnamed": (
        "{file} 未列入日志，尚不签名：请以 log-key 记录添加",
        "{file} is not named by the log and signs nothing: add it by a log-key act",
    ),
    "doctor/ed25519-alone": ("无；发布时仅以 Ed25519 签名", "none: what is published is signed with Ed25519 alone"),
    "doctor/unpublished": ("尚未发布（{file}）", "nothing was published yet ({file})"),
    "doctor/published": (
        "已发布至第 {size} 条，台账与之一致（{file}）", "up to size {size}, which the ledger continues ({file})",
    ),
    "doctor/default": ("默认值", "the default"),
    "doctor/vouching": (
        "{issuers} 个签发者、{certificates} 个证书可作身份担保",
        "{issuers} issuers and {certificates} certificates may vouch for callers",
    ),
    "doctor/issuer": ("{issuer} 公布 {keys} 把密钥", "{issuer} publishes {keys} keys"),
    "help/backup": (
        "备份使用中的 SQLite 台账、工作台和附件", "back up a SQLite ledger, its desk and its attachments while in use",
    ),
    "help/backup-without": ("不含附件", "leave the attachments out"),
    "backup/doing": ("复制附件", "copying attachments"),
    "help/backup-to": ("备份写入的新目录", "the new folder that the backup goes into"),
    "backup/done": (
        "已备份到 {folder}：台账前 {size} 条记录、工作台及 {count} 个附件，文件已落盘。日志密钥不在其中，请另行保存；"
        "请用 custody verify 核验备份。",
        "Backed up to {folder}: the first {size} entries of the ledger, the desk, and {count} attachments; on disk. "
        "The log's keys are not in it: keep them elsewhere. Check the copy with custody verify.",
    ),
    **TIME,
}
"""Code → (zh-CN, English)."""
