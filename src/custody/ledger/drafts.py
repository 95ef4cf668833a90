"""What is handed to the recorder, what comes back, and how an append can fail for the one who asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent
from eventsourcing.persistence import IntegrityError

from custody.errors import Malformed

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Complete = Callable[[int, datetime, dict[str, int]], bytes]


@dataclass(kw_only=True)
class Draft(DCBEvent):
    """An event on its way into the log. ``data`` is the exact envelope; the entry is made inside the lock.

    ``complete(index, recorded_at, previous)`` gives the exact entry bytes, where ``previous`` maps each tag of
    ``links`` to the leaf index of the last event that bears it, or -1. It must be quick and have no effects.
    Raises Malformed for text that a database could not hold: better now than in a batch, with others in it.
    """

    id: bytes
    """16 bytes, unique in the log."""
    digest: bytes
    """SHA-256 of the payload: what makes a repeated submission the same one."""
    complete: Complete
    condition: DCBAppendCondition | None = None
    links: tuple[str, ...] = ()
    unlinked: tuple[tuple[str, str], ...] = ()
    """(beginning of a tag, type): events of that type bear such tags without linking them, and are passed over."""
    decide_again_at: datetime | None = None
    """The earliest instant at which a rule about time would decide otherwise."""
    disclosures: tuple[tuple[bytes, bytes, str], ...] = ()
    """(commitment, salt, value) of each sealed value, stored in the append's transaction."""
    erases: tuple[bytes, ...] = ()
    """Commitments whose disclosures go in the append's transaction."""

    def __post_init__(self) -> None:
        texts = [self.type, *self.tags, *self.links]
        for item in self.condition.fail_if_events_match.items if self.condition else ():
            texts += item.tags
            texts += item.types
        texts += [value for _, _, value in self.disclosures]
        _require_storable(texts)


@dataclass(frozen=True)
class Appended:
    """Where an event stands. ``size`` and ``root`` are those of the checkpoint that first covered it."""

    position: int
    recorded_at: datetime
    entry: bytes
    size: int
    root: bytes
    duplicate: bool
    """The same act was recorded before; this is what was answered then."""


@dataclass(frozen=True)
class Head:
    """The tree as of the last commit. In an empty log ``recorded_at`` is 1970."""

    size: int
    root: bytes
    recorded_at: datetime


@dataclass(frozen=True)
class Row:
    """A stored event: ``entry`` is the leaf, ``envelope`` the signed bytes it commits to."""

    position: int
    type: str
    entry: bytes
    envelope: bytes


class AppendError(IntegrityError):
    """The append was not made. ``position`` is that of the event in the way, if one is."""

    def __init__(self, sentence: str, position: int | None = None) -> None:
        super().__init__(sentence)
        self.position = position


class ConditionFailed(AppendError):
    """An event that matches the append condition was recorded after the decision's position."""


class IdTaken(AppendError):
    """The id stands in the log already, with another payload."""


class DecideAgain(AppendError):
    """The log's clock reached an instant at which a rule about time may decide otherwise."""

    def __init__(self, recorded_at: datetime) -> None:
        super().__init__(f"the decision no longer holds at {recorded_at.isoformat()}")
        self.recorded_at = recorded_at


def _storable(text: str) -> bool:
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def _require_storable(texts: Sequence[str]) -> None:
    if _storable("".join(texts)):  # all at once: two halves of a pair do not become a whole one by standing together
        return
    first = next(text for text in texts if not _storable(text))
    raise Malformed(
        "malformed/text",
        "A text holds a NUL or half a surrogate pair, which no database stores.",
        field="text",
        got=ascii(first[:40]),
    )


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970, UTC: how instants are stored."""
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(stored: int) -> datetime:
    """The instant behind stored microseconds."""
    return _EPOCH + stored * _MICROSECOND
