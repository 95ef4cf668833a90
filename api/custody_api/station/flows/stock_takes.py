"""Stock-takes: opened by a supervisor, counted blind on two devices, watched meanwhile, signed and closed."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, JSONResponse, Response

from custody.access.caller import Caller
from custody.acts.counting import list_draft
from custody.acts.parts import COUNTERS
from custody.acts.values import PlaceId
from custody.desk import counting as desk_counting
from custody.errors import Conflict, NotAllowed
from custody.facts.shapes import Shape
from custody.rules.blind_count import Verdict, count_draft
from custody_api.station.flows.counting import State, counted_by, scanned, state_of, supervises
from custody_api.station.flows.sent import sent
from custody_api.station.pages import Page, ThePage
from custody_api.station.words import N_

WORDS: Final[dict[Verdict, str]] = {
    "right-place": N_("It belongs here."), "wrong-place": N_("It belongs to another place of this count."),
    "unknown-code": N_("No label in force of this ledger."), "already-scanned": N_("Scanned already."),
    "belongs-elsewhere": N_("It does not belong to this count."),
}  # fmt: skip
OUTCOMES: Final[dict[Verdict, str]] = {
    "right-place": "accepted", "wrong-place": "wrong-place", "unknown-code": "unknown", "already-scanned": "already",
    "belongs-elsewhere": "wrong-place",
}  # fmt: skip
"""Verdict → the answer that the scan line shows and sounds."""

SHOWN: Final = 100
"""Things that the list of what is missing shows."""

router = APIRouter(prefix="/stock-takes")


class Opening(BaseModel):
    """What is to be counted, by whom, and whether only a draw of it."""

    model_config = ConfigDict(extra="forbid")

    places: list[PlaceId] = Field(min_length=1, max_length=200)
    counters: list[Annotated[str, Field(min_length=1, max_length=64)]] = Field(max_length=6)
    draw: int | None = Field(None, ge=0, le=10_000)


class Scanned(BaseModel):
    """One label read in one place."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(max_length=40)
    place: PlaceId


@router.get("")
def read_stock_takes(page: ThePage, after: str | None = None) -> HTMLResponse:
    """Stock-takes, those one counts in first, and a new one."""
    found = page.registers.stock_takes(after=after, limit=51)
    open_ones = page.context.registers.stock_takes(state="open", limit=500)
    own = [each for each in open_ones if page.caller.person in each["counters"]]
    return page.render(
        "flows/stock_takes.html", own=own, found=found[:50],
        after=found[49]["stock_take"] if len(found) > 50 else None,
        opens=supervises(page.caller) or bool(page.caller.capacities & COUNTERS),
    )  # fmt: skip


@router.get("/new")
def read_opening(page: ThePage) -> HTMLResponse:
    """What to count, and who counts."""
    return page.render("flows/stock_take_new.html", data={"supervises": supervises(page.caller)},
                       places=page.registers.places(limit=500))  # fmt: skip


@router.post("/opening")
def make_opening(page: ThePage, wanted: Annotated[Opening, Depends(sent(Opening))]) -> JSONResponse:
    """The draft that opens a stock-take: its book is what lies there by the registers now.

    Raises NotFound, NotAllowed.
    """
    if not supervises(page.caller) and not page.caller.capacities & COUNTERS:
        raise NotAllowed("not-allowed/counting", "Only who counts or supervises may do this.")
    for place in wanted.places:
        page.registers.place(place)
    if page.context.registers.within(wanted.places) - page.registers.within(wanted.places):
        raise NotAllowed("not-allowed/places-within", "Places within these are not yours to see: choose others.")
    draw = None if wanted.draw is None else {"salt": secrets.token_hex(16), "count": wanted.draw}
    signers = _signers(wanted.counters, page.caller if supervises(page.caller) else None)
    book = page.context.registers.book(wanted.places)
    return _private(_draft("opened", None, signers) | {
        "places": wanted.places, "draw": draw, "book": list_draft(book),
    })  # fmt: skip


@router.get("/{stock_take}")
def read_stock_take(page: ThePage, stock_take: str) -> HTMLResponse:
    """One stock-take: where it stands, and what one can do in it. Raises NotFound."""
    state = state_of(page, stock_take)
    named = page.caller.person in state.counters
    return page.render("flows/stock_take.html", state=state, watches=_watches(page, state),
                       counts=named and page.caller.person in state.counting,
                       signs=state.all_done and (named or supervises(page.caller)),
                       places=page.context.registers.place_names(state.known["places"]))  # fmt: skip


@router.get("/{stock_take}/missing")
def read_missing(page: ThePage, stock_take: str) -> HTMLResponse:
    """A part of a page for who watches: what was not found so far. Raises NotFound, NotAllowed."""
    state = state_of(page, stock_take)
    if not _watches(page, state):
        raise NotAllowed("not-allowed/blind", "Who counts does not see what is missing before everybody has done.")
    tally = state.tally
    named = [*tally.missing[:SHOWN], *(item for item, _ in tally.misplaced[:SHOWN]), *state.once[:SHOWN]]
    return page.render(
        "flows/missing.html", state=state, most=SHOWN, places=page.context.registers.place_names(state.known["places"]),
        things={each["item"]: each for each in page.registers.those(set(named))},
    )  # fmt: skip


@router.get("/{stock_take}/count")
def read_count(page: ThePage, stock_take: str) -> HTMLResponse:
    """Counting, blind: only what each scan is. Raises NotFound, NotAllowed, Conflict."""
    counted_by(page, stock_take)
    state = state_of(page, stock_take)
    own = state.scans.get(page.caller.person, [])
    return page.render(
        "flows/count.html", state=state, done=page.caller.person not in state.counting, scanned=len(own),
        data={"stock_take": stock_take, "places": page.context.registers.place_names(state.known["places"])},
    )  # fmt: skip


@router.post("/{stock_take}/scans")
def take_scan(
    page: ThePage, stock_take: str, given: Annotated[Scanned, Depends(sent(Scanned))]
) -> JSONResponse:
    """What a scan is; it is kept before it is answered. Raises NotFound, NotAllowed, Conflict."""
    verdict, number = scanned(page, stock_take, given.code, given.place)
    return _private({"verdict": verdict, "outcome": OUTCOMES[verdict], "says": page.say(WORDS[verdict]),
                     "number": number})  # fmt: skip


@router.post("/{stock_take}/done")
def end_count(page: ThePage, stock_take: str) -> Response:
    """This counter has done, and scans no more. Raises NotFound, NotAllowed, Conflict."""
    counted_by(page, stock_take)
    desk_counting.done(page.context.desk, stock_take, page.caller.person, page.context.ledger.clock())
    return Response(status_code=204)


@router.get("/{stock_take}/sign")
def read_count_to_sign(page: ThePage, stock_take: str) -> HTMLResponse:
    """The count, for those to sign who made it. Raises NotFound, NotAllowed."""
    state = _with_part(page, stock_take)
    return page.render("flows/count_sign.html", data={"stock_take": stock_take}, state=state)


@router.get("/{stock_take}/counted")
def make_count(page: ThePage, stock_take: str) -> JSONResponse:
    """The draft of a count, once everybody who counts has done. Raises NotFound, NotAllowed, Conflict."""
    state = _with_part(page, stock_take)
    if not state.all_done:
        raise Conflict("conflict/still-counting", "Somebody still counts.", by=", ".join(state.counting))
    signers = _signers([*state.counters], None)
    return _private({**count_draft(stock_take, state.known["places"], state.tally), "signers": signers})


@router.get("/{stock_take}/close")
def read_close(page: ThePage, stock_take: str) -> HTMLResponse:
    """The close of a stock-take, with its conclusion. Raises NotFound."""
    state = state_of(page, stock_take)
    signers = _signers(state.known["counters"], page.caller if supervises(page.caller) else None)
    return page.render("flows/close.html", state=state, data=_draft("closed", stock_take, signers))


def _with_part(page: Page, stock_take: str) -> State:
    """A stock-take, for who was named to count it, or supervises. Raises NotFound, NotAllowed."""
    state = state_of(page, stock_take)
    if page.caller.person not in state.counters and not supervises(page.caller):
        raise NotAllowed("not-allowed/counting", "Only who counts or supervises may do this.")
    return state


def _watches(page: Page, state: State) -> bool:
    """Who supervises watches; if he counts himself, only once everybody has done: he could tell the others."""
    return supervises(page.caller) and (page.caller.person not in state.counters or state.all_done)


def _draft(step: str, opening: str | None, signers: list[dict[str, str]]) -> Shape:
    return {
        "act": "stock-take", "step": step, "opening": opening, "places": [], "draw": None, "book": None,
        "scans": None, "verdicts": None, "missing": [], "misplaced": [], "conclusion": None, "signers": signers,
    }  # fmt: skip


def _signers(counters: list[str], supervisor: Caller | None) -> list[dict[str, str]]:
    counted = [{"part": "counter", "person": each} for each in counters]
    return [*counted, {"part": "supervisor", "person": supervisor.person}] if supervisor else counted


def _private(body: Any) -> JSONResponse:
    return JSONResponse(body, headers={"Cache-Control": "no-store"})
