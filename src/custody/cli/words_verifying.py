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
    "verify/follows": (
        "可能只是有记录缺失或者无法读取的后果：先按上述恢复，再核验。",
        "May only follow from an act that is missing or cannot be read: restore as said above, and verify again.",
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
    "help/verify-resume": (
        "从一份审计记录接着核验：此前的签名、判定不再重做",
        "go on from an audit: signatures and decisions before it are not looked at again",
    ),
    "help/verify-write": ("没有发现问题时，写出签名的审计记录", "if nothing is found, write an audit, signed"),
    "help/verify-key": ("审计人的私钥", "the auditor's private key"),
    "help/verify-auditor": (
        "另一个可信的审计公钥（keygen 所示形式），可多次；默认只信台账中登记的审计人",
        "one more auditor's public key as keygen prints it; without it, only auditors enrolled in the ledger",
    ),
    "help/verify-sample": ("只核验随机抽取的 N 条记录", "verify only N acts drawn at random"),
    "help/verify-seed": (
        "抽样的种子，应在检查点公布之后确定", "the seed of the draw; choose it after the checkpoint is known",
    ),
    "verify/own-key": ("所给的密钥", "the key that was given"),
    "verify/resumed": (
        "前 {count} 条记录的签名和判定没有重新核验：以 {who} 于 {at} 的审计记录为准。其余各步均从头核验。",
        "Signatures and decisions of the first {count} acts were not looked at again: {who} stated on {at} that they "
        "are sound. Every other step began at the beginning.",
    ),
    "verify/written": ("已写出审计记录 {file}（{size} 条）。", "Wrote the audit {file} ({size} acts)."),
    "verify/not-written": ("有发现，没有写出 {file}。", "There are findings: {file} was not written."),
    "verify/sample": (
        "按种子“{seed}”、根 {root} 从 {size} 条记录中抽取 {count} 条。",
        "Drew {count} of {size} acts by the seed “{seed}” and the root {root}.",
    ),
    "verify/sample-drawn": ("抽中位置：{positions}", "Positions drawn: {positions}"),
    "verify/sample-rest": (
        "核验了这些记录的条目、签名、签署资格及其在日志中的位置；其余 {rest} 条没有核验，是否应予受理也没有重新判定。",
        "Their entries, signatures, signers and places in the log were looked at. Nothing is said of the other {rest}, "
        "nor was it decided again whether any was allowed.",
    ),
}
