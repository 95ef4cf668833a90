"""A store of files, each under its SHA-256, whole, durable, and never written again.

What is arriving lies in a folder of this machine: ``incoming/WHO/abcd…`` is what came so far of one file that WHO is
putting, and ``abcd….put`` says that WHO put it and perhaps no act names it. WHO is a digest of the person's id. What
arrived whole and right goes to its shelf: the same folder, or a bucket.
"""

from __future__ import annotations

import errno
import hashlib
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from custody.attachments.folder import Folder
from custody.attachments.incoming import Incoming
from custody.attachments.media import HEAD, media_type
from custody.attachments.shelf import Lying, Shelf
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
    """A store of files. Safe to use from any thread, and by several processes.

    ``folder`` holds what is arriving, and the whole files too, unless these lie on another ``shelf``.
    """

    def __init__(self, folder: Path, limits: Limits = Limits(), shelf: Shelf | None = None) -> None:
        self.folder = folder
        self.limits = limits
        self.shelf: Shelf = shelf or Folder(folder)

    def find(self, sha256: str) -> Lying | None:
        """The file with this hash, if it lies here. Raises Unavailable."""
        with translated():
            return self.shelf.find(sha256)

    def media_type(self, found: Lying) -> str:
        """What kind of file it is, by its first bytes. Raises Unavailable."""
        with translated():
            return media_type(b"".join(self.shelf.read(found.sha256, 0, min(HEAD, found.size))))

    def is_sound(self, sha256: str) -> bool:
        """Whether the file with this hash lies here and still has it. Raises Unavailable."""
        with translated():
            if self.shelf.find(sha256) is None:
                return False
            read = hashlib.sha256()
            for piece in self.shelf.read(sha256):
                read.update(piece)
            return read.hexdigest() == sha256

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

        It is durable when this returns. Until it is in its place, what arrived stays where it was: the next part, or
        the question how far it got, finishes it.
        """
        with translated():
            incoming.require_right()
            incoming.mark()
            if self.is_sound(incoming.sha256):
                self.shelf.renew(incoming.part, incoming.sha256)  # somebody means to name it: it is swept later
            else:
                if self.shelf.find(incoming.sha256) is not None:
                    self.shelf.set_aside(incoming.sha256)
                self.shelf.take_in(incoming.part, incoming.sha256)
            incoming.forget()

    def sweep(self, before: float, named: Named) -> list[str]:
        """Delete what was put before an instant (seconds since 1970) and no act names, whole or in parts.

        Returns the hashes of whole files that were deleted.
        """
        with translated():
            old = [each.sha256 for each in self.shelf.all() if each.put_at < before]
            unnamed = sorted(set(old) - set(named(old)))
            for each in unnamed:
                self.shelf.delete(each)
            for part in self.folder.glob("incoming/*/*"):
                if part.name != "lock" and part.stat().st_mtime < before:
                    part.unlink(missing_ok=True)
        return unnamed

    def _waiting(self, incoming: Incoming, named: Named) -> int:
        """How many bytes somebody put that no act names, beside the file he is putting now."""
        marked = {each.stem: each for each in incoming.marks()}
        for sha256 in named(list(marked)):
            marked.pop(sha256).unlink(missing_ok=True)
        sizes = {sha256: found.size for sha256 in marked if (found := self.shelf.find(sha256))}
        for part in incoming.parts():
            sizes[part.name] = part.stat().st_size
        sizes.pop(incoming.sha256, None)
        return sum(max(size, LEAST_COUNTED) for size in sizes.values())


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
