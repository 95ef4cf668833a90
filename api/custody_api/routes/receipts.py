"""The public side of a citizen's receipt: what a link on paper opens, and nothing else."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from custody_api import documented_books as documented
from custody_api.answers import encoded
from custody_api.problems import language_of
from custody_api.station.pages import OpenPage
from custody_api.station.public.receipt import HEADERS, answer, opened, within_limit
from custody_api.wording import TAGS

router = APIRouter(tags=["receipts"])


@router.get("/r/{token}", response_class=Response, **documented.RECEIPT)
async def read_receipt(
    token: str, request: Request, page: OpenPage, lang: Literal["zh", "en"] | None = None
) -> Response:
    """What was taken, drawn or released, when, by which agency, how each thing stands now, what was decided, and what
    comes next by when. As a page or as JSON."""
    if "text/html" in request.headers.get("accept", ""):
        return await answer(page, token, lang)
    language = lang or language_of(request)
    within_limit(request, page.context)
    found = await run_in_threadpool(opened, page.context, token, language)
    headers = {**HEADERS, "Content-Language": TAGS[language], "Vary": "Accept, Accept-Language"}
    return Response(encoded(found.shape), media_type="application/json", headers=headers)
