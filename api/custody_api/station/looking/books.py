"""Kits, manifests, loans, defects, deadlines, and items by what is asked of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, get_args

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from custody.facts.shapes import STATUSES
from custody.rules.clocks.text import Colour
from custody_api.answers import Shape
from custody_api.sense import acts_on
from custody_api.station.looking.cases import normal
from custody_api.station.looking.listing import given, listed
from custody_api.station.pages import ThePage
from custody_api.station.scanning.cards import numbered

router = APIRouter()

ManifestState = Literal["", "open", "accepted", "partly-accepted", "refused", "withdrawn", "expired"]
LoanState = Literal["", "requested", "decided", "open", "overdue"]
DefectState = Literal["", "open", "explained", "accepted", "contested"]
DeadlineState = Literal["", "running", "suspended", "no-calendar"]
Chosen = Annotated[str, Query(max_length=200)]


@router.get("/items")
def list_items(
    page: ThePage, q: Chosen = "", case: Chosen = "", holder: Chosen = "", place: Chosen = "", agency: Chosen = "",
    status: Chosen = "", category: Chosen = "", after: str | None = None,
) -> HTMLResponse:  # fmt: skip
    """Items that fit everything asked for, ordered by id."""
    wanted = given(q=q, case=normal(case), holder=holder, place=place, agency=agency, status=status, category=category)
    items = listed(page, lambda limit: page.registers.items(**wanted, after=after, limit=limit), "item")
    return page.render("looking/items.html", items=items, wanted=wanted, statuses=STATUSES)


@router.get("/kits/{kit}")
def show_kit(kit: str, page: ThePage) -> HTMLResponse:
    """A blood kit: its tubes, what runs for each, and what was found in those seen whole. Raises NotFound."""
    found, at = page.registers.kit(kit), page.context.ledger.clock()
    clocks: dict[str, list[Shape]] = {tube["item"]: [] for tube in found["tubes"]}
    for each in page.registers.deadlines_of([f"item:{item}" for item in clocks], at):
        clocks[each["subject"].partition(":")[2]].append(each)
    asked = [("kit", found["kit"]), *(("item", each) for each in clocks)]
    sensible = numbered(acts_on("kit", found, page.caller), asked)
    return page.render("looking/kit.html", kit=found, clocks=clocks, sensible=sensible)


@router.get("/manifests")
def list_manifests(
    page: ThePage, state: ManifestState = "", agency: Chosen = "", waits_for: Chosen = "", after: str | None = None
) -> HTMLResponse:
    """Offers by the ids of their manifests."""
    wanted, at = given(state=state, agency=agency, waits_for=waits_for), page.context.ledger.clock()
    manifests = listed(page, lambda n: page.registers.manifests(**wanted, at=at, after=after, limit=n), "manifest")
    return page.render("looking/manifests.html", manifests=manifests, wanted=wanted, states=get_args(ManifestState)[1:])


@router.get("/manifests/{manifest}")
def show_manifest(manifest: str, page: ThePage) -> HTMLResponse:
    """An offer and its lines. Raises NotFound."""
    found = page.registers.manifest(manifest, at=page.context.ledger.clock())
    sensible = numbered(acts_on("manifest", found, page.caller), [("manifest", found["manifest"])])
    return page.render("looking/manifest.html", manifest=found, sensible=sensible)


@router.get("/loans")
def list_loans(
    page: ThePage, state: LoanState = "open", borrower: Chosen = "", after: str | None = None
) -> HTMLResponse:
    """Loans by their ids, which follow the time; unless something else is asked for, those that are out."""
    wanted, at = given(state=state, borrower=borrower), page.context.ledger.clock()
    loans = listed(page, lambda limit: page.registers.loans(**wanted, at=at, after=after, limit=limit), "loan")
    return page.render("looking/loans.html", loans=loans, wanted=wanted, states=get_args(LoanState)[1:])


@router.get("/defects")
def list_defects(
    page: ThePage, state: DefectState = "open", case: Chosen = "", after: str | None = None
) -> HTMLResponse:
    """Defects by their ids; unless something else is asked for, those that are open."""
    wanted = given(state=state, case=normal(case))
    defects = listed(page, lambda limit: page.registers.defects(**wanted, after=after, limit=limit), "id")
    return page.render("looking/defects.html", defects=defects, wanted=wanted, states=get_args(DefectState)[1:])


@router.get("/deadlines")
def list_deadlines(
    page: ThePage, colour: Literal["", "blue", "orange", "red"] = "", state: DeadlineState = "", agency: Chosen = "",
    case: Chosen = "", before: datetime | None = None, after: str | None = None,
) -> HTMLResponse:  # fmt: skip
    """Deadlines that nothing has stopped yet, the first due first."""
    wanted, at = given(colour=colour, state=state, agency=agency, case=normal(case)), page.context.ledger.clock()
    deadlines = listed(
        page, lambda limit: page.registers.deadlines(at=at, **wanted, before=before, after=after, limit=limit),
        "deadline",
    )  # fmt: skip
    return page.render("looking/deadlines.html", deadlines=deadlines, wanted=wanted, at=at, colours=get_args(Colour))
