"""The books of a store: manifests that wait for an answer, loans that are out, stock-takes and what they missed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from custody.errors import Malformed
from custody_api import documented_books as documented
from custody_api.answers import Listed, one
from custody_api.callers import TheCaller, TheRegisters
from custody_api.context import TheLedger
from custody_api.lists import TheLists

router = APIRouter(prefix="/v1", tags=["books"])

_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


class WantedManifests(Listed):
    """Which manifests."""

    agency: str | None = Field(None, description="Sent or received by this agency.")
    state: Literal["open", "accepted", "partly-accepted", "refused", "withdrawn", "expired"] | None = None
    waits_for: str | None = Field(
        None, description="The agency that still has to answer: offered to it, or to a person or a place of its own."
    )
    case: str | None = Field(None, description="On which an item of this case stands.")


class WantedLoans(Listed):
    """Which loans."""

    borrower: str | None = None
    state: Literal["requested", "decided", "open", "overdue"] | None = Field(
        None, description="As asked for; or open: something is out; overdue: and was due back before now."
    )


class WantedStockTakes(Listed):
    """Which stock-takes."""

    state: Literal["open", "closed"] | None = None


class Period(BaseModel):
    """From when on, and before when. Unknown parameters are refused."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime | None = Field(None, alias="from", description="RFC 3339; default: the first of all.")
    until: AwareDatetime | None = Field(None, alias="to", description="RFC 3339; default: now.")
    agency: str | None = Field(None, description="Cases that this agency leads.")
    at_least: int | None = Field(None, ge=0)


@router.get("/manifests", **documented.MANIFESTS)
def search_manifests(
    lists: TheLists, wanted: Annotated[WantedManifests, Query()], registers: TheRegisters, ledger: TheLedger
) -> Response:
    """Manifests ordered by id; ``waits_for`` lists what an agency has to answer."""
    given = wanted.filters() | {"at": ledger.clock()}
    return lists.answer(
        "manifests", wanted, lambda after, limit: registers.manifests(**given, after=after, limit=limit), "manifest"
    )


@router.get("/manifests/{manifest}", **documented.MANIFEST)
def read_manifest(manifest: str, request: Request, registers: TheRegisters, ledger: TheLedger) -> Response:
    """A manifest by its id or code: who offers what to whom, and how each line was answered."""
    return one(request, registers.manifest(manifest, at=ledger.clock()))


@router.get("/loans", **documented.LOANS)
def search_loans(
    lists: TheLists, wanted: Annotated[WantedLoans, Query()], registers: TheRegisters, ledger: TheLedger
) -> Response:
    """Loans, the first asked for first; one that nobody had asked for is listed while something of it is out."""
    given = wanted.filters() | {"at": ledger.clock()}
    return lists.answer(
        "loans", wanted, lambda after, limit: registers.loans(**given, after=after, limit=limit), "loan"
    )


@router.get("/loans/{loan}", **documented.LOAN)
def read_loan(loan: str, request: Request, registers: TheRegisters, ledger: TheLedger) -> Response:
    """A loan by the act that asked for it, else by its check-out while it is out: each item, and whether it is out."""
    return one(request, registers.loan(loan, at=ledger.clock()))


@router.get("/stock-takes", **documented.STOCK_TAKES)
def search_stock_takes(
    lists: TheLists, wanted: Annotated[WantedStockTakes, Query()], registers: TheRegisters
) -> Response:
    """Stock-takes in the order in which they were opened."""
    return lists.answer(
        "stock_takes", wanted, lambda after, limit: registers.stock_takes(state=wanted.state, after=after, limit=limit),
        "stock_take",
    )  # fmt: skip


@router.get("/stock-takes/{stock_take}", **documented.STOCK_TAKE)
def read_stock_take(stock_take: str, request: Request, registers: TheRegisters) -> Response:
    """A stock-take by the act that opened it: each count with its verdicts, and what it missed or found elsewhere."""
    return one(request, registers.stock_take(stock_take))


@router.get("/stock-takes/{stock_take}/missing", **documented.UNLOCATED)
def read_missing(
    stock_take: str, lists: TheLists, wanted: Annotated[Listed, Query()], registers: TheRegisters
) -> Response:
    """What one stock-take could not find, each item as it stands ``now``."""
    return lists.answer(
        "items", wanted, lambda after, limit: registers.missing(stock_take, after=after, limit=limit), "item",
        columns="unlocated",
    )  # fmt: skip


@router.get("/unlocated", **documented.UNLOCATED)
def read_unlocated(lists: TheLists, wanted: Annotated[Listed, Query()], registers: TheRegisters) -> Response:
    """What any stock-take could not find, with which ones missed it, each item as it stands ``now``."""
    return lists.answer(
        "items", wanted, lambda after, limit: registers.unlocated(after=after, limit=limit), "item",
        columns="unlocated",
    )  # fmt: skip


@router.get("/statistics", **documented.STATISTICS)
def read_statistics(
    request: Request, period: Annotated[Period, Query()], caller: TheCaller, registers: TheRegisters, ledger: TheLedger
) -> Response:
    """The figures of a period: check-in rate, late handovers, overdue loans, undisposed after final, open defects; of
    the cases that one's own agency leads, for auditors of any."""
    since, until = period.since or _EVER, period.until or ledger.clock()
    if until < since:
        raise Malformed("malformed/query", "A period ends after it began.", field="to", got=until.isoformat())
    agency = period.agency if caller.audits else caller.agency
    return one(request, registers.statistics(since, until, agency=agency))
