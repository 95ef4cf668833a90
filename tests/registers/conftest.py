"""A world on either database, derived again by the harness after each story."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from custody.registers import Registers
from harness import check
from world import World


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    """A founded ledger on SQLite, then on PostgreSQL."""
    world = World(database_url)
    yield world
    check(world)
    world.close()


@pytest.fixture
def registers(world: World) -> Iterator[Callable[[], Registers]]:
    """A call gives the registers, brought up to date."""
    found = Registers(world.engine)

    def current() -> Registers:
        found.catch_up()
        return found

    yield current
    found.close()
