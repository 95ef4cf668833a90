"""A log under test, and `check`, which reads everything back and derives it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eventsourcing.dcb.api import DCBAppendCondition, DCBQuery, DCBQueryItem
from sqlalchemy import Engine, func, select

from custody.ledger.drafts import Draft, to_microseconds
from custody.ledger.engine import open_engine
from custody.ledger.recorder import Recorder
from custody.ledger.tables import LEDGER, Log
from custody.tlog.checkpoint import Checkpoint, open_checkpoint
from custody.tlog.merkle import leaf_hash, root_of, verify_consistency, verify_inclusion
from custody.tlog.note import Signer
from custody.tlog.tiles import completed_between
from custody_migrations import migrate

ORIGIN = "custody.example/test"
SIGNER = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@contextmanager
def opened(url: str, *, log: Log = LEDGER, clock: Callable[[], datetime] | None = None) -> Iterator[Recorder]:
    """A recorder on a migrated database."""
    engine = open_engine(url)
    migrate(engine)
    recorder = Recorder(engine, SIGNER, log=log, clock=clock or Clock(), poll_seconds=0.05)
    try:
        yield recorder
    finally:
        recorder.close()
        engine.dispose()


def draft(name: str, *tags: str, kind: str = "check-in", **options: Any) -> Draft:
    """A draft whose id, payload and entry follow from ``name``."""
    envelope = f"envelope of {name}".encode()

    def complete(index: int, recorded_at: datetime, previous: dict[str, int]) -> bytes:
        return f"{index} {recorded_at.isoformat()} {sorted(previous.items())} {name}".encode()

    options.setdefault("id", uuid5(UUID(int=0), name).bytes)
    options.setdefault("digest", sha256(name.encode()).digest())
    options.setdefault("complete", complete)
    return Draft(kind, envelope, list(tags), **options)


def unless(*tags: str, types: Sequence[str] = (), after: int | None = None) -> DCBAppendCondition:
    """Fail if an event with one of the tags was recorded after a position."""
    items = [DCBQueryItem(types=list(types), tags=[tag]) for tag in tags]
    return DCBAppendCondition(DCBQuery(items or [DCBQueryItem(types=list(types))]), after)


def everything(engine: Engine, table: Any) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(select(table).order_by(*table.primary_key)))


def check(recorder: Recorder, size: int | None = None) -> None:
    """Read the whole log and derive it again: order, leaves, tree, tiles, checkpoints, tags, acts, proofs."""
    engine, log = recorder.engine, recorder.log
    entries = everything(engine, log.entry)
    assert [row.position for row in entries] == list(range(1, len(entries) + 1)), "a gap"
    if size is not None:
        assert len(entries) == size
    leaves = [leaf_hash(row.entry) for row in entries]
    assert [row.leaf for row in entries] == leaves
    ((_, head_size, head_root, head_time),) = everything(engine, log.head)
    assert (head_size, head_root) == (len(leaves), root_of(leaves))
    _check_checkpoints(engine, log, leaves, head_time)
    _check_tiles(engine, log, leaves)
    _check_tags(engine, log, entries)
    acts = everything(engine, log.act)
    assert sorted(row.position for row in acts) == [row.position for row in entries]
    _check_proofs(recorder, leaves)


def _check_checkpoints(engine: Engine, log: Log, leaves: list[bytes], head_time: int) -> None:
    checkpoints = everything(engine, log.checkpoint)
    if not leaves:
        assert checkpoints == []
        return
    assert checkpoints[-1].size == len(leaves)
    assert checkpoints[-1].recorded_at == head_time
    times = [row.recorded_at for row in checkpoints]
    assert times == sorted(times), "time went back along the log"
    for row in checkpoints[-50:]:
        assert open_checkpoint(row.note, SIGNER.verifier) == Checkpoint(ORIGIN, row.size, root_of(leaves[: row.size]))
        assert row.root == root_of(leaves[: row.size])


def _check_tiles(engine: Engine, log: Log, leaves: list[bytes]) -> None:
    tiles = {(row.level, row.number): row.hashes for row in everything(engine, log.tile)}
    assert tiles.keys() == set(completed_between(0, len(leaves)))
    for (level, number), hashes in tiles.items():
        width = 256**level
        roots = (
            root_of(leaves[start : start + width])
            for start in range(number * 256 * width, (number + 1) * 256 * width, width)
        )
        assert hashes == b"".join(roots)


def _check_tags(engine: Engine, log: Log, entries: list[Any]) -> None:
    expected = {(int(tag), row.position, row.type) for row in entries for tag in row.tags.split()}
    assert {tuple(row) for row in everything(engine, log.tagged)} == expected
    with engine.connect() as connection:
        numbers = connection.execute(select(func.count(), func.max(log.tag.c.id)).select_from(log.tag)).one()
    assert numbers[0] == (numbers[1] or 0), "tag ids have a gap"


def _check_proofs(recorder: Recorder, leaves: list[bytes]) -> None:
    size = len(leaves)
    sizes = [row.size for row in everything(recorder.engine, recorder.log.checkpoint)]
    root = root_of(leaves)
    for index in sorted({0, size // 3, size // 2, max(size - 2, 0), size - 1} & set(range(size))):
        verify_inclusion(leaves[index], index, size, recorder.inclusion_path(index, size), root)
    for old in sizes[:2] + sizes[-2:]:
        path = recorder.consistency_path(old, size)
        verify_consistency(old, size, root_of(leaves[:old]), root, path)


def microseconds(moment: datetime) -> int:
    return to_microseconds(moment)
