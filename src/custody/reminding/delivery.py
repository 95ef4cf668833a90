"""Delivery: taken in hand, sent, marked; in this order, each durable before the next.

What a crash means: before the claim is committed nothing was sent, and the rows wait. Between the claim and the mark
nobody knows: a webhook is sent again under the same id, by which the receiver knows it; a mail or a short message is
*not* sent again but stands in doubt, in the morning report and in ``custody remind --list``, and a person may send it
again. After the mark it is what the mark says. So nobody is told twice, and nothing that was not told is hidden.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from typing import Final
from uuid import uuid4

from custody.acts.entry import instant
from custody.desk.store import Desk
from custody.reminding.channels.answer import InDoubt, Message, NotSent
from custody.reminding.configured import Configured
from custody.reminding.messages import lines_of, short_of, title_of
from custody.reminding.outbox import Claimed, claim, groups_due, mark, settle_forsaken, without_address

LONGEST_BACK_OFF: Final = timedelta(hours=6)

log = logging.getLogger("custody.reminding")

Clock = Callable[[], datetime]


def deliver(desk: Desk, configured: Configured, zone: tzinfo, clock: Clock) -> Counter[str]:
    """Send whatever is due now; returns how many messages became what. Several processes may do so at once."""
    repeatable = [name for name, channel in configured.channels.items() if channel.repeatable]
    outcome: Counter[str] = Counter()
    with desk.writing() as connection:
        settle_forsaken(connection, repeatable, clock())
        groups = groups_due(connection, clock())
    for group in groups:
        recipient, colour, _, _, tried = group
        way = configured.way(recipient, colour)
        if tried in configured.people.get(recipient, {}) and tried in configured.channels:
            way = (str(tried), configured.people[recipient][str(tried)])  # the same message keeps its channel
        with desk.writing() as connection:
            if way is None:
                without_address(connection, group)
                outcome["no-address"] += 1
                continue
            claimed = claim(connection, group, way, uuid4().hex, clock())
        if claimed is not None:
            outcome[_sent(desk, configured, zone, clock, claimed)] += 1
    return outcome


def _sent(desk: Desk, configured: Configured, zone: tzinfo, clock: Clock, claimed: Claimed) -> str:
    channel = configured.channels[claimed.channel]
    try:
        channel.send(message_of(claimed, configured.lang, zone, clock()))
    except NotSent as error:
        return _failed(desk, configured, clock(), claimed, str(error), for_good=error.for_good)
    except Exception as error:  # whatever else a channel raises: one message must not keep the others from people
        if not isinstance(error, InDoubt):
            log.exception("a channel failed in a way it should not")
        if channel.repeatable:
            return _failed(desk, configured, clock(), claimed, str(error), for_good=False)
        with desk.writing() as connection:
            mark(connection, claimed, "in-doubt", error=str(error))
        return "in-doubt"
    with desk.writing() as connection:
        mark(connection, claimed, "sent", sent_at=instant(clock()), error=None)
    return "sent"


def _failed(
    desk: Desk, configured: Configured, at: datetime, claimed: Claimed, why: str, *, for_good: bool
) -> str:
    """Try again later, each time after twice as long, or give up where that is of no use."""
    tries = 1 + max(row["attempts"] for row in claimed.rows)
    wait = min(timedelta(minutes=configured.back_off_minutes) * 2 ** min(tries - 1, 20), LONGEST_BACK_OFF)
    state = "dead" if for_good or tries >= configured.attempts else "pending"
    with desk.writing() as connection:
        mark(connection, claimed, state, error=why, not_before=instant(at + wait))
    return "dead" if state == "dead" else "later"


def message_of(claimed: Claimed, lang: str, zone: tzinfo, at: datetime) -> Message:
    """The one message that tells of all rows taken in hand."""
    facts = [json.loads(row["facts"]) for row in claimed.rows]
    title = title_of(claimed.rows, facts, lang)
    return Message(
        id=claimed.bundle,
        recipient=claimed.rows[0]["recipient"],
        address=claimed.address,
        title=title,
        text="\n".join([title, "", *lines_of(claimed.rows, facts, lang, zone)]) + "\n",
        short=short_of(title, claimed.rows, facts, lang, zone),
        facts={
            "kind": claimed.rows[0]["kind"],
            "colour": claimed.rows[0]["colour"],
            "reminders": [
                {"id": row["id"], "about": row["about"], "term": row["term"], "level": row["level"], **each}
                for row, each in zip(claimed.rows, facts, strict=True)
            ],
        },
        at=at,
    )
