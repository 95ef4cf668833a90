"""The tokens in the ledger's database: append-only, each with its files, every file's bytes stored once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, func, insert, select, text

from custody.errors import Unavailable
from custody.ledger.drafts import from_microseconds, to_microseconds
from custody.ledger.engine import translated, writes
from custody.ledger.tables import time_evidence, time_file, time_token
from custody.timestamps.stamps import CHAIN, Stamp

T = TypeVar("T")

_PAGE: Final = 500

_LOCK: Final = "LOCK TABLE time_token IN SHARE ROW EXCLUSIVE MODE"


@dataclass(frozen=True, slots=True)
class Kept:
    """A token as it is kept. ``size`` is that of the checkpoint it is over; None for a renewal.

    ``time`` is the authority's, ``asked_at`` what the ledger's clock said before it answered.
    """

    number: int
    size: int | None
    authority: str
    time: datetime
    asked_at: datetime


def keep(
    engine: Engine, size: int | None, authority: str, time: datetime, asked_at: datetime,
    files: Mapping[str, bytes], number: int | None = None,
) -> Kept:
    """Store a token with its files, all or nothing, durable on return.

    ``number`` is the one that its text already names. Raises Unavailable, also if that is taken meanwhile.
    """
    with translated(), writes(engine).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(_LOCK))
        free = _next(connection)
        if number is not None and number != free:
            raise Unavailable(
                "unavailable/time-number", "Another token was stored meanwhile: ask again.", retry_after=1
            )
        for name, data in files.items():
            _keep_file(connection, free, name, data)
        kept = Kept(free, size, authority, time, asked_at)
        connection.execute(insert(time_token), {
            "number": free, "size": size, "authority": authority, "time": to_microseconds(time),
            "asked_at": to_microseconds(asked_at),
        })  # fmt: skip
    return kept


def next_number(engine: Engine) -> int:
    """The number that the next token gets, if nobody stores one before."""
    with translated(), engine.connect() as connection:
        return _next(connection)


def tokens(engine: Engine) -> list[Kept]:
    """Every token, oldest first, without its files."""
    with translated(), engine.connect() as connection:
        return [_kept(row) for row in connection.execute(select(time_token).order_by(time_token.c.number))]


def last_of(engine: Engine, authority: str) -> Kept | None:
    """The newest token over a checkpoint that an authority gave."""
    mine = select(time_token).where(time_token.c.authority == authority, time_token.c.size.is_not(None))
    with translated(), engine.connect() as connection:
        row = connection.execute(mine.order_by(time_token.c.number.desc()).limit(1)).first()
    return _kept(row) if row else None


def stamps(engine: Engine, numbers: Sequence[int]) -> list[Stamp]:
    """Tokens with their files, by their numbers, oldest first."""
    files: dict[int, dict[str, bytes]] = {}
    data: dict[bytes, bytes] = {}
    file = time_file.c
    with translated(), engine.connect() as connection:
        for page in _pages(sorted(numbers)):
            found = connection.execute(select(file.number, file.name, file.digest).where(file.number.in_(page))).all()
            data |= _read(connection, {bytes(digest) for *_, digest in found} - data.keys())
            for number, name, digest in found:
                files.setdefault(number, {})[name] = data.get(bytes(digest), b"")
    return [Stamp(number, found) for number, found in sorted(files.items())]


def renewals(engine: Engine) -> list[Stamp]:
    """Every renewal with its files, oldest first."""
    return stamps(engine, [each.number for each in tokens(engine) if each.size is None])


def chains(engine: Engine) -> dict[int, bytes]:
    """The certificates beside each token, PEM, by its number."""
    file = time_file.c
    with translated(), engine.connect() as connection:
        found = connection.execute(select(file.number, file.digest).where(file.name == CHAIN)).all()
        data = _read(connection, {bytes(digest) for _, digest in found})
    return {number: data.get(bytes(digest), b"") for number, digest in found}


def _read(connection: Connection, digests: Iterable[bytes]) -> dict[bytes, bytes]:
    """The bytes behind each digest; they are stored once, and so held once."""
    found: dict[bytes, bytes] = {}
    for page in _pages(sorted(digests)):
        wanted = select(time_evidence.c.digest, time_evidence.c.data).where(time_evidence.c.digest.in_(page))
        found |= {bytes(digest): bytes(data) for digest, data in connection.execute(wanted)}
    return found


def _pages(of: Sequence[T]) -> Iterator[Sequence[T]]:
    yield from (of[at : at + _PAGE] for at in range(0, len(of), _PAGE))


def _keep_file(connection: Connection, number: int, name: str, data: bytes) -> None:
    digest = sha256(data).digest()
    known = connection.execute(select(time_evidence.c.digest).where(time_evidence.c.digest == digest)).first()
    if known is None:
        connection.execute(insert(time_evidence), {"digest": digest, "data": data})
    connection.execute(insert(time_file), {"number": number, "name": name, "digest": digest})


def _next(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.max(time_token.c.number), 0))).scalar_one()) + 1


def _kept(row: Any) -> Kept:
    return Kept(
        row.number, row.size, row.authority, from_microseconds(row.time), from_microseconds(row.asked_at)
    )  # fmt: skip
