"""An act: what was said, by whom, with which defects, and what amended it; its proof is verified in the browser."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from custody.access.rights import Sight
from custody.acts.act import Act
from custody.acts.parts import PARTS
from custody.rules.oversight import UNCORRECTABLE
from custody_api.routes.recorded import decoded, seen_act
from custody_api.station.looking import proving
from custody_api.station.pages import ThePage
from custody_api.station.sheets.sentences import sentences

router = APIRouter()
router.include_router(proving.router)

_HEADER: Final = frozenset(Act.model_fields)
"""What every act has stands in places of its own on the page."""


@router.get("/acts/{act_id}")
def show_act(act_id: str, page: ThePage) -> HTMLResponse:
    """An act by its id; of one of which only the thing is seen, what its entry says. Raises NotFound."""
    ledger, registers = page.context.ledger, page.registers
    row, sight = seen_act(ledger, registers, act_id)
    shown = decoded(row)
    whole = sight is Sight.WHOLE
    act = shown["act"] if whole else None
    told = registers.defects(act=act_id) if whole and shown["defects"] else []
    return page.render(
        "looking/act.html", shown=shown, act=act, whole=whole, parts_of=PARTS.get(shown["type"], {}),
        fields={name: value for name, value in act.items() if name not in _HEADER} if act else {},
        said=sentences(act, page.lang) if act else [],
        subjects=registers.touched([row.position])[row.position], defects={each["id"]: each for each in told},
        correctable=whole and shown["type"] not in UNCORRECTABLE,
        corrections=registers.corrections(act_id, row.position) if whole else [],
    )  # fmt: skip
