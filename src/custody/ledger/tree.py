"""The stored tree: its right edge in memory, the full tiles in the database, and proofs from both.

The edge is a value that is replaced as a whole: an append adds to a copy and puts it here after its commit.
What another process appended is caught up from the leaf hashes. Either way the root must come out as the head
row says, or nothing is signed any more.
"""

# ruff: noqa: S608 - table names come from tables.py, and every value is a parameter

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from threading import Lock

from sqlalchemy import Engine

from custody.errors import Damaged, NotFound
from custody.ledger.drafts import Head
from custody.ledger.engine import translated
from custody.ledger.session import Rows, Session
from custody.ledger.tables import Log
from custody.tlog import merkle
from custody.tlog.edge import Edge, Nodes, expand
from custody.tlog.merkle import EMPTY_ROOT
from custody.tlog.tiles import TILE_HEIGHT, TILE_WIDTH, hashes_in

_TILES_IN_MEMORY = (128, 256)  # of level 0, and of all above: about 5 and 10 MB, the latter all of ten million leaves
_LEAVES_AT_A_TIME = 65_536

_Tiles = OrderedDict[tuple[int, int], Nodes]


class Tree:
    """The tree of one log. Safe to use from any thread."""

    def __init__(self, engine: Engine, log: Log) -> None:
        self._engine = engine
        self._log = log
        self._edge: Edge | None = None
        self._tiles: tuple[_Tiles, _Tiles] = (OrderedDict(), OrderedDict())
        self._lock = Lock()  # guards the two fields above; never held by one who waits for an append

    def edge(self, session: Session, locked: Head | None = None) -> Edge:
        """The edge as of now, brought up to date first. Raises Damaged if the stored tree contradicts the head.

        Whoever holds the append lock passes the head that he ``locked``. For anyone else the head is read here,
        once nobody can move the edge any more: a head read earlier might be behind it, and look like a rollback.
        """
        with self._lock:
            head = locked or session.head()
            edge = self._edge or self._restored(session, head.size)
            if edge.size > head.size:
                raise Damaged(
                    "damaged/rolled-back",
                    "The log is shorter than it was: a checkpoint for what is gone was signed already.",
                    log=self._log.name,
                    size=head.size,
                    seen=edge.size,
                )
            if edge.size < head.size:
                edge = self._caught_up(session, edge, head.size)
            if edge.root() != head.root:
                raise Damaged(
                    "damaged/tree",
                    "The leaves do not add up to the root that the log's head states.",
                    log=self._log.name,
                    size=head.size,
                )
            self._put(edge)
            return edge

    def edge_at(self, head: Head) -> Edge | None:
        """The edge in memory, if it stands exactly where a head says."""
        edge = self._edge
        return edge if edge is not None and edge.size == head.size and edge.root() == head.root else None

    def advance(self, edge: Edge) -> None:
        """Take over an edge whose leaves are committed."""
        with self._lock:
            if self._edge is None or self._edge.size < edge.size:
                self._put(edge)

    def root(self, size: int) -> bytes:
        """The root of the first ``size`` leaves, whether or not a checkpoint of that size exists."""
        edge = self._reaching(size)
        return merkle.root_at(size, lambda level, index: self._hash_at(edge, level, index))

    def inclusion_path(self, index: int, size: int) -> list[bytes]:
        """The path of leaf ``index`` in the tree of ``size``. Raises NotFound if the log is not that long."""
        edge = self._reaching(size)
        return merkle.inclusion_path(index, size, lambda level, at: self._hash_at(edge, level, at))

    def inclusion_paths(self, indexes: Iterable[int], size: int) -> dict[int, list[bytes]]:
        """`inclusion_path` of several leaves; the tiles that are not in memory are read in one statement."""
        edge, wanted = self._reaching(size), list(indexes)
        lacking: set[tuple[int, int]] = set()

        def note(level: int, at: int) -> bytes:
            if edge.hash_at(level, at) is None:
                lacking.add(_tile_of(level, at)[:2])
            return EMPTY_ROOT  # of no matter: this walk only finds out which tiles the paths go through

        for index in wanted:
            merkle.inclusion_path(index, size, note)
        self._fetch(lacking)
        return {index: self.inclusion_path(index, size) for index in wanted}

    def consistency_path(self, old: int, new: int) -> list[bytes]:
        """The proof that size ``new`` continues size ``old``. Raises NotFound if the log is not that long."""
        edge = self._reaching(new)
        return merkle.consistency_path(old, new, lambda level, at: self._hash_at(edge, level, at))

    def tile(self, level: int, number: int, width: int = TILE_WIDTH) -> bytes:
        """The first ``width`` hashes of a tile. Raises NotFound unless the log has that many."""
        edge = self._reaching(0)
        hashes = (edge.size >> (TILE_HEIGHT * level)) - number * TILE_WIDTH
        if level < 0 or number < 0 or not 1 <= width <= min(hashes, TILE_WIDTH):
            raise NotFound("not-found/tile", "The log has no such tile.", level=level, number=number, width=width)
        nodes = self._nodes(level, number) if hashes >= TILE_WIDTH else edge.tiles[level]
        return b"".join(nodes[0][:width])

    def _reaching(self, size: int) -> Edge:
        edge = self._edge
        if edge is None or edge.size < size:
            with translated(), Session(self._engine, self._log) as session:
                edge = self.edge(session)
        if edge.size < size:
            raise NotFound("not-found/size", "The log is not that long yet.", size=edge.size, asked=size)
        return edge

    def _hash_at(self, edge: Edge, level: int, index: int) -> bytes:
        found = edge.hash_at(level, index)
        if found is not None:
            return found
        tile_level, number, height, slot = _tile_of(level, index)
        return self._nodes(tile_level, number)[height][slot]

    def _fetch(self, tiles: Iterable[tuple[int, int]]) -> None:
        """Have those of some tiles (level, number) in memory that are not."""
        with self._lock:
            missing = sorted({*tiles} - self._tiles[0].keys() - self._tiles[1].keys())
        if not missing:
            return
        levels = {level: [number for at, number in missing if at == level] for level, _ in missing}
        with translated(), Session(self._engine, self._log) as session:
            among = {level: session.among("number", numbers) for level, numbers in levels.items()}
            arms = [f"SELECT level, number, hashes FROM {self._log.tile} WHERE level = ? AND {where}"
                    for where, _ in among.values()]  # fmt: skip
            values = [value for level, (_, listed) in among.items() for value in (level, *listed)]
            rows = session.fetch(" UNION ALL ".join(arms), *values)
        for level, numbers in levels.items():
            checked = self._checked([(number, hashes) for at, number, hashes in rows if at == level], level, numbers)
            with self._lock:
                for number, hashes in zip(numbers, checked, strict=True):
                    self._remember(level, number, expand(hashes))

    def _nodes(self, level: int, number: int) -> Nodes:
        with self._lock:
            tiles = self._tiles[level > 0]
            known = tiles.get((level, number))
            if known is not None:
                tiles.move_to_end((level, number))
                return known
        with translated(), Session(self._engine, self._log) as session:
            rows = self._stored(session, level, number, number + 1)
        nodes = expand(self._checked(rows, level, [number])[0])
        with self._lock:
            self._remember(level, number, nodes)
        return nodes

    def _put(self, edge: Edge) -> None:
        for tile in edge.completed:
            self._remember(tile.level, tile.number, tile.nodes)
        edge.completed = []
        self._edge = edge

    def _remember(self, level: int, number: int, nodes: Nodes) -> None:
        tiles = self._tiles[level > 0]
        tiles[level, number] = nodes
        while len(tiles) > _TILES_IN_MEMORY[level > 0]:
            tiles.popitem(last=False)

    def _caught_up(self, session: Session, edge: Edge, size: int) -> Edge:
        edge = edge.copy()
        for start in range(edge.size, size, _LEAVES_AT_A_TIME):
            for leaf in self._leaves(session, start, min(start + _LEAVES_AT_A_TIME, size)):
                edge.add(leaf)
        return edge

    def _restored(self, session: Session, size: int) -> Edge:
        """The edge from what is stored: the open tile's leaves, and above it the roots of full tiles."""
        tiles: list[Iterable[bytes]] = []
        level = 0
        while (hashes := size >> (TILE_HEIGHT * level)) > 0:
            first = hashes - hashes % TILE_WIDTH
            if level == 0:
                tiles.append(self._leaves(session, first, hashes))
            else:
                rows = self._stored(session, level - 1, first, hashes)
                below = self._checked(rows, level - 1, range(first, hashes))
                tiles.append(map(merkle.root_of, below))
            level += 1
        return Edge.restored(size, tiles)

    def _leaves(self, session: Session, start: int, end: int) -> Iterator[bytes]:
        rows = session.fetch(
            f"SELECT position, leaf FROM {self._log.entry} WHERE position > ? AND position <= ? "
            "ORDER BY position",
            start,
            end,
        )
        for expected, (position, leaf) in enumerate(rows, start + 1):
            if position != expected:
                raise self._missing("entry", position=expected)
            yield leaf
        if len(rows) != end - start:
            raise self._missing("entry", position=start + len(rows) + 1)

    def _stored(self, session: Session, level: int, first: int, end: int) -> Rows:
        return session.fetch(
            f"SELECT number, hashes FROM {self._log.tile} WHERE level = ? AND number >= ? AND number < ? "
            "ORDER BY number",
            level,
            first,
            end,
        )

    def _checked(self, rows: Rows, level: int, numbers: Iterable[int]) -> list[list[bytes]]:
        found: dict[int, bytes] = dict(rows)
        tiles = []
        for number in numbers:
            hashes = found.get(number, b"")
            if len(hashes) != TILE_WIDTH * merkle.HASH_SIZE:
                raise self._missing("tile", level=level, number=number)
            tiles.append(hashes_in(hashes))
        return tiles

    def _missing(self, kind: str, **where: int) -> Damaged:
        return Damaged(f"damaged/{kind}", f"The stored log has no whole {kind} here.", log=self._log.name, **where)


def _tile_of(level: int, index: int) -> tuple[int, int, int, int]:
    """Where a node stands: level and number of its tile, height within, and slot in that row."""
    tile_level, height = divmod(level, TILE_HEIGHT)
    number, slot = divmod(index, TILE_WIDTH >> height)
    return tile_level, number, height, slot
