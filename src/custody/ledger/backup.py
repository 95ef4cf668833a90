"""A copy of SQLite files that are in use: what was committed before it began is in it, and nothing half-written."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from custody.errors import Conflict
from custody.ledger.durable import sync
from custody.ledger.engine import BUSY_SECONDS, meaning
from custody.ledger.tables import LEDGER


def back_up(files: Sequence[Path], folder: Path, then: Callable[[Path], object] | None = None) -> None:
    """Copy each file into a new folder (mode 0700, files 0600), in this order, each at one moment; ``then`` puts what
    else belongs there into the folder that it is given.

    The folder gets its name when every copy is on disk: under that name there is a whole backup or none. Each file is
    copied by SQLite's own backup interface (sqlite.org/backup.html) in one step, beside which others read and write.
    Raises Conflict if the folder is there already, Unavailable or Damaged as the database does, and OSError.
    """
    with new_folder(folder) as begun:
        for file in files:
            _copy(file, begun / file.name)
        if then is not None:
            then(begun)


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A folder (mode 0700) to write into that gets its name when it is whole and on disk; else nothing is left of it.

    Raises Conflict if there is something at this place already, and OSError.
    """
    if folder.exists():
        raise _taken(folder)
    begun = folder.with_name(f"{folder.name}.unfinished")
    try:
        begun.mkdir(0o700)
    except FileExistsError:
        raise _taken(begun) from None
    try:
        yield begun
        for file in begun.iterdir():
            sync(file)
        sync(begun)
        begun.rename(folder)
    except BaseException:
        shutil.rmtree(begun)
        raise
    sync(folder.parent)


def size_of(copy: Path) -> int:
    """How many entries the log in a copied ledger has."""
    with closing(sqlite3.connect(f"{copy.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        size: int = connection.execute(f"SELECT size FROM {LEDGER.head}").fetchone()[0]  # noqa: S608 - from tables.py
        return size


def _copy(file: Path, copy: Path) -> None:
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with (
            closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")  # one file, without a -wal that could be left behind
    except sqlite3.Error as error:
        raise meaning(error) from error


def _taken(folder: Path) -> Conflict:
    return Conflict("conflict/backup", "There is something at this place: name a new folder.", folder=str(folder))
