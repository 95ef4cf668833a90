"""Offers and their answers, line by line; and the photographs of what stands on a line."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Annotated, Final, get_args

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, JSONResponse

from custody import label
from custody.access.rights import Sight
from custody.acts.act import Act, Attachment
from custody.acts.control import Offer, RefusalReason, Stage
from custody.acts.taking import Seizure
from custody.facts.shapes import Shape
from custody.ledger.past import recorded_from
from custody.registers.reading import MOST
from custody_api.station.flows.intake import line_of
from custody_api.station.pages import Page, ThePage
from custody_api.station.words import N_

SHOWN: Final = 12
"""Photographs of one item."""

MOVES: Final = {
    "both": N_("thing and responsibility"), "custody": N_("the thing alone"), "control": N_("on paper: responsibility"),
}  # fmt: skip

router = APIRouter()


@router.get("/offers/new")
def read_offer(
    page: ThePage, case: str = "", item: Annotated[list[str] | None, Query(max_length=500)] = None
) -> HTMLResponse:
    """A manifest being made: to whom, by which document, line by line; perhaps beginning with some things."""
    found = page.registers.items(case=case, limit=MOST) if case else []
    data = {
        "begun": [line_of(each) for each in page.registers.those(item or ()) if not each["offer"]],
        "manifest": label.make("manifest", secrets.token_bytes(9)), "sender": page.caller.agency,
        "deliverer": page.caller.person, "case": case,
        "known": [line_of(each) for each in found if each["status"] != "voided"],
    }  # fmt: skip
    return page.render("flows/offer.html", data=data, stages=get_args(Stage), moves=MOVES)


@router.get("/offers/{manifest}/answer")
def read_answer(page: ThePage, manifest: str) -> HTMLResponse:
    """The lines of a manifest that wait for an answer. Raises NotFound."""
    found, lines = open_lines(page, manifest)
    data = {"manifest": found["manifest"], "receiver": page.caller.person, "lines": lines}
    return page.render(
        "flows/answer.html", offer=found, data=data, reasons=get_args(RefusalReason), moves=MOVES,
        state=found["state"],
    )  # fmt: skip


@router.get("/offers/{manifest}/withdraw")
def read_withdrawal(page: ThePage, manifest: str) -> HTMLResponse:
    """The lines of a manifest that can still be taken back. Raises NotFound."""
    found, lines = open_lines(page, manifest)
    data = {"manifest": found["manifest"], "deliverer": page.caller.person, "lines": lines}
    return page.render("flows/withdrawal.html", offer=found, data=data)


@router.get("/offers/photographs/{item}")
def read_photographs(page: ThePage, item: str) -> HTMLResponse:
    """A part of a page: the photographs of an item that the reader may look at. Raises NotFound."""
    return page.render("flows/photographs.html", photos=photographs(page, [item])[item])


@router.get("/offers/attached")
def read_attached(page: ThePage, item: Annotated[list[str], Query(max_length=50)]) -> JSONResponse:
    """The photographs of some items as an act attaches them: whoever reads the offer then sees them.

    Raises NotFound.
    """
    found = photographs(page, item)
    shown = {each: [photo.model_dump(mode="json") for photo in photos] for each, photos in found.items()}
    return JSONResponse(shown, headers={"Cache-Control": "no-store"})


def open_lines(page: Page, manifest: str) -> tuple[Shape, list[Shape]]:
    """A manifest, and its lines that are open, each with its item. Raises NotFound."""
    found = page.registers.manifest(manifest, at=page.context.ledger.clock())
    things = {each["item"]: each for each in page.registers.items(manifest=found["manifest"], limit=MOST)}
    lines = [
        {**line_of(things[each["item"]]), "moves": each["moves"], "proposal": each["proposal"]}
        for each in found["lines"] if each["state"] == "open" and each["item"] in things
    ]  # fmt: skip
    return found, lines


def photographs(page: Page, items: Sequence[str]) -> dict[str, list[Attachment]]:
    """The photographs of each of some items, the newest first: on its line of a list or of an offer, or with an act on
    it alone; of acts that the reader sees the whole of. Raises NotFound."""
    on = page.registers.positions_on(items)
    wanted = sorted({position for positions in on.values() for position in positions})
    acts = {row.position: recorded_from(row) for row in page.context.ledger.recorder.rows_at(wanted)}
    naming = {item: {at: photographs_in(acts[at].act, item) for at in reversed(on[item])} for item in items}
    read = {at for named in naming.values() for at, names in named.items() if names}
    whole = page.registers.seen_acts([acts[position] for position in sorted(read)], Sight.WHOLE)
    found: dict[str, list[Attachment]] = {}
    for item, named in naming.items():
        photos: dict[str, Attachment] = {}
        for position, names in named.items():
            if position - 1 in whole:
                new = set(names) - photos.keys()
                photos |= {each.sha256: each for each in acts[position].act.attachments if each.sha256 in new}
        found[item] = list(photos.values())[:SHOWN]
    return found


def photographs_in(act: Act, item: str) -> Sequence[str]:
    """The SHA-256 of the photographs of one item that an act names."""
    lines = act.items if isinstance(act, Seizure) else act.lines if isinstance(act, Offer) else ()
    own = [sha for line in lines if line.item == item for sha in line.photos]
    if own or set(act.own_items) != {item}:
        return own
    return [each.sha256 for each in act.attachments if each.media_type.startswith("image/")]
