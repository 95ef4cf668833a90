"""The time zone that commands speak in: people read local time, machines RFC 3339 in UTC."""

from __future__ import annotations

import re
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from custody.cli.parser import WrongUse

_OFFSET: Final = re.compile(r"([+-])([01][0-9]|2[0-3]):([0-5][0-9])")

_chosen: ContextVar[tzinfo | None] = ContextVar("zone", default=None)


def use_zone(name: str | None) -> None:
    """Speak in a zone from now on; in the system's without a name. Raises WrongUse."""
    _chosen.set(zone_named(name) if name else None)


def use_zone_unless_chosen(zone: tzinfo) -> None:
    """Speak in a zone from now on, unless somebody chose one."""
    if _chosen.get() is None:
        _chosen.set(zone)


def zone_named(name: str) -> tzinfo:
    """A zone by its IANA name (``Asia/Shanghai``) or its offset (``+08:00``). Raises WrongUse."""
    offset = _OFFSET.fullmatch(name)
    if offset is not None:
        distance = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-distance if offset[1] == "-" else distance)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongUse("use/timezone", "This machine knows no such time zone.", got=name) from None


def here(moment: datetime) -> datetime:
    """A moment in the zone in use. One without an offset is taken to be local."""
    zone = _chosen.get()
    if moment.tzinfo is None and zone is not None:
        return moment.replace(tzinfo=zone)
    return moment.astimezone(zone)


def now_here() -> datetime:
    """Now, in the zone in use."""
    return here(datetime.now(UTC))


def stamp(moment: datetime) -> str:
    """A moment for people: local, to the second, with its offset."""
    return here(moment).isoformat(sep=" ", timespec="seconds")


def local(instant: str | None) -> str | None:
    """An instant of a shape for people; None stays None."""
    return None if instant is None else stamp(datetime.fromisoformat(instant))
