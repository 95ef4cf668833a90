"""Who may open the pages of oversight, and of which agency they speak."""

from __future__ import annotations

from collections.abc import Iterable

from custody.errors import NotAllowed
from custody.facts.kinds import Need
from custody.ledger.ledger import Ledger
from custody_api.station.pages import Page


def require_oversight(page: Page) -> None:
    """Raise NotAllowed unless the reader reviews, approves, supervises or audits."""
    if not page.caller.oversees:
        raise NotAllowed("not-allowed/oversight", "Only who reviews, approves, supervises or audits may ask this.")


def require_audit(page: Page) -> None:
    """Raise NotAllowed unless the reader audits for an office that audits others."""
    if not page.caller.audits:
        raise NotAllowed("not-allowed/auditors", "Only auditors of an audit office may ask this.")


def agency_of(page: Page, asked: str | None) -> str | None:
    """The agency that a page speaks of: the reader's own; for auditors, the one asked for, or all (None)."""
    return (asked or None) if page.caller.audits else page.caller.agency


def agency_names(ledger: Ledger, agencies: Iterable[str]) -> dict[str, str]:
    """What agencies are called, as of when the caller was looked up; one that is not known is called by its id."""
    needs = {each: Need("agency", each) for each in agencies}
    facts = ledger.memory.fold(list(needs.values()))
    return {each: facts[need].name if facts[need] else each for each, need in needs.items()}
