"""Places and people: what should be where, and who holds what."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from custody.errors import NotFound
from custody_api.answers import Shape
from custody_api.sense import acts_on
from custody_api.station.looking.listing import given, listed, some
from custody_api.station.pages import Page, ThePage
from custody_api.station.scanning.cards import numbered

router = APIRouter()

_WITHIN: Final = 20
"""So many of the places that stand in one are shown on its page; the rest are behind a link."""


@router.get("/places")
def list_places(page: ThePage, agency: str = "", within: str = "", after: str | None = None) -> HTMLResponse:
    """Places by their ids; those of one agency, or those that stand in one place."""
    wanted = given(agency=agency, within=within)
    places = listed(page, lambda limit: page.registers.places(**wanted, after=after, limit=limit), "place")
    return page.render("looking/places.html", places=places, wanted=wanted)


@router.get("/places/{place}")
def show_place(place: str, page: ThePage, after: str | None = None) -> HTMLResponse:
    """A place, and what should be there now. Raises NotFound."""
    found = page.registers.place(place)
    name = found["place"]
    items = listed(page, lambda limit: page.registers.place_items(name, after=after, limit=limit), "item")
    return page.render(
        "looking/place.html", place=found, items=items, above=_above(page, found["parent"]),
        sensible=numbered(acts_on("place", found, page.caller), [("place", name)]),
        within=some(page.registers.places(within=name, limit=_WITHIN + 1), f"/places?within={name}", _WITHIN),
    )  # fmt: skip


def _above(page: Page, parent: str | None) -> Shape | None:
    """What a place stands in, as far as it is seen."""
    try:
        return page.registers.place(parent) if parent else None
    except NotFound:
        return None


@router.get("/people")
def list_people(page: ThePage, agency: str = "", after: str | None = None) -> HTMLResponse:
    """People and systems by their ids; those of one agency."""
    wanted = given(agency=agency)
    people = listed(page, lambda limit: page.registers.people(**wanted, after=after, limit=limit), "person")
    return page.render("looking/people.html", people=people, wanted=wanted)


@router.get("/people/{person}")
def show_person(person: str, page: ThePage, after: str | None = None) -> HTMLResponse:
    """A person or a system: capacities, keys, and what he holds now. Raises NotFound."""
    found = page.registers.person(person)
    items = listed(page, lambda limit: page.registers.person_items(person, after=after, limit=limit), "item")
    return page.render("looking/person.html", person=found, items=items)
