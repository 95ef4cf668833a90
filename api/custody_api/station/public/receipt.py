"""The page of a receipt, for whoever holds the paper: no sign-in, no name, nothing that stays on the way.

Everything that is asked for by a token that opens nothing is answered alike, by the same page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from custody.desk import comments
from custody.errors import CustodyError, NotFound
from custody.facts.kinds import Need
from custody.ledger.receipt_links import opens
from custody.tlog.encoding import to_base64
from custody.tlog.merkle import leaf_hash
from custody_api.answers import encoded
from custody_api.bodies import read_form
from custody_api.context import Context
from custody_api.papers.sources import Sources
from custody_api.problems import problem_of
from custody_api.station.pages import OpenPage, Page
from custody_api.station.public.standing import answering, complaint, concerned, lines_of, standing

POLICY: Final = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
    "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
))  # fmt: skip

HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-Content-Type-Options": "nosniff", "Content-Security-Policy": POLICY,
}  # fmt: skip

router = APIRouter(include_in_schema=False)

Spoken = Annotated[Literal["zh", "en"] | None, Query()]


@dataclass(frozen=True, slots=True)
class Opened:
    """A receipt that a token opened, and what is told of it."""

    token: str
    act: str
    agency: str | None
    shape: dict[str, Any]
    complaint: str


def opened(context: Context, token: str, lang: Literal["zh", "en"]) -> Opened:
    """What a token opens. Raises NotFound, the same for one that is unknown, misspelt or revoked."""
    ledger = context.ledger
    act = opens(ledger.journal, token)
    if act is None:
        raise NotFound("not-found/receipt", "There is no such receipt.")
    sources = Sources(ledger, None, lang, opens=False)
    sources.ask((), [f"act:{act}"])
    source = sources.act(act)
    sources.ask(concerned(source.act))
    lines = lines_of(sources, source)
    agency, case = answering(sources, source.act, lines.values())
    sources.ask([Need("agency", agency or "")])
    shape = {**standing(sources, source, lines, context.registers), "agency": sources.agency(agency) if agency else ""}
    return Opened(token, act, agency, shape, complaint(sources, case))


def within_limit(request: Request, context: Context) -> None:
    """Count a look at a receipt. Raises TooMany."""
    context.receipts.take(_address(request))


async def answer(page: Page, token: str, lang: Literal["zh", "en"] | None) -> Response:
    """The page of a receipt, or the one that says why there is none."""
    page = replace(page, lang=lang or page.lang)
    try:
        within_limit(page.request, page.context)
        found = await run_in_threadpool(opened, page.context, token, page.lang)
        return await run_in_threadpool(_page, page, found)
    except CustodyError as error:
        return _problem(page, error)


@router.get("/r/{token}/proof.json")
async def read_proof(token: str, request: Request, page: OpenPage) -> Response:
    """That the act of a receipt stands in the log: hash and index of its leaf, proof, and the keys of the log.

    Not the entry itself: it names who signed the acts before.
    """
    within_limit(request, page.context)
    return await run_in_threadpool(_proof, page.context, token)


@router.post("/r/{token}/comments")
async def comment(token: str, request: Request, page: OpenPage, lang: Spoken = None) -> Response:
    """Keep a comment, and go back to the page, which says so."""
    page = replace(page, lang=lang or page.lang)
    context = page.context
    try:
        for each in (_address(request), hashlib.sha256(token.encode()).hexdigest()):
            context.comments.take(each)
        said = (await read_form(request)).get("text", "")
        await run_in_threadpool(_keep, context, token, said)
    except NotFound as error:
        return _problem(page, error)
    except CustodyError as error:
        try:
            found = await run_in_threadpool(opened, context, token, page.lang)
        except CustodyError as other:
            return _problem(page, other)
        problem = problem_of(error, page.lang)
        return await run_in_threadpool(_page, page, found, problem["status"], problem)
    return RedirectResponse(f"/r/{token}?lang={page.lang}&said=1#comment", 303, headers=dict(HEADERS))


def _keep(context: Context, token: str, said: str) -> None:
    found = opened(context, token, "zh")
    agency = found.agency or context.ledger.genesis.first_agency.agency
    comments.put(context.desk, token, found.act, agency, said, context.ledger.clock())


def _page(page: Page, found: Opened, status: int = 200, problem: Mapping[str, Any] | None = None) -> Response:
    return page.render(
        "public/receipt.html", status, HEADERS, told=found.shape, token=found.token, problem=problem,
        complaint=found.complaint, longest=comments.LONGEST,
        thanks="said" in page.request.query_params and problem is None,
    )  # fmt: skip


def _problem(page: Page, error: CustodyError) -> Response:
    problem = problem_of(error, page.lang)
    return page.render("public/problem.html", problem["status"], HEADERS, problem=problem)


def _proof(context: Context, token: str) -> Response:
    ledger = context.ledger
    act = opens(ledger.journal, token)
    if act is None:
        raise NotFound("not-found/receipt", "There is no such receipt.")
    (row,) = ledger.recorder.rows_of([UUID(act).bytes])
    told = {
        "origin": ledger.origin, "index": row.position - 1, "leaf_hash": to_base64(leaf_hash(row.entry)),
        "proof": ledger.proof(row.position - 1), "keys": sorted(ledger.log_keys()),
    }  # fmt: skip
    headers = {**HEADERS, "Content-Disposition": 'attachment; filename="receipt-proof.json"'}
    return Response(encoded(told), media_type="application/json", headers=headers)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
