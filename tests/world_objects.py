"""More verbs for stories: instruments, measures, dividing, discrepancies. Each takes the world it happens in."""

from __future__ import annotations

from typing import Any

from custody.acts.values import encode
from custody.ledger.history import item_at
from custody.ledger.ledger import Receipt
from world import World


def registers(world: World, case: str, reference: str, level: str | None = "responsible-person", **fields: Any) -> str:
    """Register an instrument of a case, signed by an approver of its level; returns its reference."""
    approver = {"unit-head": "刘振", "responsible-person": "沈建国"}.get(level or "")
    parts = {"approver": approver} if approver else {}
    shown = [] if approver else [PAPER]
    world.act(
        {
            "act": "instrument", "case": case, "reference": reference, "type": "seizure-decision",
            "issuer": "江州市公安局云岭分局", "approver_level": level, "date": "2026-03-12",
            "attachment": PAPER["sha256"] if shown else None, "attachments": shown,
            "signers": world.signers(officer="周远", **parts), **fields,
        }
    )  # fmt: skip
    return reference


PAPER = {"sha256": "7d" * 32, "media_type": "application/pdf", "size_bytes": 1 << 17, "kind": "document"}


def extends(world: World, items: list[str], until: str, instrument: str | None = None, **fields: Any) -> Receipt:
    """Extend the measure on items to a later day."""
    return world.act(
        {
            "act": "measure-change", "items": items, "change": {"kind": "extend", "expires": until},
            "instrument": instrument, "reason": "案情复杂，调查尚未终结",
            "signers": world.signers(officer="周远", approver="沈建国"), **fields,
        }
    )  # fmt: skip


def lifts_measure(world: World, items: list[str], **fields: Any) -> Receipt:
    """Lift the measure on items."""
    return world.act(
        {
            "act": "measure-change", "items": items, "change": {"kind": "lift"}, "instrument": None,
            "reason": "查明与案件无关", "signers": world.signers(officer="周远", approver="沈建国"), **fields,
        }
    )  # fmt: skip


def child(world: World, quantity: str, unit: str = "g", **fields: Any) -> dict[str, Any]:
    """What a division sets apart, under a fresh code."""
    return {
        "code": world.code(), "category": "drugs", "description": "取样", "quantity": quantity, "unit": unit,
        "evidential": True, "seal": world.seal(), **fields,
    }  # fmt: skip


def in_control(world: World, item: str) -> dict[str, Any] | None:
    """The agency to which a manifest has passed an item, as an act states it; None while the leading one has it."""
    shown = item_at(world.ledger.recorder, item)["control"] if world.facts(item).controls else None
    return shown and {name: shown[name] for name in ("agency", "stage", "document")}


def division(
    world: World, parent: str, remainder: str, children: list[dict[str, Any]], by: str | list[str] | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """The draft of a division, in the hands or the place where the parent is."""
    known = world.facts(parent)
    held_by: dict[str, Any] = {known.holder.kind: known.holder.id} if known.holder else {"person": "psb-0211"}
    if "outside" in held_by:  # sealed once more, with another salt
        held_by = {"outside": {"disclose": "涉案款专户 0017"}}
    return {
        "act": "division", "case": known.case, "measure": known.measure, "kind": "sample", "parent": parent,
        "remainder": remainder, "children": children, "loss": "0", "gain": "0", "held_by": held_by,
        "weighing": None, "reason": "取样送检", "control": in_control(world, parent),
        "signers": world.signers(divider=by or ["周远", "何苗"]), **fields,
    }  # fmt: skip


def divides(
    world: World, parent: str, remainder: str, children: list[dict[str, Any]], by: str | list[str] | None = None,
    **fields: Any,
) -> list[str]:
    """Divide an item; returns the ids of the children."""
    world.act(division(world, parent, remainder, children, by, **fields))
    return [each["code"][:16] for each in children]


def reclassifies(world: World, item: str, **fields: Any) -> Receipt:
    """See an item as something else."""
    return world.act(
        {
            "act": "reclassification", "item": item, "evidential": None, "category": None, "standing": None,
            "instrument": None, "reason": "经审查认定", "signers": world.signers(officer="周远", approver="刘振"),
            **fields,
        }
    )  # fmt: skip


def raises(world: World, case: str | None, items: list[str], kind: str, by: str = "梁静", **fields: Any) -> str:
    """Raise a discrepancy; returns its act."""
    envelope = fields.pop("envelope", None)
    report = {
        "step": "raised", "kind": kind, "facts": fields.pop("facts", []),
        "envelope": encode(envelope) if envelope else None,
    }  # fmt: skip
    return world.act(
        {
            "act": "discrepancy", "case": case, "items": items, "report": report, "statement": "现场核对发现不符",
            "signers": world.signers(reporter=by), **fields,
        }
    ).act  # fmt: skip


def explains(world: World, raised: str, items: list[str], by: str = "周远", **fields: Any) -> Receipt:
    """Explain a discrepancy."""
    return world.act(
        {
            "act": "discrepancy", "case": None, "items": items, "statement": "情况说明",
            "report": {"step": "explained", "discrepancy": raised}, "signers": world.signers(reporter=by), **fields,
        }
    )  # fmt: skip


def closes(
    world: World, raised: str, items: list[str], outcome: str, responsibility: str | None = None, **fields: Any
) -> Receipt:
    """Close a discrepancy; a loss with the supervisor."""
    parts = {"reviewer": "高岚", **({"supervisor": "江监督"} if outcome == "lost" else {})}
    report = {"step": "closed", "discrepancy": raised, "outcome": outcome, "responsibility": responsibility}
    return world.act(
        {
            "act": "discrepancy", "case": None, "items": items, "statement": "核查完毕", "report": report,
            "signers": world.signers(**parts), **fields,
        }
    )  # fmt: skip
