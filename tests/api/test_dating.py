"""A server that has its log dated: in the background, without anybody waiting, and seen at /readyz."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

from custody.stamping import asking
from custody.stamping.configured import Authorities, read_authorities
from custody_api.operation import Operation
from time_authority import TimeAuthority, time_authority
from world import World

pytest.importorskip("rfc3161_client", reason="the extra time is not installed")

Operated = Callable[[World, str, Operation], AbstractContextManager[httpx.Client]]


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[TimeAuthority]:
    """An authority."""
    with time_authority(tmp_path / "north", "north") as made:
        yield made


@pytest.fixture
def authorities(authority: TimeAuthority, tmp_path: Path) -> Authorities:
    """The settings that name it."""
    file = tmp_path / "time.toml"
    file.write_text(authority.settings())
    return read_authorities(file)[0]


def until(client: httpx.Client, true: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """What /readyz says of an authority, once something is true of it."""
    for _ in range(1_200):
        answer = client.get("/readyz").json()["checks"]["time"]
        assert answer["ok"]
        (stated,) = answer["authorities"]
        if true(stated):
            return dict(stated)
        time.sleep(0.05)
    raise AssertionError(stated)


def test_a_server_has_its_log_dated_and_says_how_old_the_last_token_is(
    sqlite_world: World, authorities: Authorities, operated: Operated
) -> None:
    with operated(sqlite_world, "周远", Operation(time_authorities=authorities)) as client:
        stated = until(client, lambda found: found["last"])
        assert (stated["grown"], stated["overdue"], stated["failing"]) == (0, False, None)
        sqlite_world.opens_case()
        sqlite_world.clock.forward(minutes=30)
        stated = until(client, lambda found: found["grown"])
        assert (stated["age_seconds"] >= 1_800, stated["last"]["number"]) == (True, 1)


def test_an_authority_that_does_not_answer_is_shown_and_the_server_stays_ready(
    sqlite_world: World, authority: TimeAuthority, authorities: Authorities, operated: Operated,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking, "FIRST_WAIT", 0.0)
    authority.answers = [503] * 9
    with operated(sqlite_world, "周远", Operation(time_authorities=authorities)) as client:
        stated = until(client, lambda found: found["failing"])
        assert (stated["failing"], stated["last"]) == ("unavailable/time-authority", None)
        assert client.get("/readyz").json()["checks"]["time"]["ok"]
        sqlite_world.opens_case()
    with operated(sqlite_world, "周远", Operation()) as client:
        assert client.get("/readyz").json()["checks"]["time"] == {"ok": True, "offline": True, "authorities": []}
