"""Facts about a case, a blood kit, a seal number and a label code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from custody.acts.case import CaseOpening, Noted
from custody.acts.control import CaseStage
from custody.acts.differences import Discrepancy
from custody.acts.oversight import Correction, Hold
from custody.acts.results import LabResult
from custody.acts.samples import BloodDraw, LabDispatch, LabReceipt, Tube
from custody.acts.taking import Labelling, Unsealing
from custody.facts.amend import Reading
from custody.facts.examination import EXAMINING, NOTHING, Examinations, evolve_examinations

FIRST_STAGE: Final[Mapping[str, str]] = {"criminal": "investigation"}
"""The stage in which a case of a kind begins; every other kind begins as an administrative one."""


@dataclass(frozen=True, slots=True)
class NotedFacts:
    """A fact noted for a clock: what, when it happened, for which items (none: for the whole case), if approved."""

    fact: str
    at: datetime
    items: tuple[str, ...]
    approved: bool
    basis: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StageFacts:
    """Where a case stands since when, as which agency says."""

    stage: str
    agency: str
    act: str
    index: int


@dataclass(frozen=True, slots=True)
class EffectiveFacts:
    """An instrument that took effect: whose it is, since when, by which act that is known."""

    instrument: str
    agency: str
    since: datetime
    act: str


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case: who handles it, what holds it, and the facts that move its clocks."""

    case: str
    kind: str
    lead: str
    officers: frozenset[str]
    legal_reviewer: str | None
    minor: bool
    opened_at: datetime
    opened_by: str
    holds: Mapping[str, str] = field(default_factory=dict)
    """Holds on the whole case: the act that placed it → the reason."""
    noted: tuple[NotedFacts, ...] = ()
    stages: tuple[StageFacts, ...] = ()
    """Every stage it entered, the first with its opening; the last one is now."""
    final: str | None = None
    """The act by which its decision became final."""
    final_at: datetime | None = None
    """Since when it is final: as its instrument took effect, or as the act says so."""
    effective: Mapping[str, EffectiveFacts] = field(default_factory=dict)
    """Instruments that took effect, by reference."""

    @property
    def stage(self) -> str:
        """The stage it stands in."""
        return self.stages[-1].stage


@dataclass(frozen=True, slots=True)
class KitFacts:
    """A blood kit: its tubes by item, and which laboratory each went to."""

    kit: str
    case: str
    drawn_by: str
    tubes: Mapping[str, Tube]
    dispatched: Mapping[str, str] = field(default_factory=dict)
    """item → the laboratory it was last sent to."""
    examiners: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """item → the persons who took it in at a laboratory, or signed its result."""
    examined: Examinations = NOTHING

    def reserved(self, item: str) -> bool:
        """Whether an item is a tube kept in reserve."""
        tube = self.tubes.get(item)
        return tube is not None and tube.purpose == "reserve"


@dataclass(frozen=True, slots=True)
class SealFacts:
    """A seal number: the act that used it, what it closes, and whether it was opened."""

    number: str
    act: str
    items: frozenset[str]
    opened: bool = False


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """A label code: the item it names, and the act that retired it, if one did."""

    code: str
    item: str
    retired_by: str | None = None


def evolve_case(facts: CaseFacts | None, reading: Reading, case: str) -> CaseFacts | None:
    """Fold one act, as it reads, into what is known of a case."""
    act = reading.act
    if isinstance(act, CaseOpening) and act.case == case:
        return CaseFacts(
            case, act.kind, act.lead, frozenset(act.officers), act.legal_reviewer, act.minor,
            reading.happened_at, act.id,
            stages=(StageFacts(FIRST_STAGE.get(act.kind, "administrative"), act.lead, act.id, reading.recorded.index),),
        )  # fmt: skip
    if facts is None:
        return None
    if isinstance(act, Hold) and not act.items:
        if act.action == "place":
            return replace(facts, holds={**facts.holds, act.id: act.reason})
        return replace(facts, holds={each: why for each, why in facts.holds.items() if each != act.hold})
    if isinstance(act, CaseStage) and act.case == case:
        return _entered(facts, act, reading)
    if isinstance(act, Noted):
        noted = NotedFacts(
            act.fact, reading.happened_at, act.items, bool(act.signed_by("approver")), act.basis
        )
        return replace(facts, noted=(*facts.noted, noted))
    return facts


def _entered(facts: CaseFacts, act: CaseStage, reading: Reading) -> CaseFacts:
    changed = facts
    if act.stage is not None:
        entered = StageFacts(act.stage, act.agency, act.id, reading.recorded.index)
        changed = replace(changed, stages=(*changed.stages, entered))
    if act.final and changed.final is None:
        since = act.effective.since if act.effective is not None else reading.happened_at
        changed = replace(changed, final=act.id, final_at=since)
    if act.effective is not None:
        named = act.effective.instrument
        took = EffectiveFacts(named, act.agency, act.effective.since, act.id)
        changed = replace(changed, effective={**changed.effective, named: took})
    return changed


def evolve_kit(facts: KitFacts | None, reading: Reading, kit: str) -> KitFacts | None:
    """Fold one act, as it reads, into what is known of a blood kit."""
    act = reading.act
    if isinstance(act, Discrepancy):
        act = act.embedded or act
    if isinstance(act, BloodDraw) and act.kit == kit:
        if facts is not None:
            return facts
        tubes = {tube.item: tube for index, tube in enumerate(act.tubes) if index not in reading.voided}
        return KitFacts(kit, act.case, act.id, tubes)
    if facts is None:
        return None
    ours = [item for item in act.own_items if item in facts.tubes]
    if isinstance(act, LabDispatch):
        return replace(facts, dispatched={**facts.dispatched, **dict.fromkeys(ours, act.laboratory)})
    if isinstance(act, LabReceipt) and act.acceptance is not None:
        hands = frozenset(signer.person for signer in act.signed_by("examiner"))
        return replace(facts, examiners=_joined(facts, ours, hands))
    if isinstance(act, EXAMINING):
        facts = replace(facts, examined=evolve_examinations(facts.examined, reading))
    if isinstance(act, LabResult):
        return replace(facts, examiners=_joined(facts, ours, frozenset([each.person for each in act.signers])))
    return facts


def _joined(facts: KitFacts, items: list[str], hands: frozenset[str]) -> Mapping[str, frozenset[str]]:
    """Who examined each tube, with these persons for some of them."""
    return {**facts.examiners, **{item: facts.examiners.get(item, frozenset()) | hands for item in items}}


def evolve_seal(facts: SealFacts | None, reading: Reading, number: str) -> SealFacts | None:
    """Fold one act, as it reads, into what is known of a seal number."""
    act = reading.act
    if isinstance(act, Unsealing) and facts:
        return replace(facts, opened=facts.opened or any(each.number == number for each in act.seals))
    if isinstance(act, Correction) and facts is None and _says(number, [change.new for change in act.changes]):
        return SealFacts(number, act.target, frozenset())
    items = act.seals_put_on.get(number)
    return SealFacts(number, act.id, frozenset(items)) if items and facts is None else facts


def _says(text: str, value: object) -> bool:
    """Whether a text stands as a value somewhere in decoded JSON."""
    if isinstance(value, dict):
        return any(_says(text, inner) for inner in value.values())
    if isinstance(value, list):
        return any(_says(text, inner) for inner in value)
    return value == text


def evolve_code(facts: CodeFacts | None, reading: Reading, code: str) -> CodeFacts | None:
    """Fold one act, as it reads, into what is known of a label code."""
    act = reading.act
    if isinstance(act, Labelling) and act.retired == code and facts:
        return replace(facts, retired_by=act.id)
    item = act.codes_given.get(code)
    return CodeFacts(code, item) if item and facts is None else facts
