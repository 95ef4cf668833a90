"""The feed as a follower reads it: server-sent events (HTML standard, section 9.2.6), and pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from custody.errors import Malformed
from custody.strict import read_json


class Step(NamedTuple):
    """How far the log was looked through, and the event that stands there; None where nothing is shown."""

    position: int
    event: dict[str, Any] | None


def steps_in_stream(lines: Iterable[bytes]) -> Iterator[Step]:
    """The steps of a stream; a block that was cut off is none. Raises Malformed."""
    fields: dict[bytes, bytes] = {}
    for line in lines:
        if not line.endswith(b"\n"):
            return
        if text := line.rstrip(b"\r\n"):
            name, _, value = text.partition(b":")
            fields[name] = value.removeprefix(b" ")
            continue
        if b"id" in fields:
            yield _step(fields[b"id"], fields.get(b"data"))
        fields = {}


def steps_on_page(page: dict[str, Any], after: int) -> tuple[list[Step], bool]:
    """The steps of a page after a position, and whether there is more now. Raises Malformed."""
    try:
        steps = [Step(int(event["data"]["position"]), event) for event in page["events"]]
        reached, more = int(page["next"]), page["next"] < page["head"]
    except (KeyError, TypeError, ValueError):
        raise _malformed() from None
    positions = [after, *(step.position for step in steps)]
    if any(a >= b for a, b in pairwise(positions)) or (more and reached <= after):
        raise _malformed()
    return steps + ([Step(reached, None)] if reached > positions[-1] else []), more


def _step(position: bytes, data: bytes | None) -> Step:
    event = read_json(data, "feed") if data else None
    if not (position.isdigit() and len(position) <= 16 and isinstance(event, dict | None)):
        raise _malformed()
    return Step(int(position), event)


def _malformed() -> Malformed:
    return Malformed("malformed/feed", "The feed is not as it should be: its positions do not advance.", field="feed")
