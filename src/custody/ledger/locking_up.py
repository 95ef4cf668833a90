"""What a case disclosed before there were case keys, put under its key."""

from __future__ import annotations

from eventsourcing.dcb.api import DCBQueryItem
from sqlalchemy import func, select, update

from custody.ledger.case_keys import SALT, CaseKeys, case_of
from custody.ledger.engine import translated, wiped, writes
from custody.ledger.reader import Reader
from custody.ledger.tables import disclosure


def lock_up(reader: Reader, keys: CaseKeys, case: str) -> int:
    """Encrypt what the acts of a case disclosed and still lies in the open; returns how many values that were.

    All of them or none, in one transaction; nothing of it stays in SQLite's write-ahead log. Raises Unavailable.
    """
    tag = f"case:{case}"
    positions = reader.borne([DCBQueryItem(tags=[tag])])[0].get(tag, [])
    own = [row.position for row in (reader.rows_at(positions) if positions else ())
           if case_of(row.type, reader.tags_at(row.position)) == case]  # fmt: skip
    count = 0
    with translated(), writes(reader.engine).begin() as connection:
        open_ones = select(disclosure).where(func.length(disclosure.c.salt) == SALT, disclosure.c.position.in_(own))
        for commitment, salt, value, _ in connection.execute(open_ones).all():
            hidden, data = keys.encrypted(case, commitment, salt, value)
            connection.execute(
                update(disclosure).where(disclosure.c.commitment == commitment).values(salt=hidden, value=data)
            )
            count += 1
    wiped(reader.engine)
    return count
