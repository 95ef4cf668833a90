"""Whole days, told from beginning to end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from harness import check
from telling import holder, open_defects
from world import World


@pytest.fixture(autouse=True)
def the_registers_tell_the_same_story(world: World) -> Iterator[None]:
    """When a story is over, the registers, too, are derived afresh."""
    yield
    check(world)


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
