"""Cases: the list of those that one reads, and the file of each (一案一档)."""

from __future__ import annotations

import unicodedata
from functools import partial

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from custody.access.rights import Sight
from custody.ledger.history import case_at
from custody.ledger.remembering import Remembering
from custody.registers.books import not_found
from custody_api.papers.catalogue import TITLES, drawable
from custody_api.papers.sources import Sources
from custody_api.past import AtMoment
from custody_api.station.looking.listing import PAGE, given, listed
from custody_api.station.pages import Page, ThePage

router = APIRouter()

_SHOWN = ("items", "acts", "defects", "deadlines", "manifests")
"""Of the file; blood kits are told of by their tubes."""


@router.get("/cases")
def list_cases(page: ThePage, lead: str = "", after: str | None = None) -> HTMLResponse:
    """Cases by their references; those that one agency leads."""
    wanted = given(lead=lead)
    cases = listed(page, lambda limit: page.registers.cases(**wanted, after=after, limit=limit), "case")
    return page.render("looking/cases.html", cases=cases, wanted=wanted)


# A reference may hold a slash, and arrives here decoded: what ends in /items or /acts is the list.
@router.get("/cases/{reference:path}/items")
def list_case_items(reference: str, page: ThePage, after: str | None = None) -> HTMLResponse:
    """The items of a case, ordered by id. Raises NotFound."""
    case = normal(reference)
    items = listed(page, lambda limit: page.registers.case_items(case, after=after, limit=limit), "item")
    return page.render("looking/case_items.html", reference=case, items=items)


@router.get("/cases/{reference:path}/acts")
def list_case_acts(reference: str, page: ThePage, after: int = 0) -> HTMLResponse:
    """The acts on a case and on its items, oldest first. Raises NotFound."""
    case = normal(reference)
    acts = listed(page, lambda limit: page.registers.case_acts(case, after=after, limit=limit), "position")
    return page.render("looking/case_acts.html", reference=case, acts=acts)


@router.get("/cases/{reference:path}/papers")
def list_case_papers(reference: str, page: ThePage) -> HTMLResponse:
    """The papers that can be drawn of a case. Raises NotFound."""
    case = normal(reference)
    if page.registers.sight_of(f"case:{case}") is not Sight.WHOLE:
        raise not_found("case", case)
    return page.render("looking/case_papers.html", reference=case, papers=_papers(page, case))


@router.get("/cases/{reference:path}")
def show_case(reference: str, page: ThePage, moment: AtMoment) -> HTMLResponse:
    """A case with its file, or as it was at a moment. Raises NotFound."""
    ledger, name = page.context.ledger, normal(reference)
    if moment is not None:
        if page.registers.sight_of(f"case:{name}") is not Sight.WHOLE:  # the past is read by who may read it now
            raise not_found("case", name)
        case = {**case_at(Remembering(ledger.recorder), name, moment), "contents": None}
    else:
        case = page.registers.dossier(name, at=ledger.clock(), limit=PAGE // 5, parts=_SHOWN)
    return page.render(
        "looking/case.html", case=case,
        as_of=moment.as_of if moment else None, known_at=moment.known_at if moment else None,
    )  # fmt: skip


def normal(reference: str) -> str:
    """A reference as the ledger keeps it, in Unicode NFC; some keyboards write otherwise."""
    return unicodedata.normalize("NFC", reference)


def _papers(page: Page, case: str) -> list[tuple[str, str]]:
    """The papers that can be drawn of a case: kind, and what it is called."""
    sources = Sources(page.context.ledger, opens=False)
    kinds = drawable(sources, case, partial(page.registers.seen_acts, least=Sight.WHOLE))
    return [(kind, TITLES[kind][page.lang]) for kind in kinds]
