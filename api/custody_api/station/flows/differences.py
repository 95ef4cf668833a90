"""Discrepancies, and the decision on a loan: what starts from an item's card and needs to be seen together."""

from __future__ import annotations

from typing import Any, get_args

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from custody.acts import parse_act
from custody.acts.differences import Discrepancy, DiscrepancyKind, Raised
from custody.acts.values import encode
from custody.errors import NotFound
from custody.facts.shapes import Shape
from custody.signing import read_envelope
from custody_api.station.flows.intake import line_of
from custody_api.station.flows.reading import reads_now, recorded_act
from custody_api.station.pages import Page, ThePage

router = APIRouter()


@router.get("/discrepancies/new")
def read_new_discrepancy(
    page: ThePage, item: str | None = None, kind: str = "", refusal: int | None = None
) -> HTMLResponse:
    """Something does not agree: of an item, or an act that was refused and done all the same. Raises NotFound."""
    refused = refusal_at(page, refusal) if refusal is not None else None
    things = [page.registers.item(item)] if item else page.registers.those(refused["items"] if refused else ())
    data = {
        "reporter": page.caller.person, "kind": "refused-act" if refused else kind,
        "case": things[0]["case"] if things else refused and refused["case"],
        "items": [line_of(each) for each in things], "envelope": refused and refused["envelope"],
    }  # fmt: skip
    kinds = [each for each in get_args(DiscrepancyKind) if (each == "refused-act") == bool(refused)]
    return page.render("flows/discrepancy.html", data=data, refused=refused, kinds=kinds)


@router.get("/discrepancies/{act}")
def read_discrepancy(page: ThePage, act: str) -> HTMLResponse:
    """A discrepancy, to be explained or closed. Raises NotFound."""
    recorded = recorded_act(page, act)
    raised = recorded.act if recorded else None
    if not isinstance(raised, Discrepancy) or not isinstance(raised.report, Raised):
        raise NotFound("not-found/act", "The ledger has no act with this id.", act=act[:80])
    reading, _ = reads_now(page, act)
    data = {
        "discrepancy": act, "case": raised.case, "items": list(raised.own_items), "person": page.caller.person,
        "reviews": "legal-reviewer" in page.caller.capacities,
    }  # fmt: skip
    return page.render("flows/discrepancy_open.html", data=data, raised=reading.act.model_dump(),
                       things=page.registers.those(raised.own_items))  # fmt: skip


@router.get("/loans/{loan}/decide")
def read_loan(page: ThePage, loan: str) -> HTMLResponse:
    """A loan that was asked for, to be approved, rejected or extended. Raises NotFound."""
    found = page.registers.loan(loan, at=page.context.ledger.clock())
    things = {each["item"]: each for each in page.registers.those([each["item"] for each in found["items"]])}
    data = {"loan": loan, "approver": page.caller.person, "items": [each["item"] for each in found["items"]]}
    return page.render("flows/loan.html", data=data, asked=found, things=things)


def refusal_at(page: Page, position: int) -> Shape:
    """A refusal by its position in the journal, with the envelope, for who oversees or signed it. Raises NotFound."""
    journal = page.context.ledger.journal
    line = next(iter(journal.read(position - 1, 1)), None) if position > 0 else None
    if line is None or line.position != position or line.kind != "refusal" or line.envelope is None:
        raise _unknown(position)
    signed = page.caller.person in {each["person"] for each in line.detail["signers"]}
    told = page.registers.refusals(after=position - 1, limit=1) if page.caller.oversees else []
    if not signed and not (told and told[0]["position"] == position):
        raise _unknown(position)
    known = page.registers.those(line.detail["items"])
    body: dict[str, Any] = line.detail
    return {
        "position": position, "at": line.recorded_at, "type": body["type"], "sentence": body["sentence"],
        "code": body["code"], "signers": body["signers"], "items": [each["item"] for each in known],
        "case": getattr(parse_act(read_envelope(line.envelope).payload), "case", None),
        "envelope": encode(line.envelope),
    }  # fmt: skip


def _unknown(position: int) -> NotFound:
    return NotFound("not-found/refusal", "The journal has no such refusal.", asked=str(position))
