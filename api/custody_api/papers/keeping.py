"""Papers of keeping: what a count found, who looked at what, which custodian took over from which, what was divided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from custody.acts.counting import StockTake
from custody.acts.dividing import Child, Division
from custody.acts.keeping import CustodianHandover, PlaceCount, Viewing
from custody.facts.counting import CountFacts, StockTakeFacts
from custody.facts.item import ItemFacts
from custody.facts.kinds import KINDS, Need, fold
from custody_api.papers.handing import kept_before, lines_table, noted
from custody_api.papers.paper import Field, Paper, Table
from custody_api.papers.sheet import code, columns, ended, numbered, people_in, sheet
from custody_api.papers.sources import Source, Sources
from custody_api.papers.taking import details

_CAPACITY: Final = {
    "counsel": ("辩护人、诉讼代理人", "counsel"), "party": ("当事人", "party"),
    "prosecutor": ("检察人员", "prosecutor"), "judge": ("审判人员", "judge"), "owner": ("权利人", "owner"),
    "expert": ("有专门知识的人", "expert"),
}  # fmt: skip
_DIVIDED: Final = {"split": ("拆分", "split"), "sample": ("取样", "sampling"), "image": ("镜像", "imaging")}


def opening_of(sources: Sources, source: Source) -> Source:
    """The act that opened the stock-take of any of its acts: the whole of it is one paper."""
    act = source.act
    assert isinstance(act, StockTake)  # noqa: S101 - the catalogue says which acts a paper is drawn from
    return sources.act(act.stock_take)


def stock_take_list(sources: Sources, source: Source, link: str = "") -> Paper:
    """盘点表: which places were counted by whom, what each count found, and every item with how it was found."""
    act = source.act
    assert isinstance(act, StockTake)  # noqa: S101 - opening_of gave it
    t = sources.t
    need = Need("stock-take", act.stock_take)
    known = fold(need, sources.under([need.tag], KINDS[need.kind].types)[need.tag])
    assert isinstance(known, StockTakeFacts)  # noqa: S101 - its opening is there
    later = [each for each in sources.acts(need.tag, ("stock-take",)) if each.position > source.position]
    closed = [each.act for each in later if isinstance(each.act, StockTake) and each.act.step == "closed"]
    ended_at = sources.time(closed[0].occurred_at) if closed else t("尚未结束", "not closed yet")
    fields = (
        Field(t("盘点范围", "Places"), sources.joined(sources.place(each) for each in known.places)),
        Field(t("盘点方式", "Extent"), _extent(sources, act)),
        Field(t("开始时间", "Opened"), sources.time(act.occurred_at)),
        Field(t("结束时间", "Closed"), ended_at),
        Field(t("账面件数", "On the book"), str(known.book)),
        Field(t("未见件数", "Not found"), str(len(known.missing))),
        Field(t("清点人", "Counted by"), people_in(sources, act, "counter")),
        Field(t("监督人", "Supervised by"), sources.joined(people_in(sources, each, "supervisor") for each in closed)),
        Field(t("未盘场所", "Not counted"), sources.joined(sources.place(each) for each in known.uncounted)),
        Field(t("盘点结论", "Conclusion"), sources.joined(each.conclusion for each in closed)),
    )
    tables = (_counts(sources, known), *_counted(sources, act, known))
    title = t("盘点表", "Stock-take")
    said = (*noted(act), *(line for each in later for line in noted(each.act)))
    return sheet(sources, source, "stock-take-list", title, None, fields, tables, said, also=later)


def _extent(sources: Sources, act: StockTake) -> str:
    if act.draw is None:
        return sources.t("全部盘点", "everything")
    count, salt = act.draw.count, act.draw.salt
    return sources.t(f"随机抽取 {count} 件，盐：{salt}", f"{count} drawn at random, salt: {salt}")


def _counts(sources: Sources, known: StockTakeFacts) -> Table:
    heads = columns(
        sources, ("序", "No.", 11.5), ("时间", "Time", 24), ("场所", "Places", 46), ("账面", "Book", 15),
        ("相符", "Right", 15), ("错位", "Wrong place", 17), ("属他处", "From elsewhere", 24), ("未见", "Missing", 19),
        ("非本账", "Unknown", 21), ("重复", "Again", 15),
    )  # fmt: skip
    rows = tuple(
        (
            str(number), sources.time(each.at), sources.joined(sources.place(place) for place in each.places),
            str(each.book), str(each.verdicts.right_place), str(each.verdicts.wrong_place),
            str(each.verdicts.belongs_elsewhere), str(len(each.missing)), str(each.verdicts.unknown_code),
            str(each.verdicts.already_scanned),
        )
        for number, each in enumerate(known.counts, 1)
    )  # fmt: skip
    return Table(sources.t("清点经过", "Counts"), heads, rows, ended(sources, len(rows)))


def _counted(sources: Sources, act: StockTake, known: StockTakeFacts) -> Iterator[Table]:
    """Every item of the book with how it was found; without the sheets, only what differs."""
    t = sources.t
    found = dict(_found(sources, known))
    listed = sources.listed(act.book) if act.book else ()
    whole = listed is not None and all(_seen_by(sources, each) is not None for each in known.counts)
    if listed is not None and whole:
        found = {item: found.get(item, _unseen(sources, known)) for item in dict.fromkeys((*listed, *found))}
    items = sources.items(found)
    heads = columns(
        sources, ("编号", "No.", 11.5), ("标签", "Label", 34), ("名称", "Name", 50), ("数量", "Quantity", 20),
        ("案号", "Case", 44), ("盘点结果", "Found", 40),
    )  # fmt: skip
    rows = tuple(_item(items.get(item), item, index, said) for index, (item, said) in enumerate(found.items()))
    if whole:
        yield Table(t("盘点明细", "Items"), heads, rows, ended(sources, len(rows)))
        return
    assert act.book is not None  # noqa: S101 - it is the sheets that could not be read
    count, digest = act.book.count, act.book.digest
    closing = t(
        f"账面清单共 {count} 件，原文未予显示，摘要 {digest}；此处仅列差异，共 {len(rows)} 项，以下空白。",
        f"The book lists {count}, not shown here, digest {digest}; {len(rows)} differ; nothing follows.",
    )
    yield Table(t("盘点差异", "Differences"), heads, rows, closing)


def _item(known: ItemFacts | None, item: str, index: int, said: str) -> tuple[str, ...]:
    if known is None:
        return (str(index + 1), item, "—", "—", "—", said)
    return (
        str(index + 1), code(known.code), known.description, f"{known.quantity} {known.unit}", known.case, said
    )  # fmt: skip


def _found(sources: Sources, known: StockTakeFacts) -> Iterator[tuple[str, str]]:
    """Item → what the counts that stand say of it; what differs prevails."""
    t, missing = sources.t, known.missing
    seen = [_seen_by(sources, each) for each in known.counts]
    if None not in seen:
        yield from ((item, t("相符", "in its place")) for items in seen for item in items or () if item not in missing)
    for item in sorted(missing):
        yield item, t("未见", "not found")
    for each in known.counts:
        for one in each.misplaced:
            place = sources.place(one.found_in)
            yield one.item, t(f"错位：见于 {place}", f"misplaced: in {place}")


def _seen_by(sources: Sources, count: CountFacts) -> tuple[str, ...] | None:
    """What a count scanned in its place; None where that may not be read."""
    act = sources.act(count.act).act
    assert isinstance(act, StockTake)  # noqa: S101 - a count is one
    return sources.listed(act.scans) if act.scans else ()


def _unseen(sources: Sources, known: StockTakeFacts) -> str:
    """Of an item that no count scanned and none missed: its place is still to be counted, or it had left by then."""
    return sources.t("尚未清点", "not counted yet") if known.uncounted else sources.t("清点时已不在账", "gone by then")


def viewing_register(sources: Sources, source: Source, link: str = "") -> Paper:
    """查看登记: who looked at what, on whose word, how, and whether it was opened."""
    act = source.act
    assert isinstance(act, Viewing)  # noqa: S101 - the catalogue says which acts a paper is drawn from
    t = sources.t
    fields = (
        Field(t("查看人", "Viewer"), sources.opened(act.viewer.sealed)),
        Field(t("身份", "Capacity"), t(*_CAPACITY[act.capacity])),
        Field(t("查看时间", "Time"), sources.time(act.occurred_at)),
        Field(t("批准文书", "Authority"), act.authority),
        Field(t("查看方式", "Manner"), act.manner),
        Field(t("是否启封", "Opened"), sources.yes(act.opened)),
        Field(t("录音录像", "Recording"), act.recording or t("无", "none")),
        Field(t("保管员", "Custodian"), people_in(sources, act, "custodian")),
        Field(t("相关文书", "Documents"), sources.joined(act.basis)),
    )
    heads = columns(
        sources, ("编号", "No.", 11.5), ("标签", "Label", 34), ("名称", "Name", 50), ("数量", "Quantity", 20),
        ("存放地点", "Kept at", 46), ("封签", "Seal", 26),
    )  # fmt: skip
    known = sources.items(act.items)
    rows = []
    for index, item in enumerate(act.items):
        facts = known.get(item)
        if facts is None:
            rows.append(numbered(sources, source, index, item, *["—"] * 4))
            continue
        rows.append(numbered(
            sources, source, index, code(facts.code), facts.description, f"{facts.quantity} {facts.unit}",
            kept_before(sources, source, facts), facts.seal or "—",
        ))  # fmt: skip
    title = t("查看登记", "Register of a viewing")
    table = Table(t("查看物品", "Items viewed"), heads, tuple(rows), ended(sources, len(rows)))
    return sheet(sources, source, "viewing-register", title, act.authority, fields, (table,), noted(act))


def handover_list(sources: Sources, source: Source, link: str = "") -> Paper:
    """保管交接清单: what one custodian left to the next: places with what was counted, things with their condition."""
    act = source.act
    assert isinstance(act, CustodianHandover)  # noqa: S101 - the catalogue says which acts a paper is drawn from
    t = sources.t
    outgoing = people_in(sources, act, "outgoing")
    if act.outgoing == "unavailable":
        gone = sources.person(act.held_by) if act.held_by else "—"
        outgoing = t(f"{gone}（不能到场）", f"{gone} (not available)")
    fields = (
        Field(t("移交人", "From"), outgoing),
        Field(t("接任人", "To"), people_in(sources, act, "incoming")),
        Field(t("交接时间", "Time"), sources.time(act.occurred_at)),
        Field(t("监交人", "Supervised by"), people_in(sources, act, "supervisor")),
        Field(t("交接事由", "Reason"), act.reason or "—"),
        Field(t("相关文书", "Documents"), sources.joined(act.basis)),
    )
    tables = []
    if act.places:
        tables.append(_places(sources, act.places))
    if act.lines:
        tables.append(lines_table(sources, source, act.lines, t("接管物品", "Items taken over")))
    title = t("保管交接清单", "Handover between custodians")
    return sheet(sources, source, "handover-list", title, None, fields, tables, noted(act))


def _places(sources: Sources, places: Sequence[PlaceCount]) -> Table:
    heads = columns(
        sources, ("编号", "No.", 11.5), ("场所", "Place", 46), ("清点件数", "Counted", 20), ("清单摘要", "Digest", 54),
        ("差异", "Differences", 54),
    )  # fmt: skip
    none = sources.t("无", "none")
    rows = tuple(
        (str(number), sources.place(each.place), str(each.count), each.digest, each.differences or none)
        for number, each in enumerate(places, 1)
    )  # fmt: skip
    return Table(sources.t("交接场所", "Places handed over"), heads, rows, ended(sources, len(rows)))


def division_record(sources: Sources, source: Source, link: str = "") -> Paper:
    """拆分记录: what was set apart of an item, what stayed, and how the quantities add up."""
    act = source.act
    assert isinstance(act, Division)  # noqa: S101 - the catalogue says which acts a paper is drawn from
    t = sources.t
    parent = sources.items([act.parent]).get(act.parent)
    unit = parent.unit if parent else ""
    divided = [code(parent.code), parent.description] if parent else [act.parent]
    fields = (
        Field(t("方式", "Kind"), t(*_DIVIDED[act.kind])),
        Field(t("时间", "Time"), sources.time(act.occurred_at)),
        Field(t("原物", "Divided"), sources.joined(divided)),
        Field(t("措施", "Measure"), sources.term(act.measure)),
        Field(t("存放", "Held by"), sources.party(act.held_by)),
        Field(t("计量器具", "Weighed with"), _scale(sources, act)),
        Field(t("分装人", "Divided by"), people_in(sources, act, "divider")),
        Field(t("持有人", "Holder"), people_in(sources, act, "holder")),
        Field(t("见证人", "Witness"), people_in(sources, act, "witness")),
        Field(t("事由", "Reason"), act.reason),
        Field(t("相关文书", "Documents"), sources.joined(act.basis)),
    )
    title = t("拆分记录", "Record of a division")
    tables = (_balance(sources, act, unit), _children(sources, source, act))
    return sheet(sources, source, "division-record", title, None, fields, tables, noted(act))


def _scale(sources: Sources, act: Division) -> str:
    if act.weighing is None:
        return "—"
    scale, certificate = act.weighing.scale, act.weighing.certificate
    return sources.t(f"秤 {scale}，检定证书 {certificate}", f"scale {scale}, certificate {certificate}")


def _balance(sources: Sources, act: Division, unit: str) -> Table:
    """How the parts add up to the whole; an image takes nothing away, so its copies are no parts."""
    t = sources.t
    parts = Decimal(0) if act.kind == "image" else sum((Decimal(each.quantity) for each in act.children), Decimal(0))
    before = Decimal(act.remainder) + parts + Decimal(act.loss) - Decimal(act.gain)
    heads = columns(
        sources, ("拆分前", "Before", 40), ("分出", "Set apart", 40), ("留存", "Remains", 40), ("损耗", "Loss", 40),
        ("孳息", "Gain", 40),
    )  # fmt: skip
    row = tuple(f"{each} {unit}".strip() for each in (before, parts, act.remainder, act.loss, act.gain))
    sums = t("分出＋留存＋损耗－孳息＝拆分前。", "Set apart + remains + loss - gain = before.")
    return Table(t("数量核对", "Quantities"), heads, (row,), sums)


def _children(sources: Sources, source: Source, act: Division) -> Table:
    heads = columns(
        sources, ("编号", "No.", 11.5), ("标签", "Label", 32), ("名称", "Name", 34), ("类别", "Category", 22),
        ("数量", "Quantity", 20), ("特征", "Features", 42), ("封签", "Seal", 26), ("备注", "Remarks", 24),
    )  # fmt: skip
    rows = tuple(_child(sources, source, index, each) for index, each in enumerate(act.children))
    return Table(sources.t("分出物品", "Set apart"), heads, rows, ended(sources, len(rows)))


def _child(sources: Sources, source: Source, index: int, child: Child) -> tuple[str, ...]:
    t = sources.t
    remarks = sources.joined([
        None if child.evidential else t("非证据", "not evidence"),
        t(f"照片 {len(child.photos)} 张", f"photos: {len(child.photos)}") if child.photos else None,
    ])  # fmt: skip
    return numbered(
        sources, source, index, code(child.code), child.description, sources.term(child.category),
        f"{child.quantity} {child.unit}", sources.joined([child.features, details(sources, child)]), child.seal or "—",
        remarks,
    )  # fmt: skip
