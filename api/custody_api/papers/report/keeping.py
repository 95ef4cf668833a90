"""Of the items: what they are and where, who held them from when to when, and which agency answered for them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from itertools import zip_longest
from typing import TypeVar

from custody.facts.holding import Holder
from custody.facts.item import Interval, ItemFacts
from custody.facts.shapes import STATUSES, status
from custody_api.papers.paper import Table
from custody_api.papers.report.chain import act_name
from custody_api.papers.report.document import Chapter
from custody_api.papers.report.history import MOST, History
from custody_api.papers.report.wording import MORE_TERMS
from custody_api.papers.sheet import code, columns

Same = TypeVar("Same", bound=Hashable)


def grouped(history: History, what: Callable[[ItemFacts], Same]) -> dict[Same, list[str]]:
    """The items that have something in common, such as a whole chain of custody, in the order of their numbers."""
    found: dict[Same, list[str]] = {}
    for item, facts in history.items.items():
        found.setdefault(what(facts), []).append(item)
    return found


def things(history: History) -> Chapter:
    """The items, one a line."""
    sources, t = history.sources, history.sources.t
    heads = columns(
        sources, ("号", "No.", 24), ("标签", "Label", 146), ("名称", "Name", 86), ("数量", "Amount", 42),
        ("类别", "Kind", 50), ("状态", "State", 50), ("现在", "Now with", 112),
    )  # fmt: skip
    rows = tuple(_thing(history, number, item) for item, number in list(history.numbers.items())[:MOST])
    says = t(
        "本报告以“物 n”指称下列物品，状态截至检查点。",
        "“Item n” in this report is item n of this list; states as of the checkpoint.",
    )
    table = Table("", heads, rows, history.rest(len(history.items)))
    told = _told_apart(history)
    return Chapter(t("物品", "The items"), (says,), (table, told) if told.rows else (table,))


def _thing(history: History, number: int, item: str) -> tuple[str, ...]:
    t = history.sources.t
    facts, whole = history.described.get(item), history.items[item]
    if facts is None:
        return (str(number), code(whole.code), *[history.withheld()] * 5)
    name = f"{facts.description}（{facts.designation}）" if facts.designation else facts.description
    category = t(MORE_TERMS.get(facts.category, facts.category), facts.category)
    return (
        str(number), code(facts.code), name, f"{facts.quantity} {facts.unit}", category, t(*STATUSES[status(whole)]),
        _holder(history, whole.custody[-1], whole.holder) if whole.custody else "—",
    )  # fmt: skip


def _told_apart(history: History) -> Table:
    """What tells some of the items apart: features, serial numbers, where each came from, as the list has it now."""
    sources, t = history.sources, history.sources.t
    heads = columns(
        sources, ("号", "No.", 24), ("特征", "Features", 236), ("编号", "Serial number", 110), ("来源", "Source", 140)
    )
    rows = [
        (str(history.numbers[item]), taken.features or "—", sources.value(taken.serial), taken.source)
        for item, facts in history.described.items()
        if (taken := facts.taken) and (taken.features or taken.serial)
    ]
    return Table(t("特征和编号", "Features and serial numbers"), heads, tuple(rows[:MOST]), history.rest(len(rows)))


def _holder(history: History, stretch: Interval, holder: Holder | None) -> str:
    """A holder of a stretch of custody, as far as the act that began it may be shown."""
    return history.sources.holder(holder) if history.shows_at(stretch.index) else history.withheld()


def custody(history: History) -> Chapter:
    """Who held what from when to when; items that went together stand together. Gaps are gaps."""
    t = history.sources.t
    groups = grouped(history, lambda facts: facts.custody)
    gaps = sum(len(facts.gaps()) > 0 for facts in history.items.values())
    whole = t("全部物品的保管链完整，没有缺口。", "No chain of custody has a gap.")
    broken = t(f"{gaps} 件物品的保管链有缺口，以 ⚠ 标出。", f"Items with a gap in their chain: {gaps}, marked ⚠.")
    tables, lines = [], 0
    for items in groups.values():
        tables.append(_stretches(history, items))
        lines += len(tables[-1].rows)
        if lines > MOST:
            break
    says = [broken if gaps else whole]
    if len(tables) < len(groups):
        left = sum(len(items) for items in list(groups.values())[len(tables):])
        says.append(t(
            f"另有 {left} 件未列出，见行为原文（envelopes/）。", f"{left} more items stand in the acts (envelopes/)."
        ))  # fmt: skip
    return Chapter(t("保管经过", "Custody"), tuple(says), tuple(tables))


def _stretches(history: History, items: list[str]) -> Table:
    sources, t = history.sources, history.sources.t
    chain = history.items[items[0]].custody
    heads = columns(
        sources, ("序", "#", 9), ("自", "From", 35), ("至", "Until", 35), ("持有人或场所", "Held by", 58),
        ("接收自", "Received from", 52), ("行为", "By act", 28),
    )  # fmt: skip
    rows: list[tuple[str, ...]] = []
    for number, (each, after) in enumerate(zip_longest(chain, chain[1:]), 1):
        before = chain[number - 2] if number > 1 else None
        if before is not None and before.holder != each.given_by:
            rows.append((_gap(history, before, each),))
        rows.append((str(number), *_stretch(history, each, after)))
    named = history.named(items)
    title = t(f"物 {named}（{len(items)} 件）", f"Items {named} ({len(items)})")
    return Table(title, heads, tuple(rows))


def _stretch(history: History, each: Interval, after: Interval | None) -> tuple[str, ...]:
    t = history.sources.t
    until = history.moment(after.since) if after else t("至检查点", "to the checkpoint")
    if each.holder is None:
        until = "—"
    elif after is not None and after.given_by != each.holder:
        until = t("不详（缺口）", "not known (gap)")
    given = t("（初次取得）", "(first taken)") if each.given_by is None else _holder(history, each, each.given_by)
    by = f"{act_name(history, each.type)}\n#{each.index + 1}"
    if each.act in history.corrected:
        by += t("\n〔经更正〕", "\n[corrected]")
    elif each.index in history.at and any(one.code == "LATE_ENTRY" for one in history.at[each.index].defects):
        by += t("\n〔事后补录〕", "\n[entered late]")
    return (history.moment(each.since), until, _holder(history, each, each.holder), given, by)


def _gap(history: History, one: Interval, two: Interval) -> str:
    held, gave = _holder(history, one, one.holder), _holder(history, two, two.given_by)
    since, until = history.moment(one.since), history.moment(two.since)
    return history.sources.t(
        f"⚠ 缺口：{since} 起由 {held} 持有，{until} 却由 {gave} 交出，其间没有交接记录。",
        f"⚠ GAP: held by {held} since {since}, yet given by {gave} at {until}; no handover is recorded between.",
    )


def control(history: History) -> Chapter:
    """Which agency answered for the items, apart from who held them."""
    sources, t = history.sources, history.sources.t
    heads = columns(
        sources, ("物品", "Items", 36), ("责任机关", "Agency", 58), ("阶段", "Stage", 34), ("自", "Since", 40),
        ("文书", "Document", 34), ("行为", "By act", 20),
    )  # fmt: skip
    rows = list(_controls(history))
    says = t(
        "实物由谁持有与由哪个机关负责，分别记录。",
        "Who holds a thing, and which agency answers for it, are recorded apart.",
    )
    if not rows:
        return Chapter(t("责任机关", "Control"), (says, t("没有可公开的记录。", "Nothing of it is open here.")))
    table = Table("", heads, tuple(rows[:MOST]), history.rest(len(rows)))
    return Chapter(t("责任机关", "Control"), (says,), (table,))


def _controls(history: History) -> Iterator[tuple[str, ...]]:
    sources, t = history.sources, history.sources.t
    if history.case is not None:
        for stage in history.case.stages:
            known = stage.index in history.at
            since = history.moment(history.at[stage.index].act.occurred_at) if known else "—"
            name = t(MORE_TERMS[stage.stage], stage.stage)
            yield (t("全案", "whole case"), sources.agency(stage.agency), name, since, "—", f"#{stage.index + 1}")
    for controls, items in grouped(history, lambda facts: facts.controls).items():
        for each in controls:
            if history.shows_at(each.index):
                name = t(MORE_TERMS[each.stage], each.stage)
                yield (
                    history.named(items), sources.agency(each.agency), name, history.moment(each.since),
                    each.document or "—", f"#{each.index + 1}",
                )  # fmt: skip
