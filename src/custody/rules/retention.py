"""How long values that acts disclosed are kept: what may or should be erased by rule data; people decide."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from custody.acts.act import Act
from custody.facts.case import CaseFacts
from custody.rules.calendars import end_of, months_after
from custody.rules.policy import Policy, Retention

After = Literal["final", "opened"]
AFTER: Final = ("final", "opened")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A disclosed value whose time is over: by which rule, where it stands in its act (JSON Pointer), since when."""

    rule: Retention
    pointer: str
    commitment: str
    since: datetime


def proposals(act: Act, cases: Collection[CaseFacts], policy: Policy, at: datetime) -> Iterator[Proposal]:
    """What an act disclosed, of these cases, that may or should be erased at an instant; nothing of an act of no case.

    Where several rules name a value, the first that is due proposes it.
    """
    begins = {after: _begins(after, cases) for after in AFTER}
    proposed: set[str] = set()
    for pointer, commitment in sealed_at(act.model_dump(mode="json", by_alias=True)):
        for rule in policy.retention.values():
            begin = begins[rule.after]
            if commitment in proposed or begin is None or not _covers(rule, act, pointer):
                continue
            since = end_of(months_after(begin.astimezone(policy.zone).date(), rule.months), policy.zone)
            if since <= at:
                proposed.add(commitment)
                yield Proposal(rule, pointer, commitment, since)


def sealed_at(value: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Every commitment in a decoded payload with its JSON Pointer (RFC 6901), in reading order."""
    if isinstance(value, dict):
        if len(value) == 1 and isinstance(value.get("sealed"), str):
            yield pointer, value["sealed"]
            return
        for name, inner in value.items():
            yield from sealed_at(inner, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from sealed_at(inner, f"{pointer}/{number}")


def read_retention(table: Mapping[str, Any]) -> dict[str, Retention]:
    """Read the table ``retention`` of rule data. Raises ValueError, TypeError or KeyError for what cannot be meant."""
    found = {}
    for rule, fields in table.items():
        said = {**fields, "of": tuple(fields["of"]), "acts": tuple(fields.get("acts", ()))}
        found[rule] = text = Retention(rule=rule, **said)
        if text.after not in AFTER or type(text.months) is not int or not 0 <= text.months <= 1_200:
            raise ValueError(f"retention {rule}: after is one of {', '.join(AFTER)}, months a number up to 1200")
    return found


def _begins(after: After, cases: Collection[CaseFacts]) -> datetime | None:
    """When time begins to run: once it does for every case."""
    begun = [case.final_at if after == "final" else case.opened_at for case in cases]
    return max((each for each in begun if each is not None), default=None) if None not in begun else None


def _covers(rule: Retention, act: Act, pointer: str) -> bool:
    return (not rule.acts or act.act in rule.acts) and any(_fits(each, pointer) for each in rule.of)


def _fits(pattern: str, pointer: str) -> bool:
    wanted, steps = pattern.split("/"), pointer.split("/")
    return len(wanted) == len(steps) and all(
        one in ("*", step) for one, step in zip(wanted, steps, strict=True)
    )  # fmt: skip
