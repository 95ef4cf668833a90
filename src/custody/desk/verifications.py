"""Verifications of the whole ledger that auditors ran through the server: one at a time, each kept with what it found.

The process that runs one says from time to time how far it is. One that has not been heard of for `SILENT` is broken
off: its process died, or the machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import RowMapping, insert, select, update

from custody.acts.entry import instant
from custody.desk.store import Desk
from custody.desk.tables import verification
from custody.errors import Conflict, NotFound

State = Literal["running", "done", "cancelled", "broken-off"]

SILENT: Final = timedelta(minutes=2)
"""After which a verification that says nothing counts as broken off."""

Shape = dict[str, Any]


def begin(desk: Desk, by: str, total: int, now: datetime) -> int:
    """Note that one begins; returns its number. Raises Conflict while another runs, in whichever process."""
    with desk.writing(alone=True) as connection:
        silent = (verification.c.state == "running", verification.c.seen_at < instant(now - SILENT))
        connection.execute(update(verification).where(*silent).values(state="broken-off", ended_at=instant(now)))
        running = connection.scalar(select(verification.c.id).where(verification.c.state == "running"))
        if running is not None:
            raise Conflict("conflict/verification", "A verification is running already.", verification=str(running))
        row = {"begun_by": by, "begun_at": instant(now), "state": "running", "done": 0, "total": total,
               "seen_at": instant(now)}  # fmt: skip
        return int(connection.execute(insert(verification).values(row).returning(verification.c.id)).scalar_one())


def tell(desk: Desk, number: int, done: int, total: int, now: datetime) -> bool:
    """Say how far one is; False if it shall not go on."""
    values = {"done": done, "total": total, "seen_at": instant(now)}
    return _changed(desk, number, values)


def end(
    desk: Desk, number: int, state: State, now: datetime, *, by: str | None = None,
    report: Mapping[str, Any] | None = None,
) -> bool:  # fmt: skip
    """Note how one ended, and what it found; False if it had ended before."""
    found = None if report is None else json.dumps(report, ensure_ascii=False)
    values = {"state": state, "ended_at": instant(now), "ended_by": by, "report": found}
    return _changed(desk, number, values)


def find(desk: Desk, number: int) -> Shape:
    """One of them, with its ``report``, which is None unless it is done. Raises NotFound."""
    with desk.reading() as connection:
        row = connection.execute(select(verification).where(verification.c.id == number)).mappings().one_or_none()
    if row is None:
        raise NotFound("not-found/verification", "There is no such verification.", asked=str(number))
    return _shape(row) | {"report": json.loads(row["report"]) if row["report"] else None}


def search(desk: Desk, limit: int) -> list[Shape]:
    """The newest ones, without their reports; ``clean`` says whether anything was found."""
    query = select(verification).order_by(verification.c.id.desc()).limit(limit)
    with desk.reading() as connection:
        return [_shape(row) for row in connection.execute(query).mappings()]


def _changed(desk: Desk, number: int, values: Mapping[str, object]) -> bool:
    running = (verification.c.id == number, verification.c.state == "running")
    with desk.writing() as connection:
        return connection.execute(update(verification).where(*running).values(values)).rowcount == 1


def _shape(row: RowMapping) -> Shape:
    shown = {name: row[name] for name in (
        "id", "begun_by", "begun_at", "state", "done", "total", "ended_at", "ended_by",
    )}  # fmt: skip
    return shown | {"clean": json.loads(row["report"])["clean"] if row["report"] else None}
