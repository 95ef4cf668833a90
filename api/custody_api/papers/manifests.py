"""Papers of control: the list that goes with a case, item by item with what is proposed and what was answered."""

from __future__ import annotations

from typing import Final

from custody.acts.control import Answer, AnswerLine, ByAgency, Offer, OfferLine, OfferWithdrawal, Receiver
from custody_api.papers.handing import kept_before, noted
from custody_api.papers.paper import Field, Paper, Table
from custody_api.papers.sheet import code, columns, ended, numbered, people_in, sheet
from custody_api.papers.sources import Source, Sources

_MOVES: Final = {
    "custody": ("实物", "the thing"), "control": ("单据（实物不移送）", "on paper, the thing stays"),
    "both": ("实物及权属", "the thing and control"),
}  # fmt: skip
_REASONS: Final = {
    "missing-document": ("缺文书", "missing document"), "incomplete": ("不齐全", "incomplete"),
    "mismatch": ("不符", "mismatch"), "seal-broken": ("封签破损", "seal broken"), "unsafe": ("不安全", "unsafe"),
    "other": ("其他", "other"),
}  # fmt: skip


def case_file_list(sources: Sources, source: Source, link: str = "") -> Paper:
    """随案移送清单: what an agency hands on with a case, where each thing lies, the disposition proposed, the answer.

    Source: 公安机关办理刑事案件程序规定 art. 288; 道路交通事故处理程序规定 art. 40.
    """
    act = source.act
    assert isinstance(act, Offer)  # noqa: S101 - the catalogue says which acts a paper is drawn from
    t = sources.t
    said = sources.acts(f"manifest:{act.manifest}", ("answer", "offer-withdrawal"))
    later = [each for each in said if each.position > source.position]
    fields = (
        Field(t("移送机关", "From"), sources.agency(act.sender)),
        Field(t("接收", "To"), _receiver(sources, act.receiver)),
        Field(t("移送时间", "Offered"), sources.time(act.occurred_at)),
        Field(t("答复期限", "Answer by"), sources.time(act.expires_at)),
        Field(t("移送阶段", "Stage"), sources.term(act.stage)),
        Field(t("移送文书", "Document"), act.document or "—"),
        Field(t("清单码", "Manifest"), act.manifest),
        Field(t("移送人", "Delivered by"), people_in(sources, act, "deliverer")),
    )
    with_case = any(line.moves != "custody" for line in act.lines)
    title = t("随案移送清单", "List of items that go with the case") if with_case else t("移交清单", "Transfer list")
    return sheet(
        sources, source, "case-file-list", title, act.document, fields, (_lines(sources, source, act, later),),
        noted(act), also=later,
    )  # fmt: skip


def _receiver(sources: Sources, receiver: Receiver) -> str:
    return sources.agency(receiver.agency) if isinstance(receiver, ByAgency) else sources.party(receiver)


def _lines(sources: Sources, source: Source, act: Offer, later: list[Source]) -> Table:
    heads = columns(
        sources, ("编号", "No.", 10.5), ("标签", "Label", 32), ("名称", "Name", 23), ("数量", "Quantity", 20.5),
        ("移送内容", "What moves", 22), ("存放地点", "Kept at", 37), ("处理建议", "Proposed", 21),
        ("接收情况", "Answer", 32),
    )  # fmt: skip
    known = sources.items(act.own_items)
    rows = []
    for index, line in enumerate(act.lines):
        item = known.get(line.item)
        answer = _answer(sources, line, later)
        if item is None:
            rows.append(numbered(sources, source, index, line.item, *["—"] * 5, answer))
            continue
        photos = sources.t(f"照片 {len(line.photos)} 张", f"photos: {len(line.photos)}") if line.photos else None
        rows.append(numbered(
            sources, source, index, code(item.code), item.description, f"{item.quantity} {item.unit}",
            sources.joined([sources.t(*_MOVES[line.moves]), photos]), kept_before(sources, source, item),
            line.proposal or "—", answer,
        ))  # fmt: skip
    return Table("", heads, tuple(rows), ended(sources, len(rows)))


def _answer(sources: Sources, line: OfferLine, later: list[Source]) -> str:
    """What the receiver said of one line, or that nobody answered it yet."""
    for each in later:
        act, when = each.act, sources.time(each.act.occurred_at)
        if isinstance(act, OfferWithdrawal) and line.item in act.items:
            return sources.t(f"{when} 撤回：{act.reason}", f"withdrawn {when}: {act.reason}")
        if isinstance(act, Answer):
            for answered in act.lines:
                if answered.item == line.item and answered.moves == line.moves:
                    return _answered(sources, answered, when)
    return sources.t("尚未答复", "not answered yet")


def _answered(sources: Sources, line: AnswerLine, when: str) -> str:
    t = sources.t
    decided = t("接收", "accepted") if line.decision == "accepted" else t("退回", "refused")
    viewed = {"list": t("核对清单", "list checked"), "on-site": t("现场查看", "seen on site")}
    seals = {"none": t("无封签", "no seal"), "broken": t("封签破损", "seal broken")}
    return sources.joined([
        f"{when} {decided}", t(*_REASONS[line.reason]) if line.reason else None,
        viewed[line.viewed] if line.viewed else None, line.condition,
        seals.get(line.seal_seen, line.seal_seen) if line.seal_seen else None,
        *(f"{each.quantity} {each.unit}" for each in line.measured), line.remark,
    ])  # fmt: skip
