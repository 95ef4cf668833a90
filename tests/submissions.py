"""Signed acts as clients send them."""

from __future__ import annotations

import json
from typing import Any

from custody.authoring import Prepared
from world import World


def submission(world: World, draft: dict[str, Any], **header: Any) -> dict[str, Any]:
    """Complete and sign a draft; the body of a POST."""
    prepared = world.prepare(draft, **header)
    world.clock.forward(minutes=1)
    return body_of(prepared, world.sign(prepared))


def body_of(prepared: Prepared, envelope: bytes) -> dict[str, Any]:
    """An envelope and its disclosures as they are sent."""
    return {
        "envelope": json.loads(envelope),
        "disclosures": [each.as_json() for each in prepared.disclosures],
    }


def a_case(world: World, case: str, **header: Any) -> dict[str, Any]:
    """The body of a case-opening: an act that depends on no other."""
    draft = {
        "act": "case-opening", "case": case, "kind": "criminal", "lead": "psb-yunling",
        "officers": [world.id_of("周远")], "legal_reviewer": world.id_of("高岚"), "incident": None,
        "intake": None, "minor": False, "signers": world.signers(officer="周远"),
    }  # fmt: skip
    return submission(world, draft, **header)
