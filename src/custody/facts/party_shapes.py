"""How places, persons and keys are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from custody.acts.entry import instant
from custody.facts.parties import KeyFacts, PersonFacts, PlaceFacts

Shape = dict[str, Any]


def place_shape(place: PlaceFacts) -> Shape:
    """Show a place."""
    return {
        "place": place.place,
        "name": place.name,
        "parent": place.parent,
        "agency": place.agency,
        "class": place.place_class,
        "dual_control": place.dual_control,
        "temperature": place.temperature.model_dump() if place.temperature else None,
        "registered_at": place.registered_at + 1,
    }


def person_shape(person: PersonFacts) -> Shape:
    """Show a person or a system; the name is sealed, and the keys have facts of their own."""
    grants: Mapping[str, Any] = person.capacities
    return {
        "person": person.person,
        "agency": person.agency,
        "subject": person.subject,
        "unit": person.unit,
        "left": person.left,
        "capacities": [grant.model_dump(mode="json") for _, grant in sorted(grants.items())],
        "places": sorted(person.places),
        "enrolled_at": person.enrolled_at + 1,
    }


def key_shape(key: KeyFacts) -> Shape:
    """Show a key: of which kind, who enrolled it, at which position, and whether it still signs."""
    return {
        "key": key.key.key_id,
        "kind": key.kind,
        "passkey": key.passkey.model_dump(mode="json") if key.passkey else None,
        "live": key.live,
        "enrolled_by": key.enrolled_by,
        "enrolled_at": key.enrolled_at + 1,
        "revoked_at": None if key.revoked_at is None else key.revoked_at + 1,
        "doubted_since": instant(key.doubted_since) if key.doubted_since else None,
    }
