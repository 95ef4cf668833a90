"""A line of a sheet: an item as it was scanned, what the ledger knew of it then, and what is seen of it now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

INTACT: Final = "完好"
"""The condition of a thing that is as it should be, as acts say it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a sheet. ``known`` is what the ledger said: code, description, seal, holder, status."""

    item: str
    known: Mapping[str, Any]
    seal_seen: str | None = None
    condition: str | None = None
    measured: tuple[Mapping[str, str], ...] = ()
    warning: str | None = None

    @property
    def seal_known(self) -> str:
        """The seal that should be on it, as an act writes it."""
        return str(self.known["seal"] or "none")

    def with_seen(self, seen: Mapping[str, Any]) -> Line:
        """The line with what was seen of the item."""
        measured = (*self.measured, *seen.get("measured", ()))
        return replace(
            self, measured=measured, seal_seen=seen.get("seal_seen", self.seal_seen),
            condition=seen.get("condition", self.condition),
        )  # fmt: skip

    def as_act(self) -> dict[str, Any]:
        """The line as an act has it."""
        return {
            "item": self.item, "condition": self.condition, "seal_seen": self.seal_seen,
            "measured": [dict(each) for each in self.measured],
        }  # fmt: skip


def known_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """What a line keeps of an item's shape."""
    seal, custody = item["seal"], item["custody"]
    return {
        "code": item["code"], "description": item["description"], "case": item["case"], "status": item["status"],
        "quantity": f"{item['quantity']} {item['unit']}", "condition": item["condition"],
        "seal": seal["number"] if seal["state"] == "sealed" else None,
        "holder": custody["holder"], "kind": custody["kind"], "place_name": custody["place_name"],
    }  # fmt: skip


def by_number(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The seals of a sheet: each number with the items that it closes."""
    found: dict[str, list[str]] = {}
    for line in lines:
        found.setdefault(str(line.seal_seen), []).append(line.item)
    return [{"items": items, "number": number} for number, items in found.items()]
