"""How blood kits and examinations are shown."""

from __future__ import annotations

from typing import Any

from custody.acts.entry import instant
from custody.facts.case import KitFacts
from custody.facts.examination import Examinations

Shape = dict[str, Any]


def kit_shape(kit: KitFacts) -> Shape:
    """Show a blood kit and its tubes as they were drawn, and where each was sent."""
    return {
        "kit": kit.kit,
        "case": kit.case,
        "drawn_by": kit.drawn_by,
        "tubes": [
            {
                "item": item,
                **tube.model_dump(mode="json", exclude={"code"}),
                "laboratory": kit.dispatched.get(item),
                "examiners": sorted(kit.examiners.get(item, ())),
            }
            for item, tube in kit.tubes.items()
        ],
        "examined": examined_shape(kit.examined),
    }


def examined_shape(examined: Examinations) -> Shape:
    """Show results, who was told, and what was decided on examining anew. A sealed value is null."""
    return {
        "results": [
            {
                "act": each.act, "item": each.item, "at": instant(each.at), "opinion": each.opinion,
                "value": each.value, "unit": each.unit, "method": each.method, "examiners": sorted(each.examiners),
                "residual": each.residual.model_dump() if each.residual else None, "consumed": each.consumed,
            }
            for each in examined.results
        ],
        "notices": [
            {"act": each.act, "result": each.result, "at": instant(each.at), "capacity": each.capacity,
             "manner": each.manner, "response": each.response}
            for each in examined.notices
        ],
        "reexaminations": [
            {"request": each.request, "item": each.item, "at": instant(each.at) if each.at else None,
             "ground": each.ground, "decision": each.decision, "decided_by": each.decided_by,
             "specimen": each.specimen, "laboratory": each.laboratory}
            for each in examined.anew
        ],
    }  # fmt: skip
