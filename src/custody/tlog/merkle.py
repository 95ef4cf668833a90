"""The Merkle tree of RFC 6962 and RFC 9162 section 2.1, with SHA-256: roots, paths, and their verification.

A node is named by ``(level, index)``: level 0 holds the leaf hashes, and node ``(l, i)`` covers the leaves
``[i * 2**l, (i + 1) * 2**l)``. Only such complete nodes are ever stored; what hangs over at the right edge is
folded from them when it is needed. All hashes are 32 bytes. Sizes and indexes count leaves from 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from custody.errors import Malformed, Untrusted

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()

HashAt = Callable[[int, int], bytes]
"""``hash_at(level, index)`` gives the hash of a complete node."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry as a leaf (RFC 9162 2.1.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of the node over two children (RFC 9162 2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, built level by level: for whole logs at hand."""
    if not leaf_hashes:
        return EMPTY_ROOT
    level = list(leaf_hashes)
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)] + odd
    return level[0]


def root_at(size: int, hash_at: HashAt) -> bytes:
    """The root of the first ``size`` leaves."""
    return _range_root(0, size, hash_at) if size else EMPTY_ROOT


def inclusion_path(index: int, size: int, hash_at: HashAt) -> list[bytes]:
    """The path from leaf ``index`` to the root at ``size``, leaf sibling first (RFC 9162 2.1.3.1).

    Raises ValueError unless ``0 <= index < size``.
    """
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    start, end, path = 0, size, []
    while (count := end - start) & (count - 1):
        middle = start + _split(count)
        if index < middle:
            path.append(_range_root(middle, end, hash_at))
            end = middle
        else:
            path.append(_range_root(start, middle, hash_at))
            start = middle
    inside = [hash_at(level, index >> level ^ 1) for level in range(count.bit_length() - 1)]  # of a complete node
    return inside + path[::-1]


def consistency_path(old: int, new: int, hash_at: HashAt) -> list[bytes]:
    """The proof that the tree of ``old`` leaves is a prefix of that of ``new`` (RFC 9162 2.1.4.1).

    Raises ValueError unless ``1 <= old <= new``; the empty tree needs no proof and has none.
    """
    if not 1 <= old <= new:
        raise ValueError(f"no consistency proof from size {old} to {new}")
    start, end, path, whole = 0, new, [], True
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_range_root(middle, end, hash_at))
            end = middle
        else:
            path.append(_range_root(start, middle, hash_at))
            start, whole = middle, False
    if not whole:  # the verifier knows the old root itself, but not a part of it
        path.append(_range_root(start, end, hash_at))
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Check that ``leaf`` (a leaf hash) is number ``index`` of the tree (RFC 9162 2.1.3.2).

    Raises Malformed for impossible numbers or hashes of another length, Untrusted if the proof does not hold.
    """
    _require_hashes(leaf, root, *path)
    if not 0 <= index < size:
        raise Malformed("malformed/proof", f"Leaf {index} cannot be in a tree of {size}.", field="index")
    running = leaf
    for sibling, on_left in _climb(index, size - 1, path, "inclusion"):
        running = node_hash(sibling, running) if on_left else node_hash(running, sibling)
    if running != root:
        raise _broken("inclusion", "leads to another root")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> None:
    """Check that nothing before ``old`` changed on the way to ``new`` (RFC 9162 2.1.4.2).

    Size 0 is refused here: every tree continues the empty one, so there is nothing to prove.
    Raises Malformed for impossible numbers or hashes of another length, Untrusted if the proof does not hold.
    """
    if not 1 <= old <= new:
        raise Malformed("malformed/proof", f"Size {new} cannot continue size {old}.", field="size")
    if old == new:
        if path or old_root != new_root:
            raise _broken("consistency", "joins two different trees of one size")
        return
    _require_hashes(old_root, new_root, *path)
    full = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not full:
        raise _broken("consistency", "has too few hashes")
    node, last = old - 1, new - 1
    while node % 2:
        node, last = node >> 1, last >> 1
    old_running = new_running = full[0]
    for sibling, on_left in _climb(node, last, full[1:], "consistency"):
        if on_left:
            old_running = node_hash(sibling, old_running)
            new_running = node_hash(sibling, new_running)
        else:
            new_running = node_hash(new_running, sibling)
    if (old_running, new_running) != (old_root, new_root):
        raise _broken("consistency", "leads to another root")


def _climb(node: int, last: int, path: Sequence[bytes], kind: str) -> Iterator[tuple[bytes, bool]]:
    """Walk up from ``node`` on a level that ends at ``last``: each hash of the path, and whether it stands left.

    A node without a right neighbour is carried up unchanged until it has a left one (RFC 9162's fn and sn).
    """
    for sibling in path:
        if last == 0:
            raise _broken(kind, "has too many hashes")
        on_left = node % 2 == 1 or node == last
        yield sibling, on_left
        while on_left and node % 2 == 0 and node:
            node, last = node >> 1, last >> 1
        node, last = node >> 1, last >> 1
    if last:
        raise _broken(kind, "has too few hashes")


def _split(count: int) -> int:
    """The largest power of two smaller than ``count`` (RFC 9162's k)."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_root(start: int, end: int, hash_at: HashAt) -> bytes:
    """The root of leaves [start, end), where start is a multiple of the range's largest complete part.

    Folds the complete nodes from the right, so the right edge costs one hash for each set bit.
    """
    running: bytes | None = None
    while end > start:
        level = ((end - start) & -(end - start)).bit_length() - 1
        left = hash_at(level, (end >> level) - 1)
        running = left if running is None else node_hash(left, running)
        end -= 1 << level
    assert running is not None  # noqa: S101 - no caller asks for an empty range
    return running


def _require_hashes(*hashes: bytes) -> None:
    for value in hashes:
        if len(value) != HASH_SIZE:
            raise Malformed(
                "malformed/hash", "A hash is not 32 bytes long.", field="hash", expected=HASH_SIZE, got=len(value)
            )


def _broken(kind: str, why: str) -> Untrusted:
    return Untrusted(f"untrusted/{kind}-proof", f"The {kind} proof {why}.")
