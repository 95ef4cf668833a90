"""Correcting a recorded act: its own form, filled with how it reads now; what is changed there is what is corrected."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from custody import label
from custody.facts.amend import HEADER
from custody_api.station.flows.reading import reads_now
from custody_api.station.pages import Page, ThePage
from custody_api.station.sheets.forms import Field, form_of

FIXED: Final = frozenset({*HEADER, "attachments", "attestations"})
"""What no correction touches (rule I-24)."""

MOST_LINES: Final = 20
"""Lines of a list that are shown together."""

_LISTS: Final = ("items", "lines", "tubes", "children")

router = APIRouter()


@router.get("/acts/{act}/correct")
def read_correction(page: ThePage, act: str, line: int | None = None) -> HTMLResponse:
    """What an act says, to be corrected by who sees the whole of it; of a long list, one line. Raises NotFound."""
    reading, corrections = reads_now(page, act)
    body = reading.act.model_dump(mode="json", by_alias=True)
    listed = next((name for name in _LISTS if isinstance(body.get(name), list)), None)
    lines, first = len(body[listed]) if listed else 0, 0
    own = reading.act.own_items
    if listed and lines > MOST_LINES:
        first = line - 1 if line and 0 < line <= lines else lines
        body[listed], own = body[listed][first : first + 1], own[first : first + 1]
    data = {
        "target": act, "author": page.caller.person, "reads": {n: body[n] for n in body if n not in FIXED},
        "list": listed, "first": first, "voided": sorted(reading.voided), "things": things(page, own),
    }  # fmt: skip
    return page.render(
        "sheets/correction.html", data=data, form=form_of(reading.act.act), fields=fields(reading.act.act), act=act,
        corrections=corrections, lines=lines, line=line, most=MOST_LINES,
    )  # fmt: skip


def fields(type_name: str) -> tuple[Field, ...]:
    """The fields of an act that a correction may change, in reading order."""
    return tuple(each for each in form_of(type_name).fields if each.name not in FIXED)


def things(page: Page, items: tuple[str, ...]) -> dict[str, Any]:
    """What the things of an act are called, by id, as far as the reader sees them."""
    known = page.registers.those(set(items))
    return {each["item"]: f"{each['description']} · {label.spaced(each['code'])}" for each in known}
