"""People and places: who they are, what they hold now."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from custody_api import documented
from custody_api.answers import Paged, one, page
from custody_api.callers import TheRegisters

router = APIRouter(prefix="/v1", tags=["people and places"])


class OfAgency(Paged):
    """Which people or places."""

    agency: str | None = None


@router.get("/people", **documented.PEOPLE)
def search_people(request: Request, wanted: Annotated[OfAgency, Query()], registers: TheRegisters) -> Response:
    """People and systems by id, without their keys. Names are sealed."""
    found = registers.people(agency=wanted.agency, after=wanted.after, limit=wanted.limit + 1)
    return page(request, "people", found, wanted.limit, lambda each: each["person"])


@router.get("/people/{person}", **documented.PERSON)
def read_person(person: str, request: Request, registers: TheRegisters) -> Response:
    """A person or system: capacities, places, keys and who enrolled each; ``items`` counts what is held now."""
    return one(request, registers.person(person))


@router.get("/people/{person}/items", **documented.ITEMS)
def read_person_items(
    person: str, request: Request, wanted: Annotated[Paged, Query()], registers: TheRegisters
) -> Response:
    """What a person holds now."""
    found = registers.person_items(person, after=wanted.after, limit=wanted.limit + 1)
    return page(request, "items", found, wanted.limit, lambda each: each["item"])


@router.get("/places", **documented.PLACES)
def search_places(request: Request, wanted: Annotated[OfAgency, Query()], registers: TheRegisters) -> Response:
    """Places by id."""
    found = registers.places(agency=wanted.agency, after=wanted.after, limit=wanted.limit + 1)
    return page(request, "places", found, wanted.limit, lambda each: each["place"])


@router.get("/places/{place}", **documented.PLACE)
def read_place(place: str, request: Request, registers: TheRegisters) -> Response:
    """A place; ``items`` counts what lies in it."""
    return one(request, registers.place(place))


@router.get("/places/{place}/items", **documented.ITEMS)
def read_place_items(
    place: str, request: Request, wanted: Annotated[Paged, Query()], registers: TheRegisters
) -> Response:
    """What lies in a place now."""
    found = registers.place_items(place, after=wanted.after, limit=wanted.limit + 1)
    return page(request, "items", found, wanted.limit, lambda each: each["item"])
