"""Whole files in a folder: ``ab/abcd…`` is the file with that SHA-256, mode 0400; ``damaged/abcd….0`` was set aside."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from custody.attachments.shelf import PIECE, Lying
from custody.ledger.durable import sync


class Folder:
    """A folder, made with the first file. Safe to use from any thread, and by several processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, sha256: str) -> Lying | None:
        """The file with this name, if it lies here."""
        place = self.place(sha256)
        return _lying(place) if place.is_file() else None

    def read(self, sha256: str, first: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes of a file, piece by piece."""
        with self.place(sha256).open("rb") as file:
            file.seek(first)
            left = (1 << 62 if end is None else end) - first
            while left > 0 and (piece := file.read(min(PIECE, left))):
                left -= len(piece)
                yield piece

    def take_in(self, part: Path, sha256: str) -> None:
        """Put a file in its place.

        A crash before the renaming leaves what arrived where it was: the next part, or the question how far it got,
        finishes it. A crash after it leaves the file in its place, under a name that a power cut may still take back
        until the folders are synced; so nobody is told before that.
        """
        place = self.place(sha256)
        for folder in (self._folder, place.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
        part.chmod(0o400)
        part.replace(place)
        for folder in (place.parent, self._folder):
            sync(folder)

    def renew(self, part: Path, sha256: str) -> None:
        """It is as young as if it had come now."""
        os.utime(self.place(sha256))

    def set_aside(self, sha256: str) -> None:
        """Take a damaged file out of its place, and keep it."""
        damaged = self._folder / "damaged"
        damaged.mkdir(mode=0o700, exist_ok=True)
        number = sum(1 for _ in damaged.glob(f"{sha256}*"))
        self.place(sha256).replace(damaged / f"{sha256}.{number}")
        sync(damaged)

    def all(self) -> Iterator[Lying]:
        """Every whole file, by name."""
        yield from map(_lying, sorted(self._folder.glob("[0-9a-f][0-9a-f]/*")))

    def delete(self, sha256: str) -> None:
        """Delete a file, if it lies here."""
        self.place(sha256).unlink(missing_ok=True)

    def place(self, sha256: str) -> Path:
        """Where the file with this name lies, or would."""
        return self._folder / sha256[:2] / sha256


def _lying(place: Path) -> Lying:
    found = place.stat()
    return Lying(place.name, found.st_size, found.st_mtime)
