"""The API over a state of the past: it answers as of then, and records nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx

from custody.cli import main
from custody.ledger.engine import open_engine
from custody.ledger.ledger import Ledger
from custody_api.operation import DEFAULT, Operation
from submissions import a_case
from world import World

Operated = Callable[[World, str, Operation], AbstractContextManager[httpx.Client]]


def test_a_replayed_ledger_is_served_as_of_its_moment_and_only_read(
    sqlite_world: World, operated: Operated, tmp_path: Path
) -> None:
    world = sqlite_world
    case = world.opens_case()
    (item,) = world.seizes(case)
    then = world.clock.now
    world.clock.forward(minutes=1)
    world.checks_in([item])
    folder = tmp_path / "then"
    asked = ["replay", "--database", world.url, "--as-of", then.isoformat(), "--format", "database", "-o", str(folder)]
    assert main(asked) == 0
    live, copy = world.ledger, open_engine(f"sqlite:///{folder / 'ledger.db'}")
    world.ledger = Ledger(copy, clock=world.clock)
    try:
        with operated(world, "周远", DEFAULT) as client:
            shown = client.get(f"/v1/items/{item}").json()
            assert (shown["status"], shown["custody"]["holder"]) == ("in-hands", "psb-0211")
            assert client.get(f"/v1/cases/{case}").json()["items"] == 1
            refused = client.post("/v1/acts", json=a_case(world, "云公(刑)盗〔2026〕0077"))
            assert (refused.status_code, refused.json()["code"]) == (409, "conflict/read-only")
    finally:
        world.ledger.close()
        world.ledger = live
        copy.dispose()
