"""What stands beside a chain of custody: results, stretches too warm or too cold, defects. Nothing is concluded.

An item of a kit is shown with the other tubes of its draw, so that what happened to one stands next to the result of
another.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from custody.acts.entry import Recorded
from custody.acts.results import LabResult
from custody.facts.amend import readings
from custody.facts.flaws import each_once
from custody.facts.item import ItemFacts
from custody_api.papers.paper import Table
from custody_api.papers.sheet import code, columns
from custody_api.papers.sources import Sources

Line = tuple[datetime, str, str, str]
"""When, which item, what, and by which record."""

_STATES = {
    "open": ("未处理", "open"), "explained": ("已说明", "explained"), "reviewed": ("已审查", "reviewed"),
    "accepted": ("已补正", "remedied"), "contested": ("有异议", "contested"),
}  # fmt: skip


def disclosed(sources: Sources, item: ItemFacts) -> tuple[Table, ...]:
    """The table beside an item's chain; none if there is nothing to disclose."""
    drawn = sources.tubes([item.kit]) if item.kit else []
    tubes = [item.item, *(each for each in drawn if each != item.item)]
    records = sources.under([f"item:{each}" for each in tubes])
    lines: list[Line] = []
    for each, facts in sources.items(tubes).items():
        lines += _of(sources, facts, records[f"item:{each}"])
    rows = tuple((sources.time(at), name, what, record) for at, name, what, record in sorted(lines))
    heads = columns(
        sources, ("时间", "When", 26), ("物品", "Item", 36), ("内容", "What", 88), ("记录", "Record", 24)
    )
    title = sources.t("检验结果、温度异常和瑕疵", "Results, temperatures out of range, defects")
    return (Table(title, heads, rows, sources.t("以下空白。", "Nothing follows.")),) if rows else ()


def _of(sources: Sources, facts: ItemFacts, records: list[Recorded]) -> Iterator[Line]:
    """What is disclosed of one item."""
    t = sources.t
    name = f"{facts.description} {code(facts.code)}"
    known = {each.act.id: each for each in records}
    for reading in readings(records):
        if isinstance(reading.act, LabResult) and 0 not in reading.voided:
            value = f"{sources.value(reading.act.value)} {reading.act.unit or ''}".strip()
            what = t(f"鉴定意见 {reading.act.opinion}：{value}", f"Opinion {reading.act.opinion}: {value}")
            yield reading.happened_at, name, what, _number(reading.recorded)
    for warm in facts.excursions:
        stretch = f"{sources.time(warm.since)} – {sources.time(warm.until)}"
        what = t(f"温度 {warm.min} 至 {warm.max} ℃（{stretch}）", f"{warm.min} to {warm.max} °C ({stretch})")
        yield warm.since, name, what, _number(known[warm.act])
    for flaw in each_once(facts.defects):
        text = sources.ledger.policy.texts.get(flaw.code)
        says = t(text.zh, text.en) if text else flaw.code
        state = t(*_STATES[flaw.state])
        recorded = known[flaw.act]
        what = t(f"瑕疵 {flaw.rule} {says}（{state}）", f"Defect {flaw.rule}: {says} ({state})")
        yield recorded.act.occurred_at, name, what, _number(recorded)


def _number(recorded: Recorded) -> str:
    return f"#{recorded.index + 1}"
