"""Worlds whose checkpoints are witnessed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from world import World


@pytest.fixture
def sqlite_world(founded_world: World, sqlite_url: str) -> Iterator[World]:
    """A world of one's own in SQLite."""
    made = founded_world.twin(sqlite_url)
    yield made
    made.close()
