"""Single submissions that meet: recorded together, whoever still waits for them."""

from __future__ import annotations

import asyncio
import json

import pytest

from custody.errors import CustodyError, Refused
from custody.ledger.ledger import Receipt, Submission
from custody_api.bodies import submission_of
from custody_api.submitting import Submitting
from submissions import a_case
from world import World


def cases(world: World, count: int) -> list[Submission]:
    """Submissions that depend on nothing."""
    return [submission_of(json.loads(json.dumps(a_case(world, f"云公(刑)诈〔2026〕{n:04}")))) for n in range(count)]


@pytest.mark.anyio
async def test_what_is_waiting_when_the_server_stops_is_recorded(sqlite_world: World) -> None:
    submitting = Submitting(sqlite_world.ledger)
    submitting.start()
    waiting = [asyncio.create_task(submitting.submit(each)) for each in cases(sqlite_world, 20)]
    await asyncio.sleep(0)  # each is in the queue now
    await submitting.stop()
    receipts = await asyncio.gather(*waiting)
    assert len({receipt.position for receipt in receipts}) == 20


@pytest.mark.anyio
async def test_who_stops_waiting_does_not_stop_the_recording(sqlite_world: World) -> None:
    submitting = Submitting(sqlite_world.ledger)
    size = sqlite_world.ledger.recorder.head().size
    submitting.start()
    waiting = [asyncio.create_task(submitting.submit(each)) for each in cases(sqlite_world, 6)]
    await asyncio.sleep(0)
    for task in waiting[::2]:
        task.cancel()
    kept = await asyncio.gather(*waiting, return_exceptions=True)
    await submitting.stop()
    assert [isinstance(each, Receipt) for each in kept] == [False, True] * 3
    assert sqlite_world.ledger.recorder.head().size == size + 6


@pytest.mark.anyio
async def test_a_refused_act_does_not_touch_those_it_meets(sqlite_world: World) -> None:
    submitting = Submitting(sqlite_world.ledger, lanes=1)
    submitting.start()
    sound = cases(sqlite_world, 4)
    again = submission_of(a_case(sqlite_world, "云公(刑)诈〔2026〕0002"))  # the third of those is this case
    outcomes = await asyncio.gather(*map(submitting.submit, [*sound, again]), return_exceptions=True)
    await submitting.stop()
    assert [type(each) for each in outcomes] == [Receipt] * 4 + [Refused]
    assert isinstance(outcomes[4], CustodyError)
    assert outcomes[4].code == "refused/case-opened-before"
