"""Signing apart: an act waits on the desk until everybody it names has signed, and then goes into the log by itself.

Only its signers know of it. It is tried when it is put down and with each signature, by what those see who have signed
by then and whoever brings it, so that nobody signs what would be refused.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from starlette.concurrency import run_in_threadpool

from custody import errors
from custody.access.caller import Caller
from custody.acts import PAYLOAD_TYPE, parse_act
from custody.acts.entry import instant
from custody.desk import pending
from custody.desk.pending import Pending
from custody.errors import CustodyError, Damaged, NotAllowed, NotFound, TooMany, Unavailable
from custody.ledger.ledger import Submission
from custody.ledger.opening import Opened, open_envelope
from custody.signing import Signature, read_envelope, write_envelope
from custody_api.context import Context
from custody_api.problems import plain, problem_of
from custody_api.requests import request_id
from custody_api.trying import as_callers, as_seen_by, outcome
from custody_api.wording import Language

log = logging.getLogger("custody.api")

LOOKS_EVERY_SECONDS: Final = 30.0

_PUT_OFF: Final = (Unavailable, TooMany, Damaged)
"""What says nothing about the act itself: it is submitted again later."""


def put_down(context: Context, submission: Submission, until: datetime | None, caller: Caller) -> tuple[Pending, bool]:
    """Put an act down, and say whether it is new. Raises what submitting would raise, and NotAllowed for who is
    no signer of it."""
    now = context.ledger.clock()
    if (before := _over(context, submission.envelope, caller)) is not None:
        return before, False
    opened = _tried(context, submission, caller)
    return pending.put(
        context.desk, opened.envelope.payload, opened.envelope.signatures, submission.disclosures,
        by=caller.person, until=until or now + pending.USUAL, now=now,
    )  # fmt: skip


def sign(context: Context, act_id: str, signature: Signature, caller: Caller) -> Pending:
    """Add a signature; one by a key that signed already changes nothing. Raises NotFound, Conflict, and what
    submitting would raise."""
    found = of_signer(context, act_id, caller)
    if found.state != "waiting":
        if signature.key_id in found.signed_at:
            return found
        raise pending.over(act_id, found.state)
    others = [each for each in found.signatures if each.key_id != signature.key_id]
    envelope = write_envelope(PAYLOAD_TYPE, found.payload, [*others, signature])
    _tried(context, Submission(envelope, found.disclosures), caller)
    return pending.sign(context.desk, act_id, signature, context.ledger.clock())


def _over(context: Context, envelope: bytes, caller: Caller) -> Pending | None:
    """What became of this very payload, if it waited before: there is nothing left to try."""
    payload = read_envelope(envelope).payload
    try:
        found = of_signer(context, parse_act(payload).id, caller)
    except NotFound:
        return None
    return found if found.payload == payload and found.state != "waiting" else None


def stop(context: Context, act_id: str, caller: Caller, reason: str | None) -> Pending:
    """Decline for a reason; without one, withdraw what one put down oneself. Raises NotFound, NotAllowed, Conflict."""
    found = of_signer(context, act_id, caller)
    if reason is None and caller.person != found.put_by:
        raise NotAllowed("not-allowed/withdraw", "Whoever put it down may withdraw it; others decline.", act=act_id)
    state: pending.State = "withdrawn" if reason is None else "declined"
    now = context.ledger.clock()
    if found.ended and (found.state, found.ended["by"], found.ended["reason"]) == (state, caller.person, reason):
        return found  # asked again, since the answer was lost
    if found.state != "waiting" or not pending.end(
        context.desk, act_id, state, now, ended_by=caller.person, reason=reason
    ):
        raise pending.over(act_id, pending.find(context.desk, act_id, now).state)
    return pending.find(context.desk, act_id, now)


def of_signer(context: Context, act_id: str, caller: Caller) -> Pending:
    """What waits, for one of its signers. Raises NotFound for everybody else."""
    found = pending.find(context.desk, act_id, context.ledger.clock())
    if caller.person not in found.signers:
        raise pending.not_found(act_id)
    return found


async def finish(context: Context, found: Pending) -> Pending:
    """Submit what is complete; say what became of it. Where the ledger cannot take it now, it stays complete."""
    if found.state != "complete":
        return found
    try:
        await context.submitting.submit(Submission(found.envelope, found.disclosures, request_id()))
    except _PUT_OFF as error:
        log.warning("a complete act was not recorded yet: %s", error)
        return found
    except CustodyError as error:
        if error.code.startswith("awaits/") and instant(context.ledger.clock()) < found.expires_at:
            return found
        return await run_in_threadpool(_ended, context, found.id, error)
    return await run_in_threadpool(_ended, context, found.id, None)


def _ended(context: Context, act_id: str, error: CustodyError | None) -> Pending:
    desk, now = context.desk, context.ledger.clock()
    if error is not None:
        kept = {"kind": type(error).__name__, "code": error.code, "sentence": error.sentence,
                "fields": plain(error.fields)}  # fmt: skip
        pending.end(desk, act_id, "turned-away", now, of="complete", problem=json.dumps(kept, ensure_ascii=False))
    elif not pending.end(desk, act_id, "recorded", now, of="complete"):
        pending.end(desk, act_id, "recorded", now, of="turned-away")  # two submitted it, and this one was recorded
    return pending.find(desk, act_id, now)


async def look_after(context: Context) -> None:
    """Submit what a process that died had left complete, and end what waited too long; from time to time, for ever."""
    while True:
        try:
            await run_in_threadpool(_tidy, context)
            for act_id in await run_in_threadpool(pending.completed, context.desk):
                await finish(context, await run_in_threadpool(pending.find, context.desk, act_id, _now(context)))
        except Exception:  # whatever it is, the next look may find it mended
            log.exception("what waits for signatures was not looked after")
        await asyncio.sleep(LOOKS_EVERY_SECONDS)


def _tidy(context: Context) -> None:
    """End what waited too long, or was recorded some other way."""
    pending.end_recorded(context.desk, context.ledger.recorder, context.ledger.clock())
    pending.sweep(context.desk, context.ledger.clock())


def _now(context: Context) -> datetime:
    return context.ledger.clock()


def shape(found: Pending, language: Language) -> dict[str, Any]:
    """What waits, as a list shows it."""
    ended = dict(found.ended) if found.ended else None
    if ended and ended["problem"]:
        ended["problem"] = problem_of(_error_from(json.loads(ended["problem"])), language)
    return {
        "id": found.id, "type": found.act.act, "state": found.state, "put_by": found.put_by, "put_at": found.put_at,
        "expires_at": found.expires_at, "ended": ended,
        "signers": [
            {"part": each.part, "person": each.person, "key": each.key, "signed_at": found.signed_at.get(each.key)}
            for each in found.act.signers
        ],
    }  # fmt: skip


def whole(context: Context, found: Pending, caller: Caller, language: Language) -> dict[str, Any]:
    """What waits, with the very bytes to sign, and what would be decided now; with the receipt once it is recorded."""
    check = receipt = None
    if found.state == "waiting":
        opened = open_envelope(found.envelope, found.disclosures, context.ledger.origin, unfinished=True)
        through = as_seen_by(context, _readers(context, opened, caller))
        check = outcome(context.ledger, lambda: context.ledger.check_unfinished(opened, through), language)
    if found.state == "recorded":
        receipt = context.ledger.receipt(found.id).as_json()
    return {**shape(found, language), "envelope": json.loads(found.envelope), "check": check, "receipt": receipt}


def _tried(context: Context, submission: Submission, caller: Caller) -> Opened:
    """An unfinished act that the ledger would take now, were it signed. Raises what submitting would raise."""
    opened = open_envelope(submission.envelope, submission.disclosures, context.ledger.origin, unfinished=True)
    if caller.person not in {each.person for each in opened.act.signers}:
        raise NotAllowed("not-allowed/pending", "Whoever puts an act down is one of its signers.", act=opened.act.id)
    context.ledger.check_unfinished(opened, as_seen_by(context, _readers(context, opened, caller)))
    return opened


def _readers(context: Context, opened: Opened, caller: Caller) -> Sequence[Caller]:
    """The caller and those who signed; whether they did is looked at before anything is decided."""
    given = {each.key_id for each in opened.envelope.signatures}
    return [caller, *as_callers(context.ledger, (each for each in opened.act.signers if each.key in given))]


def _error_from(kept: Mapping[str, Any]) -> CustodyError:
    kind: type[CustodyError] = getattr(errors, kept["kind"])
    return kind(kept["code"], kept["sentence"], **kept["fields"])
