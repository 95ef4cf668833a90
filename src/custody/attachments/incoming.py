"""A file that is arriving: what came so far is kept, so that its sender goes on where he stopped."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from custody.errors import Conflict, Malformed, Unavailable


@dataclass(slots=True)
class Incoming:
    """What has arrived of one file from one person. Nobody else writes to it."""

    sha256: str
    part: Path
    received: int
    _file: Any = field(default=None, repr=False)
    _hash: Any = field(default=None, repr=False)

    @classmethod
    @contextmanager
    def of(cls, store: Path, sha256: str, person: str) -> Iterator[Incoming]:
        """Take up what a person is putting. Raises Unavailable if he is putting something already."""
        own = store / "incoming" / hashlib.sha256(person.encode()).hexdigest()[:16]
        own.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (own / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Unavailable(
                    "unavailable/attachment-busy", "Another upload of the same person is under way.", retry_after=1
                ) from None
            part = own / sha256
            incoming = cls(sha256, part, part.stat().st_size if part.exists() else 0)
            try:
                yield incoming
            finally:
                incoming._close()

    def begin(self, first: int) -> None:
        """Go on at an offset: where it stopped, or at the beginning anew. Raises Conflict."""
        if first not in (0, self.received):
            raise Conflict(
                "conflict/attachment-part", "This part does not begin where the last one ended.",
                received=self.received, got=first,
            )  # fmt: skip
        if first == 0:
            self.part.unlink(missing_ok=True)
            self.received = 0
            self._hash = hashlib.sha256()
        self._file = os.fdopen(os.open(self.part, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")

    def write(self, data: bytes) -> None:
        """Take in the bytes that follow. What the disk has no room for is given up. Raises OSError."""
        try:
            self._file.write(data)
            self._file.flush()  # what is counted as received is what a process that dies now would leave
        except OSError:
            self.forget()
            raise
        self.received += len(data)
        if self._hash is not None:
            self._hash.update(data)

    def require_right(self) -> None:
        """Wait until all of it is on the disk, and compare its hash. Raises Malformed; then nothing of it stays."""
        try:
            with self.part.open("rb") as file:
                os.fsync(file.fileno())
                got = self._hash.hexdigest() if self._hash else hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            self.forget()
            raise
        if got != self.sha256:
            self.forget()
            raise Malformed(
                "malformed/attachment", "These are not the bytes that the hash names.", expected=self.sha256, got=got
            )

    def mark(self) -> None:
        """Note who put it, before it is in its place: what no act names counts against somebody at every moment."""
        self.part.with_name(f"{self.sha256}.put").touch(mode=0o600)

    def marks(self) -> Iterator[Path]:
        """What stands for each file that this person put."""
        return self.part.parent.glob("*.put")

    def parts(self) -> Iterator[Path]:
        """What this person has not put whole."""
        return (each for each in self.part.parent.iterdir() if len(each.name) == len(self.sha256))

    def forget(self) -> None:
        """Delete what arrived."""
        self._close()
        self.part.unlink(missing_ok=True)
        self.received = 0

    def _close(self) -> None:
        if self._file is not None:
            with suppress(OSError):  # the disk was full, and what it has no room for was given up
                self._file.close()
            self._file = None
