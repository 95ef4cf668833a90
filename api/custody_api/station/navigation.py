"""Where one can go from every page, by what one is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from custody.access.caller import Caller
from custody_api.station.words import N_

CASE_WORK: Final = frozenset({
    "officer", "auxiliary", "approver-1", "approver-2", "approver-3", "legal-reviewer", "prosecutor", "judge",
    "supervisor", "auditor",
})  # fmt: skip
KEEPING: Final = frozenset({"custodian", "examiner"})
OVERSIGHT: Final = frozenset({"approver-1", "approver-2", "approver-3", "legal-reviewer", "supervisor"})
AUDIT: Final = frozenset({"auditor"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A place to go; for everybody, or for who has one of the capacities."""

    path: str
    text: str
    capacities: frozenset[str] | None = None

    def shown_to(self, caller: Caller) -> bool:
        """Whether somebody finds it in his navigation. What he may read there is decided there."""
        return self.capacities is None or bool(self.capacities & caller.capacities)


ENTRIES: Final = (
    Entry("/", N_("Home")),
    Entry("/do", N_("Do")),
    Entry("/intake", N_("Intake"), KEEPING),
    Entry("/waiting", N_("Signatures")),
    Entry("/cases", N_("Cases"), CASE_WORK),
    Entry("/manifests", N_("Offers"), CASE_WORK | KEEPING),
    Entry("/places", N_("Places"), KEEPING | OVERSIGHT | AUDIT),
    Entry("/stock-takes", N_("Stock-takes"), KEEPING | OVERSIGHT | AUDIT),
    Entry("/deadlines", N_("Deadlines"), CASE_WORK),
    Entry("/morning", N_("Morning report"), OVERSIGHT),
    Entry("/audit", N_("Audit"), AUDIT),
    Entry("/field", N_("In the field"), frozenset({"officer", "auxiliary", "medic"})),
)


def entries_for(caller: Caller) -> list[Entry]:
    """What somebody's navigation holds, in order."""
    return [each for each in ENTRIES if each.shown_to(caller)]
