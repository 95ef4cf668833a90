"""Lists, page by page: the members of one, and the address at which the list goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from custody_api.answers import Shape, address_after
from custody_api.station.pages import Page

PAGE: Final = 50
FEW: Final = 6
"""So many are shown where a page only says that there are some."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Some members of a list, and where the next ones are; None: these are all."""

    members: Sequence[Shape]
    next: str | None


def listed(page: Page, fetch: Callable[[int], Sequence[Shape]], key: str, limit: int = PAGE) -> Listing:
    """One page of a list: ``fetch`` gives so many members at most, and the list is continued with their ``key``."""
    found = fetch(limit + 1)
    members = found[:limit]
    more = len(found) > limit
    return Listing(members, address_after(page.request, members[-1][key]) if more else None)


def some(found: Sequence[Shape], path: str, few: int = FEW) -> Listing:
    """The first few of what was found, asked for with one more than that; the rest is at another address."""
    return Listing(found[:few], path if len(found) > few else None)


def given(**asked: Any) -> dict[str, Any]:
    """The filters that were chosen; an empty field of a form chooses nothing."""
    return {name: value or None for name, value in asked.items()}
