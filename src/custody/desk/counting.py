"""Scans of a stock-take that is being counted, each counter's apart, until the count is signed.

They are no truth about anything: what a count came to is what its act says. They stand on the desk so that two people
count on two devices, a supervisor sees meanwhile what is missing, and nothing is counted again after a power cut.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import func, insert, select, update

from custody.acts.entry import instant
from custody.desk.store import Desk
from custody.desk.tables import count_scan, counter
from custody.errors import Conflict, TooLarge
from custody.rules.blind_count import Scan

MOST: Final = 100_000
"""Scans of one counter in one stock-take."""


def add(desk: Desk, stock_take: str, person: str, scan: Scan, now: datetime) -> int:
    """Keep one scan of a counter; returns its number. Raises Conflict once he has done, TooLarge.

    Durable when this returns: a scan that was answered is kept.
    """
    with desk.writing(alone=True) as connection:
        own = count_scan.c.stock_take == stock_take, count_scan.c.person == person
        row = connection.execute(
            select(counter).where(counter.c.stock_take == stock_take, counter.c.person == person)
        ).one_or_none()
        if row is None:
            connection.execute(insert(counter).values(stock_take=stock_take, person=person))
        elif row.done_at is not None:
            raise Conflict("conflict/counted", "This counter has done: nothing is added to the count.", by=person)
        number = (connection.scalar(select(func.max(count_scan.c.number)).where(*own)) or 0) + 1
        if number > MOST:
            raise TooLarge("too-large/count", "One counter scans no more than this in one stock-take.", limit=MOST)
        connection.execute(insert(count_scan).values(
            stock_take=stock_take, person=person, number=number, code=scan.code, place=scan.place, item=scan.item,
            scanned_at=instant(now),
        ))  # fmt: skip
    return number


def done(desk: Desk, stock_take: str, person: str, now: datetime) -> None:
    """A counter has done, perhaps without a scan: a place may be empty."""
    with desk.writing(alone=True) as connection:
        found = connection.execute(
            update(counter).where(counter.c.stock_take == stock_take, counter.c.person == person)
            .values(done_at=func.coalesce(counter.c.done_at, instant(now)))
        )  # fmt: skip
        if found.rowcount == 0:
            connection.execute(insert(counter).values(stock_take=stock_take, person=person, done_at=instant(now)))


def counters(desk: Desk, stock_take: str) -> dict[str, str | None]:
    """Who began to count, with when each had done."""
    with desk.reading() as connection:
        query = select(counter).where(counter.c.stock_take == stock_take).order_by(counter.c.person)
        return {row.person: row.done_at for row in connection.execute(query)}


def scans(desk: Desk, stock_take: str, person: str | None = None) -> dict[str, list[Scan]]:
    """What each counter scanned, or one of them, in order."""
    query = select(count_scan).where(count_scan.c.stock_take == stock_take)
    if person is not None:
        query = query.where(count_scan.c.person == person)
    found: dict[str, list[Scan]] = {}
    with desk.reading() as connection:
        for row in connection.execute(query.order_by(count_scan.c.person, count_scan.c.number)):
            found.setdefault(row.person, []).append(Scan(row.code, row.place, row.item))
    return found
