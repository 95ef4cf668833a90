"""Verbs for stories about loans, observations, results and re-examinations, told in a `World`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from custody.facts.kinds import Need
from custody.ledger.ledger import Receipt
from world import CST, World

SECOND_EXAMINER = "lab1-09"
"""陆涛, the second examiner of the first laboratory; enrolled by `joins`."""


def on(world: World, month: int, day: int, hour: int, minute: int = 0) -> None:
    """Let it be this time of 2026."""
    world.clock.now = datetime(2026, month, day, hour, minute, tzinfo=CST)


def joins(world: World, person: str, agency: str, capacity: str = "examiner") -> str:
    """Somebody new joins an agency, with a key and one capacity; returns the person's id."""
    public = world.new_key(person)
    admin = world.admin_of(agency)
    world.act(
        {
            "act": "enrolment", "person": person, "subject": "person", "name": {"disclose": person},
            "agency": agency, "public_key": public, "kind": "file", "evidence": "工作证核验",
            "signers": world.signers(administrator=admin, subject=person, confirmer="高岚"),
        }
    )  # fmt: skip
    world.act(
        {
            "act": "person", "person": person, "add": [{"capacity": capacity}], "end": [], "places_added": [],
            "places_ended": [], "unit": None, "left": False, "signers": world.signers(administrator=admin),
        }
    )  # fmt: skip
    return person


def kit_facts(world: World, tube: str) -> Any:
    """What the ledger knows of the kit of a tube."""
    need = Need("kit", world.facts(tube).kit)
    return world.ledger.memory.fold([need])[need]


# -- loans


def asks(world: World, items: list[str], hours: int = 48, by: str = "何苗", **fields: Any) -> str:
    """Ask for a loan for 周远; returns its id."""
    return world.act(
        {
            "act": "loan-request", "items": items, "borrower": world.id_of("周远"), "purpose": "examination",
            "due": (world.clock.now + timedelta(hours=hours)).isoformat(), "statement": None,
            "signers": world.signers(officer=by), **fields,
        }
    ).act  # fmt: skip


def decides(
    world: World, loan: str, items: list[str], decision: str = "approve", by: str = "刘振", **fields: Any
) -> Receipt:
    """Approve, reject or extend a loan."""
    return world.act(
        {
            "act": "loan-decision", "loan": loan, "decision": decision, "items": items, "due": None, "reason": None,
            "signers": world.signers(approver=by), **fields,
        }
    )  # fmt: skip


def extends(world: World, loan: str, items: list[str], hours: int, **fields: Any) -> Receipt:
    """Extend a loan until so many hours from now."""
    due = (world.clock.now + timedelta(hours=hours)).isoformat()
    return decides(world, loan, items, "extend", due=due, **fields)


def takes(world: World, loan: str, items: list[str], hours: int = 24, **fields: Any) -> Receipt:
    """周远 takes items out on an approved loan: no approver signs again."""
    signers = world.signers(custodian="梁静", borrower="周远")
    return world.lends(items, hours=hours, **{"loan": loan, "signers": signers, **fields})


# -- observations


def observes(world: World, items: list[str], kind: str, by: str = "梁静", **fields: Any) -> Receipt:
    """A custodian looks at items; ``fields`` say what was seen."""
    return world.act(
        {
            "act": "observation", "kind": kind, "lines": world.lines(items), "place": None, "listing": None,
            "temperature": None, "hashes": [], "in_range": None, "signers": world.signers(observer=by), **fields,
        }
    )  # fmt: skip


def warmth(world: World, low: str, high: str, minutes: int = 25) -> dict[str, Any]:
    """What a thermometer showed over the last minutes."""
    since = world.clock.now - timedelta(minutes=minutes)
    return {"from": since.isoformat(), "to": world.clock.now.isoformat(), "min": low, "max": high, "sensor": "CR-02"}


# -- results


def finds(
    world: World, tube: str, value: str = "81.6", by: str | list[str] = "顾宁", plain: bool = False, **fields: Any
) -> Receipt:
    """A laboratory gives its result on a tube, with its recording; the value is sealed unless it is ``plain``."""
    return world.act(
        {
            "act": "lab-result", "item": tube, "opinion": "江公鉴(毒)字〔2026〕88号",
            "value": value if plain else {"disclose": value},
            "unit": "mg/100 mL", "method": "GB/T 42430-2023", "residual": {"quantity": "1.2", "unit": "mL"},
            "consumed": False, "recording": "鉴录-0313", "signers": world.signers(examiner=by), **fields,
        }
    )  # fmt: skip


def tells_result(world: World, tube: str, result: str, **fields: Any) -> Receipt:
    """周远 tells the driver a result in writing; the driver signs."""
    return world.act(
        {
            "act": "result-notice", "item": tube, "result": result, "person": {"disclose": "王某"},
            "capacity": "subject", "manner": "written", "response": "no-objection",
            "attestations": [{"part": "person", "name": {"disclose": "王某"}, "kind": "handwritten"}],
            "signers": world.signers(officer="周远"), **fields,
        }
    )  # fmt: skip


def disputes(world: World, tube: str, result: str, **fields: Any) -> str:
    """The driver applies for a re-examination; returns the act."""
    return world.act(
        {
            "act": "reexamination-request", "item": tube, "result": result, "applicant": {"disclose": "王某"},
            "ground": "specimen", "statement": "采血时使用了酒精棉",
            "attestations": [{"part": "applicant", "name": {"disclose": "王某"}, "kind": "handwritten"}],
            "signers": world.signers(officer="周远"), **fields,
        }
    ).act  # fmt: skip


def grants(world: World, tube: str, request: str, specimen: str | None, **fields: Any) -> Receipt:
    """沈建国 grants a re-examination by the second laboratory."""
    return world.act(
        {
            "act": "reexamination", "item": tube, "request": request, "decision": "granted", "specimen": specimen,
            "laboratory": "lab-2", "examiners": [world.id_of("白薇")], "reason": None,
            "signers": world.signers(approver="沈建国"), **fields,
        }
    )  # fmt: skip


def denies(world: World, tube: str, request: str, **fields: Any) -> Receipt:
    """沈建国 refuses a re-examination, with his reason."""
    nothing = {"laboratory": None, "examiners": []}
    return grants(
        world, tube, request, None, **{"decision": "refused", "reason": "录像显示使用聚维酮碘", **nothing, **fields}
    )
