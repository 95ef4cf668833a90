"""The layout of a published log: tiles of hashes and bundles of entries (c2sp.org/tlog-tiles).

Tile ``(L, N)`` holds up to 256 hashes: slot ``i`` is the root of the ``256**L`` leaves from
``(N * 256 + i) * 256**L``. A tile with fewer than 256 stands only at the right edge and is named by its width.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from custody.errors import Malformed, TooLarge
from custody.tlog.merkle import HASH_SIZE

TILE_HEIGHT = 8
TILE_WIDTH = 256
MAX_ENTRY = 65_535
"""An entry's length stands in two bytes."""


def tile_path(level: int, number: int, width: int = TILE_WIDTH) -> str:
    """Where a tile is served: ``tile/0/x001/234.p/112``."""
    return f"tile/{level}/{_numbered(number, width)}"


def bundle_path(number: int, width: int = TILE_WIDTH) -> str:
    """Where an entry bundle is served: ``tile/entries/000``."""
    return f"tile/entries/{_numbered(number, width)}"


def tiles_at(size: int) -> Iterator[tuple[int, int, int]]:
    """Every tile of a tree of ``size`` leaves, as (level, number, width), partial ones last on each level."""
    level = 0
    while (hashes := size >> (TILE_HEIGHT * level)) > 0:
        full, rest = divmod(hashes, TILE_WIDTH)
        yield from ((level, number, TILE_WIDTH) for number in range(full))
        if rest:
            yield level, full, rest
        level += 1


def completed_between(old: int, new: int) -> Iterator[tuple[int, int]]:
    """The full tiles, as (level, number), that a tree of ``new`` leaves has and one of ``old`` has not."""
    level = 0
    while (full := new >> (TILE_HEIGHT * (level + 1))) > 0:
        yield from ((level, number) for number in range(old >> (TILE_HEIGHT * (level + 1)), full))
        level += 1


def hashes_in(tile: bytes) -> list[bytes]:
    """The hashes of a tile, 32 bytes each."""
    return [tile[at : at + HASH_SIZE] for at in range(0, len(tile), HASH_SIZE)]


def write_bundle(entries: Iterable[bytes]) -> bytes:
    """Entries as a bundle: each with its length before it, two bytes big-endian. Raises TooLarge."""
    parts = []
    for entry in entries:
        require_entry_size(entry)
        parts += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(parts)


def read_bundle(bundle: bytes) -> list[bytes]:
    """The entries of a bundle. Raises Malformed if it breaks off, or holds more than 256."""
    entries, at = [], 0
    while at < len(bundle):
        start = at + 2
        at = start + int.from_bytes(bundle[at:start], "big")
        if start > len(bundle) or at > len(bundle):
            raise Malformed("malformed/entry-bundle", "The entry bundle breaks off inside an entry.", field="length")
        entries.append(bundle[start:at])
    if len(entries) > TILE_WIDTH:
        raise Malformed(
            "malformed/entry-bundle",
            "The entry bundle holds more than 256 entries.",
            field="entries",
            expected=TILE_WIDTH,
            got=len(entries),
        )
    return entries


def require_entry_size(entry: bytes) -> None:
    """Raises TooLarge for an entry that no bundle can hold."""
    if len(entry) > MAX_ENTRY:
        raise TooLarge(
            "malformed/entry-size",
            "The entry is longer than a log entry may be.",
            field="entry",
            limit=MAX_ENTRY,
            got=len(entry),
        )


def _numbered(number: int, width: int) -> str:
    if not 1 <= width <= TILE_WIDTH:
        raise ValueError(f"a tile is 1 to 256 wide, not {width}")
    groups = [f"{number % 1000:03d}"]
    while number := number // 1000:
        groups.append(f"x{number % 1000:03d}")
    return "/".join(reversed(groups)) + (f".p/{width}" if width < TILE_WIDTH else "")
