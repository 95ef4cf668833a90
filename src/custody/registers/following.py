"""Following the log: the acts a caller may see, in log order, with a position that always advances.

An act is seen by whoever had a role towards one of the things it touched when it was recorded
(`custody.access.stretches`), so the answer for a position does not change with what happens later: a follower who
comes back after months, to a rebuilt register or to another process, goes on exactly where he was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, or_, select

from custody.access.caller import Caller
from custody.access.rights import Sight, roles_granting
from custody.facts.shapes import Shape
from custody.registers import readers
from custody.registers.custody import act, touched
from custody.registers.register import STATE, read

WINDOW: Final = 2_000
"""Acts looked at for one page: an answer never waits for a walk through a log that shows its caller nothing."""

_REGISTERS: Final = ("custody", "items")


@dataclass(frozen=True, slots=True)
class Followed:
    """Acts after a position, the position up to which the log was looked through, and where it ends for now."""

    acts: Sequence[Shape]
    position: int
    head: int


def follow(connection: Connection, caller: Caller, after: int, limit: int) -> Followed:
    """The next acts after a position that a caller may see, at most ``limit``."""
    head = _complete(connection)
    upto = min(after + WINDOW, head)
    if upto <= after:
        return Followed((), after, head)
    counted = roles_granting(caller, Sight.THING)
    subject = touched.c.subject
    seen = or_(subject == readers.EVERYONE, readers.seen_along(caller, subject, touched.c.position, counted))
    positions = (
        select(touched.c.position)
        .where(touched.c.position > after, touched.c.position <= upto, seen)
        .distinct()
        .order_by(touched.c.position)
        .limit(limit)
    )
    bodies = select(act.c.body).where(act.c.position.in_(positions)).order_by(act.c.position)
    acts = [read(text) for text in connection.scalars(bodies)]
    return Followed(acts, acts[-1]["position"] if len(acts) == limit else upto, head)


def _complete(connection: Connection) -> int:
    """The position up to which both acts and rights are written: beyond it, an act might seem nobody's."""
    return connection.scalar(select(func.min(STATE.c.position)).where(STATE.c.name.in_(_REGISTERS))) or 0
