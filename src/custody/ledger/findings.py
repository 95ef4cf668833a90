"""What verifying a ledger found: each finding by its step, with the leaf, and everything that was looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Problem = tuple[str, str, str, int | None]
"""What contradicts a stored log: code, zh, en, leaf index or tree size."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be: in which step, at which leaf, and what.

    A property of the whole log (step 9) also says what its contradiction means for the evidence.
    """

    step: int
    code: str
    zh: str
    en: str
    index: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    meaning_zh: str = ""
    meaning_en: str = ""


@dataclass(slots=True)
class Report:
    """Everything that was found, and what was looked at."""

    entries: int = 0
    relied_on: int = 0
    """Of how many of them an audit says who signed and that they were allowed: neither was looked at again."""
    root: bytes = b""
    """Of the entries looked at, as they are."""
    signatures: int = 0
    erased_disclosures: int = 0
    withheld_disclosures: int = 0
    """Kept under the key of a case that is not here."""
    files: dict[str, int] = field(default_factory=dict)
    """Every file that an act names, by its SHA-256, with the index of the first that does."""
    findings: list[Finding] = field(default_factory=list)

    def found(self, step: int, code: str, zh: str, en: str, index: int | None = None, **facts: Any) -> None:
        """Add a finding."""
        self.findings.append(Finding(step, code, zh, en, index, facts))
