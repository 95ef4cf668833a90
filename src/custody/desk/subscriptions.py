"""Subscriptions: who has acts sent to which address, how far that is, and what was given up.

A subscription is delivered one act after the other, in log order, by whoever has it in hand. Only that sender moves it
on: each of his writes asks for his claim. A claim that is older than `LEASE` was forsaken, and somebody else takes it.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection, RowMapping, and_, delete, exists, func, insert, or_, select, update

from custody.acts.entry import instant
from custody.desk.store import Desk
from custody.desk.tables import dead_letter, subscription
from custody.errors import Conflict, NotFound, TooLarge

MOST: Final = 20
"""Subscriptions of one person."""

LEASE: Final = timedelta(minutes=2)
"""How long one delivery may be in hand; longer than all its time limits together."""

ROTATES_FOR: Final = timedelta(hours=24)
"""How long the old secret signs beside the new one."""

Shape = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A subscription in a sender's hands."""

    id: str
    person: str
    key: str | None
    url: str
    secrets: tuple[str, ...]
    """The newest first."""
    position: int
    tries: int
    claim: str
    replay: int | None
    """The position of a dead letter that is to be sent first; None: go on after `position`."""

    @property
    def after(self) -> int:
        """The position after which the next act to be sent is looked for."""
        return self.position if self.replay is None else self.replay - 1


def make(desk: Desk, person: str, key: str | None, url: str, position: int, now: datetime) -> tuple[str, str]:
    """Make a subscription; returns its id and its secret. Raises TooLarge if the person has too many."""
    name, secret = secrets.token_hex(12), _fresh()
    with desk.writing(alone=True) as connection:
        count = select(func.count()).select_from(subscription).where(subscription.c.person == person)
        if (connection.scalar(count) or 0) >= MOST:
            raise TooLarge("too-large/subscriptions", "There are too many subscriptions: delete one.", limit=MOST)
        connection.execute(insert(subscription).values(
            id=name, person=person, key=key, url=url, secret=secret, made_at=instant(now), position=position, tries=0,
            not_before=instant(now),
        ))  # fmt: skip
    return name, secret


def of_person(desk: Desk, person: str) -> list[Shape]:
    """A person's subscriptions, the oldest first, without secrets."""
    query = select(subscription).where(subscription.c.person == person)
    with desk.reading() as connection:
        rows = connection.execute(query.order_by(subscription.c.made_at, subscription.c.id)).mappings().all()
        return [_shape(connection, row) for row in rows]


def find(desk: Desk, person: str, name: str) -> Shape:
    """One of a person's subscriptions. Raises NotFound."""
    with desk.reading() as connection:
        return _shape(connection, _own(connection, person, name))


def remove(desk: Desk, person: str, name: str) -> None:
    """End a subscription and forget it. What is on its way arrives. Raises NotFound."""
    with desk.writing() as connection:
        _own(connection, person, name)
        connection.execute(delete(dead_letter).where(dead_letter.c.subscription == name))
        connection.execute(delete(subscription).where(subscription.c.id == name))


def rotate(desk: Desk, person: str, name: str, now: datetime) -> tuple[str, str]:
    """Give a subscription another secret; returns it, and until when the old one signs, too.

    Raises NotFound, Conflict.
    """
    fresh, until = _fresh(), instant(now + ROTATES_FOR)
    with desk.writing() as connection:
        _own_live(connection, person, name)
        connection.execute(update(subscription).where(subscription.c.id == name).values(
            secret=fresh, old_secret=subscription.c.secret, old_until=until,
        ))  # fmt: skip
    return fresh, until


def dead_letters(desk: Desk, person: str, name: str, after: int, limit: int) -> list[Shape]:
    """What was given up after a position, in log order. Raises NotFound."""
    query = select(dead_letter).where(dead_letter.c.subscription == name, dead_letter.c.position > after)
    with desk.reading() as connection:
        _own(connection, person, name)
        rows = connection.execute(query.order_by(dead_letter.c.position).limit(limit)).mappings()
        return [
            {"position": row["position"], "act": row["act"], "tries": row["tries"], "error": row["error"],
             "died_at": row["died_at"], "replay": bool(row["replay"])}
            for row in rows
        ]  # fmt: skip


def replay(desk: Desk, person: str, name: str, position: int | None, now: datetime) -> int:
    """Have a dead letter sent again, or all of them, at once; returns how many. Raises NotFound, Conflict."""
    letters = dead_letter.c.subscription == name
    if position is not None:
        letters = and_(letters, dead_letter.c.position == position)
    with desk.writing() as connection:
        _own_live(connection, person, name)
        count = connection.execute(update(dead_letter).where(letters).values(replay=1)).rowcount
        if position is not None and not count:
            raise NotFound("not-found/dead-letter", "No such act was given up.", asked=str(position))
        rested = and_(subscription.c.id == name, subscription.c.claim.is_(None))
        connection.execute(update(subscription).where(rested).values(tries=0, not_before=instant(now)))
    return count


def take(desk: Desk, head: int, now: datetime) -> Subscribed | None:
    """Take in hand, durably, the subscription that waits longest for a turn; None if there is nothing to send.

    A crash before this is committed leaves it waiting, and nothing was sent. After it nobody knows what was sent until
    the sender marks it: if he dies, another takes it after `LEASE` and sends the same act under the same id.
    """
    column, claim = subscription.c, uuid4().hex
    again = exists().where(dead_letter.c.subscription == column.id, dead_letter.c.replay == 1)
    due = and_(
        column.ended.is_(None), column.not_before <= instant(now), or_(column.position < head, again),
        or_(column.claim.is_(None), column.claimed_at < instant(now - LEASE)),
    )  # fmt: skip
    next_one = select(column.id).where(due).order_by(func.coalesce(column.claimed_at, ""), column.id).limit(1)
    with desk.reading() as connection:
        if connection.scalar(next_one) is None:
            return None  # most of the time; nothing is locked to find that out
    with desk.writing() as connection:
        name = connection.scalar(next_one.with_for_update(skip_locked=True))
        if name is None:
            return None
        connection.execute(update(subscription).where(column.id == name).values(claim=claim, claimed_at=instant(now)))
        return _in_hand(connection, name, claim, now)


def delivered(desk: Desk, held: Subscribed, position: int, now: datetime) -> Subscribed | None:
    """What is up to a position was taken over, or is not shown; returns the subscription, still in hand, or None."""
    with desk.writing() as connection:
        if not _moved_on(connection, held, position, now):
            return None
        return _in_hand(connection, held.id, held.claim, now)


def failed(desk: Desk, held: Subscribed, error: str, again_at: datetime) -> None:
    """A delivery failed and is tried again at a time. The subscription is out of hand."""
    _release(desk, held, tries=held.tries + 1, error=error, not_before=instant(again_at))


def give_up(desk: Desk, held: Subscribed, act: Mapping[str, Any], error: str, now: datetime) -> None:
    """An act was tried often enough: it becomes a dead letter, and what follows goes on. Out of hand."""
    position = act["position"]
    with desk.writing() as connection:
        if not _moved_on(connection, held, position, now):
            return
        connection.execute(insert(dead_letter).values(
            subscription=held.id, position=position, act=act["act"], tries=held.tries + 1, error=error,
            died_at=instant(now), replay=0,
        ))  # fmt: skip
        connection.execute(update(subscription).where(_held(held)).values(claim=None))


def end(desk: Desk, held: Subscribed, why: str) -> None:
    """Nothing is sent any more; its secrets are forgotten."""
    _release(desk, held, ended=why, secret=None, old_secret=None, old_until=None)


def let_go(desk: Desk, held: Subscribed, not_before: datetime) -> None:
    """Out of hand, for whoever comes next, at a time at the earliest."""
    _release(desk, held, not_before=instant(not_before))


@dataclass(frozen=True, slots=True)
class Standing:
    """How subscriptions stand: how many go on, fail or ended; where the last one is; how much was given up."""

    active: int
    failing: int
    ended: int
    farthest_behind: int | None
    dead_letters: int


def standing(desk: Desk) -> Standing:
    """How all of them stand."""
    column = subscription.c
    live = column.ended.is_(None)
    with desk.reading() as connection:
        row = connection.execute(select(
            func.count().filter(live, column.error.is_(None)), func.count().filter(live, column.error.is_not(None)),
            func.count().filter(column.ended.is_not(None)), func.min(column.position).filter(live),
        )).one()  # fmt: skip
        letters = connection.scalar(select(func.count()).select_from(dead_letter)) or 0
    return Standing(row[0], row[1], row[2], row[3], letters)


def _moved_on(connection: Connection, held: Subscribed, position: int, now: datetime) -> bool:
    """Note that what was in hand is done; False if somebody else has it in hand."""
    moved: Shape = {"tries": 0, "error": None, "not_before": instant(now), "claimed_at": instant(now)}
    if held.replay is None:
        moved["position"] = position
    if not connection.execute(update(subscription).where(_held(held)).values(**moved)).rowcount:
        return False
    if held.replay is not None:
        letter = and_(dead_letter.c.subscription == held.id, dead_letter.c.position == held.replay)
        connection.execute(delete(dead_letter).where(letter))
    return True


def _release(desk: Desk, held: Subscribed, **values: Any) -> None:
    with desk.writing() as connection:
        connection.execute(update(subscription).where(_held(held)).values(claim=None, **values))


def _held(held: Subscribed) -> Any:
    return and_(subscription.c.id == held.id, subscription.c.claim == held.claim)


def _in_hand(connection: Connection, name: str, claim: str, now: datetime) -> Subscribed:
    row = connection.execute(select(subscription).where(subscription.c.id == name)).mappings().one()
    letters = and_(dead_letter.c.subscription == name, dead_letter.c.replay == 1)
    again = connection.scalar(select(func.min(dead_letter.c.position)).where(letters))
    old = row["old_secret"] if row["old_until"] and row["old_until"] > instant(now) else None
    keys = tuple(each for each in (row["secret"], old) if each)
    return Subscribed(
        name, row["person"], row["key"], row["url"], keys, row["position"], row["tries"], claim, again
    )  # fmt: skip


def _own(connection: Connection, person: str, name: str) -> RowMapping:
    query = select(subscription).where(subscription.c.id == name, subscription.c.person == person)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise _not_found(name)
    return row


def _own_live(connection: Connection, person: str, name: str) -> None:
    if _own(connection, person, name)["ended"] is not None:
        raise Conflict("conflict/subscription-ended", "This subscription ended: make another one.", asked=name)


def _shape(connection: Connection, row: RowMapping) -> Shape:
    letters = select(func.count()).select_from(dead_letter).where(dead_letter.c.subscription == row["id"])
    failing = {"tries": row["tries"], "error": row["error"], "again_at": row["not_before"]} if row["error"] else None
    return {
        "subscription": row["id"], "url": row["url"], "made_at": row["made_at"], "position": row["position"],
        "state": "ended" if row["ended"] else "failing" if failing else "active", "ended": row["ended"],
        "failing": None if row["ended"] else failing, "dead_letters": connection.scalar(letters),
    }  # fmt: skip


def _fresh() -> str:
    """A secret as Standard Webhooks writes it: ``whsec_`` and the base64 of 32 bytes."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _not_found(name: str) -> NotFound:
    return NotFound("not-found/subscription", "There is no such subscription.", asked=name)
