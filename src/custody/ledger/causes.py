"""What findings point to: for each cause, what it means for the evidence, and what to do about it.

A finding says what contradicts what; a cause says what must have happened. Several findings may have one cause, and
where two causes leave the same traces (rot and a hand that wrote over), they are one here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from custody.ledger.findings import Finding
from custody.properties import PROPERTIES


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause by its name, the codes of the findings that point to it, its meaning, and the way out."""

    name: str
    codes: tuple[str, ...]
    zh: str
    en: str
    means_zh: str
    means_en: str
    do_zh: str
    do_en: str


CAUSES: Final = (
    Cause(
        "changed",
        ("leaf", "entry", "unreadable", "signature", "checkpoint", "checkpoint-signature", "publication",
         "cosignature", "head", "tile", "journal", "disclosure", "attachment-damaged", "log-bytes", "inclusion",
         "time-token"),
        "字节被改动", "bytes changed",
        "存储介质损坏，或有人改写：现存内容不是当初签署、入账的内容。未指明的条目不受影响。",
        "Storage rotted, or somebody wrote over it: what is stored is not what was signed and recorded. Entries that "
        "are not named are untouched.",
        "停止写入，保留原文件；与备份、回执、公开的日志逐条比对，从备份恢复。",
        "Stop writing, keep the files; compare with a backup, receipts and the published log, and restore.",
    ),
    Cause(
        "unreadable", ("unreadable-rows", "unreadable-table", "not-verified"),
        "数据库损坏", "database damaged",
        "数据库交不出其内容，未能核验的部分不作任何结论。",
        "The database cannot give back what it holds; nothing is said of what could not be verified.",
        "停止写入，保留原文件，换盘后从备份恢复，再核验。",
        "Stop writing, keep the files, restore to another disk, and verify again.",
    ),
    Cause(
        "deleted",
        ("gap", "no-genesis", "no-head", "checkpoint-missing", "no-checkpoint", "disclosure-missing",
         "attachment-missing", "log-missing", "time-token-missing"),
        "有行或文件被删除", "a row or file was deleted",
        "曾经存在的内容被移除。条目缺失则其后的证明均不成立；披露值缺失而没有删除记录，不是依规删除。",
        "What was there was taken away. Without an entry no later proof holds; a disclosure that is missing without an "
        "erasure was not erased by rule.",
        "停止写入，保留原文件，查明何人何时持有该文件，从备份恢复；披露值由提交人补交，附件由持有人重新存入。",
        "Stop writing, keep the files, find out who held them when, and restore; disclosures are with whoever "
        "submitted them, and whoever has a file puts it again.",
    ),
    Cause(
        "inserted", ("tag-unused", "disclosure-extra", "log-extra", "time-token-extra"),
        "有行或文件被添加", "a row or file was inserted",
        "存有任何记录都没有产生的内容；记录本身不受影响。",
        "Something is kept that no act made; the acts themselves are untouched.",
        "保留原文件，查明来源；不得作为台账内容使用。",
        "Keep the files and find out where it came from; do not use it as part of the ledger.",
    ),
    Cause(
        "index", ("tag-index", "tags", "act-index", "act-id"),
        "索引失真", "an index drifted",
        "记录本身完好，但按编号、物品查找时会漏掉或者多出，前后链接也会因此出错。",
        "The acts are whole, but asked for by id or item some are missed or come too often, and later links go wrong.",
        "停止写入，从备份恢复。", "Stop writing and restore.",
    ),
    Cause(
        "older", ("cut", "head-behind", "checkpoint-beyond", "disclosure-kept", "rolled-back", "seen-beyond"),
        "恢复了旧副本", "an older copy was restored",
        "全部或部分数据退回到以前的状态：其后的记录已经出具过回执，已删除的个人信息可能重新出现。",
        "All or part of the data went back to an earlier state: receipts were given for what came after, and what was "
        "erased may be there again.",
        "停止写入。不得在旧副本上继续：用最新备份恢复，缺少的信封凭回执重新提交，已删除的个人信息再次删除。",
        "Stop writing. Never go on from an older copy: restore the newest backup, submit again the envelopes behind "
        "receipts that it lacks, and erase again what was erased.",
    ),
    Cause(
        "rewritten", ("time", "dated-back", "previous", "seen", "other-root", "differs", "seen-other-root"),
        "历史被改写", "history was rewritten",
        "现存历史自身矛盾，或与他人持有的检查点、审计记录矛盾：持有日志密钥的人重写或者分叉了日志。",
        "The history contradicts itself, or a checkpoint or audit that others hold: whoever has the log's key rewrote "
        "it, or keeps two.",
        "停止写入，保留两份材料，通知各方和审计机关：两个相矛盾的检查点本身就是证据。",
        "Stop writing, keep both, tell the other parties and the auditor: two checkpoints that contradict each other "
        "are evidence by themselves.",
    ),
    Cause(
        "elsewhere", ("seen-other-log",),
        "所见属于另一日志", "what was seen is of another log",
        "校验码或者检查点上的日志名称不同，与本日志无从比较。",
        "The paper or checkpoint names another log: there is nothing to compare.",
        "核对文书出自哪一台账，用那一台账核验。", "Find out which ledger the paper is from, and verify that.",
    ),
    Cause(
        "stranger", ("signers", "key", "passkey"),
        "签名密钥当时无权", "a key signed that had no right to",
        "该密钥当时尚未登记、已被注销，或者不属于该签署人。"
        "追溯注销不在此列：此后所签记录标记为 KEY_DOUBTED，等待本人确认。",
        "At that position the key was not enrolled, was revoked, or was another person's. A key revoked retroactively "
        "is not meant: what it signed since then reads KEY_DOUBTED until its owner confirms or contests it.",
        "该记录不得采信；查明其如何入账。", "Do not rely on that act; find out how it came to be recorded.",
    ),
    Cause(
        "misjudged", ("refused", "defects", "other-policy", "not-folded"),
        "判定不符", "another decision",
        "按当时的规则重新判定，结果与记载不同：入账软件有误，或者绕过了规则。",
        "Decided again by the rules of its time it comes out otherwise: the program erred, or rules were passed by.",
        "保留原文件并报告；有关记录按重新判定的结果说明、补正。",
        "Report it with the files; explain and remedy the acts as decided now.",
    ),
    Cause(
        "other-rules", ("not-re-decided",),
        "规则版本不在本软件中", "rule data not at hand",
        "签名、顺序、内容已经核验，是否应予受理没有重新判定。",
        "Signatures, order and content were verified; whether it was allowed was not decided again.",
        "用附有该规则版本的软件再核验。", "Verify with the version that ships those rule data.",
    ),
    Cause(
        "drifted", ("register-differs",),
        "登记簿失真", "a register drifted",
        "登记簿由记录推导，记录本身不受影响；但查询、清单、期限可能有误。",
        "Registers are derived, and the acts are untouched; but lists, searches and deadlines may be wrong.",
        "执行 custody rebuild；再次出现则报告。", "Run custody rebuild; report it if it comes back.",
    ),
    Cause(
        "unguarded", ("unguarded",),
        "防改触发器缺失", "guards are gone",
        "数据库不再拒绝改写、删除：有人拆除了触发器，或者恢复方式不当。",
        "The database no longer refuses changes: somebody took its triggers away, or it was restored without them.",
        "其余步骤没有发现则内容完好；从 custody backup 的备份恢复，并查明何人所为。",
        "If no other step finds anything, the content is whole; restore from a copy by custody backup, and find out "
        "who did it.",
    ),
    Cause(
        "contradicted", tuple(each.code for each in PROPERTIES),
        "记录之间矛盾", "acts contradict each other",
        "字节、签名均完好，但各记录合起来不可能都真。含义见各项性质。",
        "Bytes and signatures are whole, but the acts together cannot all be true. What follows is said with each.",
        "由有关人员说明，以更正、补正记录。", "Those concerned explain; a correction or remedy records it.",
    ),
)  # fmt: skip


def causes_of(findings: Iterable[Finding]) -> list[Cause]:
    """The causes that findings point to, each once, in the order of `CAUSES`."""
    codes = {each.code for each in findings}
    return [cause for cause in CAUSES if codes & {*cause.codes}]


def may_only_follow(cause: Cause, findings: Iterable[Finding]) -> bool:
    """Whether what points to a cause may be no more than the trace of an act that is missing or cannot be read.

    Where one is, links run past it, decisions lack a fact, and what it brought seems to be nobody's: nothing of that
    says that anybody rewrote history.
    """
    return cause.name in _FOLLOWING and any(each.code in _BREAKS for each in findings)


_BREAKS: Final = frozenset({"unreadable", "unreadable-rows", "entry", "leaf", "gap", "cut"})
_FOLLOWING: Final = frozenset(
    {"inserted", "index", "rewritten", "stranger", "misjudged", "other-rules", "drifted", "contradicted"}
)
