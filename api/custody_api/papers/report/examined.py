"""What laboratories did: the tubes of each draw, what was sent and taken in, and what was found."""

from __future__ import annotations

from collections.abc import Iterator

from custody.acts.results import LabResult, Reexamination, ReexaminationRequest, ResultNotice
from custody.acts.samples import BloodDraw, LabDispatch, LabReceipt, Tube
from custody.facts.amend import Reading
from custody_api.papers.paper import Table
from custody_api.papers.report.chain import act_name
from custody_api.papers.report.document import Chapter
from custody_api.papers.report.history import MOST, History
from custody_api.papers.report.saying import said
from custody_api.papers.sheet import code, columns, people_in


def laboratory(history: History) -> Chapter:
    """Tubes, dispatch and receipt, results, and who was told or asked anew."""
    t = history.sources.t
    tables = [each for each in (_tubes(history), _ways(history), _results(history), _after(history)) if each.rows]
    says = () if tables else (t("没有送检或者鉴定的记录。", "No examination is recorded."),)
    return Chapter(t("检验和鉴定", "Examinations"), says, tuple(tables))


def _tubes(history: History) -> Table:
    sources, t = history.sources, history.sources.t
    heads = columns(
        sources, ("物品", "Item", 16), ("管", "Tube", 16), ("用途", "Purpose", 40), ("标签", "Label", 46),
        ("容量 mL", "mL", 18), ("封签", "Seal", 30), ("封存时间", "Sealed at", 44),
    )  # fmt: skip
    rows: list[tuple[str, ...]] = []
    for reading in history.readings:
        if isinstance(reading.act, BloodDraw):
            rows += [_tube(history, each) for each in reading.act.tubes]
    return Table(t("血样", "Blood samples"), heads, tuple(rows[:MOST]), history.rest(len(rows)))


def _tube(history: History, tube: Tube) -> tuple[str, ...]:
    t = history.sources.t
    number = str(history.numbers[tube.item]) if tube.item in history.numbers else "—"
    purpose = t(*{"test": ("送检", "tested"), "reserve": ("备用，不检验", "reserved")}[tube.purpose])
    sealed = history.moment(tube.sealed_at)
    return (number, tube.designation, purpose, code(tube.code), tube.volume_ml, tube.seal, sealed)


def _ways(history: History) -> Table:
    sources, t = history.sources, history.sources.t
    heads = columns(
        sources, ("物品", "Items", 26), ("行为", "Act", 34), ("时间", "Time", 42), ("鉴定机构或场所", "Laboratory", 52),
        ("委托／受理", "Request / acceptance", 40), ("经手", "By", 52),
    )  # fmt: skip
    rows = tuple(row for reading in history.readings if (row := _way(history, reading)))
    return Table(t("送检和接收", "Sent and taken in"), heads, rows[:MOST], history.rest(len(rows)))


def _way(history: History, reading: Reading) -> tuple[str, ...] | None:
    sources, t, act = history.sources, history.sources.t, reading.act
    if isinstance(act, LabDispatch):
        where, number, by = sources.agency(act.laboratory), act.request, people_in(sources, act, "officer", "custodian")
    elif isinstance(act, LabReceipt):
        refused = t(f"未受理：{act.refusal}", f"refused: {act.refusal}")
        where, number, by = sources.place(act.place), act.acceptance or refused, people_in(sources, act, "examiner")
    else:
        return None
    return (history.named(act.own_items), *_act(history, reading), where, number, by)


def _act(history: History, reading: Reading) -> tuple[str, str]:
    """Which act, and when it happened."""
    name = act_name(history, reading.act.act)
    return f"{name}\n#{reading.recorded.index + 1}", history.moment(reading.happened_at)


def _results(history: History) -> Table:
    sources, t = history.sources, history.sources.t
    heads = columns(
        sources, ("物品", "Item", 16), ("意见", "Opinion", 44), ("结果", "Result", 36), ("方法", "Method", 44),
        ("剩余检材", "Residual", 30), ("鉴定人", "Examiners", 46), ("作出", "Given", 40),
    )  # fmt: skip
    rows: list[tuple[str, ...]] = []
    for reading in history.readings:
        act = reading.act
        if isinstance(act, LabResult) and 0 not in reading.voided:
            value = f"{sources.value(act.value)} {act.unit or ''}".strip()
            left = f"{act.residual.quantity} {act.residual.unit}" if act.residual else "—"
            rest = t("检验用尽", "consumed") if act.consumed else left
            when = f"#{reading.recorded.index + 1}\n{history.moment(reading.happened_at)}"
            by = people_in(sources, act, "examiner")
            rows.append((history.named(act.own_items), act.opinion, value, act.method, rest, by, when))
    return Table(t("鉴定意见", "Results"), heads, tuple(rows[:MOST]), history.rest(len(rows)))


def _after(history: History) -> Table:
    sources, t = history.sources, history.sources.t
    heads = columns(sources, ("物品", "Item", 18), ("行为", "Act", 40), ("时间", "Time", 44), ("内容", "What", 120))
    rows = tuple(_told(history))
    return Table(t("告知和重新鉴定", "Told, and examined anew"), heads, rows[:MOST], history.rest(len(rows)))


def _told(history: History) -> Iterator[tuple[str, ...]]:
    for reading in history.readings:
        if isinstance(reading.act, (ResultNotice, ReexaminationRequest, Reexamination)):
            yield (history.named(reading.act.own_items), *_act(history, reading), said(history, reading.act))
