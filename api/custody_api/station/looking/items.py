"""An item: what it is, where it is and was, who answers for it, what is due, and its chain of custody as a picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from custody.access.rights import Sight
from custody.access.shown import as_thing, history_of_thing
from custody.ledger.history import Moment, gathered, history_at, item_at
from custody.ledger.past import recorded_from
from custody.ledger.reader import Reader
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


@dataclass(frozen=True, slots=True)
class Told:
    """An item as far as its reader sees it: ``whole``, or the thing; and what of it is read from the log."""

    item: Shape
    history: Shape
    whole: bool
    reader: Reader


@router.get("/items/{id_or_code}")
def show_item(id_or_code: str, page: ThePage, moment: AtMoment) -> HTMLResponse:
    """An item by its id or any code it ever bore, now or at a moment. Raises NotFound."""
    clock = page.context.ledger.clock()
    told = _then(page, id_or_code, moment) if moment else _now(page, id_or_code, clock)
    item, history, whole = told.item, told.history, told.whole
    line = timeline(
        history, now=min(each for each in (moment.as_of, moment.known_at, clock) if each) if moment else clock,
        lead=_lead(page, item, history, whole), defects=item["defects"] if whole else None,
    )  # fmt: skip
    return page.render(
        "looking/item.html", item=item, asked=item.get("asked"), history=history, line=line, whole=whole,
        photos=_photos(page, told.reader, item["item"], history["acts"]) if whole else [],
        sensible=[] if moment else numbered(acts_on("item", item, page.caller), [("item", item["item"])], thing=item),
        deadlines=item["deadlines"] if whole and moment is None else [],
        as_of=moment.as_of if moment else None, known_at=moment.known_at if moment else None,
    )  # fmt: skip


def _now(page: Page, id_or_code: str, at: datetime) -> Told:
    item, history = page.registers.item_file(id_or_code, at)
    whole = "holds" in item
    return Told(item, history if whole else history_of_thing(history), whole, page.context.ledger.recorder)


def _then(page: Page, id_or_code: str, moment: Moment) -> Told:
    """The item and its history at a moment; the past is read by who may read the present."""
    name, sight, asked = page.registers.named_item(id_or_code)
    reader = gathered(page.context.ledger.recorder, name, page.registers.ancestors)
    item, history = {**item_at(reader, name, moment), "asked": asked}, history_at(reader, name, moment)
    if sight is Sight.WHOLE:
        return Told(item, history, True, reader)
    return Told(as_thing(item), history_of_thing(history), False, reader)


def _lead(page: Page, item: Shape, history: Shape, whole: bool) -> str | None:
    """The agency that leads the case, as far as that is told: it answers for an item before any manifest."""
    if not history["controls"]:
        return str(item["control"]["agency"]) if item.get("control") else None
    case = page.registers.cases_named([item["case"]]).get(item["case"]) if whole else None
    return str(case["lead"]) if case else None


def _photos(page: Page, reader: Reader, item: str, acts: Sequence[Shape]) -> list[Shape]:
    """The photographs that acts name for an item, newest first: of acts that the reader sees the whole of."""
    positions = {each["position"] for each in (*acts[:1], *acts[1 - _LOOKED_AT :])}
    found: dict[str, Shape] = {}
    rows = reader.rows_at(sorted(positions))
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
