"""Cosignatures of witnesses: kept beside the checkpoints they are on, and what they add up to.

A line is verified before it is kept, and again whenever a quorum is counted: this table is not what is trusted. Of each
size a witness's first cosignature is kept; nothing is changed or deleted. When it was made, it says itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Engine, bindparam, select, text

from custody.errors import CustodyError
from custody.ledger.engine import translated, writes
from custody.ledger.publication import Publication
from custody.ledger.tables import cosignature
from custody.tlog.cosignature import time_of
from custody.tlog.note import Note, Signature, SignedBy, Verifier
from custody.tlog.policy import WitnessPolicy

_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A checkpoint with a quorum: its note with every signature there is of it, who cosigned, and since when there is
    a quorum, by the witnesses' own clocks."""

    size: int
    note: str
    cosigned: tuple[SignedBy, ...]
    at: datetime


def keep(engine: Engine, size: int, lines: Iterable[tuple[Verifier, Signature]]) -> None:
    """Keep cosignatures that were verified; those that are there already stay. Raises Unavailable."""
    rows = [{"size": size, "witness": str(verifier), "line": signature.line()} for verifier, signature in lines]
    sql = text("INSERT INTO cosignature (size, witness, line) VALUES (:size, :witness, :line) ON CONFLICT DO NOTHING")
    with translated(), writes(engine).begin() as connection:
        connection.execute(sql, rows)


def newest(engine: Engine, verifiers: Iterable[Verifier]) -> tuple[int, datetime] | None:
    """The largest size that any of these keys cosigned, and when; None if none did. Raises Unavailable."""
    named = {str(each): each for each in verifiers}
    query = select(cosignature).where(cosignature.c.witness.in_(named)).order_by(cosignature.c.size.desc()).limit(1)
    with translated(), engine.connect() as connection:
        row = connection.execute(query).first()
    return (row.size, _made_at(named[row.witness], row.line)) if row is not None else None


def witnessed_checkpoint(
    publication: Publication, policy: WitnessPolicy, *, above: int = -1, most: int | None = None
) -> Witnessed | None:
    """The newest checkpoint that a quorum cosigned, with all signatures; None if there is none. Raises Unavailable.

    ``above`` is the leaf index that it has to cover, ``most`` the largest size that it may have.
    """
    for size in _sizes(publication.engine, policy, max(0, above), most):
        note = publication.checkpoint(size)
        cosigned = counted(policy, note)
        since = _complete(policy, cosigned)
        if since is not None:
            return Witnessed(size, note, cosigned, datetime.fromtimestamp(since, UTC))
    return None


def counted(policy: WitnessPolicy, note: str) -> tuple[SignedBy, ...]:
    """The cosignatures of a policy's witnesses on a note that are good; a false one among them counts for nothing."""
    whole = Note.parse(note)
    good: list[SignedBy] = []
    for signature in whole.signatures:
        try:
            good += policy.cosigned(Note(whole.text, (signature,)))
        except CustodyError:
            continue  # it was changed after it was kept: verifying the database says so
    return tuple(good)


def _made_at(verifier: Verifier, line: str) -> datetime:
    """When a line says that it was made; the epoch for one that was changed since it was kept."""
    try:
        (signature,) = Note.parse(f"\n\n{line}").signatures
        return datetime.fromtimestamp(time_of(verifier.kind, signature.value) or 0, UTC)
    except (CustodyError, ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def _complete(policy: WitnessPolicy, cosigned: Iterable[SignedBy]) -> int | None:
    """When the last of the cosignatures that a quorum takes was made, in POSIX seconds; None if there is no quorum."""
    there: list[Verifier] = []
    for each in sorted(cosigned, key=lambda each: each.time or 0):
        there.append(each.verifier)
        if policy.satisfied(there):
            return each.time or 0
    return None


def _sizes(engine: Engine, policy: WitnessPolicy, above: int, most: int | None) -> Iterator[int]:
    """Sizes with enough lines of witnesses that count for a quorum to be possible, newest first."""
    names = [str(each.key) for each in policy.counting]
    sql = text(
        "SELECT size FROM cosignature WHERE witness IN :names AND size > :above AND size <= :most "
        "GROUP BY size HAVING count(*) >= :least ORDER BY size DESC LIMIT :page"
    ).bindparams(bindparam("names", expanding=True))
    below = most if most is not None else 2**63 - 1
    while names:
        asked = {"names": names, "above": above, "most": below, "least": policy.least, "page": _PAGE}
        with translated(), engine.connect() as connection:
            sizes = connection.execute(sql, asked).scalars().all()
        yield from sizes
        if len(sizes) < _PAGE:
            return
        below = sizes[-1] - 1
