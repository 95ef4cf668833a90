"""Acts that wait for signatures: a payload, the signatures it has so far, and its disclosures, on the desk.

Its states:

* ``waiting`` for the signers who have not signed;
* ``complete``: all have, and it is on its way into the log;
* ``recorded``, ``turned-away`` (the ledger would not have it), ``declined``, ``withdrawn``, ``expired`` are final.

Whatever is final has no disclosures any more, and is forgotten after `KEPT`. It is no truth about anything: only what
is recorded was done.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Connection, Row, Select, delete, func, insert, literal, select, update

from custody.acts import PAYLOAD_TYPE, parse_act
from custody.acts.act import Act
from custody.acts.entry import instant
from custody.acts.values import decode
from custody.authoring import Disclosed
from custody.desk.store import Desk
from custody.desk.tables import pending, pending_signer
from custody.errors import Conflict, NotFound
from custody.ledger.engine import wiped
from custody.ledger.opening import Disclosure
from custody.ledger.reader import Reader
from custody.signing import Signature, read_signature, signature_body, write_envelope

State = Literal["waiting", "complete", "recorded", "turned-away", "declined", "withdrawn", "expired"]
OVER: Final[tuple[State, ...]] = ("recorded", "turned-away", "declined", "withdrawn", "expired")

USUAL: Final = timedelta(days=7)
LONGEST: Final = timedelta(days=30)
"""How long an act may wait: what its signers saw grows old."""

KEPT: Final = timedelta(days=30)
"""How long what is over can still be looked up."""

MOST: Final = 1_000
"""What one person may have put down that still waits."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An act that waits, or how its waiting ended. ``signed_at`` has the keys that signed, with the time of each."""

    id: str
    payload: bytes
    act: Act
    signatures: tuple[Signature, ...]
    signed_at: Mapping[str, str]
    disclosures: tuple[Disclosure, ...]
    put_by: str
    put_at: str
    expires_at: str
    state: State
    ended: Mapping[str, Any] | None

    @property
    def envelope(self) -> bytes:
        """The envelope with the signatures so far."""
        return write_envelope(PAYLOAD_TYPE, self.payload, self.signatures)

    @property
    def signers(self) -> frozenset[str]:
        """The people who are named as signers: they alone know of it."""
        return frozenset(each.person for each in self.act.signers)


def put(
    desk: Desk, payload: bytes, signatures: Sequence[Signature], disclosures: Sequence[Disclosure], *, by: str,
    until: datetime, now: datetime,
) -> tuple[Pending, bool]:  # fmt: skip
    """Put an act down, and say whether it is new; the same payload again only adds its signatures. Raises Conflict."""
    act = parse_act(payload)
    with desk.writing(alone=True) as connection:
        there = _locked(connection, act.id)
        if there is None:
            _require_room(connection, by)
            connection.execute(insert(pending).values(
                id=act.id, payload=payload, put_by=by, put_at=instant(now), expires_at=instant(until), state="waiting",
                disclosures=json.dumps([Disclosed(each.salt, each.value).as_json() for each in disclosures]),
            ))  # fmt: skip
            signers = [{"pending": act.id, "key": each.key, "number": number, "person": each.person}
                       for number, each in enumerate(act.signers)]  # fmt: skip
            connection.execute(insert(pending_signer), signers)
        elif there.payload != payload:
            raise Conflict("conflict/pending-id", "Another act of this id waits for signatures.", act=act.id)
        _add(connection, act.id, signatures, now)
        return _found(connection, act.id), there is None


def sign(desk: Desk, act_id: str, signature: Signature, now: datetime) -> Pending:
    """Add a signature that was verified; the last one makes the act complete. Raises NotFound, Conflict.

    What is durable when this returns: the signature, and with the last one that the act is complete. A crash before
    the commit leaves no trace, and the signer, who got no answer, signs again. A crash after it leaves an act that is
    complete and that nobody has submitted: `completed` finds it, in whatever process looks next, and submitting it
    twice records it once.
    """
    with desk.writing() as connection:
        _add(connection, act_id, [signature], now)
        return _found(connection, act_id)


def end(desk: Desk, act_id: str, state: State, now: datetime, *, of: State = "waiting", **why: str | None) -> bool:
    """End the waiting of an act and wipe its disclosures; False if it was not in the state ``of`` any more.

    ``why`` says ``ended_by``, ``reason`` or ``problem``.
    """
    with desk.writing() as connection:
        done = connection.execute(
            update(pending).where(pending.c.id == act_id, pending.c.state == of)
            .values(state=state, ended_at=instant(now), disclosures=None, **why)
        )  # fmt: skip
    return done.rowcount == 1


def end_recorded(desk: Desk, reader: Reader, now: datetime) -> None:
    """End the waiting of what was recorded some other way: nothing sealed is kept here that may be erased there."""
    with desk.reading() as connection:
        waiting = connection.execute(select(pending.c.id, pending.c.payload).where(pending.c.state == "waiting")).all()
    digests = {UUID(row.id).bytes: hashlib.sha256(row.payload).digest() for row in waiting}
    for act_id, (_, digest) in (reader.find_many(digests) if digests else {}).items():
        if digests[act_id] == digest:
            end(desk, str(UUID(bytes=act_id)), "recorded", now)


def sweep(desk: Desk, now: datetime) -> None:
    """End what waited too long, forget what has been over for long, and leave no trace of what was wiped."""
    with desk.writing() as connection:
        connection.execute(
            update(pending).where(pending.c.state == "waiting", pending.c.expires_at <= instant(now))
            .values(state="expired", ended_at=instant(now), disclosures=None)
        )  # fmt: skip
        old = select(pending.c.id).where(pending.c.state.in_(OVER), pending.c.ended_at <= instant(now - KEPT))
        gone = list(connection.scalars(old.limit(500)))
        connection.execute(delete(pending_signer).where(pending_signer.c.pending.in_(gone)))
        connection.execute(delete(pending).where(pending.c.id.in_(gone)))
    wiped(desk.engine)


def find(desk: Desk, act_id: str, now: datetime) -> Pending:
    """An act that waits or waited. Raises NotFound."""
    with desk.reading() as connection:
        return _as_of(_found(connection, act_id), now)


def listed(
    desk: Desk, person: str, now: datetime, *, waiting: bool = False, after: str | None = None, limit: int = 50
) -> list[Pending]:
    """The acts that name a person as a signer, by id: the newest last. ``waiting``: only those that wait."""
    of = select(pending_signer.c.pending).where(pending_signer.c.person == person)
    query = select(pending.c.id).where(pending.c.id.in_(of), pending.c.id > (after or ""))
    if waiting:
        query = query.where(pending.c.state == "waiting", pending.c.expires_at > instant(now))
    with desk.reading() as connection:
        return [_as_of(each, now) for each in _read(connection, query.order_by(pending.c.id).limit(limit))]


def completed(desk: Desk) -> list[str]:
    """The acts that have all their signatures and were not seen to get into the log."""
    query = select(pending.c.id).where(pending.c.state == "complete").order_by(pending.c.id)
    with desk.reading() as connection:
        return list(connection.scalars(query))


def not_found(act_id: str) -> NotFound:
    """There is no such act, or it is none of the caller's business: the same answer."""
    return NotFound("not-found/pending", "No act of this id waits for signatures.", act=act_id[:80])


def over(act_id: str, state: str) -> Conflict:
    """It waits no more."""
    return Conflict("conflict/pending-over", "This act waits for signatures no more.", act=act_id, state=state)


def _add(connection: Connection, act_id: str, signatures: Iterable[Signature], now: datetime) -> None:
    row = _locked(connection, act_id)
    if row is None:
        raise not_found(act_id)
    state = "expired" if _late(row.state, row.expires_at, now) else row.state
    unsigned = set(connection.scalars(select(pending_signer.c.key).where(
        pending_signer.c.pending == act_id, pending_signer.c.signature.is_(None)
    )))  # fmt: skip
    fresh = {each.key_id: json.dumps(signature_body(each)) for each in signatures if each.key_id in unsigned}
    if not fresh:
        return
    if state != "waiting":
        raise over(act_id, state)
    for key, value in fresh.items():
        connection.execute(
            update(pending_signer).where(pending_signer.c.pending == act_id, pending_signer.c.key == key)
            .values(signature=value, signed_at=instant(now))
        )  # fmt: skip
    if unsigned == set(fresh):
        connection.execute(update(pending).where(pending.c.id == act_id).values(state="complete"))


def _locked(connection: Connection, act_id: str) -> Any:
    """The row, which nobody else changes until the transaction is over: of two last signatures one is the last."""
    return connection.execute(select(pending).where(pending.c.id == act_id).with_for_update()).one_or_none()


def _found(connection: Connection, act_id: str) -> Pending:
    for each in _read(connection, select(literal(act_id))):
        return each
    raise not_found(act_id)


def _read(connection: Connection, ids: Select[tuple[str]]) -> list[Pending]:
    """The acts of some ids, in the order of these, each with its signatures so far."""
    signed = pending_signer.c
    query = (
        select(pending, signed.signature, signed.key, signed.signed_at)
        .outerjoin(pending_signer, (signed.pending == pending.c.id) & signed.signature.is_not(None))
        .where(pending.c.id.in_(ids)).order_by(pending.c.id, signed.number)
    )  # fmt: skip
    rows = connection.execute(query).all()
    return [_pending(list(lines)) for _, lines in groupby(rows, key=lambda row: row.id)]


def _pending(lines: Sequence[Row[Any]]) -> Pending:
    """An act from its row, once for each signature, or once without."""
    row, signed = lines[0], [each for each in lines if each.signature is not None]
    ended = {"at": row.ended_at, "by": row.ended_by, "reason": row.reason, "problem": row.problem}
    sealed = [Disclosure(decode(each["salt"]), each["value"]) for each in json.loads(row.disclosures or "[]")]
    return Pending(
        row.id, bytes(row.payload), parse_act(bytes(row.payload)),
        tuple(read_signature(json.loads(each.signature), "") for each in signed),
        {each.key: each.signed_at for each in signed}, tuple(sealed), row.put_by, row.put_at, row.expires_at,
        row.state, ended if row.ended_at else None,
    )  # fmt: skip


def _as_of(found: Pending, now: datetime) -> Pending:
    """What waited too long has expired, before it is swept, too."""
    if not _late(found.state, found.expires_at, now):
        return found
    ended = {"at": found.expires_at, "by": None, "reason": None, "problem": None}
    return replace(found, state="expired", disclosures=(), ended=ended)


def _late(state: str, expires_at: str, now: datetime) -> bool:
    return state == "waiting" and expires_at <= instant(now)


def _require_room(connection: Connection, by: str) -> None:
    mine = select(func.count()).select_from(pending).where(pending.c.put_by == by, pending.c.state == "waiting")
    if (connection.scalar(mine) or 0) >= MOST:
        raise Conflict("conflict/pending-many", "Too many acts of yours wait for signatures.", limit=MOST)
