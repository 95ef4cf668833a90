"""What commands say of verifying, in zh-CN and in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

VERIFYING: Final[Mapping[str, tuple[str, str]]] = {
    "help/verify-log": (
        "核验导出的日志目录（tlog-tiles），不需要数据库；同时给出 --database 则逐条比对",
        "verify an exported log (a tlog-tiles directory), without a database; with --database, entry by entry",
    ),
    "help/verify-log-key": (
        "日志公钥（vkey），可多次；默认用 CUSTODY_LOG_VERIFIER",
        "a verifier key of the log (vkey), may be given again; else CUSTODY_LOG_VERIFIER",
    ),
    "verify/log": (
        "{origin}：{size} 条，根 {root}。核验了 {entries} 条。",
        "{origin}: {size} entries, root {root}. Looked at {entries} entries.",
    ),
    "verify/log-signed": ("检查点由所给的日志公钥签名。", "The checkpoint is signed by the log key that was given."),
    "verify/log-unsigned": (
        "没有给出日志公钥：检查点的签名没有核验，目录是谁制作的不得而知。请以回执或者他人持有的检查点核对上述条数和根。",
        "No key of the log was given: nobody checked who signed the checkpoint, and anybody could have made this "
        "folder. Compare size and root with a receipt, or a checkpoint that somebody else holds.",
    ),
    "verify/log-compared": ("已与台账逐条比对。", "Every entry was compared with the ledger's."),
    "verify/log-envelopes": (
        "公开的日志不含信封：何人签了什么、应否受理，以台账或者证据包核验。",
        "A published log holds no envelopes: who signed what, and whether it was allowed, is verified on the ledger or "
        "on a bundle.",
    ),
}
