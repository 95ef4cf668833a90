"""What a channel is given, and what it says became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one recipient. ``facts`` is the same as JSON, for machines."""

    id: str
    """Stays the same when the message is tried again."""
    recipient: str
    address: str
    title: str
    text: str
    short: str
    """The text in one line, for a telephone."""
    facts: dict[str, Any]
    at: datetime


class NotSent(Exception):
    """It certainly did not go out. ``for_good``: trying again with the same message is of no use."""

    def __init__(self, why: str, *, for_good: bool = False) -> None:
        super().__init__(why)
        self.for_good = for_good


class InDoubt(Exception):
    """It may have gone out: the other side had the whole message and gave no answer that can be read."""


class Channel(Protocol):
    """A way to people. Settings are its fields; it opens what it needs for each message."""

    repeatable: ClassVar[bool]
    """Whether the other side recognises a message that it gets twice, so that one in doubt may be sent again."""

    def send(self, message: Message) -> None:
        """Send a message; returns when the other side has taken it over. Raises NotSent, InDoubt."""
