"""An item: what it is, where it is and was, who answers for it, what is due, and its chain of custody as a picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from custody.access.rights import Sight
from custody.access.shown import as_thing, history_of_thing
from custody.errors import NotFound
from custody.ledger.history import Moment, history_at, item_at
from custody.ledger.past import recorded_from
from custody.signing import read_envelope
from custody_api.answers import Shape
from custody_api.past import AtMoment
from custody_api.sense import acts_on
from custody_api.station.looking.timeline import timeline
from custody_api.station.pages import Page, ThePage
from custody_api.station.scanning.cards import numbered

router = APIRouter()

MOST_PHOTOS: Final = 6
_SHOWN_AS_IT_IS: Final = ("image/jpeg", "image/png", "image/webp")
_LOOKED_AT: Final = 4
"""So many acts are read for photographs: the first on an item, and the last."""


@router.get("/items/{id_or_code}")
def show_item(id_or_code: str, page: ThePage, moment: AtMoment) -> HTMLResponse:
    """An item by its id or any code it ever bore, now or at a moment. Raises NotFound."""
    now = page.registers.item(id_or_code)  # also where the past is asked for: it is read by who may read it now
    whole, clock = "holds" in now, page.context.ledger.clock()
    item, history = _at(page, now, whole, moment)
    line = timeline(
        history, now=min(each for each in (moment.as_of, moment.known_at, clock) if each) if moment else clock,
        lead=_lead(page, item, history, whole), defects=item["defects"] if whole else None,
    )  # fmt: skip
    return page.render(
        "looking/item.html", item=item, asked=now.get("asked"), history=history, line=line, whole=whole,
        photos=_photos(page, item["item"], history["acts"]) if whole else [],
        sensible=[] if moment else numbered(acts_on("item", now, page.caller), [("item", now["item"])], thing=now),
        deadlines=page.registers.deadlines(at=clock, item=item["item"]) if whole and moment is None else [],
        as_of=moment.as_of if moment else None, known_at=moment.known_at if moment else None,
    )  # fmt: skip


def _at(page: Page, now: Shape, whole: bool, moment: Moment | None) -> tuple[Shape, Shape]:
    """The item and its history, now or at a moment, as far as they are seen."""
    name = now["item"]
    if moment is None:
        item, history = now, page.registers.history(name)
    else:
        reader = page.context.ledger.recorder
        item, history = item_at(reader, name, moment), history_at(reader, name, moment)
    return (item, history) if whole else (as_thing(item), history_of_thing(history))


def _lead(page: Page, item: Shape, history: Shape, whole: bool) -> str | None:
    """The agency that leads the case, as far as that is told: it answers for an item before any manifest."""
    if not history["controls"]:
        return str(item["control"]["agency"]) if item.get("control") else None
    try:
        return str(page.registers.case(item["case"])["lead"]) if whole else None
    except NotFound:
        return None


def _photos(page: Page, item: str, acts: Sequence[Shape]) -> list[Shape]:
    """The photographs that acts name for an item, newest first: of acts that the reader sees the whole of."""
    positions = {each["position"] for each in (*acts[:1], *acts[1 - _LOOKED_AT :])}
    found: dict[str, Shape] = {}
    rows = page.context.ledger.recorder.rows_at(sorted(positions))
    whole = page.registers.seen_acts([recorded_from(each) for each in rows], Sight.WHOLE)
    for row in (each for each in rows if each.position - 1 in whole):
        act = json.loads(read_envelope(row.envelope).payload)
        theirs = _theirs(act, item)
        for each in act["attachments"]:
            shows = each["kind"] == "photo" and each["media_type"] in _SHOWN_AS_IT_IS
            if shows and (theirs is None or each["sha256"] in theirs):
                found[each["sha256"]] = {**each, "act": act["id"], "occurred_at": act["occurred_at"]}
    return list(reversed(found.values()))[:MOST_PHOTOS]


def _theirs(act: Shape, item: str) -> set[str] | None:
    """The photographs that an act says are of an item; None where it says of none whose they are."""
    lines = [each for name in ("items", "lines", "children") for each in act.get(name) or [] if isinstance(each, dict)]
    if not any(each.get("photos") for each in lines):
        return None
    own = (each for each in lines if item in (each.get("item"), str(each.get("code"))[:16]))
    return {photo for each in own for photo in each.get("photos") or []}
