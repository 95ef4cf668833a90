"""What ``custody pending`` says, in zh-CN and in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PENDING: Final[Mapping[str, tuple[str, str]]] = {
    "help/pending": ("异地签署：查看、签署或拒签等待签名的记录", "acts that wait for signatures: look, sign, decline"),
    "help/pending-list": ("列出等待您签名的，以及您参与的", "those that name you as a signer and wait"),
    "help/pending-show": (
        "说明签的是什么、谁已签、会如何判定",
        "what would be signed, who signed, what would be decided",
    ),
    "help/pending-put": ("放入 --sign-only 写出的文件，等他人补签", "put down what --sign-only wrote, for the others"),
    "help/pending-sign": (
        "看清内容后签署；最后一人签署即入账",
        "read it, then sign; with the last signature it is recorded",
    ),
    "help/pending-decline": ("拒签并说明理由", "refuse to sign, for a reason"),
    "help/pending-withdraw": ("撤回自己放入的", "take back what you put down"),
    "help/pending-act": ("记录编号", "the act's id"),
    "help/pending-all": ("包括已经了结的", "those that wait no more, too"),
    "help/pending-until": ("等到何时（默认 7 天，最长 30 天）", "until when it waits (default: 7 days, at most 30)"),
    "help/pending-reason": ("拒签理由，其他签署人可见", "why; the other signers read it"),
    "help/pending-yes": ("不再询问", "do not ask"),
    "pending/act": ("记录", "act"),
    "pending/type": ("类型", "type"),
    "pending/state": ("状态", "state"),
    "pending/until": ("等到", "until"),
    "pending/missing": ("未签", "not signed yet"),
    "pending/statement": (
        "您将签署：{type}，{when}发生，记入台账 {ledger}。",
        "You would sign: {type}, done {when}, for {ledger}.",
    ),
    "pending/signed": ("{part} {person}：{when} 已签", "{part} {person}: signed {when}"),
    "pending/unsigned": ("{part} {person}：未签", "{part} {person}: not signed yet"),
    "pending/says": ("其中写明：", "It says:"),
    "pending/sealed": ("（密封，只签其哈希值）", "(sealed: its hash is signed)"),
    "pending/would": ("现在提交会入账。", "Submitted now, it would be recorded."),
    "pending/would-defects": (
        "现在提交会入账，并记下瑕疵：{codes}",
        "Submitted now, it would be recorded with defects: {codes}",
    ),
    "pending/would-refuse": ("现在提交会被拒绝：{why}", "Submitted now, it would be refused: {why}"),
    "pending/ask": ("签署？输入 yes 确认：", "Sign it? Type yes: "),
    "pending/not-signed": ("没有签署。", "Nothing was signed."),
    "pending-state/waiting": ("等待签名：{missing}", "waits for {missing}"),
    "pending-state/complete": ("已签齐，正在入账", "has all signatures; on its way into the log"),
    "pending-state/recorded": ("已入账", "recorded"),
    "pending-state/turned-away": ("台账未予接受：{why}", "turned away by the ledger: {why}"),
    "pending-state/declined": ("{by} 拒签：{reason}", "declined by {by}: {reason}"),
    "pending-state/withdrawn": ("{by} 已撤回", "withdrawn by {by}"),
    "pending-state/expired": ("逾期未签齐", "expired"),
    "pending/position": (
        "已入账，位置 {position}；证明已核对。",
        "Recorded at position {position}; its proof was verified.",
    ),
}
