"""Whole days, told from beginning to end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from harness import check
from telling import flaws, holder, open_defects, refuses
from world import CST, World


@pytest.fixture(autouse=True)
def the_registers_tell_the_same_story(world: World) -> Iterator[None]:
    """When a story is over, the registers, too, are derived afresh."""
    yield
    check(world)


def test_a_drunk_driver_is_stopped_and_his_blood_examined(world: World) -> None:
    """S1. 22:26 the vehicle is seized · 22:41 blood is drawn into tubes A and B · 22:52 B goes into the cold store ·
    22:58 A goes straight to the laboratory, urgently · 23:05 it is received, seal intact · 08:10 the car is stored.
    """

    def at(hour: int, minute: int, day: int = 12) -> None:
        world.clock.now = datetime(2026, 3, day, hour, minute, tzinfo=CST)

    at(22, 19)
    case = world.opens_case(case="云公(交)刑受〔2026〕0312-07", incident="110-20260312-2208")
    at(22, 26)
    (car,) = world.seizes(
        case,
        world.item(
            category="vehicle", description="白色轿车", unit="辆", seal=None,
            details={"kind": "vehicle", "make": "江淮", "model": "A5", "vin": {"disclose": "LSV1"},
                     "plate": {"disclose": "江A·6F2X8"}, "colour": "白", "odometer_km": 46_212},
        ),
    )  # fmt: skip
    at(22, 41)
    test, reserve = world.draws(case)
    at(22, 52)
    assert flaws(world.checks_in([reserve], place="冷藏")) == {}
    at(22, 58)
    world.dispatches([test])
    at(23, 5)
    assert flaws(world.lab_receives([test])) == {}
    at(23, 10)
    with refuses(world, "reserve-tube-without-reexamination"):
        world.dispatches([reserve], approved_for=None, signers=world.signers(officer="周远", custodian="梁静"))
    at(8, 10, day=13)
    assert flaws(world.checks_in([car], place="车场")) == {}
    where = {each: holder(world, each) for each in (car, test, reserve)}
    assert where == {car: world.places["车场"], test: world.places["一所实验室"], reserve: world.places["冷藏"]}
    chain = [each.holder.id for each in world.facts(test).custody]
    assert chain == ["psb-0211", "psb-0211", world.places["一所实验室"]]


def test_a_necklace_goes_home(world: World) -> None:
    """S7. Seized from the burglar · sealed · into the safe by two custodians · lent for appraisal and returned · given
    back to 赵某, approved by the responsible person. Every hand it went through is in the chain."""
    case = world.opens_case(case="云公(刑)盗〔2026〕0077")
    photo = {"sha256": "9a" * 32, "media_type": "image/jpeg", "size_bytes": 9, "kind": "photo"}
    (necklace,) = world.seizes(
        case,
        world.item(
            category="valuables", description="金项链", quantity="28.36", unit="g", estimated_value="21840",
            seal=None, photos=[photo["sha256"]],
        ),
        attachments=[photo],
    )  # fmt: skip
    world.seals_up([necklace])
    world.checks_in([necklace], place="贵重", to=["梁静", "郑宏"])
    keepers = ["梁静", "郑宏"]
    world.lends(
        [necklace], purpose="appraisal", signers=world.signers(custodian=keepers, borrower="周远", approver="刘振")
    )
    world.returns(
        [necklace], place=world.places["贵重"], signers=world.signers(borrower="周远", custodian=keepers)
    )
    world.releases([necklace], signers=world.signers(holder=keepers, approver="沈建国"))
    facts = world.facts(necklace)
    safe = world.places["贵重"]
    assert [each.holder.id if each.holder else None for each in facts.custody] == [
        "psb-0211", safe, "psb-0211", safe, None,
    ]  # fmt: skip
    assert (facts.released, facts.gaps(), open_defects(world, necklace)) == ("returned", (), set())


def test_a_clock_that_runs_a_little_ahead_or_behind_stops_nobody(world: World) -> None:
    """Tablets that differ by three minutes hand a phone to each other within one minute."""
    case = world.opens_case()
    (phone,) = world.seizes(case, occurred_at=(world.clock.now + timedelta(minutes=3)).isoformat())
    world.transfers([phone], "周远", "何苗", occurred_at=world.clock.now.isoformat())
    assert holder(world, phone) == "psb-0347"
