"""Places and people: what should be where, and who holds what."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from custody_api.station.looking.listing import given, listed
from custody_api.station.pages import ThePage
from custody_api.station.scanning.cards import numbered
from custody_api.station.scanning.sense import acts_on

router = APIRouter()

_WITHIN: Final = 200
"""So many places of an agency are looked through for those that stand in one."""


@router.get("/places")
def list_places(page: ThePage, agency: str = "", after: str | None = None) -> HTMLResponse:
    """Places by their ids; those of one agency."""
    wanted = given(agency=agency)
    places = listed(page, lambda limit: page.registers.places(**wanted, after=after, limit=limit), "place")
    return page.render("looking/places.html", places=places, wanted=wanted)


@router.get("/places/{place}")
def show_place(place: str, page: ThePage, after: str | None = None) -> HTMLResponse:
    """A place, and what should be there now. Raises NotFound."""
    found = page.registers.place(place)
    name = found["place"]
    items = listed(page, lambda limit: page.registers.place_items(name, after=after, limit=limit), "item")
    others = page.registers.places(agency=found["agency"], limit=_WITHIN)
    return page.render(
        "looking/place.html", place=found, items=items,
        sensible=numbered(acts_on("place", found, page.caller), [("place", name)]),
        within=[each for each in others if each["parent"] == name],
        above=next((each for each in others if each["place"] == found["parent"]), None),
    )  # fmt: skip


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
