"""What was put right: corrections, as it was known at the time and as it reads since; defects and their remedies."""

from __future__ import annotations

from collections.abc import Iterator

from custody.acts.entry import Recorded
from custody.acts.oversight import Change, Correction, Remedy
from custody.facts.flaws import DefectState, each_once
from custody_api.papers.paper import Table
from custody_api.papers.report.chain import act_name, defect_said
from custody_api.papers.report.document import Chapter
from custody_api.papers.report.history import MOST, History
from custody_api.papers.report.saying import field_name, json_said
from custody_api.papers.report.signers import signed_by
from custody_api.papers.report.wording import MORE_TERMS
from custody_api.papers.sheet import columns

_STATES: dict[DefectState, tuple[str, str]] = {
    "open": ("未处理", "open"), "explained": ("已说明", "explained"), "reviewed": ("已审查", "reviewed"),
    "accepted": ("已补正", "remedied"), "contested": ("有异议", "contested"),
}  # fmt: skip


def corrections(history: History) -> Chapter:
    """Each amendment with what stood there when it was signed beside what it reads since."""
    sources, t = history.sources, history.sources.t
    title = t("更正", "Corrections")
    made = [(each, each.act) for each in history.shown if isinstance(each.act, Correction)]
    rows = [row for recorded, act in made for row in _changes(history, recorded, act)]
    if not rows:
        return Chapter(title, (t("没有更正。", "Nothing was corrected."),))
    heads = columns(
        sources, ("更正", "Correction", 46), ("所涉行为和栏目", "Act and field", 36),
        ("当时的记载", "As known then", 42), ("更正后", "As corrected", 42), ("更正人、理由", "By whom, why", 52),
    )  # fmt: skip
    says = t(
        "原行为的签名和原文不变；自更正起按更正后的内容读取。",
        "The act and its signatures stay as they are; it reads so from the correction on.",
    )
    return Chapter(title, (says,), (Table("", heads, tuple(rows[:MOST]), history.rest(len(rows))),))


def _changes(history: History, recorded: Recorded, act: Correction) -> Iterator[tuple[str, ...]]:
    target = history.by_id.get(act.target)
    if target is not None and not history.shows(target):
        return
    t = history.sources.t
    of = f"{act_name(history, target.act.act)} #{target.index + 1}" if target else history.position(act.target)
    head = f"#{recorded.index + 1}\n{history.moment(act.occurred_at)}"
    for change in act.changes:
        before, after = _sides(history, change)
        why = f"{signed_by(history, recorded)}\n{t('理由：', 'why: ')}{act.reason}"
        yield (head, f"{of}\n{_path(history, change.path)}".strip(), before, after, why)


def _path(history: History, path: str) -> str:
    """A JSON Pointer by the names of its fields; numbers count from 1."""
    parts = [str(int(each) + 1) if each.isdigit() else field_name(history, each) for each in path.split("/")[1:]]
    return f"{' › '.join(parts)}\n{path}" if parts else ""


def _sides(history: History, change: Change) -> tuple[str, str]:
    """What stood there, and what reads there since."""
    t = history.sources.t
    name = next((each for each in reversed(change.path.split("/")) if not each.isdigit()), "")
    if change.op == "void":
        whole = t("整项行为", "the whole act") if not change.path else t("该项", "this entry")
        return whole, t("作废", "void")
    if change.op == "insert":
        new = change.new if isinstance(change.new, dict) else {}
        kind = act_name(history, str(new.get("act"))) if new.get("act") else ""
        told = {each: value for each, value in new.items() if each != "act"}
        return t("（当时没有记载）", "(nothing was recorded)"), f"{kind}\n{json_said(history, told)}"
    return json_said(history, change.old, name), json_said(history, change.new, name)


def defects(history: History) -> Chapter:
    """Each defect with the state it stands in, and every remedy."""
    sources, t = history.sources, history.sources.t
    title = t("瑕疵和补正", "Defects and remedies")
    rows = list(_defects(history))
    if not rows:
        return Chapter(title, (t("没有记录瑕疵。", "No defect is recorded."),))
    heads = columns(
        sources, ("行为", "Act", 34), ("瑕疵", "Defect", 98), ("状态", "State", 24),
        ("说明、审查", "Explained, reviewed", 66),
    )  # fmt: skip
    return Chapter(title, (), (Table("", heads, tuple(rows[:MOST]), history.rest(len(rows))),))


def _defects(history: History) -> Iterator[tuple[str, ...]]:
    t = history.sources.t
    flaws = each_once(flaw for facts in history.items.values() for flaw in facts.defects)
    states: dict[str, DefectState] = {each.id: each.state for each in flaws}
    remedies: dict[str, list[Recorded]] = {}
    for each in history.shown:
        if isinstance(each.act, Remedy):
            remedies.setdefault(each.act.defect, []).append(each)
    for recorded in history.records:
        of = f"{act_name(history, recorded.act.act)}\n#{recorded.index + 1}"
        for defect in recorded.defects:
            state = t(*_STATES[states.get(defect.id, "open")])
            said = "\n".join(_remedy(history, each) for each in remedies.get(defect.id, ()))
            yield (of, defect_said(history, recorded, defect), state, said or "—")
    yield from _doubts(history, states, remedies)


def _doubts(
    history: History, states: dict[str, DefectState], remedies: dict[str, list[Recorded]]
) -> Iterator[tuple[str, ...]]:
    """What came into doubt only later, because a key did."""
    t = history.sources.t
    for defect, state in states.items():
        act, _, kind = defect.partition("/")
        if kind == "KEY_DOUBTED" and act in history.by_id:
            says = t("签署密钥自此前某时起存疑（KEY_DOUBTED）", "a key that signed it is in doubt (KEY_DOUBTED)")
            said = "\n".join(_remedy(history, each) for each in remedies.get(defect, ()))
            yield (history.position(act), says, t(*_STATES[state]), said or "—")


def _remedy(history: History, recorded: Recorded) -> str:
    act = recorded.act
    assert isinstance(act, Remedy)  # noqa: S101 - gathered by type
    sources, number = history.sources, recorded.index + 1
    people = sources.joined(sources.person(each.person) for each in act.signers)
    return sources.t(
        f"#{number} {MORE_TERMS[act.action]}：{act.statement}　{people}",
        f"#{number} {act.action}: {act.statement}; {people}",
    )
