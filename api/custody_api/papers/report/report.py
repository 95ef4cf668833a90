"""The report that a bundle carries for people, as a page in both languages and on paper in one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, get_args

from custody.acts.values import decode, encode, seal_commitment, sealed_in
from custody.bundle.content import Content
from custody.errors import NotFound
from custody.ledger.bundle_scope import Scope
from custody.ledger.ledger import Ledger
from custody.ledger.past import recorded_from
from custody.signing import read_envelope
from custody.strict import read_json
from custody.tlog.encoding import to_base64
from custody_api.papers.paper import Field, Language
from custody_api.papers.report.beside import attachments, sealed, vouched
from custody_api.papers.report.chain import chain
from custody_api.papers.report.document import Document
from custody_api.papers.report.examined import laboratory
from custody_api.papers.report.history import History, history_of
from custody_api.papers.report.keeping import control, custody, things
from custody_api.papers.report.observed import seals, temperatures
from custody_api.papers.report.oversight import corrections, defects
from custody_api.papers.report.page import page_of
from custody_api.papers.report.printing import print_report
from custody_api.papers.report.signers import parties
from custody_api.papers.report.verifying import by_yourself
from custody_api.papers.sheet import code
from custody_api.papers.sources import Sources

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Report:
    """``report.html`` in both languages, and ``report.pdf`` in one."""

    html: bytes
    pdf: bytes


def report_of(ledger: Ledger, scope: Scope, content: Content, lang: Language = "zh") -> Report:
    """Draw the report of a bundle: of the acts in its scope, with what its content opens, withholds and is vouched by.

    The same content gives the same bytes.
    """
    opens = {seal_commitment(salt, value) for salt, value in content.disclosures} | _erased(ledger, scope)
    withheld = {index for index, act in content.acts.items() if act.envelope is None}
    sources = Sources(ledger, scope.size, lang, opens, lambda recorded: recorded.index not in withheld)
    history = history_of(sources, scope)
    told = [document_of(history.in_language(sources.in_language(each)), content) for each in LANGUAGES]
    return Report(page_of(told), print_report(told[LANGUAGES.index(lang)]))


def _erased(ledger: Ledger, scope: Scope) -> set[str]:
    """The commitments whose values are gone: these are said to be erased, not sealed."""
    acts = [read_envelope(each.row.envelope).payload for each in (*scope.own.values(), *scope.keys.values())]
    made = {each for act in acts for each in sealed_in(read_json(act, "act"))}
    kept = ledger.recorder.kept_disclosures([decode(each) for each in sorted(made)])
    return made - {encode(each) for each in kept}


def drawn_for(ledger: Ledger, scope: Scope, content: Content, lang: Language) -> dict[str, bytes]:
    """The report as the files of a bundle: the entry point of the group ``custody.reports``."""
    drawn = report_of(ledger, scope, content, lang)
    return {"report.html": drawn.html, "report.pdf": drawn.pdf}


def document_of(history: History, content: Content) -> Document:
    """The report as data, in the language of the history's sources."""
    sources, t = history.sources, history.sources.t
    root = sources.ledger.recorder.root_at(sources.at)
    if root is None:
        raise NotFound("not-found/checkpoint", "The log issued no such checkpoint.", size=sources.at)
    last = history.records[-1].index
    return Document(
        lang=sources.lang,
        title=t("保管链报告", "Chain of custody report"),
        subject=_subject(history),
        origin=sources.ledger.origin,
        fields=_fields(history, root),
        says=_says(history),
        symbol=f"CL1 {sources.ledger.origin} {sources.at} {encode(root)} {last}",
        symbol_says=t(f"检查点校验码 CL1，最后行为 #{last + 1}", f"Checkpoint (CL1), last act #{last + 1}"),
        contents=t("目录", "Contents"),
        chapters=(
            parties(history), things(history), chain(history), custody(history), control(history), seals(history),
            temperatures(history), laboratory(history), corrections(history), defects(history), attachments(history),
            sealed(history), vouched(history, content), by_yourself(history, content.checkpoint),
        ),
    )  # fmt: skip


def _subject(history: History) -> str:
    t = history.sources.t
    if history.subject.kind == "case":
        return t(f"案件 {history.subject.id}", f"Case {history.subject.id}")
    facts = history.described.get(history.subject.id)
    if facts is None:
        return t(f"物品 {history.subject.id}", f"Item {history.subject.id}")
    return t(f"物品 {code(facts.code)}　{facts.description}", f"Item {code(facts.code)}, {facts.description}")


def _fields(history: History, root: bytes) -> tuple[Field, ...]:
    sources, t = history.sources, history.sources.t
    head = recorded_from(sources.ledger.recorder.row(sources.at))
    first, last = history.records[0], history.records[-1]
    return (
        Field(t("案件", "Case"), history.reference or "—"),
        Field(t("主办机构", "Lead agency"), sources.agency(history.case.lead) if history.case else "—"),
        Field(t("物品", "Items"), t(f"{len(history.items)} 件", f"{len(history.items)}")),
        Field(t("行为", "Acts"), t(f"{len(history.records)} 项", f"{len(history.records)}")),
        Field(t("起", "From"), history.moment(first.act.occurred_at)),
        Field(t("止", "To"), history.moment(last.act.occurred_at)),
        Field(t("台账", "Ledger"), sources.ledger.origin),
        Field(t("台账长度", "Log size"), str(sources.at)),
        Field(t("检查点时间", "Checkpoint of"), history.moment(head.recorded_at)),
        Field(t("最后行为", "Last act"), f"#{last.index + 1}"),
        Field(t("根（SHA-256）", "Root (SHA-256)"), to_base64(root)),
    )


def _says(history: History) -> tuple[str, ...]:
    t = history.sources.t
    withheld = len(history.records) - len(history.shown)
    says = [
        t("本报告由台账中的签名行为生成，供人阅读；证据是同一证据包内的行为原文、签名和证明。内容截至上述检查点，此后的行为不在其中。"
          "“#n”是行为在台账中的位置，时间均带时区偏移。",
          "Drawn from signed acts for people to read; the evidence is the acts, signatures and proofs of the same "
          "bundle. It ends with the checkpoint above: nothing recorded later is in it. #n is an act's position in the "
          "log; every time has its offset."),
    ]  # fmt: skip
    if withheld:
        says.append(
            t(f"{withheld} 项行为的内容不向导出人公开，以〔不公开〕标出；它们在台账中的位置仍然列明并可证明。",
              f"The content of {withheld} acts is not open to whoever exported, marked [withheld]; that they stand in "
              "the log, and where, is stated and proved all the same."),
        )  # fmt: skip
    return tuple(says)
