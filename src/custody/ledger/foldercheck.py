"""Verifying a published log from its files alone: no database, no network, and no trust in who made the folder.

1. Tree: the checkpoint's signatures, as far as keys are known; every entry bundle and every tile as the entries make
   them; the root that the checkpoint states; nothing that does not belong there.
2. Entries: each is well formed, and time never runs back.
3. Links: ``previous`` of each entry is the last entry that named the same item, key or person.

Envelopes are not in a published log: who signed what, and whether it was allowed, only a ledger or a bundle shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from custody.acts.entry import moment_of, read_entry, recorded_at
from custody.errors import CustodyError, Malformed, NotFound
from custody.ledger.findings import Report
from custody.ledger.log_folder import LogFolder, Place
from custody.ledger.reader import Reader
from custody.ledger.walk import Progress
from custody.strict import read_json
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.edge import Edge
from custody.tlog.merkle import HASH_SIZE, leaf_hash
from custody.tlog.note import Note, Verifier
from custody.tlog.tiles import MAX_ENTRY, TILE_HEIGHT, TILE_WIDTH, read_bundle, write_bundle

LARGEST_CHECKPOINT: Final = 1 << 20
LARGEST_BUNDLE: Final = TILE_WIDTH * (2 + MAX_ENTRY)
BESIDE: Final = frozenset({"checkpoint"})
"""What else lies in the folder of a log."""

_LINE = ["recorded_at", "kind", "by", "envelope", "code", "detail"]


def check_folder(
    folder: LogFolder, verifiers: Sequence[Verifier], report: Report, *, progress: Progress | None = None,
    ledger: Reader | None = None,
) -> Checkpoint | None:  # fmt: skip
    """Verify the log in a folder; returns its checkpoint, None if there is none to go by. Raises only Unavailable.

    ``verifiers`` are the log's keys; without any the checkpoint is taken as it comes, which the caller has to say.
    With ``ledger`` each entry is compared with the one that a database holds.
    """
    checkpoint = _checkpoint(folder, verifiers, report)
    if checkpoint is not None:
        _Pass(folder, checkpoint, report, ledger).check(progress)
    return checkpoint


def _checkpoint(folder: LogFolder, verifiers: Sequence[Verifier], report: Report) -> Checkpoint | None:
    try:
        note = Note.parse(folder.read("checkpoint", LARGEST_CHECKPOINT))
        checkpoint = Checkpoint.parse(note.text)
    except NotFound:
        report.found(1, "log-missing", "缺少检查点。", "The checkpoint is missing.", file="checkpoint")
        return None
    except CustodyError as error:
        report.found(1, "log-bytes", "检查点无法读取。", "The checkpoint cannot be read.", reason=error.sentence)
        return None
    try:
        names = {each.name for each in note.verified(verifiers)} if verifiers else {checkpoint.origin}
    except CustodyError as error:
        zh, en = "检查点签名无效。", "A checkpoint bears no valid signature of the log."
        report.found(1, "checkpoint-signature", zh, en, checkpoint.size, reason=error.code)
    else:
        if names != {checkpoint.origin}:
            zh, en = "检查点属于另一日志。", "The checkpoint is of another log than the key."
            report.found(1, "checkpoint-signature", zh, en, checkpoint.size, expected=min(names), got=checkpoint.origin)
    return checkpoint


class _Pass:
    """One pass over the bundles of a log, in which everything else is made again and compared."""

    def __init__(self, folder: LogFolder, checkpoint: Checkpoint, report: Report, ledger: Reader | None) -> None:
        self._folder = folder
        self._stated = checkpoint
        self._report = report
        self._ledger = ledger
        self._edge = Edge()
        self._entries = _Entries(checkpoint.origin, report)
        self._compare = True

    def check(self, progress: Progress | None) -> None:
        """Look at every file. Where a bundle cannot be read, nothing after it can be made again."""
        size = self._stated.size
        for number in range((size + TILE_WIDTH - 1) // TILE_WIDTH):
            width = min(TILE_WIDTH, size - number * TILE_WIDTH)
            entries = self._bundle(Place(None, number, width))
            if entries is None:
                return
            self._take(entries)
            if progress:
                progress(self._edge.size, size)
        self._open_tiles()
        if self._edge.root() != self._stated.root:
            self._report.found(1, "checkpoint", "检查点与各条目不符。", "A checkpoint does not fit the entries.", size)
        self._names()

    def _bundle(self, place: Place) -> list[bytes] | None:
        data = self._read(place.name, LARGEST_BUNDLE)
        if data is None:
            return None
        try:
            entries = read_bundle(data)
        except CustodyError as error:
            self._bytes(place.name, error.sentence)
            return None
        if len(entries) != place.width:
            self._bytes(place.name, f"{len(entries)} entries instead of {place.width}")
            return None
        return entries

    def _take(self, entries: list[bytes]) -> None:
        first = self._edge.size
        for entry in entries:
            self._entries.take(self._edge.size, entry)
            self._edge.add(leaf_hash(entry))
        for tile in self._edge.completed:
            self._tile(Place(tile.level, tile.number, TILE_WIDTH), tile.data)
        self._edge.completed = []
        if self._ledger is not None and self._compare:
            self._compare_with(self._ledger, first, entries)

    def _compare_with(self, ledger: Reader, first: int, entries: list[bytes]) -> None:
        held = ledger.entries(first, len(entries))
        for index, (published, kept) in enumerate(zip(entries, held, strict=False), first):
            if published != kept:
                zh, en = "公开的条目与台账不同。", "A published entry differs from the ledger's."
                self._report.found(1, "differs", zh, en, index)
        if len(held) < len(entries):
            zh, en = "台账比公开的日志短。", "The ledger is shorter than what it published."
            self._report.found(1, "rolled-back", zh, en, first + len(held), published=self._stated.size)
            self._compare = False

    def _open_tiles(self) -> None:
        """The tiles at the right edge, which are not full."""
        for level, nodes in enumerate(self._edge.tiles):
            if nodes[0]:
                number = self._edge.size >> (TILE_HEIGHT * (level + 1))
                self._tile(Place(level, number, len(nodes[0])), b"".join(nodes[0]))

    def _tile(self, place: Place, made: bytes) -> None:
        data = self._read(place.name, TILE_WIDTH * HASH_SIZE)
        if data is not None and data != made:
            zh, en = "瓦片与各条目不符。", "A tile does not fit the entries."
            self._report.found(1, "tile", zh, en, None, file=place.name)

    def _names(self) -> None:
        """Everything else in the folder: tiles and bundles as they were before they grew, or what does not belong."""
        for name in self._folder.names():
            place = Place.of(name)
            if name in BESIDE or (place is not None and self._is_ours(place)):
                continue
            if place is None or not self._grew_from(place):
                shown = name.encode("utf-8", "backslashreplace").decode()
                zh, en = "目录中有不属于日志的文件。", "Something lies in the folder that is not of this log."
                self._report.found(1, "log-extra", zh, en, None, file=shown)

    def _width(self, place: Place) -> int:
        """How wide the tile or bundle of this number is by now; zero or less if there is none."""
        hashes = self._stated.size >> (TILE_HEIGHT * (place.level or 0))
        return min(TILE_WIDTH, hashes - place.number * TILE_WIDTH)

    def _is_ours(self, place: Place) -> bool:
        return place.width == self._width(place)

    def _grew_from(self, place: Place) -> bool:
        """Whether a narrower file is the beginning of the one that is there by now."""
        width = self._width(place)
        if place.width > width:
            return False
        data = self._read(place.name, LARGEST_BUNDLE)
        whole = self._read(Place(place.level, place.number, width).name, LARGEST_BUNDLE)
        if data is None or whole is None:
            return True  # which is a finding by now
        try:
            begins = whole[: place.width * HASH_SIZE] if place.level is not None else _first(whole, place.width)
        except CustodyError:
            return False
        if data != begins:
            self._bytes(place.name, "not the beginning of what is there by now")
        return True

    def _read(self, name: str, most: int) -> bytes | None:
        try:
            return self._folder.read(name, most)
        except NotFound:
            zh, en = f"缺少文件 {name}。", f"The file {name} is missing."
            self._report.found(1, "log-missing", zh, en, None, file=name)
        except CustodyError as error:
            self._bytes(name, error.sentence)
        return None

    def _bytes(self, name: str, reason: str) -> None:
        zh, en = f"文件 {name} 不是日志应有的内容。", f"The file {name} is not what the log has there."
        self._report.found(1, "log-bytes", zh, en, None, file=name, reason=reason)


class _Entries:
    """Steps 2 and 3, from entries alone. A journal's lines have no links."""

    def __init__(self, origin: str, report: Report) -> None:
        self._report = report
        self._journal = origin.endswith("/journal")
        self._before: datetime | None = None
        self._last: dict[str, int] = {}

    def take(self, index: int, data: bytes) -> None:
        """Look at the next entry."""
        self._report.entries += 1
        try:
            moment, previous = _line(data) if self._journal else _entry(data)
        except CustodyError as error:
            zh, en = "记录无法读取。", "A record cannot be read."
            self._report.found(2, "unreadable", zh, en, index, reason=error.sentence)
            return
        if self._before is not None and moment < self._before:
            self._report.found(2, "time", "入账时间倒退。", "The recorded time runs back.", index)
        self._before = moment
        true = {tag: self._last.get(tag, -1) for tag in previous}
        if previous != true:
            zh, en = "前后链接不符：可能有记录被遗漏。", "A link to the act before is wrong."
            self._report.found(3, "previous", zh, en, index, expected=true, got=previous)
        self._last.update(dict.fromkeys(previous, index))


def _entry(data: bytes) -> tuple[datetime, dict[str, int]]:
    entry = read_entry(data)
    return recorded_at(entry), dict(entry.previous)


def _line(data: bytes) -> tuple[datetime, dict[str, int]]:
    read = read_json(data, "journal-entry")
    written = read["recorded_at"] if isinstance(read, dict) and [*read] == _LINE else None
    moment = moment_of(written) if isinstance(written, str) else None
    if moment is None:
        raise Malformed("malformed/journal-entry", "The line has other fields than a journal's.", field="")
    return moment, {}


def _first(bundle: bytes, count: int) -> bytes:
    return write_bundle(read_bundle(bundle)[:count])
