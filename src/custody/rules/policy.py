"""The policy: rule data that a lawyer can read, as files whose hash stands in the log.

Code finds *whether* a rule is broken; these data say what the rule is called, where it stands, how heavy a breach
weighs, and the numbers it uses. Nobody can relax one unseen: the policy id is in `genesis` and in every entry.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, cast

from custody.acts.entry import Severity
from custody.errors import Malformed


@dataclass(frozen=True, slots=True)
class RuleText:
    """What a rule says: in Chinese and English, from which source, and whether its text was verified.

    ``code`` is the slug of a refusal (``officer-is-custodian``) or the name of a defect (``LATE_HANDOVER``);
    ``rule`` is the number it has in docs/rules.md (``I-06``, ``D01``).
    """

    code: str
    rule: str
    kind: Literal["refusal", "defect"]
    severity: Severity | None
    zh: str
    en: str
    instead_zh: str
    instead_en: str
    source: str
    verified: bool
    valid_from: date | None
    valid_to: date | None

    def in_force(self, on: date) -> bool:
        """Whether the rule is in force on a day."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Policy:
    """The rule data in force: id (hex SHA-256 of the manifest), texts by code, numbers, where what may lie."""

    id: str
    jurisdiction: str
    texts: Mapping[str, RuleText]
    numbers: Mapping[str, int]
    storage: Mapping[str, tuple[str, ...]]

    def hours(self, name: str) -> timedelta:
        """A configured number of hours."""
        return timedelta(hours=self.numbers[name])

    def minutes(self, name: str) -> timedelta:
        """A configured number of minutes."""
        return timedelta(minutes=self.numbers[name])


def manifest_of(files: Mapping[str, bytes]) -> bytes:
    """Return the manifest of policy files: one line a file, as ``sha256sum`` prints it, sorted by path."""
    lines = (f"{hashlib.sha256(data).hexdigest()}  {path}\n" for path, data in sorted(files.items()))
    return "".join(lines).encode()


def read_policy(files: Mapping[str, bytes]) -> Policy:
    """Read a policy from its files (path → bytes), one for each chapter of rules. Raises Malformed.

    A chapter has the tables ``refusal``, ``defect``, ``numbers`` and ``storage``, as far as it needs them. What one
    chapter names no other may name again.
    """
    identifier = hashlib.sha256(manifest_of(files)).hexdigest()
    try:
        chapters = [tomllib.loads(data.decode()) for path, data in sorted(files.items()) if path.endswith(".toml")]
        texts = {
            code: _text(code, kind, fields)
            for kind in ("refusal", "defect")
            for code, fields in _table(chapters, kind).items()
        }  # fmt: skip
        numbers = {name: int(each["value"]) for name, each in _table(chapters, "numbers").items()}
        storage = {category: tuple(classes) for category, classes in _table(chapters, "storage").items()}
        (jurisdiction,) = [chapter["jurisdiction"] for chapter in chapters if "jurisdiction" in chapter]
        return Policy(identifier, jurisdiction, texts, numbers, storage)
    except (KeyError, ValueError, TypeError) as error:
        raise Malformed("malformed/policy", f"The rule data cannot be read: {error}.") from None


def _table(chapters: Sequence[Mapping[str, Any]], name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for chapter in chapters:
        table = chapter.get(name, {})
        if twice := found.keys() & table.keys():
            raise ValueError(f"{name} {sorted(twice)} stands in two chapters")
        found |= table
    return found


def _text(code: str, kind: str, fields: Mapping[str, Any]) -> RuleText:
    return RuleText(
        code=code,
        rule=fields["rule"],
        kind=cast(Literal["refusal", "defect"], kind),
        severity=fields["severity"] if kind == "defect" else None,
        zh=fields["zh"],
        en=fields["en"],
        instead_zh=fields.get("instead_zh", ""),
        instead_en=fields.get("instead_en", ""),
        source=fields["source"],
        verified=bool(fields["verified"]),
        valid_from=fields.get("valid_from"),
        valid_to=fields.get("valid_to"),
    )
