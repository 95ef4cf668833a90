"""A recorded act as it reads now, for flows that begin from one."""

from __future__ import annotations

from uuid import UUID

from custody.access.rights import Sight
from custody.acts.entry import Recorded
from custody.acts.oversight import Correction
from custody.errors import NotFound
from custody.facts.amend import Reading, readings
from custody_api.station.pages import Page


def reads_now(page: Page, act: str) -> tuple[Reading, list[str]]:
    """An act as earlier corrections make it read, for who sees the whole of it; and these. Raises NotFound."""
    memory, recorded = page.context.ledger.memory, recorded_act(page, act)
    if recorded is None or page.registers.sight_of_act(recorded) is not Sight.WHOLE:
        raise NotFound("not-found/act", "The ledger has no act with this id.", act=act[:80])
    known = {each.index: each for each in memory.histories([f"act:{act}"])[f"act:{act}"]}
    known[recorded.index] = recorded
    reading = next((e for e in readings(known[index] for index in sorted(known)) if e.recorded is recorded), None)
    if reading is None:
        raise NotFound("not-found/act", "The ledger has no act with this id.", act=act[:80])  # voided as a whole
    return reading, [e.act.id for e in known.values() if isinstance(e.act, Correction) and e.act.target == act]


def recorded_act(page: Page, act: str) -> Recorded | None:
    """A recorded act, whoever reads; None also for what is no act's id."""
    try:
        return page.context.ledger.memory.record(act) if str(UUID(act)) == act else None
    except ValueError:
        return None
