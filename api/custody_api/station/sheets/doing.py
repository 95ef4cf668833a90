"""What somebody can do: the acts in a part of which his capacities let him stand, in groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from custody.access.caller import Caller
from custody.acts.parts import PARTS
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
