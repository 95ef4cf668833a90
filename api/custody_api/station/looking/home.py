"""Home: what waits for whoever opens it, by what he is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from custody.access.caller import Caller
from custody.cli.zone import here
from custody.desk import pending
from custody.registers.items import Search
from custody_api.answers import Shape
from custody_api.signing_apart import shape
from custody_api.station.looking.listing import FEW, Listing, some
from custody_api.station.navigation import CASE_WORK, KEEPING
from custody_api.station.pages import Page, ThePage

router = APIRouter()

HANDS: Final = frozenset({"officer", "auxiliary", "custodian", "medic", "examiner", "prosecutor", "judge", "finance"})
APPROVERS: Final = frozenset({"approver-1", "approver-2", "approver-3"})
_LOOKED_THROUGH: Final = 100
"""So many open defects are looked through for those that one owes something for."""


@router.get("/")
def show_home(page: ThePage) -> HTMLResponse:
    """What waits: signatures, what is due, offers, loans, defects, and what one holds."""
    has = page.caller.capacities
    found = {name: fetch(page) for name, (of, fetch) in SECTIONS.items() if of is None or of & has}
    lists = {name: named(page.caller) for name, (of, named) in ITEMS.items() if of & has}
    items = page.registers.first_items({name: wanted for name, (wanted, _) in lists.items()}, FEW + 1)
    found |= {name: some(items[name], path) for name, (_, path) in lists.items()}
    return page.render("looking/home.html", sections=found, today=here(page.context.ledger.clock()).date())


def _signatures(page: Page) -> Listing:
    now = page.context.ledger.clock()
    found = pending.listed(page.context.desk, page.caller.person, now, waiting=True, after=None, limit=FEW + 1)
    return some([shape(each, page.lang) for each in found], "/waiting")


def _due(page: Page) -> Listing:
    """What is due until midnight, and what was due before and still is."""
    now = page.context.ledger.clock()
    agency = page.caller.agency
    found = page.registers.deadlines(at=now, agency=agency, before=_midnight(now), limit=FEW + 1)
    return some(found, f"/deadlines?agency={agency}")


def _offers(page: Page) -> Listing:
    agency = page.caller.agency
    found = page.registers.manifests(waits_for=agency, at=page.context.ledger.clock(), limit=FEW + 1)
    return some(found, f"/manifests?waits_for={agency}")


def _defects(page: Page) -> Listing:
    found = page.registers.defects(state="open", limit=_LOOKED_THROUGH)
    return some([each for each in found if owes(page.caller, each)], "/defects")


def _asked_for(page: Page) -> Listing:
    return some(page.registers.loans(state="requested", limit=FEW + 1), "/loans?state=requested")


def _loans(page: Page) -> Listing:
    return some(page.registers.loans(state="open", at=page.context.ledger.clock(), limit=FEW + 1), "/loans")


def owes(caller: Caller, defect: Shape) -> bool:
    """Whether somebody owes what a defect asks for next: by his capacity, and where people are named, by himself."""
    owed = defect["owed"]
    if owed is None or owed["by"] not in caller.capacities:
        return False
    return not owed["persons"] or caller.person in owed["persons"]


def _midnight(now: datetime) -> datetime:
    """The end of the local day."""
    local = here(now)
    return datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)


SECTIONS: Final[Mapping[str, tuple[frozenset[str] | None, Callable[[Page], Listing]]]] = {
    "signatures": (None, _signatures),
    "due": (CASE_WORK | KEEPING, _due),
    "offers": (CASE_WORK | KEEPING, _offers),
    "asked_for": (APPROVERS, _asked_for),
    "defects": (CASE_WORK, _defects),
    "loans": (frozenset({"custodian"}), _loans),
}
"""What stands on the page, for everybody or for who has one of the capacities."""

ITEMS: Final[Mapping[str, tuple[frozenset[str], Callable[[Caller], tuple[Search, str]]]]] = {
    "brought": (frozenset({"custodian"}), lambda caller: (Search(status="in-hands"), "/intake")),
    "coming": (frozenset({"examiner"}), lambda caller: (Search(status="to-laboratory"), "/items?status=to-laboratory")),
    "held": (HANDS, lambda caller: (Search(holder=caller.person), f"/people/{caller.person}")),
}
"""The lists of items among it, for whoever has one of the capacities: what is looked for, and where all of it is."""
