"""What somebody can do: the acts in a part of which his capacities let him stand, in groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from custody.access.caller import Caller
from custody.acts.parts import PARTS
from custody_api.papers.catalogue import KINDS
from custody_api.station.words import N_

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    N_("Handing over"): (
        "check-in", "transfer", "relocation", "check-out", "return", "loan-request", "loan-decision",
        "custodian-handover",
    ),
    N_("Taking and sealing"): (
        "seizure", "blood-draw", "sealing", "unsealing", "labelling", "division", "reclassification",
    ),
    N_("Laboratory"): (
        "lab-dispatch", "lab-receipt", "lab-result", "result-notice", "reexamination-request", "reexamination",
    ),
    N_("Case and measures"): ("case-opening", "case-stage", "noted", "instrument", "measure-change", "hold"),
    N_("To another agency"): ("offer", "answer", "offer-withdrawal"),
    N_("Disposition"): ("disposition-order", "public-notice", "appraisal", "cash-deposit", "release"),
    N_("Looking after"): (
        "observation", "viewing", "stock-take", "discrepancy", "remedy", "correction", "erasure",
    ),
    N_("Register"): ("person", "enrolment", "revocation", "place", "agency", "policy", "log-key"),
}  # fmt: skip
"""Every act that is signed day by day, in groups of at most nine: a digit chooses the group, another the act."""


def acts_for(caller: Caller) -> dict[str, list[str]]:
    """What somebody can do, by group; groups with nothing are left out."""
    can = {group: [act for act in acts if parts_of(act, caller)] for group, acts in GROUPS.items()}
    return {group: acts for group, acts in can.items() if acts}


def parts_of(type_name: str, caller: Caller) -> list[str]:
    """The parts of an act that somebody may stand in by his capacities."""
    return [name for name, part in PARTS[type_name].items() if part.capacities & caller.capacities]


def beginning(type_name: str, caller: Caller) -> dict[str, Any]:
    """What a sheet begins with: a row for each part that has to sign, the caller in the one most his own."""
    own = parts_of(type_name, caller)
    needed = [name for name, part in PARTS[type_name].items() if part.capacities for _ in range(part.least)]
    if own and not set(own) & set(needed):
        needed.append(own[0])
    mine = min(
        (name for name in needed if name in own), key=lambda name: len(PARTS[type_name][name].capacities), default=""
    )
    signers = [{"part": name, "person": ""} for name in needed]
    for signer in signers:
        if signer["part"] == mine:
            signer["person"] = caller.person
            break
    return {"signers": signers, **dict.fromkeys(_OWN_AGENCY.get(type_name, ()), caller.agency)}


_OWN_AGENCY: Final[Mapping[str, tuple[str, ...]]] = {
    "case-opening": ("lead",), "offer": ("sender",), "case-stage": ("agency",), "place": ("agency",),
    "enrolment": ("agency",),
}  # fmt: skip
"""Fields that most often name the agency of whoever fills them in."""


GUIDANCE: Final[Mapping[str, str]] = {
    "check-in": N_(
        "Scan the place, then each thing; a digit says how it was found. A broken or other seal is "
        "recorded as a defect and will need a statement."
    ),
    "return": N_(
        "Scan the place, then each thing. What it was like when it left stands beside it; whatever "
        "differs is to be said under difference."
    ),
    "check-out": N_("Without an approved request the approver signs here."),
    "transfer": N_("Both sides sign in one room. For a party without a key here, take the signature on paper."),
    "relocation": N_(
        "Scan the new place, then each thing. Two custodians sign where the old or the new place is under dual control."
    ),
    "sealing": N_(
        "Scan what goes under one seal, then write its number; add a seal for the next package. A number "
        "is used once, for ever."
    ),
    "unsealing": N_("Two people open a seal. Say in which condition it was found before it was opened."),
    "lab-dispatch": N_(
        "An approver signs where things go to the laboratory before they were checked in, or for a re-examination."
    ),
    "lab-receipt": N_("An acceptance number, or a reason why it is refused: one of the two."),
    "lab-result": N_("The value is sealed; the ledger keeps it and draws no conclusion from it."),
    "loan-decision": N_("Approve, reject or extend: for all things of the request or for some."),
    "disposition-order": N_(
        "One share for the whole thing, or shares that add up to its quantity. It changes nothing by "
        "itself: a release carries it out."
    ),
    "release": N_(
        "The right-holder or an agent with a written authorisation receives it. Name the order that is "
        "carried out, or why none is needed. Two custodians sign where the place is under dual control."
    ),
    "measure-change": N_("The officer states the ground, the approver signs; an extension names its last day."),
    "hold": N_("Without things it holds the whole case. To lift a hold, name the act that placed it."),
    "remedy": N_("Explain a defect, or accept the explanation. Name the defect as its page shows it."),
    "blood-draw": N_(
        "Scan the kit, then both tubes. One officer and an officer or auxiliary are present; the subject "
        "signs or is noted as refusing."
    ),
    "seizure": N_(
        "Put a fresh label on each thing and scan it. The holder and an attesting witness sign the list "
        "on paper, or it says why not."
    ),
}
"""What the trade has to mind before it signs."""


def papers_of(type_name: str, lang: str) -> dict[str, str]:
    """The kinds of paper that are drawn from acts of a type, with what they are called."""
    found = {name: kind for name, kind in KINDS.items() if type_name in kind.types}
    return {name: kind.zh if lang == "zh" else kind.en for name, kind in found.items()}
