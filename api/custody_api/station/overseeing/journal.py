"""Who tried what, and who looked: the newest first, from the journal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from custody.facts.shapes import Shape
from custody_api.station.overseeing.admitted import require_audit, require_oversight
from custody_api.station.pages import ThePage

router = APIRouter()

PAGE: Final = 50
_END: Final = 2**62

Before = Annotated[int, Query(ge=0, le=_END)]


@router.get("/refusals")
def read_refusals(page: ThePage, before: Before = _END) -> Response:
    """Who tried what, and which rule forbade it."""
    require_oversight(page)
    found = page.registers.refusals(before=before, limit=PAGE + 1)
    texts = page.context.ledger.policy.texts
    return page.render("overseeing/refusals.html", texts=texts, **_paged(found))


@router.get("/views")
def read_views(page: ThePage, by: str | None = None, before: Before = _END) -> Response:
    """Who was shown which sealed values and who took what out, when and why; of everybody, or of one person."""
    require_audit(page)
    by = (by or "").strip() or None
    found = page.registers.views(by=by, before=before, limit=PAGE + 1)
    return page.render("overseeing/views.html", by=by, **_paged(found))


def _paged(found: Sequence[Shape]) -> dict[str, Any]:
    return {"found": found[:PAGE], "more": found[PAGE - 1]["position"] if len(found) > PAGE else None}
