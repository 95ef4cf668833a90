"""Each kind of fact: the tag it is kept under, the act types it is folded from, and how.

A decision reads facts by (types, tag), and the append is conditional on exactly those queries: what was read is what
must not have changed. Register facts name their types, so that a busy custodian's thousands of acts are neither read
again nor conflict with each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from custody.acts import ACT_TYPES
from custody.acts.entry import Recorded
from custody.acts.oversight import Correction
from custody.facts import case, counting, folding, governing, loan, manifest, orders, paper, parties, stays
from custody.facts.amend import Reading, readings
from custody.facts.holding import CUSTODY_MOVING

KindName = Literal[
    "key", "person", "agency", "place", "reviewers", "case", "kit", "seal", "code", "item", "stock-take", "governing",
    "order",
    "loan",
    "manifest", "contents",
    "instrument", "discrepancy",
    "stays", "within",
]  # fmt: skip


class Need(NamedTuple):
    """One fact that a decision reads: its kind and the id of what it is about."""

    kind: KindName
    id: str

    @property
    def tag(self) -> str:
        """The tag that the acts it is folded from carry."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of fact is folded: from which act types (none: from all), by which pure function."""

    types: tuple[str, ...]
    evolve: Callable[[Any, Any, str], Any]
    amendable: bool
    """Whether it is folded from acts as corrections make them read."""


_BEARING: Final = tuple([name for name, kind in ACT_TYPES.items() if kind.bears])
"""The act types by which items, and with them codes and seals, may come to exist."""

REVIEWERS: Final = Need("reviewers", "all")
GOVERNING: Final = Need("governing", "all")

KINDS: Final[dict[KindName, Kind]] = {
    "key": Kind(("genesis", "agency", "enrolment", "revocation"), parties.evolve_key, False),
    "person": Kind(("genesis", "agency", "enrolment", "person"), parties.evolve_person, False),
    "agency": Kind(("genesis", "agency"), parties.evolve_agency, False),
    "place": Kind(("place",), parties.evolve_place, False),
    "reviewers": Kind(("person",), parties.evolve_reviewers, False),
    "case": Kind(("case-opening", "case-stage", "hold", "noted", "correction"), case.evolve_case, True),
    "kit": Kind(
        ("blood-draw", "lab-dispatch", "lab-receipt", "lab-result", "result-notice", "reexamination-request",
         "reexamination", "discrepancy", "correction"),
        case.evolve_kit, True,
    ),
    "loan": Kind(("loan-request", "loan-decision", "check-out", "correction"), loan.evolve_loan, True),
    "seal": Kind((*_BEARING, "sealing", "unsealing", "correction"), case.evolve_seal, True),
    "code": Kind((*_BEARING, "labelling", "correction"), case.evolve_code, True),
    "item": Kind((), folding.evolve_item, True),
    "stock-take": Kind(("stock-take",), counting.evolve_stock_take, False),
    "governing": Kind(("policy", "log-key"), governing.evolve_governing, False),
    "order": Kind(("disposition-order", "release", "correction"), orders.evolve_order, True),
    "manifest": Kind(("offer", "answer", "offer-withdrawal", "correction"), manifest.evolve_manifest, True),
    "contents": Kind((*_BEARING, "correction"), manifest.evolve_contents, True),
    "instrument": Kind(("instrument", "correction"), paper.evolve_instrument, True),
    "discrepancy": Kind(("discrepancy",), paper.evolve_discrepancy, True),
    "stays": Kind((*sorted(CUSTODY_MOVING), "correction"), stays.evolve_stays, True),
    "within": Kind(("place",), stays.evolve_within, False),
}


def fold(need: Need, records: Sequence[Recorded], included: Callable[[Reading], bool] = lambda reading: True) -> Any:
    """Fold recorded acts, in log order, into the fact that is needed; None if nothing is known of it.

    All of them, or those that are ``included`` as they read.
    """
    kind = KINDS[need.kind]
    if not kind.amendable:
        facts = None
        for recorded in records:
            if included(Reading(recorded, recorded.act)):
                facts = kind.evolve(facts, recorded, need.id)
        return facts
    read = filter(included, readings(records))
    if need.kind == "item":
        return folding.fold_item(need.id, read)
    facts = None
    for reading in read:
        facts = kind.evolve(facts, reading, need.id)
    return facts


def concerns(kind: KindName, recorded: Recorded) -> bool:
    """Whether an act can say anything to facts of a kind."""
    types = KINDS[kind].types
    return not types or recorded.act.act in types


def must_refold(need: Need, recorded: Recorded) -> bool:
    """Whether one more act changes how earlier ones read, so that its fact cannot simply be evolved."""
    if not KINDS[need.kind].amendable:
        return False
    if isinstance(recorded.act, Correction):
        return True
    return need.kind == "item" and any(defect.code == "LATE_ENTRY" for defect in recorded.defects)


def evolve(need: Need, facts: Any, recorded: Recorded) -> Any:
    """Fold one more act into a fact; the caller asked `must_refold` first."""
    kind = KINDS[need.kind]
    if kind.types and recorded.act.act not in kind.types:
        return facts
    return kind.evolve(facts, Reading(recorded, recorded.act) if kind.amendable else recorded, need.id)
