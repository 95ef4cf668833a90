"""The right edge of the tree: all that is needed to append, and to prove what is recent.

The tree is stored in tiles of 256 hashes (tlog-tiles). The edge keeps the tile that is still open on each tile
level, with its inner nodes, so that a proof about recent leaves is a matter of look-ups.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from custody.tlog.merkle import node_hash, root_at
from custody.tlog.tiles import TILE_HEIGHT, TILE_WIDTH

Nodes = list[list[bytes]]
"""One tile's complete nodes by height: 256 hashes of the tile's own level, 128 above them, … 2, none on top."""


@dataclass(frozen=True)
class Completed:
    """A tile that has its 256 hashes: immutable from here on."""

    level: int
    number: int
    nodes: Nodes

    @property
    def data(self) -> bytes:
        """The tile as stored and served, 8,192 bytes."""
        return b"".join(self.nodes[0])


def expand(hashes: Iterable[bytes]) -> Nodes:
    """The nodes of a tile from its hashes."""
    nodes: Nodes = [list(hashes)]
    while len(nodes) < TILE_HEIGHT:
        below = nodes[-1]
        nodes.append([node_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])
    return nodes


@dataclass
class Edge:
    """The open tiles of a tree of ``size`` leaves. Shared between threads as a value: copy before adding."""

    size: int = 0
    tiles: list[Nodes] = field(default_factory=list)
    completed: list[Completed] = field(default_factory=list)
    """Tiles that `add` filled since this edge was made or copied."""
    _root: bytes | None = None

    @classmethod
    def restored(cls, size: int, tiles: Sequence[Iterable[bytes]]) -> Edge:
        """The edge at ``size`` from the hashes of its open tiles, lowest tile level first."""
        return cls(size, [expand(hashes) for hashes in tiles])

    def copy(self) -> Edge:
        """An edge that can be added to while others go on reading this one."""
        return Edge(self.size, [[row.copy() for row in nodes] for nodes in self.tiles])

    def add(self, leaf: bytes) -> None:
        """Append one leaf hash."""
        index, level, running = self.size, 0, leaf
        while True:
            row = self._row(level)
            row.append(running)
            if index % 2 == 0:
                break
            running = node_hash(row[-2], running)
            index, level = index >> 1, level + 1
        self.size += 1
        self._root = None
        self._close_full_tiles()

    def hash_at(self, level: int, index: int) -> bytes | None:
        """The hash of a complete node in the open tiles, or None if it lies in an earlier tile."""
        tile_level, height = divmod(level, TILE_HEIGHT)
        number, slot = divmod(index, TILE_WIDTH >> height)
        if number != self.size >> (TILE_HEIGHT * (tile_level + 1)):
            return None
        return self.tiles[tile_level][height][slot]

    def root(self) -> bytes:
        """The root of the tree."""
        if self._root is None:
            self._root = root_at(self.size, self._open_hash)
        return self._root

    def _open_hash(self, level: int, index: int) -> bytes:
        found = self.hash_at(level, index)
        assert found is not None  # noqa: S101 - the peaks of a tree stand in its open tiles
        return found

    def _row(self, level: int) -> list[bytes]:
        tile_level, height = divmod(level, TILE_HEIGHT)
        if tile_level == len(self.tiles):
            self.tiles.append([[] for _ in range(TILE_HEIGHT)])
        return self.tiles[tile_level][height]

    def _close_full_tiles(self) -> None:
        for level, nodes in enumerate(self.tiles):
            if len(nodes[0]) < TILE_WIDTH:
                return
            number = (self.size >> (TILE_HEIGHT * (level + 1))) - 1
            self.completed.append(Completed(level, number, nodes))
            self.tiles[level] = [[] for _ in range(TILE_HEIGHT)]
