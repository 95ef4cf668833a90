"""The rules of reading, one by one."""

from __future__ import annotations

import pytest

from custody.access.caller import Caller
from custody.access.rights import ROLES, RULES, Role, Sight, opens_sealed_values, roles_granting, sight

POLICE = "police"


def caller(kind: str, *capacities: str) -> Caller:
    """Somebody of an agency of a kind."""
    return Caller("psb-0211", "psb-yunling", kind, frozenset(capacities))


def test_without_a_role_nobody_but_an_auditor_sees_anything() -> None:
    for capacity in ("officer", "custodian", "judge", "system", "administrator", "supervisor"):
        assert sight(caller(POLICE, capacity), []) is Sight.NOTHING


def test_without_a_capacity_no_role_shows_anything() -> None:
    assert sight(caller(POLICE), ROLES) is Sight.NOTHING


def test_an_administrator_reads_no_item_whatever_his_agency_is_to_it() -> None:
    assert sight(caller(POLICE, "administrator"), ROLES) is Sight.NOTHING


def test_an_auditor_reads_everything_and_opens_nothing() -> None:
    auditor = caller("audit", "auditor")
    assert sight(auditor, []) is Sight.WHOLE
    assert not opens_sealed_values(auditor, Sight.WHOLE)


def test_an_auditor_whom_an_agency_named_itself_audits_that_agency_alone() -> None:
    auditor = caller(POLICE, "auditor")
    assert not auditor.audits
    assert sight(auditor, ["keeps"]) is Sight.WHOLE
    assert sight(auditor, ["presents"]) is Sight.NOTHING
    assert sight(auditor, []) is Sight.NOTHING
    assert not opens_sealed_values(auditor, Sight.WHOLE)


@pytest.mark.parametrize("capacity", ["officer", "prosecutor", "judge", "legal-reviewer", "approver-2", "system"])
@pytest.mark.parametrize("role", ROLES)
def test_who_works_on_cases_reads_whatever_his_agency_has_to_do_with(capacity: str, role: Role) -> None:
    found = sight(caller(POLICE, capacity), [role])
    if role == "presents":
        assert found is Sight.NOTHING, "a label in the hand of who does not handle things opens nothing"
        return
    assert found is Sight.WHOLE
    assert opens_sealed_values(caller(POLICE, capacity), found)


@pytest.mark.parametrize("capacity", ["custodian", "medic", "examiner", "finance"])
@pytest.mark.parametrize("role", ROLES)
def test_who_handles_things_sees_them_and_no_more(capacity: str, role: Role) -> None:
    found = sight(caller(POLICE, capacity), [role])
    assert found is Sight.THING
    assert not opens_sealed_values(caller(POLICE, capacity), found)


def test_an_examiner_reads_what_his_laboratory_examines_but_not_what_his_agency_might_lead() -> None:
    examiner = caller("lab", "examiner")
    assert sight(examiner, ["examines"]) is sight(examiner, ["keeps"]) is Sight.WHOLE
    assert sight(examiner, ["leads"]) is Sight.THING
    assert not opens_sealed_values(examiner, Sight.WHOLE)


def test_a_contractor_sees_what_he_keeps_whatever_the_capacity_and_never_more() -> None:
    for capacity in ("custodian", "officer", "supervisor", "system"):
        contractor = caller("custodian-contractor", capacity)
        assert roles_granting(contractor, Sight.THING) == {"keeps", "examines", "operates", "presents"}
        assert roles_granting(contractor, Sight.WHOLE) == frozenset()
        assert not opens_sealed_values(contractor, Sight.WHOLE)


def test_every_rule_grants_something_that_no_other_rule_grants() -> None:
    """Else one of them could go, and nobody would notice."""
    callers = [
        caller(kind, capacity)
        for kind in (POLICE, "lab", "custodian-contractor", "audit")
        for capacity in ("officer", "custodian", "examiner", "auditor")
    ]
    for left_out in RULES:
        others = [rule for rule in RULES if rule is not left_out]
        assert any(
            left_out(each, role) > max(rule(each, role) for rule in others) for each in callers for role in ROLES
        ), left_out.__name__
