"""Rules change by date: of those in force from what happened to its entry, the stricter holds."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from custody.errors import Malformed
from custody.ledger.policies import Policies
from custody.rules.policy import Policy
from policies import SHIPPED, changed
from telling import flaws
from world import CST, World, disclosed

BEFORE, CHANGE, AFTER = date(2026, 3, 12), date(2026, 3, 14), date(2026, 3, 15)

HOURS = changed((
    "handover_hours = { value = 24, ",
    "handover_hours = { versions = [{ value = 24, valid_to = 2026-03-13 }, { value = 48, valid_from = 2026-03-14 }], ",
))  # fmt: skip
"""Two days instead of one from 14 March on."""

WEIGHT = changed(
    ('[defect.LATE_RETURN]\nrule = "D03"\nseverity = "curable"',
     '[defect.LATE_RETURN]\nrule = "D03"\nversions = [{ severity = "minor", valid_to = 2026-03-13 }, '
     '{ severity = "exclusion-risk", valid_from = 2026-03-14 }]'),
    ('[defect.NO_WITNESS_NO_RECORDING]', '[defect.NO_WITNESS_NO_RECORDING]\nvalid_from = 2026-03-14'),
)  # fmt: skip
"""A late return weighs heavier from 14 March on; that nobody independent saw a seizure is a defect only since then."""


def under(world: World, policy: Policy) -> None:
    """The world goes on under other rule data, signed for."""
    world.ledger.close()
    world.ledger = world.opened_again(Policies.of(policy, SHIPPED))
    world.names_policy(policy.id)


def test_of_two_numbers_the_smaller_holds() -> None:
    for first, last, hours in ((BEFORE, BEFORE, 24), (BEFORE, AFTER, 24), (CHANGE, AFTER, 48), (AFTER, BEFORE, 24)):
        assert HOURS.between(first, last).hours("handover_hours") == timedelta(hours=hours)


def test_unless_the_data_say_that_more_is_stricter() -> None:
    """How many officers the law wants in a controlled site: two until 2025, one since."""
    for first, last, officers in (
        (date(2025, 12, 31), date(2025, 12, 31), 2), (date(2025, 12, 31), date(2026, 1, 1), 2),
        (date(2026, 1, 1), date(2026, 1, 2), 1),
    ):  # fmt: skip
        assert SHIPPED.between(first, last).numbers["officers_in_controlled_site"] == officers


def test_the_heavier_severity_holds_and_a_rule_beats_none() -> None:
    for first, last, severity, known in (
        (BEFORE, BEFORE, "minor", False), (BEFORE, AFTER, "exclusion-risk", True),
        (AFTER, AFTER, "exclusion-risk", True),
    ):  # fmt: skip
        texts = WEIGHT.between(first, last).texts
        assert texts["LATE_RETURN"].severity == severity
        assert ("NO_WITNESS_NO_RECORDING" in texts) is known


def test_what_happened_before_a_relaxation_is_judged_by_the_stricter_rule(world: World) -> None:
    """Seized on the 12th, taken in after thirty hours. Recorded at once, and recorded after two days were allowed:
    late both times; only what happens afterwards has two days."""
    under(world, HOURS)
    case = world.opens_case()
    items, others, later = world.seizes(case), world.seizes(case), world.seizes(case)
    world.clock.forward(hours=30)
    happened = world.clock.now.isoformat()
    assert flaws(world.checks_in(items)) == {"LATE_HANDOVER": ("curable", ())}
    world.clock.now = datetime(2026, 3, 14, 7, 0, tzinfo=CST)
    assert flaws(world.checks_in(others, occurred_at=happened)) == {"LATE_HANDOVER": ("curable", ())}
    assert flaws(world.checks_in(later)) == {}


def test_a_rule_that_came_meanwhile_holds_for_what_is_entered_after_it(world: World) -> None:
    """On the 13th nobody had to see a seizure. One of the 13th that is entered on the 14th is measured by both days."""
    under(world, WEIGHT)
    case = world.opens_case()
    unseen = world.seizure(case, [world.item()], attestations=[world.holder()])
    assert flaws(world.act(unseen)) == {}
    world.clock.now = datetime(2026, 3, 13, 23, 58, tzinfo=CST)
    unseen = world.seizure(case, [world.item()], attestations=[world.holder()])
    prepared = world.prepare(unseen)
    world.clock.forward(minutes=5)
    receipt = world.ledger.submit(world.sign(prepared), disclosed(prepared))
    assert flaws(receipt) == {"NO_WITNESS_NO_RECORDING": ("curable", ())}


def test_a_decision_says_that_the_day_may_change_it(world: World) -> None:
    """What is decided just before a rule comes into force is decided again if it is entered after."""
    under(world, WEIGHT)
    case = world.opens_case()
    world.clock.now = datetime(2026, 3, 13, 23, 58, tzinfo=CST)
    prepared = world.prepare(world.seizure(case, [world.item()], attestations=[world.holder()]))
    decided = world.ledger.check_act(prepared.act)
    assert decided.defects == ()
    assert decided.decide_again_at == datetime(2026, 3, 14, tzinfo=CST)


def test_rule_data_that_cannot_be_read_say_so() -> None:
    with pytest.raises(Malformed):
        changed(("[defect.LATE_RETURN]", "[defect.LATE_HANDOVER]"))
    with pytest.raises(Malformed):
        changed(('stricter = "larger"', 'stricter = "larger"\nvalue_of = 2'))
