"""What citizens say of how things were handled (评议): plain text by the link of a receipt, for the supervisors of the
agency that the receipt is of. Who wrote it is not asked, and stands nowhere; it never enters the log.
"""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, insert, select, update

from custody.acts.entry import instant
from custody.desk.store import Desk
from custody.desk.tables import comment
from custody.errors import Malformed, NotFound, TooLarge, TooMany

LONGEST: Final = 1_000
"""Characters of one comment."""

MOST: Final = 10
"""Comments by one link: it never opens again for more."""

_BREAKS: Final = "\n"


def put(desk: Desk, token: str, act: str, agency: str, text: str, now: datetime) -> int:
    """Keep a comment; returns its number. Raises Malformed, TooLarge, TooMany."""
    said = plain(text)
    receipt = hashlib.sha256(token.encode()).hexdigest()
    with desk.writing(alone=True) as connection:
        query = select(func.count()).select_from(comment).where(comment.c.receipt == receipt)
        if (connection.scalar(query) or 0) >= MOST:
            raise TooMany(
                "too-many/comments", "By this link no more comments are taken.", limit=MOST, retry_after=86_400
            )
        row = {"receipt": receipt, "act": act, "agency": agency, "text": said, "made_at": instant(now)}
        return int(connection.execute(insert(comment).values(row).returning(comment.c.id)).scalar_one())


def plain(text: str) -> str:
    """A comment as it is kept: without control and formatting characters, which can make a text read otherwise than it
    stands. Raises Malformed if nothing is left, TooLarge."""
    whole = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    said = "".join(each for each in whole if each in _BREAKS or unicodedata.category(each) not in _UNSEEN).strip()
    if not said:
        raise Malformed("malformed/comment", "A comment says something.", field="text")
    if len(said) > LONGEST:
        raise TooLarge("too-large/comment", "A comment has at most so many characters.", limit=LONGEST)
    return said


_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def search(desk: Desk, agency: str | None, before: int | None, limit: int) -> list[dict[str, Any]]:
    """Comments on what an agency did (None: on all), the newest first, from before a number on."""
    columns = comment.c
    query = select(columns.id, columns.act, columns.agency, columns.text, columns.made_at, columns.read_by,
                   columns.read_at).order_by(columns.id.desc()).limit(limit)  # fmt: skip
    if agency is not None:
        query = query.where(columns.agency == agency)
    if before is not None:
        query = query.where(columns.id < before)
    with desk.reading() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def unread(desk: Desk, agency: str) -> int:
    """How many comments on what an agency did nobody has read yet."""
    query = select(func.count()).select_from(comment).where(comment.c.agency == agency, comment.c.read_by.is_(None))
    with desk.reading() as connection:
        return connection.scalar(query) or 0


def mark_read(desk: Desk, number: int, agency: str, by: str, now: datetime) -> None:
    """Note who read a comment on what his agency did first. Raises NotFound."""
    ours = (comment.c.id == number, comment.c.agency == agency)
    with desk.writing() as connection:
        if connection.scalar(select(comment.c.id).where(*ours)) is None:
            raise NotFound("not-found/comment", "There is no such comment.", asked=str(number))
        connection.execute(
            update(comment).where(*ours, comment.c.read_by.is_(None)).values(read_by=by, read_at=instant(now))
        )
