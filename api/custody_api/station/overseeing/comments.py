"""What citizens say of how their things were handled (评议), for the supervisors of the agency."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query
from starlette.responses import RedirectResponse, Response

from custody.desk import comments
from custody_api.station.overseeing.admitted import agency_names, agency_of, require_oversight
from custody_api.station.pages import ThePage

router = APIRouter()

PAGE: Final = 30
_MOST: Final = 2**31 - 1


@router.get("/comments")
def read_comments(
    page: ThePage, agency: str | None = None, before: Annotated[int | None, Query(ge=0, le=_MOST)] = None
) -> Response:
    """Comments on what an agency did, the newest first."""
    require_oversight(page)
    of = agency_of(page, agency)
    found = comments.search(page.context.desk, of, before, PAGE + 1)
    names = agency_names(page.context.ledger, {each["agency"] for each in found})
    more = found[PAGE - 1]["id"] if len(found) > PAGE else None
    return page.render("overseeing/comments.html", found=found[:PAGE], more=more, agency=of, names=names)


@router.post("/comments/{number}/read")
def mark_comment(page: ThePage, number: Annotated[int, Path(ge=1, le=_MOST)]) -> Response:
    """Note that somebody of the agency has read it."""
    require_oversight(page)
    caller = page.caller
    comments.mark_read(page.context.desk, number, caller.agency, caller.person, page.context.ledger.clock())
    return RedirectResponse("/comments", 303)
