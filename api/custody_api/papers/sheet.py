"""What every paper of an act has: its head, who signed, what was corrected, which defects it was recorded with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from custody import label
from custody.acts.act import Act, Attestation, Signer
from custody.acts.oversight import Change
from custody.acts.parts import PARTS
from custody_api.papers.paper import NO_CASE, Column, Drawn, Field, Paper, Signature, Table
from custody_api.papers.sources import Source, Sources

_HOW: Final = {
    "handwritten": ("纸面手写签名", "signed by hand on paper"),
    "fingerprint": ("纸面捺印", "fingerprint on paper"),
    "refused": ("拒绝签字", "refused to sign"),
    "absent": ("不在场", "not present"),
}


def sheet(
    sources: Sources, source: Source, kind: str, title: str, number: str | None, fields: Sequence[Field],
    tables: Sequence[Table], remarks: Sequence[str] = (), link: str = "", also: Sequence[Source] = (),
) -> Paper:  # fmt: skip
    """A paper of one act. ``link`` is the address that a citizen's copy bears in place of the log's claim; ``also``
    are later acts that the paper tells of, whose signatures it bears, too."""
    act = source.act
    case = case_of(sources, act)
    at_log = sources.t(f"台账位置 {source.position}", f"ledger position {source.position}")
    return Paper(
        kind=kind,
        lang=sources.lang,
        house=house_of(sources, act, case),
        title=title,
        case=case or NO_CASE,
        number=f"{number}　{at_log}" if number else at_log,
        drawn=Drawn(sources.ledger.origin, sources.at, sources.drawn_at()),
        fields=tuple(fields),
        tables=tuple(tables),
        signatures=tuple(signed for each in (source, *also) for signed in signatures(sources, each.act)),
        remarks=(*remarks, *(said for each in (source, *also) for said in _changes(sources, each))),
        symbol=link or sources.claim(source.position - 1),
        symbol_says=_symbol_says(sources, link),
    )


def _symbol_says(sources: Sources, link: str) -> str:
    if link:
        return sources.t("扫码查询本件", "scan to look this up")
    return sources.t("台账校验码 CL1", "proof of the ledger, CL1")


def case_of(sources: Sources, act: Act) -> str | None:
    """The case that an act names, or that its first item belongs to."""
    named: str | None = getattr(act, "case", None)
    if named or not act.own_items:
        return named
    known = sources.items(act.own_items[:1])
    return known[act.own_items[0]].case if known else None


def house_of(sources: Sources, act: Act, case: str | None) -> str:
    """The agency in whose name the paper stands: that of who signs first, else the one that leads the case."""
    house = sources.house_of(act.signers[0].person)
    known = sources.case(case) if case and not house else None
    return sources.agency(known.lead) if known else house


def signatures(sources: Sources, act: Act) -> Iterator[Signature]:
    """Who signed an act with a key, then who stands in it on paper."""
    when = sources.time(act.occurred_at)
    for signer in act.signers:
        part = part_name(sources, act, signer.part)
        yield Signature(part, sources.person(signer.person), _keyed(sources, signer), when)
    for paper in act.attestations:
        part = part_name(sources, act, paper.part)
        yield Signature(part, _named(sources, paper), _on_paper(sources, paper), when)


def _keyed(sources: Sources, signer: Signer) -> str:
    return sources.t(f"电子签名，密钥 {signer.key[:16]}…", f"electronic signature, key {signer.key[:16]}…")


def _named(sources: Sources, paper: Attestation) -> str:
    more = [sources.agency(paper.house) if paper.house else None]
    more.append(sources.t(f"证号 {paper.licence}", f"licence {paper.licence}") if paper.licence else None)
    return "\n".join([sources.opened(paper.name.sealed), *filter(None, more)])


def _on_paper(sources: Sources, paper: Attestation) -> str:
    said = [sources.t(*_HOW[paper.kind]), paper.note]
    if paper.attachment:
        said.append(sources.t(f"附件 {paper.attachment[:16]}…", f"attachment {paper.attachment[:16]}…"))
    return sources.joined(said)


def part_name(sources: Sources, act: Act, part: str) -> str:
    """A part of an act as people call it."""
    known = PARTS.get(act.act, {}).get(part)
    return sources.t(known.zh, known.en) if known else part


def people_in(sources: Sources, act: Act, *parts: str) -> str:
    """Everybody who stands in some parts, with a key or on paper."""
    keyed = [sources.person(each.person) for part in parts for each in act.signed_by(part)]
    papers = [_named(sources, each).replace("\n", " ") for part in parts for each in act.attested(part)]
    return sources.joined([*keyed, *papers])


def _changes(sources: Sources, source: Source) -> Iterator[str]:
    yield from corrected(sources, source)
    yield from flaws(sources, source)


def corrected(sources: Sources, source: Source) -> Iterator[str]:
    """Which corrections changed what the paper shows."""
    for each in source.corrections:
        reason = getattr(each.act, "reason", "")
        paths = ", ".join(_change(change) for change in getattr(each.act, "changes", ()))
        yield sources.t(
            f"经更正：台账位置 {each.index + 1}，{paths}，理由：{reason}。本件按更正后内容出具。",
            f"Corrected at ledger position {each.index + 1} ({paths}): {reason}. This paper shows it as corrected.",
        )
    if source.void:
        yield sources.t("本记录已被更正作废，仅供查考。", "This record was voided by a correction; for reference only.")


def _change(change: Change) -> str:
    """Where a correction changed what; values that may be sealed are not repeated."""
    path = change.path or "/"
    plain = isinstance(change.old, str) and isinstance(change.new, str)
    return f"{path} {change.old} → {change.new}" if plain else path


def flaws(sources: Sources, source: Source) -> Iterator[str]:
    """The defects that the act was recorded with."""
    texts = sources.ledger.policy.texts
    for each in source.reading.recorded.defects:
        text = texts.get(each.code)
        says = sources.t(text.zh, text.en) if text else ""
        numbers = ", ".join(str(index + 1) for index in each.items)
        which = sources.t(f"（第 {numbers} 项）", f" (no. {numbers})") if numbers else ""
        head = sources.t("入账时记有瑕疵", "Recorded with a defect")
        yield f"{head} {each.code}{which}：{says}" if sources.lang == "zh" else f"{head} {each.code}{which}: {says}"


def numbered(sources: Sources, source: Source, index: int, *cells: str) -> tuple[str, ...]:
    """A row of a list with its number; a voided one says so."""
    if index in source.reading.voided:
        return (f"{index + 1}\n{sources.t('作废', 'void')}", *cells)
    return (str(index + 1), *cells)


def ended(sources: Sources, count: int) -> str:
    """What stands under a list, so that nothing can be added below."""
    return sources.t(f"共 {count} 项，以下空白。", f"{count} in all; nothing follows.")


def columns(sources: Sources, *named: tuple[str, str, float]) -> tuple[Column, ...]:
    """Columns by Chinese name, English name and share of the width."""
    return tuple(Column(sources.t(zh, en), share) for zh, en, share in named)


def code(text: str) -> str:
    """A label code in its groups."""
    return label.spaced(text)
