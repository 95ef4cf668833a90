"""Submitting acts: one, many, or only to ask what would be decided."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse

from custody.access.caller import Caller
from custody.acts import act_from
from custody.errors import CustodyError
from custody.ledger.batches import CHUNK
from custody.ledger.ledger import Receipt, Submission
from custody.ledger.opening import open_envelope
from custody.rules.judge import Decision
from custody_api import documented, documented_checking, tracing
from custody_api.bodies import parsed, presented_in, read_lines, read_submission, submission_from, submission_of
from custody_api.callers import TheCaller
from custody_api.context import Context, InContext
from custody_api.problems import internal, language_of, problem_of
from custody_api.requests import request_id
from custody_api.trying import as_callers, as_seen_by, bearing, outcome, require_own
from custody_api.wording import Language

log = logging.getLogger("custody.api")

router = APIRouter(prefix="/v1/acts", tags=["acts"])

@router.post("", status_code=201, **documented.SUBMIT)
async def submit_act(request: Request, context: InContext) -> JSONResponse:
    """Record a signed act. 201 with its receipt once it is durable; the same payload again gives 200 and the same."""
    submission = replace(submission_from(await read_submission(request)), request=request_id())
    with tracing.submission():
        receipt = await context.submitting.submit(submission)
    status = 200 if receipt.duplicate else 201
    return JSONResponse(receipt.as_json(), status, headers={"Location": f"/v1/acts/{receipt.act}"})


@router.post("/batch", response_class=StreamingResponse, **documented.BATCH)
async def submit_acts(request: Request, context: InContext) -> StreamingResponse:
    """Record up to 10,000 acts, one a line, in order. Each line answered is a receipt or a problem document."""
    lines = await read_lines(request)
    results = _results(context, lines, language_of(request), request_id())
    return StreamingResponse(results, media_type="application/jsonl")


@router.post("/check", **documented_checking.CHECK)
async def check_act(request: Request, context: InContext, caller: TheCaller) -> JSONResponse:
    """Say what would be decided of an act that is not done yet, signed (``envelope``, by all or, ``unfinished``, by
    some) or unsigned (``act``), and that somebody of the caller's agency is to sign; by what those see who signed, or,
    where it is unsigned, the caller, with the things whose labels he has before him (``presented``)."""
    body = parsed(await read_submission(request))
    return JSONResponse(await run_in_threadpool(_checked, context, body, caller, language_of(request)))


async def _results(
    context: Context, lines: Sequence[bytes], language: Language, request: str | None
) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    for start in range(0, len(lines), CHUNK):
        chunk = lines[start : start + CHUNK]
        results = await loop.run_in_executor(context.batches, _record, context, chunk, language, request)
        yield b"".join(json.dumps(each, ensure_ascii=False).encode() + b"\n" for each in results)


def _record(
    context: Context, lines: Sequence[bytes], language: Language, request: str | None
) -> list[dict[str, Any]]:
    """Record the lines that can be read, and say of every line what became of it."""
    read = [_read(line, request) for line in lines]
    submissions = [each for each in read if isinstance(each, Submission)]
    try:
        outcomes = iter(context.ledger.submit_many(submissions, verify=context.verifying))
        answers = [next(outcomes) if isinstance(each, Submission) else each for each in read]
    except CustodyError as error:
        answers = [error if isinstance(each, Submission) else each for each in read]
    except Exception:  # the head of the answer is sent already: all that is left is to say so in the lines
        log.exception("a batch failed")
        return [internal(language)] * len(lines)
    return [each.as_json() if isinstance(each, Receipt) else problem_of(each, language) for each in answers]


def _read(line: bytes, request: str | None) -> Submission | CustodyError:
    try:
        return replace(submission_from(line), request=request)
    except CustodyError as error:
        return error


def _checked(context: Context, body: Any, caller: Caller, language: Language) -> dict[str, Any]:
    return outcome(context.ledger, lambda: _decided(context, body, caller), language)


def _decided(context: Context, body: Any, caller: Caller) -> Decision:
    ledger = context.ledger
    if isinstance(body, dict) and {"act"} <= body.keys() <= {"act", "presented"}:
        act, codes = act_from(body["act"]), presented_in(body)
        require_own(ledger, act, caller)
        return ledger.check_act(act, as_seen_by(context, [caller], bearing(ledger, codes)))
    unfinished = isinstance(body, dict) and body.pop("unfinished", False) is True
    submission = submission_of(body)
    opened = open_envelope(submission.envelope, submission.disclosures, ledger.origin, unfinished=unfinished)
    require_own(ledger, opened.act, caller)
    # whether they signed is looked at before it is decided
    given = {each.key_id for each in opened.envelope.signatures}
    signed = [each for each in opened.act.signers if each.key in given]
    through = as_seen_by(context, [caller, *as_callers(ledger, signed)])
    if unfinished:
        return ledger.check_unfinished(opened, through)
    return ledger.check(submission.envelope, submission.disclosures, through)
