"""What OpenAPI says of people and places."""

from __future__ import annotations

from typing import Final

from custody_api.documented import Json, listing, resource

_SHOWN_PERSON: Final[Json] = {
    "person": "cen-01", "agency": "center", "subject": "person", "left": False,
    "capacities": [{"capacity": "custodian", "licence": None, "expires": None}], "places": ["ST1C7V0N2R5TQKM4"],
}  # fmt: skip
_SHOWN_PLACE: Final[Json] = {
    "place": "ST1C7V0N2R5TQKM4", "name": "大库", "parent": None, "agency": "center", "class": "general",
    "dual_control": False, "temperature": None,
}  # fmt: skip

PERSON: Final = resource("The person.", {**_SHOWN_PERSON, "keys": [], "items": 3})
PEOPLE: Final = listing("people", "People, ordered by id.", _SHOWN_PERSON)
PLACE: Final = resource("The place.", {**_SHOWN_PLACE, "items": 400})
PLACES: Final = listing("places", "Places, ordered by id.", _SHOWN_PLACE)
