"""The search box: a label's code, a case, a person, a place or a manifest leads there; words find items."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Query
from starlette.responses import RedirectResponse, Response

from custody import label
from custody.errors import NotFound
from custody.registers.reading import Registers
from custody_api.station.looking.listing import Listing, listed
from custody_api.station.pages import Page, ThePage

router = APIRouter()

_LABELLED: Final[dict[str, tuple[str, Callable[[Registers, str], object]]]] = {
    "EV1": ("items", Registers.item), "ST1": ("places", Registers.place), "KT1": ("kits", Registers.kit),
    "MF1": ("manifests", Registers.manifest),
}  # fmt: skip
"""The beginning of a code → where what it is on is shown, and what knows it."""


@router.get("/search")
def find(page: ThePage, q: Annotated[str, Query(max_length=200)] = "", after: str | None = None) -> Response:
    """What is found by a text. One that names something exactly leads there."""
    asked = unicodedata.normalize("NFC", q).strip()
    if asked and not after and (to := exactly(page, asked)) is not None:
        return RedirectResponse(to, 303)
    items = listed(page, lambda n: page.registers.items(q=asked, after=after, limit=n), "item") if asked else None
    return page.render("looking/search.html", asked=asked, items=items or Listing((), None))


def exactly(page: Page, asked: str) -> str | None:
    """The address of what a text names: by its label's code or id, its reference, or who it is."""
    code = "".join(unicodedata.normalize("NFKC", asked).upper().split())
    if code[:3] in _LABELLED and len(code) in (label.ID_LENGTH, label.CODE_LENGTH):
        path, known = _LABELLED[code[:3]]
        ways = [(path, code, known)]
    else:
        ways = [("cases", asked, Registers.case), ("people", asked, Registers.person)]
    for path, name, known in ways:
        try:
            known(page.registers, name)
        except NotFound:
            continue
        return f"/{path}/{quote(name, safe='')}"
    return None
