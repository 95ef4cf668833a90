"""A published log as files (c2sp.org/tlog-tiles), in a folder that somebody brought: nothing in it is trusted.

No link is followed, no pipe or device is opened, nothing longer than it may be is read, and what lies there under other
names is only counted.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from custody.errors import Malformed, NotFound
from custody.tlog.tiles import TILE_WIDTH, bundle_path, tile_path

MOST_NAMES: Final = 1_000_000
"""Files that are looked at beside those the log needs; a log of 10⁸ entries has fewer of its own."""

_TILE: Final = re.compile(r"tile/(entries|[0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([0-9]{1,3}))?")


@dataclass(frozen=True, slots=True)
class Place:
    """What a file is by its name: a tile on a level, or an entry bundle (no level); its number and width."""

    level: int | None
    number: int
    width: int

    @property
    def name(self) -> str:
        """The name, in its only form."""
        if self.level is None:
            return bundle_path(self.number, self.width)
        return tile_path(self.level, self.number, self.width)

    @classmethod
    def of(cls, name: str) -> Place | None:
        """Read a name; None if it is no tile's and no bundle's."""
        read = _TILE.fullmatch(name)
        if read is None:
            return None
        level = None if read[1] == "entries" else int(read[1])
        width = TILE_WIDTH if read[3] is None else int(read[3])
        if not 1 <= width <= TILE_WIDTH:
            return None
        place = cls(level, int(re.sub("[x/]", "", read[2])), width)
        return place if place.name == name else None


class LogFolder:
    """The files of one folder, read as what a stranger put there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str, most: int) -> bytes:
        """The bytes of a plain file within the folder. Raises NotFound; Malformed for anything else, or if longer."""
        try:
            opened = self._opened(name.split("/"))
        except FileNotFoundError:
            raise NotFound("not-found/log-file", "The folder lacks a file of the log.", file=name) from None
        except OSError as error:
            raise _odd(name, error.strerror or str(error)) from error
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            os.close(opened)
            raise _odd(name, "no plain file")
        with os.fdopen(opened, "rb") as file:
            try:
                data = file.read(most + 1)
            except OSError as error:
                raise _odd(name, error.strerror or str(error)) from error
        if len(data) > most:
            raise _odd(name, f"longer than {most:,} bytes")
        return data

    def names(self) -> Iterator[str]:
        """The name of everything in the folder that is no folder, at most `MOST_NAMES` of them."""
        waiting, seen = [""], 0
        while waiting:
            above = waiting.pop()
            for name, is_folder in self._in(above):
                seen += 1
                if seen > MOST_NAMES:
                    return
                if is_folder:
                    waiting.append(f"{name}/")
                else:
                    yield name

    def _in(self, above: str) -> list[tuple[str, bool]]:
        try:
            with os.scandir(self.folder / above) as found:
                return sorted((above + each.name, each.is_dir(follow_symlinks=False)) for each in found)
        except OSError:
            return [(f"{above}…", False)]  # a folder that cannot be listed is something that does not belong here

    def _opened(self, parts: list[str]) -> int:
        """Open a file step by step, so that no link on the way leads out."""
        at = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for part in parts[:-1]:
                below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
                os.close(at)
                at = below
            return os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=at)
        finally:
            os.close(at)


def _odd(name: str, reason: str) -> Malformed:
    return Malformed("malformed/log-file", f"The log's file {name} cannot be used: {reason}.", file=name, reason=reason)
