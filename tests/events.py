"""Server-sent events as a follower reads them (HTML standard, section 9.2.6)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple


class Told(NamedTuple):
    """One block of a stream: the position it names, and the event it brings. Both are None in a heartbeat."""

    position: int | None
    event: dict[str, Any] | None


def blocks(lines: Iterable[str]) -> Iterator[Told]:
    """The whole blocks of a stream; one that was cut off is none."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
            continue
        position, data = fields.get("id"), fields.get("data")
        yield Told(int(position) if position else None, json.loads(data) if data else None)
        fields = {}
