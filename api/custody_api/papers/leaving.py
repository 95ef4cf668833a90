"""Papers of what leaves custody for good, and of what is said to a court, an office or a citizen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from custody.acts import ACT_TYPES
from custody.acts.case import Noted
from custody.acts.disposition import Release
from custody.acts.orders import DispositionOrder
from custody.acts.samples import BloodDraw
from custody.acts.taking import Seizure
from custody_api.papers.handing import lines_table, noted
from custody_api.papers.paper import Field, Paper, Table
from custody_api.papers.sheet import code, columns, ended, numbered, people_in, sheet
from custody_api.papers.sources import Source, Sources

_TITLES: Final = {
    "returned": ("发还清单", "List of property returned"),
    "destroyed": ("销毁清单", "List of property destroyed"),
    "remitted": ("上缴清单", "List of property remitted"),
    "handed-over": ("移交主管机关清单", "List of property handed to the competent authority"),
    "consumed": ("检验用尽清单", "List of material consumed in examination"),
    "supplied-to-subject": ("交当事人清单", "List of samples supplied to the subject"),
    "sold": ("变卖清单", "List of property sold"),
}
_GROUND: Final = {
    "irrelevant": ("查明与案件无关", "irrelevant to the case"), "effects": ("随身财物", "personal effects"),
    "closed-case": ("撤案或不起诉", "case withdrawn or not prosecuted"), "judgment": ("裁判", "judgment"),
    "administrative-decision": ("行政处理决定", "administrative decision"),
    "early-return": ("判决前发还", "early return"),
    "perishable": ("易腐等先行处理", "perishable"), "unclaimed": ("无人认领", "unclaimed"),
}  # fmt: skip
_CAPACITY: Final = {
    "right-holder": ("权利人", "right-holder"), "agent": ("委托代理人", "authorised agent"),
    "authority": ("机关", "authority"), "subject": ("当事人", "subject"),
}  # fmt: skip

_BY: Final = {"seizure": ("officer", "second"), "blood-draw": ("officer", "second", "medic"), "release": ("holder",)}
"""The parts whose people a citizen's receipt names."""


def return_list(sources: Sources, source: Source, link: str = "") -> Paper:
    """发还清单 (and its sisters by kind of release): what left custody, to whom, on whose approval, why.

    Source: 公安机关办理刑事案件程序规定 art. 234.
    """
    act = _release(source)
    t = sources.t
    who = act.recipient
    fields = [
        Field(t("文书", "Order"), _ordered(sources, act)),
        Field(t("时间", "Time"), sources.time(act.occurred_at)),
        Field(t("理由", "Reason"), act.reason),
    ]
    if who is not None:
        staff = t("本机关人员", "staff of the authority") if who.authority_staff else t("非本机关人员", "not staff")
        said = sources.joined([sources.opened(who.name.sealed), t(*_CAPACITY[who.capacity]), staff])
        fields.append(Field(t("接收人", "Recipient"), said))
        fields.append(Field(t("委托书", "Authorisation"), who.authorisation or "—"))
    fields += [
        *_money(sources, act),
        Field(t("经手人", "Handed out by"), people_in(sources, act, "holder")),
        Field(t("审批人", "Approved by"), people_in(sources, act, "approver")),
        Field(t("相关文书", "Documents"), sources.joined(act.basis)),
    ]
    table = lines_table(sources, source, act.lines)
    return sheet(
        sources, source, "return-list", t(*_TITLES[act.kind]), act.order, fields, (table,), noted(act), link
    )  # fmt: skip


def _ordered(sources: Sources, act: Release) -> str:
    """On whose word items leave: the instrument, the order with its position and effect, or why none is needed."""
    t = sources.t
    said = [act.order]
    if act.ordered_by:
        source = sources.act(act.ordered_by)
        order = source.act
        assert isinstance(order, DispositionOrder)  # noqa: S101 - no other act is accepted as an order
        said.append(order.instrument if order.instrument != act.order else None)
        said.append(t(*_GROUND[order.ground]))
        said.append(t(f"处置决定 台账位置 {source.position}", f"order at ledger position {source.position}"))
        if order.effect:
            when = sources.time(order.effect.at)
            said.append(t(f"{when} 生效（{order.effect.instrument}）", f"effective {when} ({order.effect.instrument})"))
    if act.without_order:
        said.append(t(*_GROUND[act.without_order]))
    return sources.joined(said)


def _money(sources: Sources, act: Release) -> Iterator[Field]:
    """What was paid, for what price things were sold, and the voucher."""
    t = sources.t
    if act.voucher:
        yield Field(t("缴款凭证", "Voucher"), act.voucher)
    if act.payment:
        paid = act.payment
        interest = t(f"另付孳息 {paid.interest}", f"and interest {paid.interest}") if paid.interest else None
        remains = t(f"余额 {paid.remains}", f"remaining {paid.remains}")
        yield Field(t("支付金额", "Paid"), sources.joined([paid.amount, interest, remains]))
    if act.sale:
        mode = t("拍卖", "auction") if act.sale.mode == "auction" else t("变卖", "private sale")
        buyer = sources.value(act.sale.buyer)
        said = [mode, f"{act.sale.price} {act.sale.currency}", t(f"买受人 {buyer}", f"buyer {buyer}")]
        yield Field(t("变价", "Sale"), sources.joined(said))
        yield Field(t("价款物品", "Proceeds"), code(act.sale.proceeds))


def destruction_list(sources: Sources, source: Source, link: str = "") -> Paper:
    """销毁清单: what was destroyed, how much of it, where and how, on whose approval, under whose eyes."""
    act = _release(source)
    t = sources.t
    done = act.destruction
    measured = sources.joined(f"{each.quantity} {each.unit}" for each in done.measured) if done else "—"
    fields = (
        Field(t("文书", "Order"), _ordered(sources, act)),
        Field(t("时间", "Time"), sources.time(act.occurred_at)),
        Field(t("地点", "Place"), done.where if done else "—"),
        Field(t("方法", "Method"), done.method if done else "—"),
        Field(t("销毁前计量", "Measured"), measured),
        Field(t("理由", "Reason"), act.reason),
        Field(t("销毁人", "Destroyed by"), people_in(sources, act, "holder")),
        Field(t("审批人", "Approved by"), people_in(sources, act, "approver")),
        Field(t("监销人", "Supervised by"), people_in(sources, act, "supervisor")),
        Field(t("录音录像", "Recording"), sources.yes(act.has_recording())),
    )
    table = lines_table(sources, source, act.lines)
    title = t("销毁清单", "List of property destroyed")
    return sheet(sources, source, "destruction-list", title, act.order, fields, (table,), noted(act))


def execution_receipt(sources: Sources, source: Source, link: str = "") -> Paper:
    """执行回执: how each item that a judgment named was dealt with, for the court.

    Source: 公安机关办理刑事案件程序规定 art. 288.
    """
    act = _release(source)
    t = sources.t
    dealt = sources.term(act.kind)
    fields = (
        Field(t("执行依据", "Carried out"), sources.joined([_ordered(sources, act), *act.basis])),
        Field(t("处理方式", "Dealt with"), dealt),
        Field(t("执行时间", "Time"), sources.time(act.occurred_at)),
        *_money(sources, act),
        Field(t("理由", "Reason"), act.reason),
    )
    heads = columns(
        sources, ("编号", "No.", 9), ("标签", "Label", 34), ("名称", "Name", 50), ("数量", "Quantity", 22),
        ("处理方式", "Dealt with", 30), ("日期", "Date", 30),
    )  # fmt: skip
    known = sources.items(act.own_items)
    rows = tuple(
        numbered(
            sources, source, index, code(known[item].code), known[item].description,
            f"{known[item].quantity} {known[item].unit}", dealt, sources.time(act.occurred_at)[:10],
        )
        for index, item in enumerate(act.own_items)
    )  # fmt: skip
    title = t("执行回执", "Receipt of execution")
    table = Table("", heads, rows, ended(sources, len(rows)))
    return sheet(sources, source, "execution-receipt", title, act.order, fields, (table,), noted(act))


def recommendation(sources: Sources, source: Source, link: str = "") -> Paper:
    """执法建议书: what an office is asked to mend, and on which grounds."""
    act = source.act
    assert isinstance(act, Noted)  # noqa: S101 - the catalogue says which acts a paper is drawn from
    t = sources.t
    answers = [
        each for each in sources.acts(f"case:{act.case}", ("noted",))
        if isinstance(each.act, Noted) and each.act.fact == "recommendation-answered"
        and each.position > source.position
        and (not each.act.basis or not act.basis or set(each.act.basis) & set(act.basis))
    ]  # fmt: skip
    answered = sources.time(answers[0].act.occurred_at) if answers else t("尚未答复", "not answered yet")
    fields = (
        Field(t("文书", "Basis"), sources.joined(act.basis)),
        Field(t("发出时间", "Issued"), sources.time(act.occurred_at)),
        Field(t("答复", "Answered"), answered),
        Field(t("问题与建议", "What to mend"), act.statement or "—"),
    )
    title = t("执法建议书", "Recommendation")
    number = act.basis[0] if act.basis else None
    return sheet(sources, source, "recommendation", title, number, fields, _concerned(sources, source), noted(act))


def _concerned(sources: Sources, source: Source) -> tuple[Table, ...]:
    if not source.act.own_items:
        return ()
    heads = columns(
        sources, ("编号", "No.", 9), ("标签", "Label", 40), ("名称", "Name", 70), ("数量", "Quantity", 30)
    )  # fmt: skip
    known = sources.items(source.act.own_items)
    rows = tuple(
        numbered(sources, source, index, code(known[item].code), known[item].description,
                 f"{known[item].quantity} {known[item].unit}")
        for index, item in enumerate(source.act.own_items)
        if item in known
    )  # fmt: skip
    return (Table(sources.t("涉及财物", "Items concerned"), heads, rows, ended(sources, len(rows))),)


def citizen_receipt(sources: Sources, source: Source, link: str = "") -> Paper:
    """回执: what a citizen takes home of a seizure, a draw or a release; short, with the address to look it up."""
    act = source.act
    assert isinstance(act, (Seizure, BloodDraw, Release))  # noqa: S101 - the catalogue says which acts
    t = sources.t
    done = sources.term(act.kind) if isinstance(act, Release) else ACT_TYPES[act.act].zh
    english = f"release: {sources.term(act.kind)}" if isinstance(act, Release) else act.act.replace("-", " ")
    fields = (
        Field(t("事项", "What was done"), t(done, english)),
        Field(t("时间", "Time"), sources.time(act.occurred_at)),
        Field(t("经办人", "By"), people_in(sources, act, *_BY[act.act])),
        Field(t("文书", "Document"), sources.joined([getattr(act, "instrument", None), getattr(act, "order", None)])),
    )  # fmt: skip
    remark = t(
        "请妥善保存本回执。本件由台账自动生成，内容以台账记录为准；对所列内容有异议的，可凭本回执向出具机关提出。",
        "Keep this receipt. It is drawn from the ledger, whose record prevails; objections may be raised with the "
        "issuing authority on showing it.",
    )
    title = t("回执", "Receipt")
    return sheet(
        sources, source, "receipt", title, None, fields, _concerned(sources, source), (remark,), link
    )  # fmt: skip


def _release(source: Source) -> Release:
    assert isinstance(source.act, Release)  # noqa: S101 - the catalogue says which acts a paper is drawn from
    return source.act
