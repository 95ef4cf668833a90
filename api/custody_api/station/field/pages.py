"""The pages of the field. They are the same for everybody, so that a device may keep them: who it is for, what it holds
and what became of that, the page itself finds out."""

from __future__ import annotations

import json
from typing import Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from custody.acts import ACT_TYPES
from custody.acts.parts import PARTS
from custody.errors import NotFound
from custody_api.station.pages import OpenPage
from custody_api.station.sheets.routes import about

WITHOUT_NETWORK: Final = "/field/offline"
"""Shown instead of a page that is not kept."""

TAKEN_DOWN: Final = ("seizure", "sealing", "blood-draw", "transfer")
"""The acts of the field."""

KEPT: Final = ("/field", WITHOUT_NETWORK, *(f"/field/do/{each}" for each in TAKEN_DOWN))
"""The pages that a device keeps."""

router = APIRouter(include_in_schema=False)


@router.get("/field")
def read_field(page: OpenPage) -> HTMLResponse:
    """What can be taken down here, and what of it is not in the ledger yet."""
    return page.render("field/field.html", acts=TAKEN_DOWN, act_types=sorted(ACT_TYPES))


@router.get("/field/do/{type_name}")
def read_field_sheet(type_name: str, page: OpenPage) -> HTMLResponse:
    """The sheet of an act of the field, begun by nobody yet. Raises NotFound for any other."""
    if type_name not in TAKEN_DOWN:
        raise NotFound("not-found/route", "There is nothing at this address.")
    parts = PARTS[type_name]
    signing = [name for name, part in parts.items() if part.capacities for _ in range(part.least)]
    begins = {"signers": [{"part": name, "person": ""} for name in signing]}
    taken = {name: sorted(parts[name].capacities) for name in signing}
    return page.render("field/sheet.html", begins=json.dumps(begins), parts_taken=json.dumps(taken),
                       **about(type_name, page.lang))  # fmt: skip


@router.get(WITHOUT_NETWORK)
def read_offline(page: OpenPage) -> HTMLResponse:
    """That this page needs the network, and what does not."""
    return page.render("field/offline.html")
