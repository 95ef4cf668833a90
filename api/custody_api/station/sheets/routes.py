"""The pages of sheets: what I can do, the sheet of an act, and what would be decided of it."""

from __future__ import annotations

import json
from typing import Any, Final

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from custody.acts import ACT_TYPES
from custody.acts.parts import PARTS
from custody.errors import NotFound
from custody_api.bodies import parsed, read_submission
from custody_api.station.flows.ways import way_of
from custody_api.station.pages import ThePage
from custody_api.station.scanning.cards import GUIDED
from custody_api.station.sheets import correcting
from custody_api.station.sheets.doing import GUIDANCE, acts_for, beginning, papers_of
from custody_api.station.sheets.forms import form_of
from custody_api.station.sheets.trying import decision_on
from custody_api.wording import Language

router = APIRouter(include_in_schema=False)
router.include_router(correcting.router)

_GUIDED: Final = {act: address for act, address in GUIDED.items() if "{" not in address}
"""Acts that are begun in a flow of their own, whatever is at hand."""


@router.get("/do")
def read_what_i_can_do(page: ThePage) -> HTMLResponse:
    """Every act that the caller may have a part in, and the sheets that this device keeps."""
    return page.render("sheets/do.html", groups=acts_for(page.caller), guided=_GUIDED)


@router.get("/do/{type_name}")
def read_sheet(type_name: str, page: ThePage) -> Response:
    """The sheet of an act, or the flow that guides through it. Raises NotFound for a type that there is not."""
    if type_name not in ACT_TYPES:
        raise NotFound("not-found/route", "There is nothing at this address.")
    if (way := way_of(type_name, page.request.query_params)) is not None:
        return RedirectResponse(way, 303)
    begins = json.dumps(beginning(type_name, page.caller), ensure_ascii=False)
    return page.render("sheets/sheet.html", begins=begins, **about(type_name, page.lang))


def about(type_name: str, lang: Language) -> dict[str, Any]:
    """What the page of a sheet shows of an act, whoever is going to sign it."""
    papers = json.dumps(papers_of(type_name, lang), ensure_ascii=False)
    guidance = GUIDANCE.get(type_name, "")
    return {"form": form_of(type_name), "parts": PARTS[type_name], "guidance": guidance, "papers": papers}


@router.post("/do/check")
async def check_draft(request: Request, page: ThePage) -> JSONResponse:
    """What would be decided of a draft (`decision_on`)."""
    body: Any = parsed(await read_submission(request))
    return JSONResponse(await run_in_threadpool(decision_on, page, body))
