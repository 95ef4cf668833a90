"""People and places: who they are, what they hold now."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from custody_api import documented_parties as documented
from custody_api.answers import Listed, one
from custody_api.callers import TheRegisters
from custody_api.documented import ITEMS
from custody_api.lists import TheLists

router = APIRouter(prefix="/v1", tags=["people and places"])


class OfAgency(Listed):
    """Which people or places."""

    agency: str | None = None


@router.get("/people", **documented.PEOPLE)
def search_people(lists: TheLists, wanted: Annotated[OfAgency, Query()], registers: TheRegisters) -> Response:
    """People and systems by id, without their keys. Names are sealed."""
    return lists.answer(
        "people", wanted, lambda after, limit: registers.people(agency=wanted.agency, after=after, limit=limit),
        "person",
    )  # fmt: skip


@router.get("/people/{person}", **documented.PERSON)
def read_person(person: str, request: Request, registers: TheRegisters) -> Response:
    """A person or system: capacities, places, keys and who enrolled each; ``items`` counts what is held now."""
    return one(request, registers.person(person))


@router.get("/people/{person}/items", **ITEMS)
def read_person_items(
    person: str, lists: TheLists, wanted: Annotated[Listed, Query()], registers: TheRegisters
) -> Response:
    """What a person holds now."""
    return lists.answer(
        "items", wanted, lambda after, limit: registers.person_items(person, after=after, limit=limit), "item"
    )


@router.get("/places", **documented.PLACES)
def search_places(lists: TheLists, wanted: Annotated[OfAgency, Query()], registers: TheRegisters) -> Response:
    """Places by id."""
    return lists.answer(
        "places", wanted, lambda after, limit: registers.places(agency=wanted.agency, after=after, limit=limit), "place"
    )


@router.get("/places/{place}", **documented.PLACE)
def read_place(place: str, request: Request, registers: TheRegisters) -> Response:
    """A place; ``items`` counts what lies in it."""
    return one(request, registers.place(place))


@router.get("/places/{place}/items", **ITEMS)
def read_place_items(
    place: str, lists: TheLists, wanted: Annotated[Listed, Query()], registers: TheRegisters
) -> Response:
    """What lies in a place now."""
    return lists.answer(
        "items", wanted, lambda after, limit: registers.place_items(place, after=after, limit=limit), "item"
    )
