"""Who signed: the agencies and people that stand in a report, their capacities, and their keys."""

from __future__ import annotations

from collections.abc import Sequence

from custody.acts.act import Attestation, Signer
from custody.acts.entry import Recorded
from custody.facts.parties import KeyFacts
from custody_api.papers.paper import Table
from custody_api.papers.report.document import Chapter
from custody_api.papers.report.history import MOST, History
from custody_api.papers.report.wording import AGENCY_KINDS, MORE_TERMS
from custody_api.papers.sheet import columns, part_name
from custody_api.papers.sources import Sources

SHORT = 16
"""So many hex digits of a key id tell keys apart on paper."""


def signed_by(history: History, recorded: Recorded) -> str:
    """Everybody who signed an act or stands in it on paper: in which part, with which key of which kind."""
    act, sources = recorded.act, history.sources
    lines = [_keyed(history, part_name(sources, act, each.part), each) for each in act.signers]
    lines += [_on_paper(history, part_name(sources, act, each.part), each) for each in act.attestations]
    return "\n".join(lines)


def _keyed(history: History, part: str, signer: Signer) -> str:
    sources = history.sources
    known = history.key(signer.key)
    kind = _kind(sources, known[0]) if known else ""
    return f"{part}{sources.t('：', ': ')}{sources.person(signer.person)}\n　{kind} {signer.key[:SHORT]}"


def _on_paper(history: History, part: str, paper: Attestation) -> str:
    sources = history.sources
    how = sources.t(MORE_TERMS[paper.kind], {"handwritten": "signed on paper"}.get(paper.kind, paper.kind))
    said = sources.joined([how, paper.note])
    return f"{part}{sources.t('：', ': ')}{sources.opened(paper.name.sealed)}\n　{said}"


def _kind(sources: Sources, key: KeyFacts) -> str:
    names = {"passkey": ("通行密钥", "passkey"), "file": ("密钥文件", "key file"), "device": ("设备密钥", "device key"),
             "token": ("介质密钥", "token key")}  # fmt: skip
    return sources.t(*names.get(key.kind, (key.kind, key.kind)))


def parties(history: History) -> Chapter:
    """The agencies, the people and the keys that signed."""
    signers = [(each.person, each.key) for recorded in history.shown for each in recorded.act.signers]
    people = sorted({person for person, _ in signers})
    keys = sorted({key for _, key in signers}, key=lambda key: _enrolled(history, key))
    return Chapter(
        history.sources.t("签署人、机构和密钥", "Who signed: agencies, people, keys"),
        tables=(_agencies(history, people), _people(history, people), _keys(history, keys)),
    )


def _agencies(history: History, people: Sequence[str]) -> Table:
    sources, t = history.sources, history.sources.t
    named = sorted({known.agency for each in people if (known := sources.person_facts(each))})
    rows: list[tuple[str, ...]] = []
    for each in named:
        facts = sources.agency_facts(each)
        if facts is not None:
            kind = AGENCY_KINDS.get(facts.kind, MORE_TERMS.get(facts.kind, facts.kind))
            became = t(f"由 {facts.successor} 承继", f"succeeded by {facts.successor}") if facts.successor else "—"
            said = t(kind, facts.kind.replace("-", " "))
            rows.append((facts.name, each, said, f"#{facts.registered_at + 1}", became))
    heads = columns(
        sources, ("机构", "Agency", 60), ("编号", "Id", 36), ("类别", "Kind", 30), ("登记", "Registered", 24),
        ("承继", "Succession", 34),
    )  # fmt: skip
    return Table(t("机构", "Agencies"), heads, tuple(rows[:MOST]), history.rest(len(rows)))


def _people(history: History, people: Sequence[str]) -> Table:
    sources, t = history.sources, history.sources.t
    rows: list[tuple[str, ...]] = []
    for each in people:
        known = sources.person_facts(each)
        if known is None:
            continue
        held = [
            t(MORE_TERMS[name], name.replace("-", " ")) + (f" → {grant.expires}" if grant.expires else "")
            for name, grant in known.capacities.items()
        ]
        state = t("已离职", "left the service") if known.left else t("在职", "in service")
        kind = t("系统", "a system") if known.subject == "system" else state
        rows.append((sources.opened(known.name), each, sources.agency(known.agency), sources.joined(held), kind))
    heads = columns(
        sources, ("姓名", "Name", 32), ("编号", "Id", 28), ("机构", "Agency", 56), ("身份", "Capacities", 46),
        ("状态", "State", 22),
    )  # fmt: skip
    return Table(t("人员", "People"), heads, tuple(rows[:MOST]), history.rest(len(rows)))


def _keys(history: History, keys: Sequence[str]) -> Table:
    sources, t = history.sources, history.sources.t
    rows = tuple(_key_row(history, each) for each in keys[:MOST])
    heads = columns(
        sources, ("密钥", "Key", 36), ("持有人", "Person", 34), ("种类", "Kind", 32), ("登记", "Enrolled", 46),
        ("吊销", "Revoked", 46),
    )  # fmt: skip
    return Table(t("密钥", "Keys"), heads, rows, history.rest(len(keys)))


def _key_row(history: History, key: str) -> tuple[str, ...]:
    sources, t = history.sources, history.sources.t
    known = history.key(key)
    if known is None:
        return (key[:SHORT], "—", "—", "—", "—")
    facts, records = known
    revoked = t("未吊销", "not revoked")
    if facts.revoked_at is not None:
        revoked = _when(history, records, facts.revoked_at)
        if facts.doubted_since:
            since = history.moment(facts.doubted_since)
            revoked += t(f"\n自 {since} 起存疑", f"\nin doubt since {since}")
    kind = f"{_kind(sources, facts)}，{_ALGORITHMS[facts.key.algorithm]}".replace("，", t("，", ", "))
    return (key[:SHORT], sources.person(facts.person), kind, _when(history, records, facts.enrolled_at), revoked)


_ALGORITHMS = {"ed25519": "Ed25519", "p256": "ECDSA P-256"}


def _when(history: History, records: dict[int, Recorded], index: int) -> str:
    return f"#{index + 1}\n{history.moment(records[index].recorded_at)}"


def _enrolled(history: History, key: str) -> tuple[int, str]:
    known = history.key(key)
    return (known[0].enrolled_at if known else -1, key)
