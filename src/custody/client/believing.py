"""What a client believes of a log: what its keys signed, what is in it, and that nothing was taken back.

1. The checkpoint bears the signature of a key that the user named.
2. The entry stands in the log of that checkpoint, at the index that the proof names.
3. The checkpoint and the newest one that was seen before are of one log that only grew: whichever is later continues
   the other. The tiles of hashes that show it come from the same server, and need not be believed.

That an entry is of the act one meant is the caller's to compare (`custody.client.session`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from custody.errors import Malformed
from custody.tlog.checkpoint import Checkpoint, open_checkpoint
from custody.tlog.edge import Nodes, expand
from custody.tlog.merkle import HASH_SIZE, consistency_path, leaf_hash, verify_consistency, verify_inclusion
from custody.tlog.note import Verifier
from custody.tlog.proof import TlogProof
from custody.tlog.tiles import TILE_HEIGHT, TILE_WIDTH, hashes_in, tile_path


class KnownLog:
    """A log as one client knows it. ``newest`` is the note of the newest checkpoint it has seen."""

    def __init__(self, verifiers: Sequence[Verifier], tile: Callable[[str], bytes], newest: str | None = None) -> None:
        """``tile`` reads a file of the log by its path; ``newest`` is what was seen in an earlier run.

        Without verifiers step 1 is left out: what the server says is then only held against itself.
        """
        self._verifiers = tuple(verifiers)
        self._tile = tile
        self.newest = newest
        self._head = self._signed(newest) if newest is not None else None

    def open(self, note: str) -> Checkpoint:
        """The checkpoint in a note (steps 1 and 3). Raises Malformed, Untrusted."""
        checkpoint = self._signed(note)
        if self._head is not None and checkpoint != self._head:
            self._require_one_log(*sorted((self._head, checkpoint), key=lambda each: each.size))
        if self._head is None or checkpoint.size > self._head.size:
            self._head, self.newest = checkpoint, note
        return checkpoint

    def require_holds(self, entry: bytes, proof: str) -> int:
        """The index at which an entry stands in the log (steps 1 to 3). Raises Malformed, Untrusted."""
        parsed = TlogProof.parse(proof)
        checkpoint = self._signed(parsed.checkpoint)
        verify_inclusion(leaf_hash(entry), parsed.index, checkpoint.size, parsed.path, checkpoint.root)
        self.open(parsed.checkpoint)
        return parsed.index

    def _signed(self, note: str) -> Checkpoint:
        if self._verifiers:
            return open_checkpoint(note, *self._verifiers)
        return Checkpoint.stated(note)

    def _require_one_log(self, older: Checkpoint, newer: Checkpoint) -> None:
        if older.size == 0:
            return  # every log continues the empty one
        path = []
        if older.size < newer.size:
            tiles = _Tiles(newer.size, self._tile)
            path = consistency_path(older.size, newer.size, tiles.hash_at)
        verify_consistency(older.size, newer.size, older.root, newer.root, path)


class _Tiles:
    """The hashes of a log of one size, from its published tiles."""

    def __init__(self, size: int, read: Callable[[str], bytes]) -> None:
        self._size = size
        self._read = read
        self._known: dict[tuple[int, int], Nodes] = {}

    def hash_at(self, level: int, index: int) -> bytes:
        tile_level, height = divmod(level, TILE_HEIGHT)
        number, slot = divmod(index, TILE_WIDTH >> height)
        if (tile_level, number) not in self._known:
            self._known[tile_level, number] = self._expanded(tile_level, number)
        return self._known[tile_level, number][height][slot]

    def _expanded(self, level: int, number: int) -> Nodes:
        width = min((self._size >> (TILE_HEIGHT * level)) - number * TILE_WIDTH, TILE_WIDTH)
        data = self._read(tile_path(level, number, width))
        if len(data) != width * HASH_SIZE:
            raise Malformed(
                "malformed/tile", "A tile of the log has another length than it should.", field="tile",
                expected=width * HASH_SIZE, got=len(data),
            )  # fmt: skip
        return expand(hashes_in(data))
