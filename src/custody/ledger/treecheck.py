"""Recomputing a stored log from its entries: leaves, tiles, head, and every checkpoint it ever signed."""

# ruff: noqa: S608 - table names come from tables.py, and every value is a parameter

from __future__ import annotations

from collections.abc import Iterable, Iterator

from custody.errors import CustodyError
from custody.ledger.engine import translated
from custody.ledger.reader import Reader
from custody.ledger.session import Session
from custody.tlog.checkpoint import open_checkpoint
from custody.tlog.edge import Completed, Edge
from custody.tlog.merkle import leaf_hash
from custody.tlog.note import Verifier

Problem = tuple[str, str, str, int | None]
"""(code, zh, en, leaf index or tree size)"""

_PAGE = 2_000


def check_tree(reader: Reader, vkeys: Iterable[str]) -> Iterator[Problem]:
    """Recompute one log and yield everything that contradicts it. Raises only Unavailable."""
    verifiers = [Verifier.parse(vkey) for vkey in vkeys]
    edge = Edge()
    indexed = 0
    with translated(), Session(reader.engine, reader.log) as session:
        checkpoints = _checkpoints(session, reader)
        for position, leaf, entry, tags in _leaves(session, reader):
            if position != edge.size + 1:
                yield "gap", "日志有缺号。", "A position of the log is missing.", edge.size
                return  # whatever follows stands on another tree
            if leaf_hash(entry) != leaf:
                yield "leaf", "条目与其哈希不符。", "An entry does not fit its leaf hash.", position - 1
            edge.add(leaf_hash(entry))
            yield from _tiles(session, reader, edge)
            yield from _index(session, reader, position, tags)
            if edge.size in checkpoints:
                yield from _checkpoint(edge, *checkpoints.pop(edge.size), verifiers)
            indexed += len(tags.split())
        if session.fetch(f"SELECT count(*) FROM {reader.log.tagged}")[0][0] != indexed:
            yield "tag-index", "检索索引与条目不符。", "The tag index holds more than the entries.", edge.size
        head = session.head()
        if (head.size, head.root) != (edge.size, edge.root()):
            yield "head", "日志头与各条目不符。", "The head does not fit the entries.", head.size
        for size in checkpoints:
            yield "checkpoint-beyond", "检查点超出日志。", "A checkpoint lies beyond the log's end.", size


def _leaves(session: Session, reader: Reader) -> Iterator[tuple[int, bytes, bytes, str]]:
    after = 0
    while page := session.fetch(
        f"SELECT position, leaf, entry, tags FROM {reader.log.entry} WHERE position > ? ORDER BY position LIMIT ?",
        after, _PAGE,
    ):  # fmt: skip
        yield from page
        after = page[-1][0]


def _index(session: Session, reader: Reader, position: int, tags: str) -> Iterator[Problem]:
    """Whether the tag index finds this entry under each of its tags; what is too much shows in the total."""
    own = {int(number) for number in tags.split()}
    among, listed = session.among("tag", own)
    rows = session.fetch(f"SELECT count(*) FROM {reader.log.tagged} WHERE {among} AND position = ?", *listed, position)
    if rows[0][0] != len(own):
        yield "tag-index", "检索索引与条目不符。", "The tag index does not find an entry.", position - 1


def _checkpoints(session: Session, reader: Reader) -> dict[int, tuple[bytes, str]]:
    rows = session.fetch(f"SELECT size, root, note FROM {reader.log.checkpoint} ORDER BY size")
    return {size: (root, note) for size, root, note in rows}


def _tiles(session: Session, reader: Reader, edge: Edge) -> Iterator[Problem]:
    completed: list[Completed] = edge.completed
    edge.completed = []
    for tile in completed:
        rows = session.fetch(
            f"SELECT hashes FROM {reader.log.tile} WHERE level = ? AND number = ?", tile.level, tile.number
        )
        if not rows or rows[0][0] != tile.data:
            yield "tile", "瓦片与各条目不符。", "A tile does not fit the entries.", tile.number


def _checkpoint(edge: Edge, root: bytes, note: str, verifiers: list[Verifier]) -> Iterator[Problem]:
    if root != edge.root():
        yield "checkpoint", "检查点与各条目不符。", "A checkpoint does not fit the entries.", edge.size
    for verifier in verifiers:
        try:
            stated = open_checkpoint(note, verifier)
        except CustodyError:
            continue
        if (stated.size, stated.root) != (edge.size, edge.root()):
            yield "checkpoint", "检查点与各条目不符。", "A checkpoint does not fit the entries.", edge.size
        return
    yield "checkpoint-signature", "检查点签名无效。", "A checkpoint bears no valid signature of the log.", edge.size
