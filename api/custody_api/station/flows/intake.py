"""Intake at the counter: what officers took and have not brought yet, and the check-in of what they bring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from custody.facts.shapes import Shape
from custody.registers.reading import MOST
from custody_api.station.pages import ThePage

HAND_IN: Final = "D01"
"""The deadline by which what was taken reaches the store."""

_AT_ONCE: Final = 500

router = APIRouter()


@router.get("/intake")
def read_queue(page: ThePage, after: str | None = None) -> HTMLResponse:
    """Who still has what, case by case, the first due first."""
    found = page.registers.items(status="in-hands", after=after, limit=_AT_ONCE + 1)
    shown = found[:_AT_ONCE]
    more = shown[-1]["item"] if len(found) > _AT_ONCE else None
    return page.render("flows/intake.html", brought=announced(shown, _hand_in(page)), after=more)


@router.get("/intake/check-in")
def read_check_in(page: ThePage, holder: str = "", case: str | None = None) -> HTMLResponse:
    """The check-in of what one person has of one case; without a case, of whatever he has."""
    found = page.registers.items(status="in-hands", holder=holder, case=case, limit=MOST) if holder else []
    due = _hand_in(page)
    data = {
        "holder": holder, "case": case, "custodian": page.caller.person,
        "lines": [line_of(each, due.get(each["item"])) for each in found],
    }  # fmt: skip
    return page.render("flows/check_in.html", data=data)


def announced(items: Iterable[Shape], due: Mapping[str, Shape]) -> list[Shape]:
    """Items in people's hands by case and holder: ``{"holder","agency","case","items","first_due"}``, the first due
    first; ``first_due`` is the deadline that ends first, or None."""
    groups: dict[tuple[str, str], Shape] = {}
    for each in items:
        holder = each["custody"]["holder"]
        group = groups.setdefault((holder, each["case"]), {
            "holder": holder, "agency": each["custody"]["agency"], "case": each["case"], "items": [],
        })  # fmt: skip
        group["items"].append(each)
    for group in groups.values():
        clocks = [due[each["item"]] for each in group["items"] if each["item"] in due]
        group["first_due"] = min(clocks, key=_end, default=None)
    return sorted(groups.values(), key=lambda each: (_end(each["first_due"]), each["case"]))


def line_of(item: Shape, clock: Shape | None = None) -> dict[str, Any]:
    """What a line of a flow shows of an item."""
    return {
        **{name: item[name] for name in ("item", "code", "description", "quantity", "unit", "case", "category")},
        "holder": item["custody"]["holder"], "kind": item["custody"]["kind"], "seal": item["seal"],
        "due": clock and clock["due"], "colour": clock and clock["colour"],
    }  # fmt: skip


def _hand_in(page: ThePage) -> dict[str, Shape]:
    now = page.context.ledger.clock()
    found = page.registers.deadlines(at=now, rule=HAND_IN, limit=MOST)
    return {each["subject"].removeprefix("item:"): each for each in reversed(found)}


def _end(clock: Shape | None) -> str:
    return (clock and clock["due"]) or "9999"
