"""How control and manifests are shown: the parts of `custody.facts.shapes` that speak of them."""

from __future__ import annotations

from typing import Any

from custody.acts.entry import instant
from custody.facts.case import CaseFacts
from custody.facts.item import ItemFacts
from custody.facts.manifest import ManifestFacts

Shape = dict[str, Any]


def control_shape(item: ItemFacts) -> Shape:
    """Show control as an item's own manifests passed it on, and the line on which it is offered now.

    A line stands until it is answered or withdrawn; whether it expired is for the reader's clock.
    """
    own = item.controls[-1] if item.controls else None
    line = item.offer
    return {
        "control": own and {
            "agency": own.agency, "stage": own.stage, "document": own.document, "since": instant(own.since),
            "since_act": own.act, "position": own.index + 1,
        },
        "offer": line and {
            "manifest": line.manifest, "moves": line.moves, "sender": line.sender,
            "receiver": line.receiver.model_dump(), "expires_at": instant(line.expires_at), "act": line.act,
        },
    }  # fmt: skip


def controls_shape(item: ItemFacts) -> list[Shape]:
    """Show which agencies manifests made answer for an item, in turn; before the first, whoever leads the case."""
    return [
        {"agency": each.agency, "since": instant(each.since), "act": each.act, "position": each.index + 1}
        for each in item.controls
    ]


def in_stage(own: Shape | None, case: Shape) -> Shape:
    """Control as an item's own manifests or the case's opening gave it, at the stage the agency brought the case to."""
    first = case["stages"][0]
    control = own or {
        "agency": case["lead"], "stage": first["stage"], "document": None, "since": case["opened_at"],
        "since_act": case["opened_by"], "position": first["position"],
    }  # fmt: skip
    entered = [
        each["stage"]
        for each in case["stages"]
        if each["agency"] == control["agency"] and each["position"] > control["position"]
    ]
    return {**control, "stage": entered[-1]} if entered else control


def stages_shape(case: CaseFacts) -> Shape:
    """Show where a case stands and stood, whether that is final, and which instruments took effect in it."""
    return {
        "stage": case.stage,
        "stages": [
            {"stage": each.stage, "agency": each.agency, "act": each.act, "position": each.index + 1}
            for each in case.stages
        ],
        "final": case.final,
        "effective": [
            {"instrument": each.instrument, "agency": each.agency, "since": instant(each.since), "act": each.act}
            for each in case.effective.values()
        ],
    }


def manifest_shape(manifest: ManifestFacts) -> Shape:
    """Show a manifest and its lines. ``state`` is that of its lines; whether it expired is for the reader's clock."""
    return {
        "manifest": manifest.manifest,
        "offered_at": instant(manifest.offered_at),
        "offered_by": manifest.offered_by,
        "act": manifest.act,
        "sender": manifest.sender,
        "receiver": manifest.receiver.model_dump(),
        "stage": manifest.stage,
        "document": manifest.document,
        "expires_at": instant(manifest.expires_at),
        "state": manifest.state_at(manifest.offered_at),
        "lines": [
            {
                "item": item, "moves": line.moves, "state": line.state, "act": line.act, "reason": line.reason,
                "remark": line.remark, "proposal": line.proposal,
            }
            for item, line in manifest.lines.items()
        ],
    }  # fmt: skip
