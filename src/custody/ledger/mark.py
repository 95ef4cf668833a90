"""The newest checkpoint that a log published, kept outside the database: a restored backup does not take it back.

The file lies beside the log's key, which is in no backup of the database either, and holds the published note. It is
replaced as a whole, and is on the disk before anybody is given the checkpoint.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from custody.errors import CustodyError, Damaged
from custody.ledger.durable import whole
from custody.ledger.engine import BUSY_SECONDS
from custody.tlog.checkpoint import Checkpoint

LARGEST = 1 << 20


class Mark:
    """The note in one file. Processes on one machine that share the file take turns; see `held`."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def read(self) -> Checkpoint | None:
        """The newest checkpoint that was published; None if none was yet. Raises Damaged, OSError."""
        try:
            with self.file.open("rb") as opened:
                note = opened.read(LARGEST)
            return Checkpoint.stated(note)
        except FileNotFoundError:
            return None
        except CustodyError as error:
            raise Damaged(
                "damaged/published", "The file that says what was published last cannot be read.",
                file=str(self.file), cause=error.sentence,
            ) from error  # fmt: skip

    @contextmanager
    def held(self) -> Iterator[None]:
        """Make every other process that publishes wait; the folder is what is locked. Raises OSError, also after 10
        seconds, for a process that stands still must not stop the others."""
        folder = os.open(self.file.parent, os.O_RDONLY)
        try:
            _lock(folder)
            yield
        finally:
            os.close(folder)

    def write(self, note: str) -> None:
        """Put another note in the file; durable when it returns. For whoever holds it. Raises OSError."""
        with whole(self.file) as file:
            file.write(note.encode())


def _lock(folder: int) -> None:
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise
        time.sleep(0.005)
