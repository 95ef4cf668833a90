"""Every act in the order of the log, as it was signed: when, by whom in which part, and what it says."""

from __future__ import annotations

from collections.abc import Iterator

from custody.acts import ACT_TYPES
from custody.acts.entry import Defect, Recorded
from custody.ledger.policies import policy_by_id
from custody_api.papers.paper import Table
from custody_api.papers.report.document import Chapter
from custody_api.papers.report.history import MOST, History, stamp
from custody_api.papers.report.saying import said
from custody_api.papers.report.signers import signed_by
from custody_api.papers.report.wording import MORE_TERMS
from custody_api.papers.sheet import columns


def act_name(history: History, type_name: str) -> str:
    """A type of act as people call it."""
    return history.sources.t(ACT_TYPES[type_name].zh, type_name.replace("-", " "))


def chain(history: History) -> Chapter:
    """The acts, one after the other; under each, the defects it was recorded with and what amended it."""
    t = history.sources.t
    heads = columns(
        history.sources, ("行为", "Act", 32), ("发生\n入账", "Occurred\nRecorded", 46),
        ("签署（角色、姓名、密钥）", "Signed (part, person, key)", 58), ("内容", "What it says", 60),
    )  # fmt: skip
    rows: list[tuple[str, ...]] = []
    for recorded in history.records[:MOST]:
        rows += _rows(history, recorded)
    says = (
        t("以下按台账顺序列出每一行为签署时的原样；更正、补正另行列明，不改动原文。时间上行为“发生”，由签署人陈述；下行为“入账”，由台账时钟记录。",
          "Every act in the order of the log, as it was signed; corrections and remedies are named and change no text. "
          "The upper time is when it occurred, as the signers state; the lower when the ledger's clock recorded it."),
    )  # fmt: skip
    table = Table("", heads, tuple(rows), history.rest(len(history.records)))
    return Chapter(t("行为经过", "The acts"), says, (table,))


def _rows(history: History, recorded: Recorded) -> Iterator[tuple[str, ...]]:
    t = history.sources.t
    act = recorded.act
    zone = act.occurred_at.tzinfo
    name = f"#{recorded.index + 1}\n{act_name(history, act.act)}"
    entered = stamp(recorded.recorded_at.astimezone(zone))
    if not history.shows(recorded):
        yield (name, f"—\n{entered}", history.withheld(), history.withheld())
    else:
        items = history.named(act.own_items)
        which = t(f"\n物 {items}", f"\nitems: {items}") if items else ""
        when = f"{stamp(act.occurred_at)}\n{entered}"
        yield (name + which, when, signed_by(history, recorded), said(history, act) or "—")
    for defect in recorded.defects:
        yield (f"⚠ {defect_said(history, recorded, defect)}",)
    if act.id in history.corrected:
        numbers = ", ".join(f"#{each}" for each in history.corrected[act.id])
        yield (t(f"※ 经更正 {numbers}，见“更正”。", f"※ Amended by correction {numbers}: see Corrections."),)


def defect_said(history: History, recorded: Recorded, defect: Defect) -> str:
    """A defect as the entry of an act lists it: rule, code, what it says, of which items, how grave."""
    t = history.sources.t
    policy = policy_by_id(recorded.policy) or history.sources.ledger.governed.policies.current
    text = policy.texts.get(defect.code)
    says = t(text.zh, text.en) if text else defect.code
    own = recorded.act.own_items
    items = history.named(own[index] for index in defect.items if index < len(own))
    which = t(f"（物 {items}）", f" (items: {items})") if items and history.shows(recorded) else ""
    grave = t(MORE_TERMS[defect.severity], defect.severity.replace("-", " "))
    return t(f"瑕疵 {defect.rule} {defect.code}{which}：{says}　〔{grave}〕",
             f"Defect {defect.rule} {defect.code}{which}: {says} [{grave}]")  # fmt: skip
