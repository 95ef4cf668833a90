"""Streams of the feed, as server-sent events (HTML standard, section 9.2): the feed without asking again.

Whoever waits holds no thread and no connection of the database: the runner wakes all of them when the registers have
moved, and a few threads of their own look for each in turn. Nothing depends on being woken in time, since everybody
also looks at every heartbeat.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Final

from anyio import CapacityLimiter, to_thread
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from custody.errors import NotSignedIn, Unavailable
from custody.registers.following import REGISTERS, Followed
from custody_api.answers import encoded
from custody_api.cloud_events import events_of

HEARTBEAT_SECONDS = 15.0
MOST: Final = 1_000
"""Streams at one time in one process."""

_LOOKING_THREADS: Final = 3
_RETRY_MILLISECONDS: Final = 2_000

Look = Callable[[int], Followed]
"""What a follower may see after a position, as far as his rights go now. Raises NotSignedIn when they are over."""

log = logging.getLogger("custody.api")


class Streams:
    """The streams of one server."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._limiter = CapacityLimiter(_LOOKING_THREADS)
        self._position = -1
        self._stopping = False
        self._moved = asyncio.Event()
        self._open = 0

    def tell(self, positions: Mapping[str, int]) -> None:
        """The registers stand at these positions now. From any thread."""
        position = min(positions.get(name, 0) for name in REGISTERS)
        self._loop.call_soon_threadsafe(self._reach, position)

    def stop(self) -> None:
        """End every stream: the server stops."""
        self._stopping = True
        self._wake()

    def require_room(self) -> None:
        """Raises Unavailable if there are as many streams as this process carries."""
        if self._open >= MOST:
            raise Unavailable("unavailable/streams", "There are too many streams.", retry_after=30)

    async def follow(self, look: Look, after: int, origin: str) -> AsyncIterator[bytes]:
        """What a follower sees after a position, until his session is over or the server stops."""
        self._open += 1
        try:
            yield format_sse_event(retry=_RETRY_MILLISECONDS)
            while not self._stopping:
                moved = self._moved  # before looking: what comes meanwhile is not slept through
                found = await to_thread.run_sync(_looked, look, after, limiter=self._limiter)
                if found is None:
                    return
                if text := _text(found, after, origin):
                    yield text
                after = found.position
                if after >= found.head and not await _given(moved):
                    yield KEEPALIVE_COMMENT
        finally:
            self._open -= 1

    def _reach(self, position: int) -> None:
        if position != self._position:
            self._position = position
            self._wake()

    def _wake(self) -> None:
        woken, self._moved = self._moved, asyncio.Event()
        woken.set()


def _looked(look: Look, after: int) -> Followed | None:
    """The next acts; None if the stream is over."""
    try:
        return look(after)
    except NotSignedIn:
        return None
    except Unavailable as error:  # the follower comes again, where he was
        log.warning("a stream of the feed ended: %s %s", error, error.fields)
        return None


def _text(found: Followed, after: int, origin: str) -> bytes:
    """The events, each under its position; then the position reached, if that is further, without an event."""
    sent = []
    for event in events_of(found, origin):
        after = event["data"]["position"]
        sent.append(format_sse_event(data_str=encoded(event).decode(), id=str(after)))
    if found.position > after:
        sent.append(format_sse_event(id=str(found.position)))
    return b"".join(sent)


async def _given(event: asyncio.Event) -> bool:
    try:
        await asyncio.wait_for(event.wait(), HEARTBEAT_SECONDS)
    except TimeoutError:
        return False
    return True
