"""An act being prepared: everything that was scanned and said, in order, and the draft that follows from it.

A sheet is the list of its entries and nothing else: undoing takes the last one away, keeping it writes them down, and
what a line or an answer is follows from reading them once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from custody.rules.blind_count import Scan
from custody_api.terminal.flows import FLOWS, Ask, Flow
from custody_api.terminal.lines import Line

Entry = Mapping[str, Any]
"""One of ``{"name", "said", "called"}``, ``{"item", "known", "warning"}``, ``{"of", "seen"}`` and, of a count,
``{"code", "place", "bears"}``."""


@dataclass(frozen=True)
class Sheet:
    """An act being prepared, in the flow of this name."""

    name: str
    entries: tuple[Entry, ...] = ()

    @property
    def flow(self) -> Flow:
        """What the act asks for."""
        return FLOWS[self.name]

    def with_said(self, name: str, value: Any, called: Mapping[str, str] | None = None) -> Sheet:
        """The sheet after a question was answered; None leaves it out. ``called`` are the names of places in it."""
        return self._with({"name": name, "said": value, "called": called or {}})

    def with_item(self, item: str, known: Mapping[str, Any], warning: str | None) -> Sheet:
        """The sheet with one more line."""
        return self._with({"item": item, "known": dict(known), "warning": warning})

    def with_seen(self, items: list[str], **seen: Any) -> Sheet:
        """The sheet after something was seen of items on it."""
        return self._with({"of": items, "seen": seen})

    def with_scan(self, scan: Scan) -> Sheet:
        """The sheet of a count with one more label."""
        return self._with({"code": scan.code, "place": scan.place, "bears": scan.item})

    def _with(self, entry: Entry) -> Sheet:
        return replace(self, entries=(*self.entries, entry))

    def undone(self) -> Sheet:
        """The sheet without what was scanned or said last."""
        return replace(self, entries=self.entries[:-1])

    @cached_property
    def said(self) -> dict[str, Any]:
        """The answers so far, by question."""
        return {each["name"]: each["said"] for each in self.entries if "name" in each}

    @cached_property
    def place_names(self) -> dict[str, str]:
        """What the places are called that were scanned."""
        return {place: name for each in self.entries for place, name in each.get("called", {}).items()}

    @cached_property
    def lines(self) -> dict[str, Line]:
        """The lines so far, by item."""
        found: dict[str, Line] = {}
        for each in self.entries:
            if "item" in each:
                found[each["item"]] = Line(each["item"], each["known"], warning=each["warning"])
            for item in each.get("of", ()):
                found[item] = found[item].with_seen(each["seen"])
        return found

    @property
    def names(self) -> dict[str, str]:
        """What the items and places on the sheet are called."""
        return {**self.place_names, **{item: str(line.known["description"]) for item, line in self.lines.items()}}

    @property
    def codes(self) -> list[str]:
        """The labels in force of the items on the sheet."""
        return [str(each.known["code"]) for each in self.lines.values()]

    @cached_property
    def scans(self) -> list[Scan]:
        """The labels that were counted so far."""
        return [Scan(each["code"], each["place"], each["bears"]) for each in self.entries if "code" in each]

    @property
    def ask(self) -> Ask | None:
        """The first question that is still open."""
        open_ = (each for each in self.flow.asks if each.name not in self.said and each.when(self.said))
        return next(open_, None)

    @property
    def line(self) -> Line | None:
        """The line of which is still to be said what is seen: the one scanned last, first."""
        return next((each for each in reversed(self.lines.values()) if not self._is_done(each)), None)

    def _is_done(self, line: Line) -> bool:
        needed = [line.seal_seen] if self.flow.takes in ("packages", "seals") else [line.seal_seen, line.condition]
        return None not in needed

    @property
    def is_complete(self) -> bool:
        """Whether everything was said that the act needs."""
        something = self.lines or self.flow.takes in ("nothing", "scans")
        return bool(something) and self.ask is None and self.line is None

    @property
    def people(self) -> list[str]:
        """Everybody who will sign."""
        return [each["person"] for each in self._signers()]

    def draft(self) -> dict[str, Any]:
        """The draft of the act, as ``custody act`` takes it. Nothing is checked here: the ledger decides."""
        lines = list(self.lines.values())
        fields = {name: self.said.get(name) for name in self._own_fields()}
        fields |= self.flow.fields(self.said, lines)
        if self.flow.takes == "lines":
            fields["lines"] = [each.as_act() for each in lines]
        return {"act": self.flow.act, **fields, "attestations": self._attestations(), "signers": self._signers()}

    def _own_fields(self) -> list[str]:
        return [each.name for each in self.flow.asks if "." not in each.name and ":" not in each.name]

    def _signers(self) -> list[dict[str, str]]:
        return [
            {"part": name.removeprefix("part:"), "person": person}
            for name, people in self.said.items()
            if name.startswith("part:")
            for person in people or ()
        ]

    def _attestations(self) -> list[dict[str, Any]]:
        return [
            {"part": part, "name": {"disclose": name}, "kind": self.said[f"how:{part}"]}
            for each, name in self.said.items()
            if each.startswith("name:") and name is not None
            for part in [each.removeprefix("name:")]
        ]
