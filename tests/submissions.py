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


def hand_over(world: World, item: str, giver: str, taker: str, seal: str = "none") -> dict[str, Any]:
    """The draft of a transfer of a thing that the ledger may not know yet."""
    return {
        "act": "transfer", "lines": [{"item": item, "condition": "完好", "seal_seen": seal}], "purpose": "交接",
        "from": {"person": world.id_of(giver)}, "to": {"person": world.id_of(taker)},
        "signers": world.signers(deliverer=giver, receiver=taker),
    }  # fmt: skip


def three_hands(world: World, case: str) -> tuple[str, list[Prepared]]:
    """A phone and its way without a network: 周远 seizes it, hands it to 孙凯, and 孙凯 to 梁静, who was not there when
    it was seized. Nobody saw the ledger meanwhile; each act names the one before that its giver signed."""
    line, prepared = world.item(seal=None), list[Prepared]()
    item = line["code"][:16]
    for draft in (
        world.seizure(case, [line]), hand_over(world, item, "周远", "孙凯"), hand_over(world, item, "孙凯", "梁静"),
    ):  # fmt: skip
        prepared.append(world.prepare(draft, follows=[each.act.id for each in prepared[-1:]]))
        world.clock.forward(minutes=5)
    return item, prepared
