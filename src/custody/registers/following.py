"""Following the log: the acts a caller may see, in log order, with a position that always advances.

An act is seen by whoever had a role towards one of the things it touched when it was recorded
(`custody.access.stretches`), so the answer for a position does not change with what happens later: a follower who
comes back after months, to a rebuilt register or to another process, goes on exactly where he was. Two things do
change it: a correction of what once was, and a keeper who goes to another agency, whose stretches then count as its.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, literal, or_, select

from custody.access.caller import Caller
from custody.access.rights import Role, Sight, roles_granting
from custody.facts.shapes import Shape
from custody.registers import readers
from custody.registers.custody import act, touched
from custody.registers.item_tables import item
from custody.registers.register import STATE, read

WINDOW: Final = 2_000
"""Acts looked at for one page: an answer never waits for a walk through a log that shows its caller nothing."""

REGISTERS: Final = ("custody", "items")
"""The registers whose positions say how far the log can be followed: acts stand in one, rights in the other."""

_SUBJECT: Final = touched.c.subject


@dataclass(frozen=True, slots=True)
class Followed:
    """Acts after a position, the position up to which the log was looked through, and where it ends for now."""

    acts: Sequence[Shape]
    position: int
    head: int
    subjects: Mapping[int, Sequence[str]]
    """Position of each act → what it touched of what the caller has a right to: ``item:…``, ``case:…``, ``place:…``,
    ``manifest:…``."""


def follow(connection: Connection, caller: Caller, after: int, limit: int) -> Followed:
    """The next acts after a position that a caller may see, at most ``limit``."""
    head = _complete(connection)
    upto = min(after + WINDOW, head)
    if upto <= after:
        return Followed((), after, head, {})
    counted = roles_granting(caller, Sight.THING)
    seen = or_(_SUBJECT == readers.EVERYONE, readers.seen_along(caller, _SUBJECT, touched.c.position, counted))
    positions = (
        select(touched.c.position)
        .where(touched.c.position > after, touched.c.position <= upto, seen)
        .distinct()
        .order_by(touched.c.position)
        .limit(limit)
    )
    found = list(connection.scalars(positions))
    bodies = select(act.c.body).where(act.c.position.in_(found)).order_by(act.c.position)
    acts = [read(text) for text in connection.scalars(bodies)]
    subjects = _subjects(connection, found, caller, counted)
    return Followed(acts, found[-1] if len(found) == limit else upto, head, subjects)


def _subjects(
    connection: Connection, positions: Sequence[int], caller: Caller, counted: Collection[Role]
) -> dict[int, list[str]]:
    """What the acts touched; an item also if only its case is the caller's business."""
    case = literal("case:") + item.c.case
    query = (
        select(touched.c.position, _SUBJECT)
        .outerjoin(item, _SUBJECT.startswith("item:") & (item.c.item == func.substr(_SUBJECT, len("item:") + 1)))
        .where(
            touched.c.position.in_(positions),
            _SUBJECT != readers.EVERYONE,
            or_(*(readers.seen_along(caller, each, touched.c.position, counted) for each in (_SUBJECT, case))),
        )
        .order_by(_SUBJECT)
    )
    found: dict[int, list[str]] = {position: [] for position in positions}
    for position, subject in connection.execute(query):
        found[position].append(subject)
    return found


def _complete(connection: Connection) -> int:
    """The position up to which both acts and rights are written: beyond it, an act might seem nobody's."""
    return connection.scalar(select(func.min(STATE.c.position)).where(STATE.c.name.in_(REGISTERS))) or 0
