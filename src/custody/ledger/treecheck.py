"""Recomputing a stored log from its entries: leaves, tiles, head, and every checkpoint it ever signed."""

# ruff: noqa: S608 - table names come from tables.py, and every value is a parameter

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from eventsourcing.dcb.api import DCBQuery, DCBQueryItem

from custody.acts.entry import Recorded, instant
from custody.acts.governing import LogKey
from custody.acts.parties import Genesis
from custody.errors import CustodyError
from custody.facts.governing import founding_of, governing_of
from custody.ledger.drafts import Head, from_microseconds
from custody.ledger.engine import translated
from custody.ledger.findings import Problem
from custody.ledger.indexcheck import TagIndex, check_indexes
from custody.ledger.opening import read_recorded
from custody.ledger.reader import Reader
from custody.ledger.session import Session
from custody.strict import read_json
from custody.tlog.checkpoint import open_checkpoint
from custody.tlog.edge import Completed, Edge
from custody.tlog.merkle import leaf_hash
from custody.tlog.note import Verifier

_PAGE = 2_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


Keys = Callable[[int], Iterable[str]]
"""The verifier keys that may sign the checkpoint of a size."""


def keys_of(reader: Reader, genesis: Genesis) -> Keys:
    """The keys of a ledger's log: those genesis names, as `log-key` acts in it added and ended them since."""
    founding = founding_of(genesis)
    rows, _ = reader.select(DCBQuery([DCBQueryItem(types=["log-key"])]))
    read = [Recorded(row.position - 1, EPOCH, act, ()) for row, _ in rows if (act := _log_key(row.envelope))]
    governing = governing_of(read)
    return lambda size: governing.keys_at(founding, size)


def _log_key(envelope: bytes) -> LogKey | None:
    """The act in an envelope, if it can be read; another step says if it cannot, or if nobody signed it."""
    try:
        act = read_recorded(envelope)
    except CustodyError:
        return None
    return act if isinstance(act, LogKey) else None


def check_tree(reader: Reader, head: Head, keys: Keys, roots: dict[int, bytes]) -> Iterator[Problem]:
    """Recompute one log up to a head, and yield everything that contradicts it. Raises only Unavailable.

    ``roots`` is filled with the recomputed root at each size for which a checkpoint was issued. What is appended
    meanwhile is no contradiction: what lies beyond the head is held against the head row as it is by then.
    """
    edge = Edge()
    index = TagIndex()
    with translated(), Session(reader.engine, reader.log) as session:
        checkpoints = _checkpoints(session, reader, head.size)
        last = b""
        unsigned = head.size not in checkpoints and head.size > 0
        times: set[bytes] = set()
        for position, kind, leaf, entry, tags in _leaves(session, reader, head.size):
            if position != edge.size + 1:
                yield "gap", "日志有缺号。", "A position of the log is missing.", edge.size
                return  # whatever follows stands on another tree
            if leaf_hash(entry) != leaf:
                yield "leaf", "条目与其哈希不符。", "An entry does not fit its leaf hash.", position - 1
            edge.add(leaf_hash(entry))
            yield from _tiles(session, reader, edge)
            index.add(position, kind, tags)
            last = entry
            times.add(entry.partition(b",")[0])
            if edge.size in checkpoints:
                if len(times) > 1:
                    yield "checkpoint-missing", "缺少其间的检查点。", "A checkpoint in between is missing.", edge.size
                times.clear()
                roots[edge.size] = edge.root()
                yield from _checkpoint(edge, entry, *checkpoints.pop(edge.size), keys(edge.size))
        yield from check_indexes(session, reader, index, edge.size)
        yield from _head(head, edge, last)
        if unsigned:
            yield "no-checkpoint", "日志头没有检查点。", "No checkpoint was signed at the head.", head.size
        yield from _beyond(session, reader)


def _head(head: Head, edge: Edge, last: bytes) -> Iterator[Problem]:
    """Whether the head row is that of the entries: it says how many there are, and when the last was recorded."""
    if head.size > edge.size:
        yield "cut", "日志末尾的条目缺失。", "Entries at the end of the log are missing.", edge.size
    elif head.root != edge.root() or not _states(last, head.recorded_at):
        yield "head", "日志头与各条目不符。", "The head does not fit the entries.", head.size


def _beyond(session: Session, reader: Reader) -> Iterator[Problem]:
    """What is stored of entries that the head row does not count."""
    log = reader.log
    beyond = f"> (SELECT size FROM {log.head})"
    for (position,) in session.fetch(f"SELECT position FROM {log.entry} WHERE position {beyond} ORDER BY 1 LIMIT 1"):
        yield "head-behind", "日志头落后于各条目。", "The head lies behind the entries.", position - 1
    for (size,) in session.fetch(f"SELECT size FROM {log.checkpoint} WHERE size {beyond} ORDER BY size"):
        yield "checkpoint-beyond", "检查点超出日志。", "A checkpoint lies beyond the log's end.", size


def _leaves(session: Session, reader: Reader, size: int) -> Iterator[tuple[int, str, bytes, bytes, str]]:
    after = 0
    while page := session.fetch(
        f"SELECT position, type, leaf, entry, tags FROM {reader.log.entry} "
        "WHERE position > ? AND position <= ? ORDER BY position LIMIT ?",
        after, size, _PAGE,
    ):  # fmt: skip
        yield from page
        after = page[-1][0]


def _states(entry: bytes, recorded_at: datetime) -> bool:
    """Whether an entry states this time. None was recorded where there is no entry."""
    try:
        return not entry or read_json(entry, "entry")["recorded_at"] == instant(recorded_at)
    except (CustodyError, TypeError, KeyError):
        return False


def _checkpoints(session: Session, reader: Reader, most: int) -> dict[int, tuple[bytes, int, str]]:
    sql = f"SELECT size, root, recorded_at, note FROM {reader.log.checkpoint} WHERE size <= ? ORDER BY size"
    rows = session.fetch(sql, most)
    return {size: (root, recorded_at, note) for size, root, recorded_at, note in rows}


def _tiles(session: Session, reader: Reader, edge: Edge) -> Iterator[Problem]:
    completed: list[Completed] = edge.completed
    edge.completed = []
    for tile in completed:
        rows = session.fetch(
            f"SELECT hashes FROM {reader.log.tile} WHERE level = ? AND number = ?", tile.level, tile.number
        )
        if not rows or rows[0][0] != tile.data:
            yield "tile", "瓦片与各条目不符。", "A tile does not fit the entries.", tile.number


def _checkpoint(
    edge: Edge, entry: bytes, root: bytes, recorded_at: int, note: str, keys: Iterable[str]
) -> Iterator[Problem]:
    if root != edge.root() or not _states(entry, from_microseconds(recorded_at)):
        yield "checkpoint", "检查点与各条目不符。", "A checkpoint does not fit the entries.", edge.size
    for key in keys:
        try:
            verifier = Verifier.parse(key)
            stated = open_checkpoint(note, verifier)
        except CustodyError:
            continue
        if (stated.size, stated.root) != (edge.size, edge.root()):
            yield "checkpoint", "检查点与各条目不符。", "A checkpoint does not fit the entries.", edge.size
        return
    yield "checkpoint-signature", "检查点签名无效。", "A checkpoint bears no valid signature of the log.", edge.size
