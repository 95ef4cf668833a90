"""Signatures verified in other processes: the same verdicts, also when the processes die."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from custody.facts.gather import gather
from custody.facts.known import Facts
from custody.ledger.opening import Opened, open_envelope
from custody_api.verifying import Verifying
from processes import is_running, left_by_a_killed_owner, until
from submissions import a_case
from world import World


@pytest.fixture
def verifying() -> Iterator[Verifying]:
    """Two processes, started by the first large batch."""
    made = Verifying()
    yield made
    made.close()


def acts(world: World, count: int) -> tuple[list[Opened], list[Facts]]:
    """Opened acts with the facts their signatures are verified with; every third is forged, the last by a stranger."""
    opened = []
    for number in range(count):
        envelope = a_case(world, f"云公(刑)诈〔2026〕{number:04}")["envelope"]
        if number % 3 == 1:
            envelope["signatures"][0]["sig"] = a_case(world, "别案")["envelope"]["signatures"][0]["sig"]
        opened.append(open_envelope(json.dumps(envelope).encode(), (), world.ledger.origin))
    world.new_key("psb-0211")
    stranger = a_case(world, "云公(刑)诈〔2026〕9999")["envelope"]
    opened.append(open_envelope(json.dumps(stranger).encode(), (), world.ledger.origin))
    return opened, [gather(each.act, world.ledger.memory.view()) for each in opened]


EXPECTED = [number % 3 != 1 for number in range(60)] + [False]


def test_processes_and_threads_give_the_same_verdicts(sqlite_world: World, verifying: Verifying) -> None:
    opened, facts = acts(sqlite_world, 60)
    in_processes = verifying(opened, facts)()
    pairs = zip(opened, facts, strict=True)
    in_threads = [verdict for each, known in pairs for verdict in verifying([each], [known])()]
    assert in_processes == in_threads == EXPECTED


def test_when_the_processes_die_the_batch_is_verified_all_the_same(
    sqlite_world: World, verifying: Verifying, caplog: pytest.LogCaptureFixture
) -> None:
    opened, facts = acts(sqlite_world, 60)
    verifying(opened, facts)()
    assert verifying._processes is not None
    processes = list(verifying._processes._processes.values())
    for process in processes:
        with suppress(ProcessLookupError):  # the others end by themselves when one of them dies
            os.kill(process.pid, signal.SIGKILL)
    for process in processes:
        process.join()
    assert verifying(opened, facts)() == EXPECTED
    assert "died" in caplog.text
    assert verifying(opened, facts)() == EXPECTED  # by new processes
    assert verifying._processes is not None


def test_the_processes_of_a_server_that_was_killed_end_as_well(tmp_path: Path) -> None:
    begin = (
        "import time; from custody_api.verifying import Verifying; verifying = Verifying(); "
        "[each.result() for each in [verifying._running().submit(time.sleep, 0.1) for _ in range(4)]]"
    )
    for process in left_by_a_killed_owner(tmp_path / "owner.py", begin):
        until(lambda process=process: not is_running(process))
