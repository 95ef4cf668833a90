"""Where files lie: each under its SHA-256 in a folder of two letters, whole, synced, and never written again.

    ab/abcd…            a file, mode 0400
    incoming/WHO/abcd…  what has arrived of one that WHO is putting; ``abcd….put``: WHO put it, perhaps no act names it
    damaged/abcd…       a file that no longer had its hash when the right bytes came

WHO is a digest of the person's id. The folder is made with the first file.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from custody.attachments.incoming import Incoming
from custody.attachments.media import HEAD, media_type
from custody.errors import TooLarge, Unavailable

Named = Callable[[Collection[str]], Collection[str]]
"""Which of some hashes an act names."""

LEAST_COUNTED: Final = 1 << 20
"""What a file counts at least, so that nobody fills a disk with empty ones."""

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be put, in bytes: one file; what a person put that no act names; what stays free on the disk."""

    file: int = 2 << 30
    waiting: int = 8 << 30
    free: int = 1 << 30


class Attachments:
    """A store of files. Safe to use from any thread, and by several processes."""

    def __init__(self, folder: Path, limits: Limits = Limits()) -> None:
        self.folder = folder
        self.limits = limits

    def find(self, sha256: str) -> Path | None:
        """The file with this hash, if it lies here."""
        path = self._place(sha256)
        return path if path.is_file() else None

    def is_sound(self, sha256: str) -> bool:
        """Whether the file with this hash lies here and still has it. Raises Unavailable."""
        path = self.find(sha256)
        with translated():
            return path is not None and digest(path) == sha256

    def all(self) -> Iterator[Path]:
        """Every file, whether an act names it or not."""
        yield from sorted(self.folder.glob("[0-9a-f][0-9a-f]/*"))

    @contextmanager
    def receiving(self, sha256: str, person: str, total: int, named: Named) -> Iterator[Incoming]:
        """Receive a file of ``total`` bytes from somebody, going on where he stopped. One upload of his at a time.

        Raises TooLarge over a limit, Unavailable where another upload of his is under way or the disk has no room.
        """
        if total > self.limits.file:
            raise TooLarge("too-large/attachment", "The file is too large.", limit=self.limits.file, got=total)
        with translated(), Incoming.of(self.folder, sha256, person) as incoming:
            waiting = self._waiting(incoming, named)
            if waiting + max(total, LEAST_COUNTED) > self.limits.waiting:
                raise TooLarge(
                    "too-large/attachments-waiting", "Too much was put that no act names: submit the acts first.",
                    limit=self.limits.waiting, got=waiting,
                )  # fmt: skip
            if shutil.disk_usage(incoming.part.parent).free < self.limits.free + total - incoming.received:
                raise no_space()
            yield incoming

    def keep(self, incoming: Incoming) -> None:
        """Put a file that has arrived whole in its place. Raises Malformed if it is another than its name says.

        It is durable when this returns. A crash before the renaming leaves what arrived where it was: the next part, or
        the question how far it got, finishes it. A crash after it leaves the file in its place, under a name that a
        power cut may still take back until the folder is synced; so nobody is told before that.
        """
        with translated():
            incoming.require_right()
            place = self._place(incoming.sha256)
            incoming.mark()
            for folder in (self.folder, place.parent):
                folder.mkdir(mode=0o700, exist_ok=True)
            if place.exists():
                if digest(place) == incoming.sha256:
                    os.utime(place)  # somebody means to name it: it is swept as late as if it had come now
                    incoming.forget()
                    return
                self._set_aside(place)
            incoming.part.chmod(0o400)
            incoming.part.replace(place)
            for folder in (place.parent, self.folder):
                sync(folder)

    def sweep(self, before: float, named: Named) -> list[str]:
        """Delete what was put before an instant (seconds since 1970) and no act names, whole or in parts.

        Returns the hashes of whole files that were deleted.
        """
        with translated():
            old = [each for each in self.all() if each.stat().st_mtime < before]
            unnamed = {each.name for each in old} - set(named([each.name for each in old]))
            for each in old:
                if each.name in unnamed:
                    each.unlink(missing_ok=True)
            for each in self.folder.glob("incoming/*/*"):
                if each.name != "lock" and each.stat().st_mtime < before:
                    each.unlink(missing_ok=True)
        return sorted(unnamed)

    def _waiting(self, incoming: Incoming, named: Named) -> int:
        """How many bytes somebody put that no act names, beside the file he is putting now."""
        marked = {each.stem: each for each in incoming.marks()}
        for sha256 in named(list(marked)):
            marked.pop(sha256).unlink(missing_ok=True)
        sizes = {sha256: place.stat().st_size for sha256 in marked if (place := self.find(sha256))}
        for part in incoming.parts():
            sizes[part.name] = part.stat().st_size
        sizes.pop(incoming.sha256, None)
        return sum(max(size, LEAST_COUNTED) for size in sizes.values())

    def _set_aside(self, place: Path) -> None:
        damaged = self.folder / "damaged"
        damaged.mkdir(mode=0o700, exist_ok=True)
        number = sum(1 for _ in damaged.glob(f"{place.name}*"))
        place.replace(damaged / f"{place.name}.{number}")
        sync(damaged)

    def _place(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256


def folder_beside(database: Path) -> Path:
    """The folder for the attachments of a SQLite ledger: ``ledger.db`` has ``ledger-attachments``."""
    return database.with_name(f"{database.stem}-attachments")


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def media_type_of(path: Path) -> str:
    """The media type of a file, by its first bytes."""
    with path.open("rb") as file:
        return media_type(file.read(HEAD))


def sync(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def no_space() -> Unavailable:
    """There is no room for a file."""
    return Unavailable("unavailable/attachment-space", "There is no room for this file on the disk.")


@contextmanager
def translated() -> Iterator[None]:
    """Say what the file system refuses as one of our errors."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise no_space() from error
        raise Unavailable(
            "unavailable/attachments", "The store of attachments cannot be used.", cause=error.strerror,
        ) from error  # fmt: skip
