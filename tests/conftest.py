"""Databases for every test that asks: `sqlite_url`, `postgres_url`, or both in turn by `database_url`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from databases import postgres_database, postgres_server
from telling import is_sound
from world import World

# The same examples each time, however slowly they go: `pytest --hypothesis-profile=default` looks for others.
settings.register_profile(
    "steady", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture(scope="session")
def _postgres_server() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture
def postgres_url(_postgres_server: str) -> Iterator[str]:
    """An empty PostgreSQL database."""
    with postgres_database(_postgres_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database: the test runs once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(scope="session")
def founded_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world in which everybody is enrolled and nothing has happened yet; only copied from, never changed."""
    world = World(f"sqlite:///{tmp_path_factory.mktemp('world') / 'ledger.db'}")
    yield world
    world.close()


@pytest.fixture
def world(founded_world: World, sqlite_url: str) -> Iterator[World]:
    """A world of one's own. When the story is over, its whole ledger is verified, and its facts folded afresh."""
    world = founded_world.twin(sqlite_url)
    yield world
    is_sound(world)
    world.close()
