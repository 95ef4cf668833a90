"""What a store of attachments needs of the place where whole files lie: a folder, or a bucket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

PIECE: Final = 1 << 20
"""Bytes that are read at once."""


@dataclass(frozen=True, slots=True)
class Lying:
    """A whole file: its name, its size in bytes, and when it was last put, in seconds since 1970."""

    sha256: str
    size: int
    put_at: float


class Shelf(Protocol):
    """Where whole files lie, each under its SHA-256. Methods raise OSError or Unavailable."""

    def find(self, sha256: str) -> Lying | None:
        """The file with this name, if it lies here."""

    def read(self, sha256: str, first: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes of a file that lies here, from ``first`` up to but without ``end``, piece by piece."""

    def take_in(self, part: Path, sha256: str) -> None:
        """Put a file that arrived whole in its place, durably, at once or not at all. Its part may be gone then."""

    def renew(self, part: Path, sha256: str) -> None:
        """Somebody put again what lies here: it is as young as if it had come now."""

    def set_aside(self, sha256: str) -> None:
        """Take a damaged file out of its place, and keep it."""

    def all(self) -> Iterator[Lying]:
        """Every whole file, by name."""

    def delete(self, sha256: str) -> None:
        """Delete a file, if it lies here."""
