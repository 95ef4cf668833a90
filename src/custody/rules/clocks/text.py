"""What the rule data say of a deadline: its name, its terms, what starts and stops it, who is told and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, cast

from custody.rules.calendars import UNITS, Term

Colour = Literal["blue", "orange", "red"]
"""blue: it is coming; orange: it is due; red: it is overdue and those above are told."""


@dataclass(frozen=True, slots=True)
class Level:
    """One rung of the ladder: so long after the due instant (before it, if negative), in which colour, who is told."""

    after: timedelta
    colour: Colour
    tells: tuple[str, ...]

    @property
    def name(self) -> str:
        """The rung by its hours from the due instant: ``-24h``, ``+0h``."""
        return f"{int(self.after.total_seconds()) // 3600:+d}h"


@dataclass(frozen=True, slots=True)
class DeadlineText:
    """A deadline as a lawyer reads it.

    ``terms`` are by variant, the usual one under ``""``; a deadline without terms is due at an instant that an act
    names. ``starts`` and ``stops`` are act types and, as ``noted:…``, facts that are noted for clocks; under which
    conditions they do, the function of the deadline says (`custody.rules.clocks`).
    """

    rule: str
    zh: str
    en: str
    starts: tuple[str, ...]
    stops: tuple[str, ...]
    terms: Mapping[str, Term]
    ladder: tuple[Level, ...]
    lapses: bool
    """Whether what it limits ends by itself when it is over."""
    source: str
    verified: bool

    def term(self, variant: str) -> Term | None:
        """The term of a variant, else the usual one; None if an act names the instant."""
        return self.terms.get(variant, self.terms.get(""))


def read_deadlines(table: Mapping[str, Any], escalation: Mapping[str, Any]) -> dict[str, DeadlineText]:
    """Read the tables ``deadline`` and ``escalation`` of rule data. Raises KeyError or ValueError."""
    rungs = sorted(escalation.values(), key=lambda each: int(each["hours"]))
    above = [Level(timedelta(hours=each["hours"]), each["colour"], tuple(each["tells"])) for each in rungs]
    return {rule: _deadline(rule, fields, above) for rule, fields in table.items()}


def _deadline(rule: str, fields: Mapping[str, Any], above: Sequence[Level]) -> DeadlineText:
    told = tuple(fields["tells"])
    before = [Level(timedelta(hours=-hours), "blue", told) for hours in sorted(fields["blue_hours"], reverse=True)]
    after = [Level(each.after, each.colour, tuple(dict.fromkeys((*told, *each.tells)))) for each in above]
    return DeadlineText(
        rule=rule,
        zh=fields["zh"],
        en=fields["en"],
        starts=tuple(fields["starts"]),
        stops=tuple(fields["stops"]),
        terms={name: _term(each) for name, each in fields.get("terms", {}).items()},
        ladder=(*before, *after),
        lapses=bool(fields.get("lapses", False)),
        source=fields["source"],
        verified=bool(fields["verified"]),
    )


def _term(fields: Mapping[str, Any]) -> Term:
    (unit,) = [unit for unit in UNITS if unit in fields]
    return Term(cast(Any, unit), int(fields[unit]), bool(fields.get("extend_on_holiday", False)))
