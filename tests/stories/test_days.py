"""Whole days, told from beginning to end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from harness import check
from telling import holder
from world import World


@pytest.fixture(autouse=True)
def the_registers_tell_the_same_story(world: World) -> Iterator[None]:
    """When a story is over, the registers, too, are derived afresh."""
    yield
    check(world)


def test_a_clock_that_runs_a_little_ahead_or_behind_stops_nobody(world: World) -> None:
    """Tablets that differ by three minutes hand a phone to each other within one minute."""
    case = world.opens_case()
    (phone,) = world.seizes(case, occurred_at=(world.clock.now + timedelta(minutes=3)).isoformat())
    world.transfers([phone], "周远", "何苗", occurred_at=world.clock.now.isoformat())
    assert holder(world, phone) == "psb-0347"
