"""Papers that tell a person what was found: the notice of an expert opinion."""

from __future__ import annotations

from typing import Final

from custody.acts.results import LabResult, ResultNotice
from custody_api.papers.handing import noted
from custody_api.papers.paper import Field, Paper, Table
from custody_api.papers.sheet import code, columns, ended, people_in, sheet
from custody_api.papers.sources import Source, Sources

_CAPACITY: Final = {
    "subject": ("被提取人", "subject"), "victim": ("被害人", "victim"),
    "representative": ("代理人", "representative"),
}  # fmt: skip
_MANNER: Final = {
    "written": ("书面", "in writing"), "electronic": ("电子", "electronically"), "oral": ("口头", "orally"),
}  # fmt: skip
_RESPONSE: Final = {
    "no-objection": ("无异议", "no objection"), "objection": ("有异议", "objects"),
    "none": ("未表示意见", "none given"),
}  # fmt: skip


def opinion_notice(sources: Sources, source: Source, link: str = "") -> Paper:
    """鉴定意见通知书: which opinion was told to whom, when and how, and what they said to it.

    Source: 公安机关办理刑事案件程序规定 art. 252, 253; 道路交通安全违法行为处理程序规定.
    """
    act = source.act
    assert isinstance(act, ResultNotice)  # noqa: S101 - the catalogue says which acts a paper is drawn from
    t = sources.t
    told = sources.act(act.result)
    result = told.act
    assert isinstance(result, LabResult)  # noqa: S101 - no other act is accepted as a result
    told_to = sources.joined([sources.opened(act.person.sealed), t(*_CAPACITY[act.capacity])])
    fields = (
        Field(t("被告知人", "Told to"), told_to),
        Field(t("告知时间", "Told at"), sources.time(act.occurred_at)),
        Field(t("告知方式", "Manner"), t(*_MANNER[act.manner])),
        Field(t("被告知人意见", "Response"), t(*_RESPONSE[act.response])),
        Field(t("鉴定意见", "Opinion"), result.opinion),
        Field(t("作出时间", "Given at"), sources.time(result.occurred_at)),
        Field(t("鉴定人", "Examiners"), people_in(sources, result, "examiner")),
        Field(t("告知人", "Told by"), people_in(sources, act, "officer")),
    )
    heads = columns(
        sources, ("编号", "No.", 9), ("标签", "Label", 34), ("检材", "Specimen", 34), ("结果", "Result", 34),
        ("方法", "Method", 44), ("剩余", "Residual", 24),
    )  # fmt: skip
    known = sources.items([act.item])
    row = (
        "1", code(known[act.item].code), known[act.item].description,
        f"{sources.value(result.value)} {result.unit or ''}".strip(), result.method, _residual(sources, result),
    )  # fmt: skip
    rights = t(
        "对鉴定意见有异议的，可以在法定期限内申请补充鉴定或者重新鉴定。",
        "Whoever disputes the opinion may, within the time the law sets, apply for a supplementary or new examination.",
    )
    title = t("鉴定意见通知书", "Notice of an expert opinion")
    table = Table("", heads, (row,), ended(sources, 1))
    return sheet(sources, source, "opinion-notice", title, result.opinion, fields, (table,), (*noted(act), rights))


def _residual(sources: Sources, result: LabResult) -> str:
    if result.consumed:
        return sources.t("检验用尽", "consumed")
    return f"{result.residual.quantity} {result.residual.unit}" if result.residual else "—"
