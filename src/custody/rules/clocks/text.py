"""What the rule data say of a deadline: its name, its terms, what starts and stops it, who is told and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, cast

from custody.rules.calendars import UNITS, Term
from custody.rules.span import Span

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
class Extension:
    """How a term may be extended: by a fact that an approver notes while it runs, to which whole term, how often.

    ``terms`` are by variant and count from the beginning: ten days that become fifteen say fifteen. ``level`` is the
    least capacity to approve, 1 to 3 (``approver-1`` to ``approver-3``). ``verified`` is of the longer term.
    """

    noted: str
    terms: Mapping[str, Term]
    most: int
    level: int
    source: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineText(Span):
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
    extension: Extension | None = None
    places: Mapping[str, str] = field(default_factory=dict)
    """Of a deadline of places: class of place → the name of its term. Places of other classes have none."""

    def term(self, variant: str) -> Term | None:
        """The term of a variant, else the usual one; None if an act names the instant."""
        return self.terms.get(variant, self.terms.get(""))


def read_deadlines(
    table: Mapping[str, Any], escalation: Mapping[str, Any], numbers: Mapping[str, int]
) -> dict[str, tuple[DeadlineText, ...]]:
    """Read the tables ``deadline`` and ``escalation`` of rule data: each deadline as each of its versions reads, oldest
    first. The length of a term is a number, or the name of one of ``numbers``. Raises KeyError or ValueError."""
    rungs = sorted(escalation.values(), key=lambda each: int(each["hours"]))
    above = [Level(timedelta(hours=each["hours"]), each["colour"], tuple(each["tells"])) for each in rungs]
    return {
        rule: tuple(_deadline(rule, fields | each, above, numbers) for each in fields.get("versions", ({},)))
        for rule, fields in table.items()
    }


def _deadline(
    rule: str, fields: Mapping[str, Any], above: Sequence[Level], numbers: Mapping[str, int]
) -> DeadlineText:
    told = tuple(fields["tells"])
    before = [Level(timedelta(hours=-hours), "blue", told) for hours in sorted(fields["blue_hours"], reverse=True)]
    after = [Level(each.after, each.colour, tuple(dict.fromkeys((*told, *each.tells)))) for each in above]
    return DeadlineText(
        rule=rule,
        zh=fields["zh"],
        en=fields["en"],
        starts=tuple(fields["starts"]),
        stops=tuple(fields["stops"]),
        terms=_terms(fields.get("terms", {}), numbers),
        ladder=(*before, *after),
        lapses=bool(fields.get("lapses", False)),
        source=fields["source"],
        verified=bool(fields["verified"]),
        extension=_extension(fields["extension"], numbers) if "extension" in fields else None,
        places=fields.get("places", {}),
        valid_from=fields.get("valid_from"),
        valid_to=fields.get("valid_to"),
    )


def _extension(fields: Mapping[str, Any], numbers: Mapping[str, int]) -> Extension:
    return Extension(
        noted=fields["noted"],
        terms=_terms(fields["terms"], numbers),
        most=int(fields["most"]),
        level=int(fields["level"]),
        source=fields["source"],
        verified=bool(fields["verified"]),
    )


def _terms(table: Mapping[str, Mapping[str, Any]], numbers: Mapping[str, int]) -> dict[str, Term]:
    return {name: _term(each, numbers) for name, each in table.items()}


def _term(fields: Mapping[str, Any], numbers: Mapping[str, int]) -> Term:
    (unit,) = [unit for unit in UNITS if unit in fields]
    length = fields[unit]
    return Term(
        cast(Any, unit), numbers[length] if isinstance(length, str) else int(length),
        bool(fields.get("extend_on_holiday", False)),
    )  # fmt: skip
