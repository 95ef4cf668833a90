"""The policy: rule data that a lawyer can read, as files whose hash stands in the log.

Code finds *whether* a rule is broken; these data say what the rule is called, where it stands, how heavy a breach
weighs, and the numbers it uses. Nobody can relax one unseen: the policy id is in `genesis` and in every entry.

Rules and numbers may have versions by date. Of those in force on any day from what happened to its entry, the stricter
holds: a rule beats none, the heavier severity the lighter, and of numbers the smaller, unless the data say otherwise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta, timezone
from functools import lru_cache
from typing import Final, Literal

from custody.acts.entry import Severity
from custody.rules.calendars import Calendar
from custody.rules.clocks.text import DeadlineText
from custody.rules.span import Span

SEVERITIES: Final[tuple[Severity, ...]] = ("minor", "curable", "exclusion-risk")
"""From light to heavy."""

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RuleText(Span):
    """What a rule says: in Chinese and English, from which source, and whether its text was verified.

    ``code`` is the slug of a refusal (``officer-is-custodian``) or the name of a defect (``LATE_HANDOVER``);
    ``rule`` is the number it has in docs/rules.md (``I-06``, ``D01``).
    """

    code: str = ""
    rule: str = ""
    kind: Literal["refusal", "defect"] = "refusal"
    severity: Severity | None = None
    zh: str = ""
    en: str = ""
    instead_zh: str = ""
    instead_en: str = ""
    source: str = ""
    verified: bool = False
    owner: str = ""
    """Of a defect: the capacity that has to remedy it, where it is not the one that its severity names."""
    remedy_zh: str = ""
    remedy_en: str = ""
    """Of a defect: what is owed, where it is not what its severity says."""


@dataclass(frozen=True, slots=True)
class Number(Span):
    """A configured number, its source, and whether that was verified. ``stricter`` says which of two versions is."""

    value: int = 0
    source: str = ""
    verified: bool = False
    stricter: Literal["smaller", "larger"] = "smaller"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a jurisdiction chose where others choose otherwise: one of the values that the code knows."""

    value: str
    zh: str
    en: str
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Remedy:
    """What is owed for a defect of some severity: by whom, accepted by whom, and what that is."""

    owner: str
    accepted_by: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A way from one stage to another. ``most`` names the number of times that it may be gone; None: no limit."""

    name: str
    before: str
    after: str
    most: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long values that acts disclosed are kept.

    ``of`` are JSON Pointers in which ``*`` stands for any one step, ``acts`` act types (none: all). So many ``months``
    after the cases became final (or were opened) the values are to be erased (``must``), or may be.
    """

    rule: str
    zh: str
    en: str
    of: tuple[str, ...]
    acts: tuple[str, ...]
    after: Literal["final", "opened"]
    months: int
    must: bool
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Policy:
    """The rule data in force: id (hex SHA-256 of the manifest), texts by code, numbers, where what may lie, deadlines
    by number, and which days are worked.

    ``texts`` and ``numbers`` hold one version each: as read, the newest; after `between`, the one that holds.
    ``stages`` says which kinds of agency work in a stage, ``passages`` which stage may follow which.
    """

    id: str
    jurisdiction: str
    texts: Mapping[str, RuleText]
    numbers: Mapping[str, int]
    storage: Mapping[str, tuple[str, ...]]
    choices: Mapping[str, Choice] = field(default_factory=dict)
    remedies: Mapping[str, Remedy] = field(default_factory=dict)
    text_versions: Mapping[str, tuple[RuleText, ...]] = field(default_factory=dict)
    number_versions: Mapping[str, tuple[Number, ...]] = field(default_factory=dict)
    chapters: Mapping[str, str] = field(default_factory=dict)
    """Code → the file that names it, without its ending."""
    days: tuple[date, ...] = ()
    """The days from which on another version of a rule or a number may hold, in order; none: nothing is dated."""
    deadlines: Mapping[str, DeadlineText] = field(default_factory=dict)
    """By number, as they read now; their versions are in ``deadline_versions``."""
    calendar: Calendar = field(default_factory=Calendar)
    stages: Mapping[str, frozenset[str]] = field(default_factory=dict)
    passages: Mapping[tuple[str, str], Passage] = field(default_factory=dict)
    deadline_versions: Mapping[str, tuple[DeadlineText, ...]] = field(default_factory=dict)
    retention: Mapping[str, Retention] = field(default_factory=dict)
    """By number; each jurisdiction's own."""

    @property
    def zone(self) -> timezone:
        """The time by which days begin and end."""
        return timezone(timedelta(minutes=self.numbers["utc_offset_minutes"]))

    def hours(self, name: str) -> timedelta:
        """A configured number of hours."""
        return timedelta(hours=self.numbers[name])

    def minutes(self, name: str) -> timedelta:
        """A configured number of minutes."""
        return timedelta(minutes=self.numbers[name])

    def choice(self, name: str) -> str:
        """What this jurisdiction chose (``reserve_keeper``: ``police``, ``subject`` or ``laboratory``)."""
        return self.choices[name].value

    def owed(self, code: str, severity: str) -> Remedy | None:
        """What is owed for a defect; None where the data do not say."""
        text, remedy = self.texts.get(code), self.remedies.get(severity)
        if text is None or remedy is None:
            return remedy
        return Remedy(
            text.owner or remedy.owner, remedy.accepted_by, text.remedy_zh or remedy.zh, text.remedy_en or remedy.en
        )  # fmt: skip

    def between(self, first: date, last: date) -> Policy:
        """These data with the strictest version of each rule and number in force from the first day to the last.

        A rule that was in force on none of these days is not in ``texts``.
        """
        return _resolved(_Key(self), min(first, last), max(first, last)) if self.days else self

    def turns_after(self, day: date) -> date | None:
        """The next day from which on another version of a rule or a number holds."""
        return next((each for each in self.days if each > day), None)


class _Key:
    """A policy as the key of a cache: two policies of one id are the same."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def __hash__(self) -> int:
        return hash(self.policy.id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.policy.id == self.policy.id


@lru_cache(maxsize=512)
def _resolved(key: _Key, first: date, last: date) -> Policy:
    policy = key.policy
    texts = {code: [each for each in found if each.meets(first, last)] for code, found in policy.text_versions.items()}
    numbers = {
        name: [each for each in found if each.meets(first, last)] or [found[-1]]
        for name, found in policy.number_versions.items()
    }
    return replace(
        policy,
        texts={code: max(found, key=_weight) for code, found in texts.items() if found},
        numbers={name: strictest(found) for name, found in numbers.items()},
    )


def days_of(versions: Iterable[Span]) -> tuple[date, ...]:
    """The days on which any of these begins to hold, or first no longer does, in order."""
    found = {each.valid_from for each in versions} | {each.valid_to + _DAY for each in versions if each.valid_to}
    return tuple(sorted(each for each in found if each is not None))


def _weight(text: RuleText) -> int:
    return SEVERITIES.index(text.severity) if text.severity else 0


def strictest(numbers: list[Number]) -> int:
    """The strictest of several versions of a number."""
    values = [each.value for each in numbers]
    return max(values) if numbers[-1].stricter == "larger" else min(values)


def manifest_of(files: Mapping[str, bytes]) -> bytes:
    """Return the manifest of policy files: one line a file, as ``sha256sum`` prints it, sorted by path."""
    lines = (f"{hashlib.sha256(data).hexdigest()}  {path}\n" for path, data in sorted(files.items()))
    return "".join(lines).encode()
