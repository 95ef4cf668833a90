"""What the holder of a receipt is told: what was taken, where each thing stands, what was decided, what comes next.

Nothing here names anyone or says where a thing lies. What a clerk wrote in words of his own stays on the paper, whose
numbers the lines bear. Of deadlines only those are told that the law itself lays down for people to rely on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from custody.acts import ACT_TYPES
from custody.acts.act import Act
from custody.acts.disposition import Release
from custody.acts.entry import instant
from custody.facts.case import CaseFacts
from custody.facts.item import ItemFacts
from custody.facts.kinds import Need
from custody.facts.shapes import status
from custody.registers.reading import Registers
from custody_api.papers.sources import Source, Sources

Shape = dict[str, Any]

STATES: Final[Mapping[str, tuple[str, str]]] = {
    "kept": ("保管中", "in custody"),
    "examined": ("检验鉴定中", "being examined"),
    "released": ("已离开保管", "has left custody"),
    "voided": ("登记已作废", "entry voided"),
    "ask": ("请向出具机关查询", "please ask the issuing authority"),
}
"""What is told of a thing. Where it is, and with whom, is nobody's business who holds a piece of paper."""

_PUBLIC: Final = {
    "voided": "voided", "released": "released", "lost": "ask", "missing": "ask",
    "to-laboratory": "examined", "in-laboratory": "examined",
}  # fmt: skip

NEXT: Final[Mapping[str, tuple[str, str]]] = {
    "D04": ("与案件无关，应当退还", "is irrelevant to the case and has to be given back"),
    "D05": ("公告招领，期满未认领的依法处理", "is announced to whoever has a right to it: claim it"),
    "D06": ("扣押期限届满", "the seizure ends, or something is decided"),
    "D07": ("先行登记保存期满，应当作出处理决定", "the registration in advance ends, or something is decided"),
    "D08": ("冻结期限届满", "the freeze ends, or is extended"),
    "D11": ("应当告知鉴定意见", "you have to be told the result of the examination"),
    "D12": ("可以申请重新鉴定", "you may ask for another examination"),
    "D15": ("车辆核实完毕", "the vehicle has to be verified"),
    "D28": ("应当答复申诉、控告", "your complaint has to be answered"),
}
"""Deadlines of published law that somebody outside may rely on, and what is to happen by then."""


def lines_of(sources: Sources, source: Source) -> dict[int, ItemFacts]:
    """The things of a receipt that no correction voided, by their numbers on the paper."""
    act = source.act
    known = sources.items(act.own_items)
    return {
        number: known[item] for number, item in enumerate(act.own_items, 1)
        if item in known and number - 1 not in source.reading.voided
    }  # fmt: skip


def standing(
    sources: Sources, source: Source, lines: Mapping[int, ItemFacts], registers: Registers
) -> Shape:
    """What is told of the act of a receipt, as JSON has it and the page shows it."""
    act, t = source.act, sources.t
    done = t(ACT_TYPES[act.act].zh, act.act.replace("-", " "))
    return {
        "done": f"{done}: {sources.term(act.kind)}" if isinstance(act, Release) else done,
        "occurred_at": instant(act.occurred_at),
        "voided": source.void,
        "position": source.position,
        "taken": [{"category": each, "says": sources.term(each), "count": count}
                  for each, count in Counter(item.category for item in lines.values()).items()],
        "items": [_line(sources, number, item) for number, item in lines.items()],
        "next": list(_next(sources, registers, lines)),
    }  # fmt: skip


def _line(sources: Sources, number: int, item: ItemFacts) -> Shape:
    state = _PUBLIC.get(status(item), "kept")
    return {
        "number": number, "category": item.category, "kind": sources.term(item.category), "quantity": item.quantity,
        "unit": item.unit, "state": state, "says": sources.t(*STATES[state]), "decided": _decided(sources, item),
    }  # fmt: skip


def _decided(sources: Sources, item: ItemFacts) -> Shape | None:
    """What was decided of a thing: to be done, or done."""
    kinds = (item.released,) if item.released else item.order.kinds if item.order else ()
    if not kinds:
        return None
    carried_out = item.released is not None
    said = sources.joined(sources.term(each) for each in kinds)
    how = sources.t("已执行", "done") if carried_out else sources.t("已决定，尚未执行", "decided, not done yet")
    return {"kinds": list(kinds), "carried_out": carried_out,
            "says": sources.t(f"{said}（{how}）", f"{said} ({how})")}  # fmt: skip


def _next(sources: Sources, registers: Registers, lines: Mapping[int, ItemFacts]) -> Iterable[Shape]:
    """What happens next and by when, each once for all the things that it concerns, the first due first."""
    of: dict[str, list[int]] = {}
    for number, item in lines.items():
        of.setdefault(f"item:{item.item}", []).append(number)
        if item.kit:
            of.setdefault(f"kit:{item.kit}", []).append(number)
    found: dict[tuple[str, str], Shape] = {}
    for each in registers.deadlines_of(of, sources.ledger.clock()) if of else ():
        if each["rule"] in NEXT and each["verified"] and each["due"]:
            said = {"rule": each["rule"], "says": sources.t(*NEXT[each["rule"]]), "by": each["due"],
                    "source": each["source"], "items": []}  # fmt: skip
            shown = found.setdefault((each["rule"], each["due"]), said)
            shown["items"] = sorted({*shown["items"], *of[each["subject"]]})
    return found.values()


def concerned(act: Act) -> list[Need]:
    """Whoever signed a receipt's act first, and its case: what tells who answers for it."""
    return [Need("person", act.signers[0].person), Need("case", getattr(act, "case", None) or "")]


def answering(sources: Sources, act: Act, items: Iterable[ItemFacts]) -> tuple[str | None, CaseFacts | None]:
    """The agency that answers for a receipt, that of who signs first, else the one that leads the case; and that."""
    person = sources.person_facts(act.signers[0].person)
    led = sources.case(getattr(act, "case", None) or next((each.case for each in items), ""))
    return person.agency if person else led.lead if led else None, led


def complaint(sources: Sources, case: CaseFacts | None) -> str:
    """How one complains, by the kind of the case; where nothing is known of the law, that one asks who issued it."""
    if sources.ledger.genesis.jurisdiction != "cn" or case is None:
        return sources.t("对所列内容有异议的，请向出具单位提出。", "Raise objections with the issuing authority.")
    if case.kind == "criminal":
        return sources.t(
            "对查封、扣押、冻结等措施有异议的，可以向出具单位申诉或者控告；出具单位应当在收到之日起三十日以内作出处理决定"
            "并书面回复（《公安机关办理刑事案件程序规定》第一百九十六条）。",
            "If you object to the seizure, the sealing or the freeze, complain to the issuing authority, which decides "
            "and answers in writing within 30 days of receipt (Procedures for Criminal Cases by Public Security "
            "Organs, art. 196).",
        )  # fmt: skip
    return sources.t(
        "对措施或者决定不服的，可以向出具单位陈述、申辩，也可以依法申请行政复议或者提起行政诉讼；期限以决定书载明的为准。",
        "If you object to the measure or the decision, tell the issuing authority, or apply for administrative "
        "reconsideration, or sue; the terms are those that the decision names.",
    )  # fmt: skip
