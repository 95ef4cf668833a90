"""The pages of the field. They are the same for everybody, so that a device may keep them: who it is for, what it holds
and what became of that, the page itself finds out."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from custody.acts import ACT_TYPES
from custody_api.station.pages import OpenPage

WITHOUT_NETWORK: Final = "/field/offline"
"""Shown instead of a page that is not kept."""

KEPT: Final = ("/field", WITHOUT_NETWORK)
"""The pages that a device keeps."""

TAKEN_DOWN: Final = ("seizure", "sealing", "blood-draw", "transfer")
"""The acts of the field."""

router = APIRouter(include_in_schema=False)


@router.get("/field")
def read_field(page: OpenPage) -> HTMLResponse:
    """What can be taken down here, and what of it is not in the ledger yet."""
    return page.render("field/field.html", acts=TAKEN_DOWN, act_types=sorted(ACT_TYPES))


@router.get(WITHOUT_NETWORK)
def read_offline(page: OpenPage) -> HTMLResponse:
    """That this page needs the network, and what does not."""
    return page.render("field/offline.html")
