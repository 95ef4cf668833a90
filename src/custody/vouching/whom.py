"""Whom somebody vouches for. Whether that is anybody, the log says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from custody.errors import NotSignedIn


@dataclass(frozen=True, slots=True)
class Vouched:
    """A person or a system; ``agencies`` are those whose people the voucher may name (none: of any)."""

    id: str
    subject: Literal["person", "system"]
    agencies: frozenset[str] | None = None


def not_enrolled() -> NotSignedIn:
    """The error that whoever was vouched for is nobody here."""
    return NotSignedIn(
        "not-signed-in/not-enrolled", "Whoever was vouched for is not enrolled here, or has no live key any more."
    )
