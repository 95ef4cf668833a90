"""Who is meant when rule data say "officer", "legal reviewer" or "unit head" of a deadline, by what acts say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from typing import Any

from custody.errors import NotFound
from custody.facts.kinds import Need
from custody.facts.shapes import Shape
from custody.ledger.ledger import Ledger
from custody.registers import Registers
from custody.registers.reading import MOST


class Directory:
    """People of a ledger as they are on a day, read once. Used by one thread, for one turn."""

    def __init__(self, ledger: Ledger, registers: Registers, on: date) -> None:
        self._ledger = ledger
        self._registers = registers
        self._on = on
        self._cases: dict[str, Shape | None] = {}
        self._items: dict[str, Shape | None] = {}
        self._houses: dict[str, tuple[str, ...]] = {}

    def people_for(self, name: str, deadline: Shape) -> tuple[str, ...]:
        """The people a deadline tells under a name of the rule data; none if nobody answers to it."""
        case, item = self.case(deadline["case"]), self._item(deadline["subject"])
        found: Iterable[str | None]
        if name == "officer":
            found = case["officers"] if case else ()
        elif name == "borrower":
            found = [item["loan"]["borrower"]] if item and item["loan"] else ()
        elif name == "legal-reviewer" and case and self._serves(case["legal_reviewer"]):
            found = [case["legal_reviewer"]]
        elif name == "custodian":
            found = self._custodians(deadline, item)
        elif name == "deliverer":
            offer = self._offers.get(deadline["act"])
            found = [offer["offered_by"]] if offer else ()
        elif name == "receiver":
            found = self._receivers(self._offers.get(deadline["act"]))
        elif name == "examiner":
            found = self._examiners(deadline, item)
        else:
            found = self.holding(name, self.agency_of(deadline))
        return tuple(dict.fromkeys(each for each in found if each and self._serves(each)))

    def agency_of(self, deadline: Shape) -> str | None:
        """The agency that answers for a deadline: the one that leads the case, or that operates the place."""
        case = self.case(deadline["case"])
        if case:
            return str(case["lead"])
        place = self._place(deadline["subject"])
        return str(place["agency"]) if place else None

    def holding(self, capacity: str, agency: str | None) -> tuple[str, ...]:
        """Who holds a capacity in an agency, or else in the nearest above it where somebody does."""
        for house in self._house(agency) if agency else ():
            found = self._by_capacity.get((house, capacity))
            if found:
                return tuple(found)
        return ()

    def case(self, reference: str | None) -> Shape | None:
        """A case as it stands."""
        if reference is not None and reference not in self._cases:
            self._cases[reference] = _found(self._registers.case, reference)
        return self._cases.get(reference or "")

    def agency_name(self, agency: str) -> str:
        """What an agency is called."""
        known = self._ledger.memory.fold([Need("agency", agency)])[Need("agency", agency)]
        return known.name if known else agency

    @cached_property
    def _people(self) -> dict[str, Shape]:
        found: dict[str, Shape] = {}
        while page := self._registers.people(after=next(reversed(found), None), limit=MOST):
            found.update((each["person"], each) for each in page)
        return {name: each for name, each in found.items() if each["subject"] == "person" and not each["left"]}

    @cached_property
    def _by_capacity(self) -> dict[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for name, person in self._people.items():
            for grant in person["capacities"]:
                if grant["expires"] is None or self._on <= date.fromisoformat(grant["expires"]):
                    found[person["agency"], grant["capacity"]].append(name)
        return found

    def _serves(self, person: str | None) -> bool:
        return person in self._people

    def _house(self, agency: str) -> tuple[str, ...]:
        """An agency and those above it; one that ended is followed to its successor."""
        if agency not in self._houses:
            self._houses[agency] = tuple(self._upwards(agency))
        return self._houses[agency]

    def _upwards(self, agency: str | None) -> Iterator[str]:
        seen: set[str] = set()
        while agency is not None and agency not in seen:
            seen.add(agency)
            known = self._ledger.memory.fold([Need("agency", agency)])[Need("agency", agency)]
            ended = known is not None and known.valid_to is not None and known.valid_to < self._on
            if not ended:
                yield agency
            agency = None if known is None else known.successor if ended else known.parent

    def _item(self, subject: str) -> Shape | None:
        kind, _, name = subject.partition(":")
        if kind == "item" and name not in self._items:
            self._items[name] = _found(self._registers.item, name)
        return self._items.get(name) if kind == "item" else None

    def _place(self, subject: str) -> Shape | None:
        kind, _, name = subject.partition(":")
        return _found(self._registers.place, name) if kind == "place" else None

    def _custodians(self, deadline: Shape, item: Shape | None) -> list[str]:
        """Those enrolled for the place where it lies, or lay last; before it lay anywhere, those of the agency that
        leads the case, of one above it, or of the houses that it runs."""
        place = self._last_place(item) if item else deadline["subject"].removeprefix("place:")
        there = [
            name for name, each in self._people.items()
            if place in each["places"] and "custodian" in {grant["capacity"] for grant in each["capacities"]}
        ]  # fmt: skip
        if there:
            return there
        agency = self.agency_of(deadline)
        return list(self.holding("custodian", agency)) or [
            name for house in self._run_by(agency) for name in self._by_capacity.get((house, "custodian"), ())
        ]

    def _last_place(self, item: Shape) -> str | None:
        if item["custody"]["place"]:
            return str(item["custody"]["place"])
        history = _found(self._registers.history, item["item"])
        places = [each["place"] for each in history["custody"] if each["place"]] if history else []
        return places[-1] if places else None

    def _run_by(self, agency: str | None) -> list[str]:
        houses = dict.fromkeys(each["agency"] for each in self._people.values())
        return [each for each in houses if agency is not None and agency in self._house(each)[1:]]

    def _examiners(self, deadline: Shape, item: Shape | None) -> list[str]:
        holder = item["custody"]["holder"] if item else None
        if holder and any(grant["capacity"] == "examiner" for grant in self._people.get(holder, _NOBODY)["capacities"]):
            return [holder]
        house = item["custody"]["agency"] if item else None
        return list(self.holding("examiner", house or self.agency_of(deadline)))

    def _receivers(self, offer: Shape | None) -> list[str]:
        """The person an offer was made to; of a place, its custodians; of an agency, who may answer for it."""
        to = offer["receiver"] if offer else {}
        if to.get("person"):
            return [to["person"]]
        if to.get("place"):
            return [name for name, each in self._people.items() if to["place"] in each["places"]]
        return [name for name, each in self._people.items() if each["agency"] == to.get("agency") and _answers(each)]

    @cached_property
    def _offers(self) -> dict[str, Shape]:
        """Manifests by the act that offered them."""
        found: dict[str, Shape] = {}
        last: str | None = None
        while page := self._registers.manifests(after=last, limit=MOST):
            found.update((each["act"], each) for each in page)
            last = page[-1]["manifest"]
        return found


_NOBODY: Shape = {"capacities": []}


def _answers(person: Shape) -> bool:
    """Whether somebody may take over what is offered to their agency."""
    return bool({"officer", "custodian", "prosecutor", "judge"} & {each["capacity"] for each in person["capacities"]})


def _found(ask: Any, name: str) -> Shape | None:
    try:
        return dict(ask(name))
    except NotFound:
        return None
