"""A random draw that anybody can make again: from a checkpoint's root, a stated salt, and the list drawn from.

Specified in docs/format.md section 11.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

HIGH_RISK: Final = frozenset({"cash", "drugs", "weapon", "valuables"})
"""The categories that every draw takes in whole."""


def drawn(root: bytes, salt: str, items: Mapping[str, str], count: int) -> tuple[str, ...]:
    """Return the items drawn, sorted by id: every one of high risk, and ``count`` of the others.

    ``root`` is the 32-byte root of a checkpoint, ``items`` maps each item's id to its category.
    """
    always = {item for item, category in items.items() if category in HIGH_RISK}
    others = sorted((ticket(root, salt, item), item) for item in items.keys() - always)
    return tuple(sorted(always | {item for _, item in others[:count]}))


def ticket(root: bytes, salt: str, item: str) -> bytes:
    """Return an item's ticket: SHA-256(root ‖ SHA-256(salt) ‖ id). The smallest are drawn."""
    return hashlib.sha256(root + hashlib.sha256(salt.encode()).digest() + item.encode()).digest()
