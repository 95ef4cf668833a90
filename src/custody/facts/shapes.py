"""How facts are shown: one pure function from each fact to the JSON that registers, interface and past share.

Times are RFC 3339 in UTC, apart from ``occurred_at``, which keeps the offset that the signers wrote. People are shown
by id: names are sealed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise, zip_longest
from typing import Any, Final

from custody.acts.entry import Recorded, instant
from custody.acts.values import Sealed
from custody.facts.case import CaseFacts, CodeFacts
from custody.facts.control_shapes import control_shape, in_stage, stages_shape
from custody.facts.examination import Excursion
from custody.facts.flaws import each_once
from custody.facts.holding import Holder
from custody.facts.item import ItemFacts
from custody.facts.sample_shapes import examined_shape
from custody.facts.thing import status_of_thing, thing_shape, with_measure

Shape = dict[str, Any]
"""A JSON object."""

STATUSES: Final[dict[str, tuple[str, str]]] = {
    "voided": ("登记作废", "voided"),
    "released": ("已出库处置", "released"),
    "lost": ("已灭失", "lost"),
    "missing": ("下落不明", "missing"),
    "divided": ("已分装完毕", "wholly divided"),
    "on-loan": ("调用中", "on loan"),
    "to-laboratory": ("送检途中", "on the way to a laboratory"),
    "in-laboratory": ("鉴定机构", "in a laboratory"),
    "stored": ("在库", "stored"),
    "in-hands": ("经手人持有", "in somebody's hands"),
    "with-keeper": ("他人保管", "with an outside keeper"),
}
"""Every status an item can show, in Chinese and English. It is derived, never recorded."""


def status(item: ItemFacts) -> str:
    """Derive where an item stands: the first of `STATUSES` that fits."""
    if item.voided:
        return "voided"
    if item.released is not None:
        return "released"
    if (of_the_thing := status_of_thing(item.thing)) is not None:
        return of_the_thing
    if item.loan is not None:
        return "on-loan"
    if item.laboratory is not None:
        return "to-laboratory"
    kind = item.holder.kind if item.holder else "outside"
    if kind == "place":
        arrived = next((each for each in reversed(item.custody) if each.type != "relocation"), None)
        return "in-laboratory" if arrived and arrived.type == "lab-receipt" else "stored"
    return "in-hands" if kind == "person" else "with-keeper"


def item_shape(item: ItemFacts) -> Shape:
    """Show what an item's own facts say; `in_context` completes it. Its deadlines follow from its whole case and the
    rule data: the register of deadlines adds them."""
    return {
        "item": item.item,
        "case": item.case,
        "category": item.category,
        **_told_apart(item),
        "quantity": item.quantity,
        "unit": item.unit,
        "evidential": item.evidential,
        "kit": item.kit,
        "designation": item.designation,
        "code": item.code,
        "retired_codes": list(item.retired_codes),
        "custody": _custody(item),
        **control_shape(item),
        "measure": item.measure,
        **thing_shape(item.thing),
        "seal": {"number": item.seal, "state": item.seal_state},
        "condition": item.condition,
        "loan": _loan(item),
        "laboratory": item.laboratory,
        "disposition": _disposition(item),
        "examined": examined_shape(item.examined),
        "excursions": [_excursion(each) for each in item.excursions],
        "weighed": [
            {"act": each.act, "at": instant(each.at), "quantity": each.quantity, "unit": each.unit}
            for each in item.weighed
        ],
        "status": status(item),
        "defects": [
            {"id": each.id, "code": each.code, "rule": each.rule, "severity": each.severity, "act": each.act,
             "state": each.state}
            for each in each_once(item.defects)
        ],
        "holds": [{"act": act, "reason": reason, "scope": "item"} for act, reason in item.holds],
        "version": item.version + 1,
    }  # fmt: skip


def _told_apart(item: ItemFacts) -> Shape:
    """What a thing is, and what tells it from others of its kind, as it was taken or is corrected; a sealed serial
    number as ``{"sealed": …}``."""
    taken = item.taken
    serial = taken.serial if taken else None
    return {
        "description": item.description,
        "features": taken.features if taken else None,
        "serial": {"sealed": serial.sealed} if isinstance(serial, Sealed) else serial,
    }


def _excursion(each: Excursion) -> Shape:
    """How warm or cold it was, from when to when; ``place`` where a whole place was."""
    return {"act": each.act, "from": instant(each.since), "to": instant(each.until), "min": each.min, "max": each.max,
            "place": each.place}  # fmt: skip


def _disposition(item: ItemFacts) -> Shape:
    """What shall become of an item: none, ordered, effective or released; `in_context` knows what took effect."""
    order = item.order
    state = "none" if order is None else "effective" if order.effective_at else "ordered"
    ordered = order.kinds[0] if order and len(order.kinds) == 1 else None
    return {
        "state": "released" if item.released else state,
        "kind": item.released or ordered,
        "order": order.act if order else None,
        "instrument": order.instrument if order else None,
        "effective_at": instant(order.effective_at) if order and order.effective_at else None,
    }


def in_context(
    item: Shape, case: Shape | None, agency: str | None, place_name: str | None, above: Mapping[str, Shape]
) -> Shape:
    """Complete an item's shape by its case (as `case_shape` shows it), the agency of who holds it, a place's name, and
    what it was divided from (``above``, by id).

    Control lies with the agency that leads the case until an accepted manifest moves it; its stage is the one in which
    the agency took it over, or to which it brought the case since (`custody.facts.manifest.control_of`).
    """
    control = case and in_stage(item["control"], case)
    holds = case["holds"] if case else []
    custody = {**item["custody"], "place_name": place_name, "agency": agency}
    return {**with_measure(item, above), "custody": custody, "control": control,
            "disposition": _in_effect(item["disposition"], case, control),
            "holds": [*item["holds"], *({**each, "scope": "case"} for each in holds)]}  # fmt: skip


def _in_effect(disposition: Shape, case: Shape | None, control: Shape | None) -> Shape:
    """A disposition as it stands once its instrument, of the agency in control, took effect in the case."""
    if case is None or control is None or disposition["state"] != "ordered":
        return disposition
    for each in case["effective"]:
        if (each["instrument"], each["agency"]) == (disposition["instrument"], control["agency"]):
            return {**disposition, "state": "effective", "effective_at": each["since"]}
    return disposition


def _custody(item: ItemFacts) -> Shape:
    now = item.custody[-1] if item.custody else None
    return {
        **_held_by(item.holder),
        "place_name": None,
        "agency": None,
        "since": instant(now.since) if now else None,
        "since_act": now.act if now else None,
    }


def _held_by(holder: Holder | None) -> Shape:
    place = holder.id if holder and holder.kind == "place" else None
    return {"holder": holder.id if holder else None, "kind": holder.kind if holder else None, "place": place}


def _loan(item: ItemFacts) -> Shape | None:
    loan = item.loan
    if loan is None:
        return None
    return {"borrower": loan.borrower, "purpose": loan.purpose, "due": instant(loan.due), "act": loan.act,
            "request": loan.request}  # fmt: skip


def custody_shape(item: ItemFacts) -> list[Shape]:
    """Show an item's stretches of custody in reading order; the last one has no end. `history_shape` names places."""
    shown = []
    for each, after in zip_longest(item.custody, item.custody[1:]):
        shown.append({
            "from": instant(each.since),
            "to": instant(after.since) if after else None,
            **_held_by(each.holder),
            "place_name": None,
            "act": each.act,
            "type": each.type,
            "position": each.index + 1,
            "given_by": _held_by(each.given_by) if each.given_by else None,
            "parties": [{"part": part, "person": person} for part, person in each.parties],
        })  # fmt: skip
    return shown


def gaps_shape(stretches: Iterable[Shape]) -> list[Shape]:
    """Name the gaps between stretches as `custody_shape` shows them: who had it last, and who then gave it."""
    known = list(stretches)
    return [
        {
            "after": one["act"], "before": two["act"], "from": one["from"], "to": two["from"],
            "held_by": one["holder"], "given_by": two["given_by"] and two["given_by"]["holder"],
        }
        for one, two in pairwise(known)
        if (two["given_by"] or _held_by(None))["holder"] != one["holder"]
    ]  # fmt: skip


def act_shape(recorded: Recorded) -> Shape:
    """Show a recorded act as it was signed: who, in which part, when, and the defects it was accepted with."""
    act = recorded.act
    return {
        "act": act.id,
        "type": act.act,
        "position": recorded.index + 1,
        "recorded_at": instant(recorded.recorded_at),
        "occurred_at": act.occurred_at.isoformat(),
        "signers": [{"part": each.part, "person": each.person} for each in act.signers],
        "attested": [{"part": each.part, "kind": each.kind, "house": each.house} for each in act.attestations],
        "target": getattr(act, "target", None),
        "defects": [{"id": each.id, "code": each.code, "severity": each.severity} for each in recorded.defects],
    }


def seals_shape(item: ItemFacts) -> list[Shape]:
    """Show when an item was sealed with which number, opened, or found broken, in reading order."""
    return [
        {"at": instant(each.at), "number": each.number, "state": each.state, "act": each.act,
         "position": each.index + 1}
        for each in item.seals
    ]  # fmt: skip


def history_shape(
    item: str, acts: Iterable[Shape], stretches: Iterable[Shape], place_names: Mapping[str, str],
    seals: Iterable[Shape] = (), controls: Iterable[Shape] = (),
) -> Shape:  # fmt: skip
    """Show an item's chain of custody: the acts oldest first, the stretches they make, the gaps between; its seals,
    and control as manifests passed it on."""
    known = [{**each, "place_name": place_names.get(each["place"])} for each in stretches]
    return {"item": item, "acts": list(acts), "custody": known, "gaps": gaps_shape(known), "seals": list(seals),
            "controls": list(controls)}  # fmt: skip


def case_shape(case: CaseFacts) -> Shape:
    """Show a case; how many items it has is said by whoever counts them."""
    return {
        "case": case.case,
        "kind": case.kind,
        "lead": case.lead,
        **stages_shape(case),
        "officers": sorted(case.officers),
        "legal_reviewer": case.legal_reviewer,
        "minor": case.minor,
        "opened_at": instant(case.opened_at),
        "opened_by": case.opened_by,
        "holds": [{"act": act, "reason": reason} for act, reason in case.holds.items()],
        "noted": [{"fact": each.fact, "at": instant(each.at), "items": list(each.items), "basis": list(each.basis)}
                  for each in case.noted],
    }


def code_shape(code: CodeFacts) -> Shape:
    """Show a label code: which item it names, and whether it is in force."""
    return {
        "code": code.code,
        "item": code.item,
        "state": "retired" if code.retired_by else "in-force",
        "retired_by": code.retired_by,
    }
