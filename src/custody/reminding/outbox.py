"""The outbox: one row for each deadline, term, level and recipient, made once, taken in hand once, sent once.

A row's id is a hash of what it is about, so whoever makes it again finds it there. Its states:

* ``pending`` waits for its time; ``no-address`` waits until an address is configured;
* ``sending`` is in somebody's hands, which was committed *before* anything was sent;
* ``sent``, ``dead`` (refused for good, or tried too often), ``in-doubt`` (it may have gone out) are final;
* ``overtaken`` by a higher level that the same recipient is told of the same deadline; ``moot`` since what it reminded
  of was done, or is due at another time now.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Connection, RowMapping, and_, case, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from custody.acts.entry import instant
from custody.desk.tables import outbox
from custody.registers.register import slices

Kind = Literal["deadline", "report", "recommendation"]
WAITING: Final = ("pending", "no-address")
FINAL: Final = ("sent", "dead", "in-doubt")

LEASE: Final = timedelta(minutes=15)
"""How long a delivery may have a message in hand; longer than every time-out of a channel together."""

BUNDLE: Final = 500
"""Rows that one message tells of at most."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """That a recipient is told of something, on one level. ``overtaken``: a higher level tells the same recipient."""

    kind: Kind
    about: str
    term: str
    level: str
    colour: str
    recipient: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    overtaken: bool = False

    @property
    def id(self) -> str:
        """The same for the same reminder, in any process, also after the desk was lost."""
        key = json.dumps([self.kind, self.about, self.term, self.level, self.recipient], ensure_ascii=False)
        return hashlib.sha256(key.encode()).hexdigest()[:32]


def put(connection: Connection, reminders: Iterable[Reminder], at: datetime) -> int:
    """Put reminders into the outbox and return how many are new; what is there stays as it is.

    One that had become moot and is due again (a correction took back what had stopped the deadline) waits again.
    """
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    rows = {each.id: _row(each, at) for each in reminders}
    known: dict[str, str] = {}
    for ids in slices(list(rows)):
        found = connection.execute(select(outbox.c.id, outbox.c.state).where(outbox.c.id.in_(ids)))
        known.update((row.id, row.state) for row in found)
    fresh = [row for id_, row in rows.items() if id_ not in known]
    for some in slices(fresh):
        connection.execute(insert(outbox).on_conflict_do_nothing(), some)  # another process may be as quick
    again = [id_ for id_, state in known.items() if state == "moot" and rows[id_]["state"] == "pending"]
    for ids in slices(again):
        connection.execute(
            update(outbox).where(outbox.c.id.in_(ids), outbox.c.state == "moot")
            .values(state="pending", not_before=instant(at), error=None, bundle=None)
        )  # fmt: skip
    passed = [id_ for id_, state in known.items() if state in WAITING and rows[id_]["state"] == "overtaken"]
    for ids in slices(passed):
        connection.execute(
            update(outbox).where(outbox.c.id.in_(ids), outbox.c.state.in_(WAITING)).values(state="overtaken")
        )
    return len(fresh)


def _row(each: Reminder, at: datetime) -> dict[str, Any]:
    return {
        "id": each.id, "kind": each.kind, "about": each.about, "term": each.term, "level": each.level,
        "colour": each.colour, "recipient": each.recipient, "facts": json.dumps(each.facts, ensure_ascii=False),
        "state": "overtaken" if each.overtaken else "pending", "attempts": 0, "made_at": instant(at),
        "not_before": instant(at),
    }  # fmt: skip


def make_moot(connection: Connection, kind: Kind, running: Mapping[str, str]) -> int:
    """Take back what waits of a kind about anything but these, or about these at another term: about → term."""
    query = select(outbox.c.id, outbox.c.about, outbox.c.term).where(
        outbox.c.kind == kind, outbox.c.state.in_(WAITING)
    )
    gone = [row.id for row in connection.execute(query) if running.get(row.about) != row.term]
    for ids in slices(gone):
        connection.execute(
            update(outbox).where(outbox.c.id.in_(ids), outbox.c.state.in_(WAITING)).values(state="moot")
        )
    return len(gone)


def settle_forsaken(connection: Connection, repeatable: Iterable[str], at: datetime) -> None:
    """What was in hand longer than `LEASE` is forsaken: its process died between the claim and the mark.

    Nobody knows whether it went out. It is sent again only through channels whose other side would notice; otherwise
    it stays in doubt, where people see it.
    """
    gone = and_(outbox.c.state == "sending", outbox.c.claimed_at < instant(at - LEASE))
    state = case((outbox.c.channel.in_(list(repeatable)), "pending"), else_="in-doubt")
    connection.execute(update(outbox).where(gone).values(
        state=state, claim=None, error="the delivery ended before it said what became of it",
    ))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claimed:
    """Rows taken in hand for one message."""

    claim: str
    bundle: str
    channel: str
    address: str
    rows: tuple[dict[str, Any], ...]


Group = tuple[str, str, str, str | None, str | None]
"""Recipient, colour, kind, and the bundle and channel of what was tried before."""


def groups_due(connection: Connection, at: datetime) -> list[Group]:
    """What there is to send now: one message a group."""
    column = outbox.c
    found = connection.execute(
        select(column.recipient, column.colour, column.kind, column.bundle, column.channel)
        .where(or_(and_(column.state == "pending", column.not_before <= instant(at)), column.state == "no-address"))
        .group_by(column.recipient, column.colour, column.kind, column.bundle, column.channel)
        .order_by(column.recipient, column.colour, column.kind, column.bundle)
    )
    return [tuple(row) for row in found]


def claim(
    connection: Connection, group: Group, way: tuple[str, str], token: str, at: datetime
) -> Claimed | None:
    """Take the rows of a group in hand for one message; None if another process was quicker.

    The caller commits before it sends. A crash before that commit leaves the rows waiting, and nothing was sent; after
    it they are in hand, and `settle_forsaken` says what that means.
    """
    recipient, colour, kind, bundle, _ = group
    column = outbox.c
    waiting = or_(and_(column.state == "pending", column.not_before <= instant(at)), column.state == "no-address")
    ours = and_(
        waiting, column.recipient == recipient, column.colour == colour, column.kind == kind,
        column.bundle == bundle if bundle else column.bundle.is_(None),
    )  # fmt: skip
    query = select(outbox).where(ours).order_by(column.term, column.about).limit(BUNDLE).with_for_update()
    rows = [dict(row) for row in connection.execute(query).mappings()]
    if not rows:
        return None
    ids = [row["id"] for row in rows]
    bundle = bundle or hashlib.sha256("".join(sorted(ids)).encode()).hexdigest()[:32]
    for some in slices(ids):
        connection.execute(update(outbox).where(column.id.in_(some)).values(
            state="sending", channel=way[0], bundle=bundle, claim=token, claimed_at=instant(at),
            attempts=column.attempts + 1, error=None,
        ))  # fmt: skip
    return Claimed(token, bundle, way[0], way[1], tuple(rows))


def mark(connection: Connection, claimed: Claimed, state: str, **values: Any) -> None:
    """Say what became of a message. Rows that were taken for forsaken meanwhile are corrected, too: whoever had them
    in hand knows better."""
    ids = [row["id"] for row in claimed.rows]
    for some in slices(ids):
        mine = or_(outbox.c.claim == claimed.claim, outbox.c.state == "in-doubt")
        connection.execute(update(outbox).where(outbox.c.id.in_(some), mine).values(
            state=state, claim=None, **values
        ))  # fmt: skip


def without_address(connection: Connection, group: Group) -> None:
    """Nothing is configured by which this recipient could hear of it."""
    recipient, colour, kind, _, _ = group
    connection.execute(update(outbox).where(
        outbox.c.recipient == recipient, outbox.c.colour == colour, outbox.c.kind == kind, outbox.c.state == "pending",
    ).values(state="no-address"))  # fmt: skip


def send_again(connection: Connection, ids: Sequence[str], at: datetime) -> int:
    """Let what is dead or in doubt be sent once more, because a person says so; returns how many."""
    done = connection.execute(
        update(outbox).where(outbox.c.id.in_(ids), outbox.c.state.in_(("dead", "in-doubt")))
        .values(state="pending", attempts=0, not_before=instant(at), bundle=None, error=None)
    )  # fmt: skip
    return done.rowcount


def listed(connection: Connection, states: Iterable[str], limit: int) -> list[dict[str, Any]]:
    """Rows in some states, the newest first."""
    query = select(outbox).where(outbox.c.state.in_(list(states)))
    return [_shape(row) for row in connection.execute(
        query.order_by(outbox.c.made_at.desc(), outbox.c.id).limit(limit)
    ).mappings()]  # fmt: skip


def counted(connection: Connection) -> dict[str, int]:
    """How many rows are in each state."""
    query = select(outbox.c.state, func.count()).group_by(outbox.c.state).order_by(outbox.c.state)
    return {row[0]: row[1] for row in connection.execute(query)}


def known_ids(connection: Connection, ids: Sequence[str]) -> frozenset[str]:
    """Which of these rows are there."""
    found: set[str] = set()
    for some in slices(list(ids)):
        found.update(connection.scalars(select(outbox.c.id).where(outbox.c.id.in_(some))))
    return frozenset(found)


def _shape(row: RowMapping) -> dict[str, Any]:
    shape = {name: row[name] for name in (
        "id", "kind", "about", "term", "level", "colour", "recipient", "state", "channel", "attempts", "made_at",
        "not_before", "sent_at", "error",
    )}  # fmt: skip
    return {**shape, "facts": json.loads(row["facts"])}
