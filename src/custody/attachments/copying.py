"""A copy of a store of attachments, laid out as a folder that a ledger finds beside it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from custody.attachments.folder import Folder
from custody.attachments.shelf import Shelf
from custody.attachments.store import translated

Progress = Callable[[int, int], None]


def copy_files(shelf: Shelf, folder: Path, progress: Progress) -> int:
    """Copy every whole file into a new folder, durably, as it is; returns how many. Raises Unavailable.

    Files never change, and what an act names stays: made after the ledger was copied, a copy has whatever the acts in
    it name. What is swept meanwhile, no act named.
    """
    count = 0
    with translated():
        folder.mkdir(mode=0o700)
        target, found = Folder(folder), list(shelf.all())
        for done, each in enumerate(found, 1):
            part = folder / "part"
            try:
                with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                    file.writelines(shelf.read(each.sha256))
                    file.flush()
                    os.fsync(file.fileno())
            except FileNotFoundError:
                part.unlink()
                continue
            target.take_in(part, each.sha256)
            count += 1
            progress(done, len(found))
    return count
