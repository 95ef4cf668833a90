"""Reading what is typed for a time and for a range of temperatures. None: it is none."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from custody.cli.zone import here, now_here

_DURATION: Final = re.compile(r"(\d{1,4})\s*([hHdD天时])")
_NUMBER: Final = r"-?(?:0|[1-9]\d{0,3})(?:\.\d{1,2})?"
_RANGE: Final = re.compile(rf"({_NUMBER})\s*(?:…|\.\.|~|～|至|\s)\s*({_NUMBER})")


def moment_in(text: str) -> str | None:
    """A time in the zone in use, as acts write it: one that is typed, or so many hours or days from now."""
    if found := _DURATION.fullmatch(text.strip()):
        days = found[2] in "dD天"
        span = timedelta(days=int(found[1])) if days else timedelta(hours=int(found[1]))
        return (now_here() + span).isoformat(timespec="seconds")
    try:
        return here(datetime.fromisoformat(text.strip())).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return None


def range_in(text: str) -> dict[str, str] | None:
    """A range in degrees Celsius, as acts write it."""
    found = _RANGE.fullmatch(text.strip())
    if found is None or float(found[1]) > float(found[2]):
        return None
    return {"min": found[1], "max": found[2]}
