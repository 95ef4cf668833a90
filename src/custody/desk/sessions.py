"""Sessions: who is signed in, until when. A session's token is known to its bearer alone; here stands its hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from custody.acts.entry import instant
from custody.desk.store import Desk
from custody.desk.tables import session, used_nonce
from custody.errors import Untrusted


@dataclass(frozen=True, slots=True)
class Session:
    """A session: the person or system, the key signed in with (none: an outside issuer vouched), and its end."""

    person: str
    key: str | None
    expires_at: datetime


def use_nonce(desk: Desk, key: str, nonce: str, until: datetime, now: datetime) -> None:
    """Note that a statement was used. Raises Untrusted if it was used before."""
    with desk.writing() as connection:
        connection.execute(delete(used_nonce).where(used_nonce.c.until < instant(now)))
        try:
            connection.execute(insert(used_nonce).values(id=f"{key}/{nonce}", until=instant(until)))
        except IntegrityError:  # here, where the database's word for it is not yet translated
            raise Untrusted("untrusted/sign-in-used", "This sign-in was used before: make a new one.") from None


def begin(desk: Desk, token: str, begun: Session, now: datetime) -> None:
    """Begin a session under a token. It is durable when this returns; sessions that ended are swept away."""
    with desk.writing() as connection:
        connection.execute(delete(session).where(session.c.expires_at < instant(now)))
        connection.execute(
            insert(session).values(
                token=_hashed(token), person=begun.person, key=begun.key, begun_at=instant(now),
                expires_at=instant(begun.expires_at),
            )
        )  # fmt: skip


def find(desk: Desk, token: str, now: datetime) -> Session | None:
    """The session of a token, unless it ended."""
    query = select(session).where(session.c.token == _hashed(token), session.c.expires_at > instant(now))
    with desk.reading() as connection:
        row = connection.execute(query).one_or_none()
    return Session(row.person, row.key, datetime.fromisoformat(row.expires_at)) if row else None


def count(desk: Desk, now: datetime) -> int:
    """How many sessions have not ended."""
    query = select(func.count()).select_from(session).where(session.c.expires_at > instant(now))
    with desk.reading() as connection:
        return connection.scalar(query) or 0


def end(desk: Desk, token: str) -> None:
    """End the session of a token, if there is one."""
    with desk.writing() as connection:
        connection.execute(delete(session).where(session.c.token == _hashed(token)))


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
