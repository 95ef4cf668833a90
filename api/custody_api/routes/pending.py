"""Acts that wait for signatures: put down, looked at, signed, declined, withdrawn; for their signers alone."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import StringConstraints, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from custody.access.caller import Caller
from custody.access.rights import Sight
from custody.acts.values import Frozen, Moment, Text
from custody.desk import pending
from custody.desk.pending import Pending
from custody.errors import Malformed
from custody.signing import read_signature
from custody.strict import malformed
from custody_api import documented_pending as documented
from custody_api import signing_apart
from custody_api.answers import Paged, page
from custody_api.bodies import parsed, read_submission, submission_of
from custody_api.callers import TheCaller
from custody_api.context import Context, InContext
from custody_api.disclosing import NOT_KEPT, Reason, require_opens
from custody_api.problems import language_of

router = APIRouter(prefix="/v1/pending", tags=["pending"])


class Wanted(Paged):
    """The query of the list."""

    state: Literal["waiting"] | None = None


class _Until(Frozen):
    expires_at: Moment | None = None


class _Declined(Frozen):
    reason: Annotated[Text, StringConstraints(max_length=200, pattern=r"\S")]


@router.post("", status_code=201, **documented.PUT)
async def put_down(request: Request, context: InContext, caller: TheCaller) -> JSONResponse:
    """Let a signed act wait for its other signers; 200 if it waited before, with what signatures came now. One that has
    them all is submitted."""
    body = parsed(await read_submission(request))
    until = None
    if isinstance(body, dict) and "expires_at" in body:
        until = _until(context, body.pop("expires_at"))
    submission = submission_of(body)
    found, new = await run_in_threadpool(signing_apart.put_down, context, submission, until, caller)
    return await _told(request, context, found, caller, 201 if new else 200)


@router.get("", **documented.LIST)
def list_pending(
    request: Request, wanted: Annotated[Wanted, Query()], context: InContext, caller: TheCaller
) -> Response:
    """The acts that name the caller as a signer; ``state=waiting``: that still wait."""
    now = context.ledger.clock()
    found = pending.listed(
        context.desk, caller.person, now, waiting=wanted.state is not None, after=wanted.after, limit=wanted.limit + 1
    )
    language = language_of(request)
    shapes = [signing_apart.shape(each, language) for each in found]
    return page(request, "pending", shapes, wanted.limit, lambda each: each["id"])


@router.get("/{act_id}", **documented.ONE)
async def read_pending(
    act_id: str, request: Request, context: InContext, caller: TheCaller, why: Reason = None
) -> JSONResponse:
    """What waits: the very bytes to sign, who signed, what would be decided now, and, in the end, the receipt; with
    ``disclose``, what its sealed values say."""
    found = await run_in_threadpool(signing_apart.of_signer, context, act_id, caller)
    disclosed = await run_in_threadpool(_opened, context, found, caller, why) if why is not None else None
    return await _told(request, context, found, caller, 200, disclosed)


@router.post("/{act_id}/signatures", **documented.SIGN)
async def sign(act_id: str, request: Request, context: InContext, caller: TheCaller) -> JSONResponse:
    """Add a signature, which is verified first. With the last one the act is submitted, and the answer says what became
    of it."""
    signature = read_signature(parsed(await read_submission(request)), "")
    found = await run_in_threadpool(signing_apart.sign, context, act_id, signature, caller)
    return await _told(request, context, found, caller, 200)


@router.post("/{act_id}/decline", **documented.DECLINE)
async def decline(act_id: str, request: Request, context: InContext, caller: TheCaller) -> JSONResponse:
    """Refuse to sign, for a reason that the other signers read: then it waits no more."""
    try:
        reason = _Declined.model_validate(parsed(await read_submission(request))).reason
    except ValidationError as error:
        raise malformed("pending", error) from None
    found = await run_in_threadpool(signing_apart.stop, context, act_id, caller, reason)
    return await _told(request, context, found, caller, 200)


@router.delete("/{act_id}", status_code=204, **documented.WITHDRAW)
async def withdraw(act_id: str, context: InContext, caller: TheCaller) -> Response:
    """Take back what one put down oneself, as long as it waits."""
    await run_in_threadpool(signing_apart.stop, context, act_id, caller, None)
    return Response(status_code=204)


async def _told(
    request: Request, context: Context, found: Pending, caller: Caller, status: int,
    disclosed: dict[str, str] | None = None,
) -> JSONResponse:  # fmt: skip
    found = await signing_apart.finish(context, found)
    body = await run_in_threadpool(signing_apart.whole, context, found, caller, language_of(request))
    return JSONResponse({**body, "disclosed": disclosed}, status, headers=NOT_KEPT)


def _until(context: Context, stated: Any) -> datetime:
    now = context.ledger.clock()
    try:
        until = _Until.model_validate({"expires_at": stated}).expires_at
    except ValidationError as error:
        raise malformed("pending", error) from None
    if until is None or not now < until <= now + pending.LONGEST:
        raise Malformed(
            "malformed/pending", "An act waits for 30 days at most, and ends in the future.", field="expires_at",
            expected=f"until {now + pending.LONGEST}", got=str(until),
        )  # fmt: skip
    return until


def _opened(context: Context, found: Pending, caller: Caller, why: str) -> dict[str, str]:
    """What its sealed values say. The look stands in the journal before this returns."""
    require_opens(caller, Sight.WHOLE)
    values = {each.commitment: each.value for each in found.disclosures}
    if values:
        context.ledger.journal.view(caller.person, why, {"act": found.id}, values, "view/pending")
    return values
