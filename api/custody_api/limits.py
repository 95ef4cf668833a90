"""How often a caller may ask, in this process: a steady rate, and a minute's worth of it at once."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from custody.errors import TooMany

MOST_CALLERS = 10_000
"""Callers remembered before those at rest are forgotten."""

_MINUTE = 60.0


class Limit:
    """A limit for each caller (generic cell rate algorithm). Used by the event loop's thread alone.

    Of a caller stands here until when what he asked is paid off at the steady rate: never more than a minute ahead.
    """

    def __init__(self, a_minute: int, code: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._each = _MINUTE / a_minute
        self._code = code
        self._clock = clock
        self._paid_off: dict[str, float] = {}

    def take(self, caller: str) -> None:
        """Count one request of a caller. Raises TooMany, with the whole seconds after which he may ask again."""
        now = self._clock()
        if len(self._paid_off) >= MOST_CALLERS:
            self._paid_off = {each: until for each, until in self._paid_off.items() if until > now}
        until = max(now, self._paid_off.get(caller, now)) + self._each
        wait = until - now - _MINUTE
        if wait > 1e-6:
            raise TooMany(self._code, "Too many requests: wait and send it again.", retry_after=math.ceil(wait))
        self._paid_off[caller] = until
