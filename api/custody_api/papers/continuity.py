"""Statements of continuity: of one item, every stretch of its custody; of one person, everything they ever held.

Each line says from whom the item was received and when, where it was kept, to whom it was passed and when. Gaps are
named as gaps, and readings that a correction changed are marked. Results and defects of the item stand beside.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest

from custody.acts import ACT_TYPES
from custody.acts.entry import Recorded
from custody.acts.oversight import Correction
from custody.errors import NotFound
from custody.facts.amend import readings
from custody.facts.case import CodeFacts
from custody.facts.folding import fold_item, is_late_entry
from custody.facts.holding import Holder
from custody.facts.item import Interval, ItemFacts
from custody.facts.kinds import KINDS, Need, fold
from custody_api.papers.disclosing import disclosed
from custody_api.papers.paper import Drawn, Field, Paper, Signature, Table
from custody_api.papers.sheet import code, columns, signatures
from custody_api.papers.sources import Sources


@dataclass(frozen=True, slots=True)
class _Chain:
    """An item with the acts on it, and the marks of acts that read otherwise than they were signed."""

    facts: ItemFacts
    records: tuple[Recorded, ...]
    marks: dict[str, str]


def of_item(sources: Sources, item_or_code: str) -> Paper:
    """保管链说明 of an item. Raises NotFound."""
    chain = _chain(sources, _item_named(sources, item_or_code))
    facts, t = chain.facts, sources.t
    _same_offset(sources, chain)
    fields = (
        Field(t("物品", "Item"), code(facts.code)),
        Field(t("名称", "Name"), facts.description),
        Field(t("数量", "Quantity"), f"{facts.quantity} {facts.unit}"),
        Field(t("类别", "Category"), sources.term(facts.category)),
        Field(t("现状", "Now"), t("登记作废", "voided") if facts.voided else sources.holder(facts.holder)),
        Field(t("封签", "Seal"), facts.seal or "—"),
    )
    gaps = len(facts.gaps())
    whole = t("保管链完整，没有缺口。", "The chain has no gap.")
    broken = t(f"保管链有 {gaps} 处缺口，见上表。", f"The chain has {gaps} gap(s), named above.")
    made = t(
        f"本说明依据台账位置 {sources.at} 及以前关于该物品的全部 {len(chain.records)} 条记录生成。",
        f"Drawn from all {len(chain.records)} records on the item up to ledger position {sources.at}.",
    )
    remarks = (broken if gaps else whole, made, *_corrections(sources, chain))
    known = sources.case(facts.case)
    return _paper(
        sources, t("保管链说明", "Statement of continuity"), sources.agency(known.lead) if known else "", facts.case,
        facts.item, fields, (_stretches(sources, chain), *disclosed(sources, facts)), _signed(sources, chain), remarks,
        chain.records[-1].index,
    )  # fmt: skip


def _stretches(sources: Sources, chain: _Chain) -> Table:
    heads = columns(
        sources, ("序", "No.", 9), ("接收时间", "Received", 23), ("接收自", "From", 34), ("保管于", "Kept with", 34),
        ("移交时间", "Passed on", 23), ("移交给", "To", 34), ("记录", "Record", 24),
    )  # fmt: skip
    custody = chain.facts.custody
    rows: list[tuple[str, ...]] = []
    for number, (each, after) in enumerate(zip_longest(custody, custody[1:]), 1):
        before = custody[number - 2] if number > 1 else None
        if before is not None and before.holder != each.given_by:
            rows.append((_gap(sources, before, each),))
        rows.append((str(number), *_stretch(sources, chain, each, after)))
    return Table(sources.t("保管经过", "Custody"), heads, tuple(rows), sources.t("以下空白。", "Nothing follows."))


def _stretch(sources: Sources, chain: _Chain, each: Interval, after: Interval | None) -> tuple[str, ...]:
    """Received when, from, kept with, passed on when, to, and by which record."""
    t = sources.t
    born = each.given_by is None
    given = t("（初次取得）", "(first taken)") if born else sources.holder(each.given_by)
    passed, to = t("至今", "to this day"), "—"
    if each.holder is None:
        passed = "—"
    elif after is not None and after.given_by != each.holder:
        passed, to = t("不详", "not known"), t("（缺口）", "(gap)")
    elif after is not None:
        passed = sources.time(after.since)
        to = sources.holder(after.holder)
    name = t(ACT_TYPES[each.type].zh, each.type)
    mark = chain.marks.get(each.act)
    record = f"{name} #{each.index + 1}" + (f"\n{mark}" if mark else "")
    return (sources.time(each.since), given, sources.holder(each.holder), passed, to, record)


def _gap(sources: Sources, one: Interval, two: Interval) -> str:
    held, gave = sources.holder(one.holder), sources.holder(two.given_by)
    since, until = sources.time(one.since), sources.time(two.since)
    return sources.t(
        f"⚠ 缺口：{since} 起由 {held} 持有，{until} 却由 {gave} 交出，其间没有交接记录。",
        f"⚠ GAP: held by {held} since {since}, yet given by {gave} at {until}; no handover is recorded between.",
    )


def _signed(sources: Sources, chain: _Chain) -> tuple[Signature, ...]:
    """Everybody who signed an act that moved the item, or stands in it on paper, with the record."""
    acts = {each.act.id: each.act for each in chain.records}
    found = []
    for stretch in chain.facts.custody:
        act = acts.get(stretch.act)
        number = sources.t(f"记录 #{stretch.index + 1}", f"record #{stretch.index + 1}")
        when = sources.time(stretch.since)
        if act is None or act.id != stretch.act:
            continue
        for each in signatures(sources, act):
            found.append(replace(each, how=sources.joined([number, each.how]), when=when))
    return tuple(found)


def of_person(sources: Sources, person: str) -> Paper:
    """Everything that one person ever held, item by item, for that person to sign. Raises NotFound."""
    known = sources.person_facts(person)
    if known is None:
        raise NotFound("not-found/person", "The ledger knew no such person at that moment.", asked=person)
    t = sources.t
    records = sources.under([f"key:{each}" for each in known.keys])
    items = dict.fromkeys(item for acts in records.values() for each in acts for item in each.act.own_items)
    chains = [chain for chain in _chains(sources, items) if _concerns(chain, person)]
    if chains:
        _same_offset(sources, chains[0])
    rows: list[tuple[str, ...]] = []
    for chain in chains:
        rows += _held(sources, chain, person)
    heads = columns(
        sources, ("物品", "Item", 30), ("名称", "Name", 28), ("接收时间", "Received", 23), ("接收自", "From", 34),
        ("移交时间", "Passed on", 23), ("移交给", "To", 34), ("记录", "Record", 22),
    )  # fmt: skip
    table = Table(t("经手经过", "Held"), heads, tuple(rows), t("以下空白。", "Nothing follows."))
    declared = t(
        "以上为本人经手物品的接收、持有和移交情况；除所列缺口外，物品在本人持有期间未交他人。",
        "These are the items I received, held and passed on; but for the gaps named, nobody else had them meanwhile.",
    )
    cases = list(dict.fromkeys(chain.facts.case for chain in chains))
    fields = (
        Field(t("姓名", "Name"), sources.person(person)),
        Field(t("单位", "Agency"), sources.agency(known.agency)),
        Field(t("经手物品", "Items held"), str(len(chains))),
        Field(t("案件", "Cases"), sources.joined(cases)),
    )
    named = cases[0] if len(cases) == 1 else t(f"{len(cases)} 案，见下", f"{len(cases)} cases, named below")
    last = max((each.index for acts in records.values() for each in acts), default=0)
    notes = (declared, *(line for chain in chains for line in _corrections(sources, chain)))
    return _paper(
        sources, t("经手人保管说明", "Statement of continuity by a person"), sources.agency(known.agency), named,
        person, fields, (table,), (), tuple(dict.fromkeys(notes)), last,
    )  # fmt: skip


def _held(sources: Sources, chain: _Chain, person: str) -> Iterable[tuple[str, ...]]:
    custody = chain.facts.custody
    for each, after in zip_longest(custody, custody[1:]):
        if _holds(each, person):
            received, given, _, passed, to, record = _stretch(sources, chain, each, after)
            yield (code(chain.facts.code), chain.facts.description, received, given, passed, to, record)
    for one, two in pairwise(custody):
        if one.holder != two.given_by and (_holds(one, person) or two.given_by == Holder("person", person)):
            yield (f"{code(chain.facts.code)}　{_gap(sources, one, two)}",)


def _concerns(chain: _Chain, person: str) -> bool:
    """Whether somebody held an item, or gave it without having received it."""
    given = (each.given_by for each in chain.facts.custody)
    return any(_holds(each, person) for each in chain.facts.custody) or Holder("person", person) in given


def _holds(stretch: Interval, person: str) -> bool:
    return stretch.holder is not None and stretch.holder.kind == "person" and stretch.holder.id == person


def _paper(
    sources: Sources, title: str, house: str, case: str, number: str, fields: tuple[Field, ...],
    tables: tuple[Table, ...], signed: tuple[Signature, ...], remarks: tuple[str, ...], last: int,
) -> Paper:  # fmt: skip
    t = sources.t
    blank = t("签名：________________　　日期：________________", "Signed: ________________    Date: ________________")
    return Paper(
        kind="continuity", lang=sources.lang, house=house, title=title, case=case, number=number,
        drawn=Drawn(sources.ledger.origin, sources.at, sources.drawn_at()), fields=fields,
        tables=tables, signatures=signed, remarks=remarks, blanks=() if signed else (blank,),
        symbol=sources.claim(last), symbol_says=t("台账校验码 CL1", "proof of the ledger, CL1"),
    )  # fmt: skip


def _chain(sources: Sources, item: str) -> _Chain:
    for chain in _chains(sources, [item]):
        return chain
    raise NotFound("not-found/item", "The ledger knew no such item at that moment.", asked=item)


def _chains(sources: Sources, items: Iterable[str]) -> Iterable[_Chain]:
    records = sources.under([f"item:{each}" for each in items])
    for tag, found in records.items():
        facts = fold_item(tag.removeprefix("item:"), readings(found))
        if facts is not None:
            yield _Chain(facts, tuple(found), _marks(sources, facts.item, found))


def _marks(sources: Sources, item: str, records: list[Recorded]) -> dict[str, str]:
    """Act → how its reading differs from what was signed then."""
    found: dict[str, str] = {}
    for reading in readings(records):
        corrections = [f"#{each.index + 1}" for each in records
                       if isinstance(each.act, Correction) and each.act.target == reading.act.id]  # fmt: skip
        if isinstance(reading.recorded.act, Correction) and reading.amended:
            found[reading.act.id] = sources.t("〔更正补入〕", "[inserted by correction]")
        elif reading.amended:
            numbers = ", ".join(corrections)
            found[reading.act.id] = sources.t(f"〔经更正 {numbers}〕", f"[corrected by {numbers}]")
        elif is_late_entry(reading, item):
            found[reading.act.id] = sources.t("〔事后补录〕", "[entered late]")
    return found


def _corrections(sources: Sources, chain: _Chain) -> Iterable[str]:
    for each in chain.records:
        if isinstance(each.act, Correction):
            yield sources.t(
                f"更正 #{each.index + 1}（{sources.time(each.act.occurred_at)}）：{each.act.reason}",
                f"Correction #{each.index + 1} ({sources.time(each.act.occurred_at)}): {each.act.reason}",
            )


def _item_named(sources: Sources, item_or_code: str) -> str:
    records = sources.under([f"code:{item_or_code}"], KINDS["code"].types)[f"code:{item_or_code}"]
    known = fold(Need("code", item_or_code), records)
    return known.item if isinstance(known, CodeFacts) else item_or_code


def _same_offset(sources: Sources, chain: _Chain) -> None:
    sources.zone = chain.records[0].act.occurred_at.tzinfo or sources.zone
