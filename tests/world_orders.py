"""Verbs of disposition and keeping, for stories told in a `World`: orders, deposits, sales, handovers, viewings."""

from __future__ import annotations

import hashlib
from typing import Any

from custody.acts.values import encode
from custody.ledger.ledger import Receipt
from world import World
from world_objects import in_control

FINANCE = "psb-fin-01"
"""秦会计, who keeps the account."""

PHOTO = {"sha256": "9a" * 32, "media_type": "image/jpeg", "size_bytes": 9, "kind": "photo"}
SAFE = ["梁静", "郑宏"]


def joins(
    world: World, person: str, *capacities: str, agency: str = "psb-yunling", subject: str = "person"
) -> str:
    """Somebody new, or a system, enters the service of an agency; returns the id."""
    admin = world.admin_of(agency)
    world.act(
        {
            "act": "enrolment", "person": person, "subject": subject, "name": {"disclose": person},
            "agency": agency, "public_key": world.new_key(person), "kind": "file", "evidence": "工作证核验",
            "signers": world.signers(administrator=admin, subject=person, confirmer="高岚"),
        }
    )  # fmt: skip
    world.act(
        {
            "act": "person", "person": person, "add": [{"capacity": each} for each in capacities], "end": [],
            "places_added": [], "places_ended": [], "unit": None, "left": False,
            "signers": world.signers(administrator=admin),
        }
    )  # fmt: skip
    return person


def share(kind: str, amount: str | None = None, to: str | None = None, interest: str | None = None) -> dict[str, Any]:
    """What becomes of an item, or of a part amount of it."""
    return {"kind": kind, "amount": amount, "interest": interest, "recipient": {"disclose": to} if to else None}


def orders(world: World, items: list[str], *shares: dict[str, Any], **fields: Any) -> str:
    """Order a disposition by a judgment that takes effect later; returns the order's id."""
    return world.act(
        {
            "act": "disposition-order", "instrument": "云刑初〔2026〕88号", "ground": "judgment",
            "items": [{"item": item, "shares": list(shares)} for item in items],
            "signers": world.signers(officer="周远", approver="沈建国"), **fields,
        }
    ).act  # fmt: skip


def in_effect(world: World) -> dict[str, Any]:
    """The instrument has taken effect by now."""
    return {"effect": {"at": world.clock.now.isoformat(), "instrument": "云刑初〔2026〕88号生效证明"}}


def appraises(world: World, items: list[str], value: str = "21840.00") -> Receipt:
    """An institution finds what items are worth."""
    return world.act(
        {
            "act": "appraisal", "institution": "江州市价格认证中心", "report": "江价认〔2026〕112号",
            "items": [{"item": item, "value": value, "currency": "CNY"} for item in items],
            "signers": world.signers(officer="周远"),
        }
    )  # fmt: skip


def announces(world: World, items: list[str], begins: str, ends: str, **fields: Any) -> Receipt:
    """Announce that items wait for their owners."""
    return world.act(
        {
            "act": "public-notice", "regime": "criminal", "channel": "云岭分局门户网站", "text_sha256": "5e" * 32,
            "begins": begins, "ends": ends, "items": items, "signers": world.signers(officer="周远"), **fields,
        }
    )  # fmt: skip


def cash(world: World, amount: str, unit: str = "CNY", **fields: Any) -> dict[str, Any]:
    """A line of a seizure list for cash."""
    return world.item(
        category="cash", description="现金", quantity=amount, unit=unit, evidential=False, **fields
    )  # fmt: skip


def deposits(world: World, items: list[str], amount: str, currency: str = "CNY", **fields: Any) -> Receipt:
    """Two custodians bring cash from the safe to the account."""
    return world.act(
        {
            "act": "cash-deposit", "lines": world.lines(items), "institution": "江州银行云岭支行",
            "account": {"disclose": "涉案款专户 0017"}, "amount": amount, "currency": currency, "slip": "0098871",
            "signers": world.signers(custodian=SAFE, finance=FINANCE), **fields,
        }
    )  # fmt: skip


def pays(
    world: World, item: str, order: str, kind: str, amount: str, remains: str, interest: str | None = None,
    **fields: Any,
) -> Receipt:  # fmt: skip
    """Pay a share of deposited money out of the account."""
    remitted = {"recipient": None, "attestations": [], "voucher": "国库缴款书0098872"} if kind == "remitted" else {}
    return world.releases(
        [item], kind=kind, ordered_by=order, **remitted,
        **{
            "payment": {"amount": amount, "interest": interest, "remains": remains},
            "signers": world.signers(holder="梁静", approver="沈建国", finance=FINANCE), **fields,
        },
    )  # fmt: skip


def destroys(world: World, items: list[str], order: str | None, weight: str = "310.34", **fields: Any) -> Receipt:
    """Destroy drugs under the eyes of two supervisors."""
    return world.releases(
        items, kind="destroyed", ordered_by=order, recipient=None, attestations=[],
        **{
            "destruction": {
                "where": "江州市固废处置中心", "method": "焚烧", "measured": [{"quantity": weight, "unit": "g"}],
            },
            "signers": world.signers(holder=SAFE, approver="沈建国", supervisor=["江检", "高岚"]), **fields,
        },
    )  # fmt: skip


def sells(world: World, items: list[str], order: str | None, case: str, price: str, **fields: Any) -> str:
    """Sell items; returns the cash item that the price becomes."""
    code = fields.pop("proceeds", None) or world.code()
    sale = {
        "mode": "auction", "case": case, "price": price, "currency": "CNY", "buyer": {"disclose": "买受人"},
        "proceeds": code, "control": in_control(world, items[0]),
    }  # fmt: skip
    world.releases(
        items, kind="sold", ordered_by=order, recipient=None, attestations=[], **{"sale": sale, **fields}
    )
    return str(code[:16])


def digest_of(items: list[str]) -> str:
    """SHA-256 of the sorted ids with a line feed after each."""
    return encode(hashlib.sha256("".join(f"{item}\n" for item in sorted(items)).encode()).digest())


def hands_over_place(world: World, place: str, items: list[str], **fields: Any) -> Receipt:
    """One custodian hands a place over to the next; nothing moves."""
    return world.act(
        {
            "act": "custodian-handover", "outgoing": "present", "reason": "轮岗", "held_by": None, "lines": [],
            "places": [
                {"place": world.places[place], "count": len(items), "digest": digest_of(items), "differences": None}
            ],
            "signers": world.signers(outgoing="梁静", incoming="郑宏", supervisor="江监督"), **fields,
        }
    )  # fmt: skip


def takes_over(world: World, items: list[str], held_by: str, incoming: str, **fields: Any) -> Receipt:
    """Take over what somebody held who cannot sign any more."""
    return world.act(
        {
            "act": "custodian-handover", "outgoing": "unavailable", "reason": "因病住院，无法到场",
            "held_by": world.id_of(held_by), "lines": world.lines(items), "places": [],
            "signers": world.signers(incoming=incoming, supervisor=["江监督", "高岚"]), **fields,
        }
    )  # fmt: skip


def shows(world: World, items: list[str], opened: bool = False, **fields: Any) -> Receipt:
    """Show items to the defence."""
    return world.act(
        {
            "act": "viewing", "items": items, "viewer": {"disclose": "方律师"}, "capacity": "counsel",
            "authority": "云检阅〔2026〕12号", "manner": "隔袋查看", "opened": opened, "recording": "CAM-07",
            "attestations": [{"part": "viewer", "name": {"disclose": "方律师"}, "kind": "handwritten"}],
            "signers": world.signers(custodian="梁静"), **fields,
        }
    )  # fmt: skip


def erases(world: World, target: str, disclosures: list[str], **fields: Any) -> Receipt:
    """Erase what an act disclosed."""
    return world.act(
        {
            "act": "erasure", "target": target, "disclosures": disclosures, "authority": "云公法〔2036〕31号",
            "reason": "保存期限届满", "signers": world.signers(reviewer="高岚", administrator="psb-admin"), **fields,
        }
    )  # fmt: skip
