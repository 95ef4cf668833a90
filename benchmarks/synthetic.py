"""A log filled directly, without acts: entries of random bytes or none at all, and tiles that add up."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custody.ledger.reader import Reader
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.edge import Edge
from custody.tlog.merkle import leaf_hash, root_of
from custody.tlog.note import Signer
from custody.tlog.tiles import TILE_WIDTH
from custody_migrations import migrate

LOG = Signer("custody.example/bench", Ed25519PrivateKey.from_private_bytes(bytes(32)))
ENTRY, ENVELOPE = 500, 1300
"""Bytes, as those of an ordinary act."""


def filled(url: str, size: int, *, entries: bool) -> str:
    """Fill a SQLite file with a log of ``size`` leaves; returns its checkpoint. Without entries there are leaf hashes
    alone, and rows of the open tile."""
    migrate(url)
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        levels = _leaves(connection, size, entries)
        root = Edge.restored(size, levels).root()
        connection.execute("UPDATE ledger_head SET size = ?, root = ?, recorded_at = 1", (size, root))
        note = Checkpoint(LOG.name, size, root).signed(LOG)
        connection.execute("INSERT INTO ledger_checkpoint VALUES (?, ?, 1, ?)", (size, root, note))
        connection.commit()
    return note


def _leaves(connection: sqlite3.Connection, size: int, entries: bool) -> list[list[bytes]]:
    """Write leaves and tiles; returns the hashes of the open tile of each level."""
    levels: list[list[bytes]] = [[]]
    for first in range(0, size, TILE_WIDTH):
        width = min(TILE_WIDTH, size - first)
        made = list(_made(first, width)) if entries or width < TILE_WIDTH else []
        connection.executemany("INSERT INTO ledger_entry VALUES (?, 'x', '', ?, ?, ?)", made)
        random = os.urandom(32 * width)
        hashes = [leaf for _, leaf, _, _ in made] or [random[at : at + 32] for at in range(0, len(random), 32)]
        _add(connection, levels, first // TILE_WIDTH, hashes)
    return levels


def _made(first: int, width: int) -> Iterator[tuple[int, bytes, bytes, bytes]]:
    for index in range(first, first + width):
        entry = hashlib.shake_128(index.to_bytes(8, "big")).digest(ENTRY)
        yield index + 1, leaf_hash(entry), entry, bytes(ENVELOPE)


def _add(connection: sqlite3.Connection, levels: list[list[bytes]], number: int, hashes: list[bytes]) -> None:
    levels[0], level = hashes, 0
    while len(levels[level]) == TILE_WIDTH:
        tile = levels[level]
        connection.execute("INSERT INTO ledger_tile VALUES (?, ?, ?)", (level, number, b"".join(tile)))
        levels[level] = []
        if level + 1 == len(levels):
            levels.append([])
        levels[level + 1].append(root_of(tile))
        number, level = number // TILE_WIDTH, level + 1


def forget_leaves(reader: Reader) -> None:
    """Let a reader find the tiles of leaves in the database again, as if nobody had asked for these lately."""
    reader._tree._tiles[0].clear()
