"""The published log as a directory, by the names of c2sp.org/tlog-tiles: the same bytes as over HTTP.

1. The hashes of all full tiles and of the open one are added up: the root has to be the checkpoint's.
2. Tiles and bundles that are not there are written; those that are must hold the same. Each entry has its leaf hash.
3. The checkpoint comes last, when all that it covers is on the disk. Then partial tiles go that are full by now.

Files are written beside the directory's tree and renamed, some hundred at a time, once they are on the disk: what bears
a name is whole, and an export that broke off goes on.
"""

# ruff: noqa: S608 - table names come from tables.py, and every value is a parameter

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from custody.errors import Conflict, Damaged, Malformed
from custody.ledger.engine import translated
from custody.ledger.reader import Reader
from custody.ledger.session import Session
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.edge import Edge
from custody.tlog.merkle import HASH_SIZE, leaf_hash, root_of
from custody.tlog.tiles import (
    TILE_WIDTH,
    bundle_path,
    completed_between,
    hashes_in,
    read_bundle,
    tile_path,
    write_bundle,
)

CHECKPOINT: Final = "checkpoint"
_UNFINISHED: Final = ".unfinished"
_TILES_AT_A_TIME: Final = 32
_FILES_AT_A_TIME: Final = 512

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Exported:
    """Up to which checkpoint a log was exported, and how many files that took."""

    checkpoint: Checkpoint
    written: int


def export_log(reader: Reader, note: str, folder: Path, progress: Progress = lambda done, total: None) -> Exported:
    """Bring a directory up to a published checkpoint.

    Raises Damaged if the leaves do not add up to it, Conflict for a file that holds something else, Unavailable and
    OSError.
    """
    checkpoint = Checkpoint.stated(note)
    size = checkpoint.size
    levels = _levels(reader, checkpoint)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = exported_size(folder)
    files = _Files(folder)
    for level in range(1, len(levels)):
        for first in range(0, len(levels[level]), TILE_WIDTH):
            hashes = levels[level][first : first + TILE_WIDTH]
            files.put(tile_path(level, first // TILE_WIDTH, len(hashes)), b"".join(hashes))
    for number, tile, entries in _bundles(reader, size, levels, files):
        files.put(tile_path(0, number, len(tile) // HASH_SIZE), tile)
        if entries is not None:
            files.put(bundle_path(number, len(entries)), write_bundle(entries))
        progress(min((number + 1) * TILE_WIDTH, size), size)
    files.put_checkpoint(note)
    for level, number in completed_between(before, size):
        shutil.rmtree(folder / f"{tile_path(level, number)}.p", ignore_errors=True)
        if level == 0:
            shutil.rmtree(folder / f"{bundle_path(number)}.p", ignore_errors=True)
    return Exported(checkpoint, files.written)


def exported_note(folder: Path) -> str | None:
    """The checkpoint that a directory was exported up to. Raises Conflict for a file that is none."""
    file = folder / CHECKPOINT
    try:
        note = file.read_bytes().decode("utf-8", "replace")
        Checkpoint.stated(note)
    except FileNotFoundError:
        return None
    except Malformed:
        raise _other(file) from None
    return note


def exported_size(folder: Path) -> int:
    """The size of that checkpoint, 0 without one. Raises Conflict."""
    note = exported_note(folder)
    return Checkpoint.stated(note).size if note is not None else 0


def _levels(reader: Reader, checkpoint: Checkpoint) -> list[list[bytes]]:
    """The hashes of each level: of level 0 those of the open tile alone, above it all of them. Raises Damaged."""
    size = checkpoint.size
    levels = [_leaves(reader, size - size % TILE_WIDTH, size)]
    above = [root_of(hashes_in(tile)) for _, tile in _full_tiles(reader, 0, size // TILE_WIDTH)]
    while above:
        levels.append(above)
        full = range(0, len(above) - TILE_WIDTH + 1, TILE_WIDTH)
        above = [root_of(above[first : first + TILE_WIDTH]) for first in full]
    opens = [levels[0], *(each[len(each) - len(each) % TILE_WIDTH :] for each in levels[1:])]
    if size and Edge.restored(size, opens).root() != checkpoint.root:
        raise Damaged("damaged/tree", "The leaves do not add up to the root of the published checkpoint.", size=size)
    return levels


def _bundles(
    reader: Reader, size: int, levels: list[list[bytes]], files: _Files
) -> Iterator[tuple[int, bytes, list[bytes] | None]]:
    """Each level-0 tile by number, with the entries below it; none where their bundle is there and holds them."""
    for first in range(0, size // TILE_WIDTH, _TILES_AT_A_TIME):
        after = min(first + _TILES_AT_A_TIME, size // TILE_WIDTH)
        tiles = dict(_full_tiles(reader, first, after))
        if any(root_of(hashes_in(tile)) != levels[1][number] for number, tile in tiles.items()):
            raise Damaged("damaged/tree", "A tile changed while it was exported.", size=size)
        missing = [number for number in tiles if not files.has_bundle(bundle_path(number), tiles[number])]
        entries = _entries(reader, missing[0], missing[-1] + 1, size) if missing else {}
        for number, tile in tiles.items():
            yield number, tile, _fitting(entries[number], tile) if number in missing else None
    if size % TILE_WIDTH:
        number, tile = size // TILE_WIDTH, b"".join(levels[0])
        there = files.has_bundle(bundle_path(number, size % TILE_WIDTH), tile)
        yield number, tile, None if there else _fitting(_entries(reader, number, number + 1, size)[number], tile)


def _fitting(entries: list[bytes], tile: bytes) -> list[bytes]:
    if b"".join(map(leaf_hash, entries)) != tile:
        raise Damaged("damaged/entry", "An entry does not fit its leaf hash.")
    return entries


def _full_tiles(reader: Reader, first: int, after: int) -> Iterator[tuple[int, bytes]]:
    """The full tiles of level 0 from one number up to another, read in pages. Raises Damaged if one is missing."""
    for start in range(first, after, _TILES_AT_A_TIME):
        end = min(start + _TILES_AT_A_TIME, after)
        with translated(), Session(reader.engine, reader.log) as session:
            sql = f"SELECT number, hashes FROM {reader.log.tile} WHERE level = 0 AND number >= ? AND number < ?"
            found = session.fetch(f"{sql} ORDER BY number", start, end)
        if [number for number, _ in found] != [*range(start, end)]:
            raise Damaged("damaged/tile", "The stored log has no whole tile here.", log=reader.log.name)
        yield from ((number, bytes(hashes)) for number, hashes in found)


def _leaves(reader: Reader, first: int, after: int) -> list[bytes]:
    with translated(), Session(reader.engine, reader.log) as session:
        sql = f"SELECT leaf FROM {reader.log.entry} WHERE position > ? AND position <= ? ORDER BY position"
        return [bytes(leaf) for (leaf,) in session.fetch(sql, first, after)]


def _entries(reader: Reader, first: int, after: int, size: int) -> dict[int, list[bytes]]:
    """The entries of the bundles from one number up to another."""
    start, end = first * TILE_WIDTH, min(after * TILE_WIDTH, size)
    found = reader.entries(start, end - start)
    return {number: found[(number - first) * TILE_WIDTH :][:TILE_WIDTH] for number in range(first, after)}


class _Files:
    """A directory that files are put into and in which none is ever overwritten, but the checkpoint."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unfinished = folder / _UNFINISHED
        shutil.rmtree(self._unfinished, ignore_errors=True)
        self._begun: list[tuple[Path, Path]] = []
        self.written = 0

    def put(self, name: str, data: bytes) -> None:
        """Put a file there, unless it is. Raises Conflict if it holds something else, OSError."""
        file = self._folder / name
        if file.exists():
            if file.read_bytes() != data:
                raise _other(file)
            return
        self._unfinished.mkdir(exist_ok=True)
        begun = self._unfinished / str(self.written)
        begun.write_bytes(data)
        self._begun.append((begun, file))
        self.written += 1
        if len(self._begun) >= _FILES_AT_A_TIME:
            self._finish()

    def has_bundle(self, name: str, tile: bytes) -> bool:
        """Whether a bundle is there. Raises Conflict if its entries have other leaf hashes than a tile, Malformed."""
        file = self._folder / name
        if not file.exists():
            return False
        if b"".join(map(leaf_hash, read_bundle(file.read_bytes()))) != tile:
            raise _other(file)
        return True

    def put_checkpoint(self, note: str) -> None:
        """Give every file its name, and then put the checkpoint in the place of the one before."""
        self._finish()
        if exported_note(self._folder) != note:
            self._unfinished.mkdir(exist_ok=True)
            begun = self._unfinished / CHECKPOINT
            begun.write_bytes(note.encode())
            os.sync()
            begun.replace(self._folder / CHECKPOINT)
            os.sync()
            self.written += 1
        shutil.rmtree(self._unfinished, ignore_errors=True)

    def _finish(self) -> None:
        os.sync()  # of hundreds of small files at once: far sooner done than one by one
        for begun, file in self._begun:
            file.parent.mkdir(parents=True, exist_ok=True)
            begun.rename(file)
        self._begun.clear()


def _other(file: Path) -> Conflict:
    return Conflict(
        "conflict/log-file", "A file of the exported log holds something else: nothing is overwritten.", file=str(file)
    )
