"""Papers of handovers: into the store, from one to another, on loan and back, to a laboratory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from custody.acts.act import Act
from custody.acts.custody import CheckIn, CheckOut, Moving, Return, Transfer
from custody.acts.loans import LoanDecision, LoanRequest
from custody.acts.samples import LabDispatch, LabReceipt
from custody.acts.values import Line
from custody.facts.item import ItemFacts
from custody_api.papers.paper import Field, Paper, Table
from custody_api.papers.sheet import code, columns, ended, numbered, people_in, sheet
from custody_api.papers.sources import Source, Sources

_DECISIONS: Final = {"approve": ("同意", "approved"), "reject": ("不同意", "rejected"), "extend": ("延期", "extended")}


def check_in_slip(sources: Sources, source: Source, link: str = "") -> Paper:
    """入库单: what a custodian took into a place, from whom, in which condition."""
    act = source.act
    assert isinstance(act, CheckIn)  # noqa: S101 - the catalogue says which acts a paper is drawn from
    t = sources.t
    fields = (
        Field(t("入库场所", "Place"), sources.place(act.place)),
        Field(t("入库时间", "Time"), sources.time(act.occurred_at)),
        Field(t("交件人", "Delivered by"), people_in(sources, act, "deliverer")),
        Field(t("保管员", "Custodian"), people_in(sources, act, "custodian")),
        Field(t("相关文书", "Documents"), sources.joined(act.basis)),
    )
    table = lines_table(sources, source, act.lines)
    return sheet(sources, source, "check-in-slip", t("入库单", "Intake slip"), None, fields, (table,), noted(act))


def transfer_list(sources: Sources, source: Source, link: str = "") -> Paper:
    """移交清单: what one handed to another, both present."""
    act = source.act
    assert isinstance(act, Transfer)  # noqa: S101 - the catalogue says which acts a paper is drawn from
    t = sources.t
    fields = (
        Field(t("移交方", "From"), sources.party(act.giver)),
        Field(t("接收方", "To"), sources.party(act.taker)),
        Field(t("移交时间", "Time"), sources.time(act.occurred_at)),
        Field(t("事由", "Purpose"), act.purpose),
        Field(t("相关文书", "Documents"), sources.joined(act.basis)),
    )
    table = lines_table(sources, source, act.lines)
    return sheet(sources, source, "transfer-list", t("移交清单", "Transfer list"), None, fields, (table,), noted(act))


def loan_register(sources: Sources, source: Source, link: str = "") -> Paper:
    """调用登记: who took items out, why, on whose approval, until when; and how each came back.

    Source: 公安机关涉案财物管理若干规定 (2015) on the register of loans.
    """
    act = source.act
    assert isinstance(act, CheckOut)  # noqa: S101 - the catalogue says which acts a paper is drawn from
    t = sources.t
    returned = _next_on(sources, source, "return")
    asked = _asked(sources, act)
    fields = (
        *(field for each in asked for field in _request(sources, each)),
        Field(t("调用人", "Borrower"), sources.person(act.borrower)),
        Field(t("审批人", "Approved by"), _approved(sources, act, asked)),
        Field(t("调用时间", "Taken out"), sources.time(act.occurred_at)),
        Field(t("应还时间", "Due back"), sources.time(act.due)),
        Field(t("事由", "Purpose"), sources.term(act.purpose)),
        Field(t("归还情况", "Returned"), _state_of_return(sources, act, returned)),
        Field(t("相关文书", "Documents"), sources.joined(act.basis)),
    )
    tables = [lines_table(sources, source, act.lines, t("出库状况", "As taken out"))]
    for each in returned:
        back = each.act
        assert isinstance(back, Return)  # noqa: S101 - asked for by type
        when = sources.time(back.occurred_at)
        title = t(f"{when} 归还状况（台账位置 {each.position}）", f"As returned {when} (position {each.position})")
        tables.append(lines_table(sources, each, back.lines, title))
    remarks = [
        t(f"归还差异：{each.act.difference}", f"Difference on return: {each.act.difference}")
        for each in returned
        if isinstance(each.act, Return) and each.act.difference
    ]
    title = t("调用登记", "Register of a loan")
    said = (*noted(act), *remarks)
    also = (*asked, *returned)
    return sheet(sources, source, "loan-register", title, None, fields, tables, said, also=also)


def _asked(sources: Sources, act: CheckOut) -> list[Source]:
    """The request and the decisions of a loan, oldest first."""
    return sources.acts(f"loan:{act.loan}", ("loan-request", "loan-decision")) if act.loan else []


def _request(sources: Sources, source: Source) -> Iterator[Field]:
    """Who asked for a loan and why; what was decided."""
    act, t = source.act, sources.t
    when = sources.time(act.occurred_at)
    if isinstance(act, LoanRequest):
        yield Field(t("呈请人", "Asked by"), people_in(sources, act, "officer"))
        yield Field(t("呈请时间", "Asked at"), when)
        if act.statement:
            yield Field(t("呈请说明", "Statement"), act.statement)
    elif isinstance(act, LoanDecision):
        due = t(f"期限 {sources.time(act.due)}", f"until {sources.time(act.due)}") if act.due else None
        said = [t(*_DECISIONS[act.decision]), when, people_in(sources, act, "approver"), due, act.reason]
        yield Field(t("审批", "Decision"), sources.joined(said))


def _approved(sources: Sources, act: CheckOut, asked: list[Source]) -> str:
    by = [people_in(sources, act, "approver")] if act.signed_by("approver") else []
    deciders = [each.act for each in asked if isinstance(each.act, LoanDecision) and each.act.decision == "approve"]
    return sources.joined(dict.fromkeys([*by, *(people_in(sources, each, "approver") for each in deciders)]))


def lab_list(sources: Sources, source: Source, link: str = "") -> Paper:
    """送检清单: what was sent to a laboratory, under which request, by whom; and what the laboratory said.

    Source: 公安机关办理刑事案件程序规定 art. 250.
    """
    act = source.act
    assert isinstance(act, LabDispatch)  # noqa: S101 - the catalogue says which acts a paper is drawn from
    t = sources.t
    receipts = _next_on(sources, source, "lab-receipt")
    at = act.transport_temperature
    fields = (
        Field(t("鉴定机构", "Laboratory"), sources.agency(act.laboratory)),
        Field(t("委托文书", "Request"), act.request),
        Field(t("送检人", "Sent by"), people_in(sources, act, "officer")),
        Field(t("送检时间", "Time"), sources.time(act.occurred_at)),
        Field(t("审批人", "Approved by"), people_in(sources, act, "approver")),
        Field(t("运输温度", "Transport"), f"{at.min} … {at.max} ℃" if at else "—"),
        Field(t("接收情况", "Receipt"), _state_of_receipt(sources, receipts)),
        Field(t("相关文书", "Documents"), sources.joined(act.basis)),
    )
    table = lines_table(sources, source, act.lines)
    title = t("送检清单", "List of what is sent for examination")
    return sheet(sources, source, "lab-list", title, act.request, fields, (table,), noted(act), also=receipts)


def lines_table(sources: Sources, source: Source, lines: tuple[Line, ...], title: str = "") -> Table:
    """The items of an act, each with what was seen of it."""
    known = sources.items(each.item for each in lines)
    heads = columns(
        sources, ("编号", "No.", 9), ("标签", "Label", 30), ("名称", "Name", 31), ("数量", "Quantity", 20),
        ("状况", "Condition", 24), ("封签", "Seal seen", 22), ("计量", "Measured", 20), ("备注", "Remarks", 24),
    )  # fmt: skip
    rows = []
    for index, line in enumerate(lines):
        item = known.get(line.item)
        rows.append(numbered(
            sources, source, index, code(item.code) if item else line.item, item.description if item else "—",
            f"{item.quantity} {item.unit}" if item else "—", line.condition, _seal(sources, line),
            sources.joined(f"{each.quantity} {each.unit}" for each in line.measured), line.remark or "—",
        ))  # fmt: skip
    return Table(title, heads, tuple(rows), ended(sources, len(rows)))


def _seal(sources: Sources, line: Line) -> str:
    states = {"none": sources.t("无封签", "none"), "broken": sources.t("破损", "broken")}
    return states.get(line.seal_seen, line.seal_seen)


def kept_before(sources: Sources, source: Source, item: ItemFacts) -> str:
    """Who or what held an item when an act was recorded."""
    before = [each for each in item.custody if each.index < source.position]
    return sources.holder(before[-1].holder) if before else "—"


def noted(act: Act) -> tuple[str, ...]:
    """The act's own note, if it has one."""
    return (act.note,) if act.note else ()


def _next_on(sources: Sources, source: Source, type_name: str) -> list[Source]:
    """The first act of a type that follows on each item of an act, each act once, oldest first."""
    assert isinstance(source.act, Moving)  # noqa: S101 - asked for acts with lines only
    tags = [f"item:{each}" for each in source.act.own_items]
    index = source.reading.recorded.index
    after = (
        next((each for each in acts if each.index > index and each.act.act == type_name), None)
        for acts in sources.under(tags, (type_name,)).values()
    )
    found = {each.index: each.act.id for each in after if each is not None}
    return [sources.act(found[position]) for position in sorted(found)]


def _state_of_return(sources: Sources, act: CheckOut, returned: list[Source]) -> str:
    back = {item for each in returned for item in each.act.own_items}
    out = len([item for item in act.own_items if item not in back])
    said = [
        sources.t(f"{sources.time(each.act.occurred_at)} 归还 {len(each.act.own_items)} 项",
                  f"{len(each.act.own_items)} returned {sources.time(each.act.occurred_at)}")
        for each in returned
    ]  # fmt: skip
    said += [sources.t(f"{out} 项尚未归还", f"{out} not returned yet")] if out else []
    return sources.joined(said)


def _state_of_receipt(sources: Sources, receipts: list[Source]) -> str:
    said = []
    for each in receipts:
        act = each.act
        assert isinstance(act, LabReceipt)  # noqa: S101 - asked for by type
        when, who = sources.time(act.occurred_at), people_in(sources, act, "examiner")
        if act.acceptance:
            said.append(sources.t(f"{when} {who} 受理，受理号 {act.acceptance}",
                                  f"accepted {when} by {who} as {act.acceptance}"))  # fmt: skip
        else:
            said.append(sources.t(f"{when} {who} 不予受理：{act.refusal}", f"refused {when} by {who}: {act.refusal}"))
    return sources.joined(said) if said else sources.t("尚无接收记录", "no receipt recorded yet")
