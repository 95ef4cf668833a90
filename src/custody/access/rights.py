"""The rules of reading: what a caller sees of a thing towards which his agency has a role.

Denied by default. A thing is an item, a case, a place or a manifest; an act is read by way of the things it touches.
Source: docs/access.md, which is generated from the two lists below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import Final, Literal, get_args

from custody.access.caller import Caller

Role = Literal[
    "leads", "accepted", "controls", "offered", "examines", "keeps", "operates", "sends", "receives", "presents",
]  # fmt: skip
"""What an agency is to a thing: it leads the case, accepted control of something in it, controls the item, is offered
it, is the laboratory it goes to, keeps it, operates the place, sends or receives the manifest; or the caller presents
its label: he gave the whole code, 65 random bits that stand on the thing itself."""

ROLES: Final[tuple[Role, ...]] = get_args(Role)


class Sight(IntEnum):
    """How much is seen."""

    NOTHING = 0
    THING = 1
    """What it is, where it is and was, who handed it to whom; no narrative, no exact acts."""
    WHOLE = 2
    """Everything but sealed values."""


ON_CASES: Final = frozenset({
    "officer", "auxiliary", "approver-1", "approver-2", "approver-3", "legal-reviewer", "prosecutor", "judge",
    "supervisor", "system",
})  # fmt: skip
"""Capacities in which one works on cases."""

ON_THINGS: Final = frozenset({"custodian", "medic", "examiner", "finance"})
"""Capacities in which one handles things without working on their cases."""

_ANSWERING: Final = frozenset({"leads", "accepted", "controls", "offered", "sends", "receives"})
_HAVING: Final = frozenset({"keeps", "examines", "operates"})
_AT_HAND: Final = frozenset({*_HAVING, "presents"})

Rule = Callable[[Caller, Role], Sight]


def an_auditor_reads_what_the_agency_has_to_do_with(caller: Caller, role: Role) -> Sight:
    """Auditors read that towards which their own agency has a role; those of an audit office need none."""
    audits = "auditor" in caller.capacities and not caller.contractor
    return Sight.WHOLE if audits and role in _ANSWERING | _HAVING else Sight.NOTHING


def who_works_on_cases_reads_what_the_agency_answers_for(caller: Caller, role: Role) -> Sight:
    """What the agency leads, accepted, controls or is offered is read by those who work on cases there."""
    works = not caller.contractor and caller.capacities & ON_CASES
    return Sight.WHOLE if works and role in _ANSWERING else Sight.NOTHING


def who_works_on_cases_reads_what_the_agency_has(caller: Caller, role: Role) -> Sight:
    """What the agency keeps or examines, and its places, are read by those who work on cases there."""
    works = not caller.contractor and caller.capacities & ON_CASES
    return Sight.WHOLE if works and role in _HAVING else Sight.NOTHING


def an_examiner_reads_what_the_laboratory_examines(caller: Caller, role: Role) -> Sight:
    """What was sent to or lies in the laboratory is read by its examiners."""
    examines = caller.agency_kind == "lab" and "examiner" in caller.capacities
    return Sight.WHOLE if examines and role in _HAVING else Sight.NOTHING


def who_handles_things_sees_them(caller: Caller, _: Role) -> Sight:
    """Custodians, medics, examiners and finance officers see the things towards which their agency has any role."""
    return Sight.THING if caller.capacities & ON_THINGS and not caller.contractor else Sight.NOTHING


def a_contractor_sees_what_he_keeps(caller: Caller, role: Role) -> Sight:
    """People and systems of a custodian contractor see what they keep or have in front of them, and their places."""
    works = caller.contractor and caller.capacities & (ON_CASES | ON_THINGS | {"auditor"})
    return Sight.THING if works and role in _AT_HAND else Sight.NOTHING


RULES: Final[tuple[Rule, ...]] = (
    an_auditor_reads_what_the_agency_has_to_do_with,
    who_works_on_cases_reads_what_the_agency_answers_for,
    who_works_on_cases_reads_what_the_agency_has,
    an_examiner_reads_what_the_laboratory_examines,
    who_handles_things_sees_them,
    a_contractor_sees_what_he_keeps,
)
"""Whatever none of these grants is denied. Whoever `Caller.audits` the whole ledger is asked for no role."""


def sight(caller: Caller, roles: Iterable[Role]) -> Sight:
    """The most that any rule grants for any of the roles."""
    if caller.audits:
        return Sight.WHOLE
    return max((rule(caller, role) for role in roles for rule in RULES), default=Sight.NOTHING)


def roles_granting(caller: Caller, least: Sight) -> frozenset[Role]:
    """The roles of the caller's agency that let him see at least so much."""
    return frozenset(role for role in ROLES if sight(caller, [role]) >= least)


def opens_sealed_values(caller: Caller, seen: Sight) -> bool:
    """Whether sealed values of what he sees are shown to him: to those who work on the case, not to auditors."""
    return seen is Sight.WHOLE and not caller.contractor and not caller.audits and bool(caller.capacities & ON_CASES)
