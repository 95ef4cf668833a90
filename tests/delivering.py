"""A process that delivers reminders, to be killed: ``python delivering.py DATABASE CHANNEL URL NOW [before|after]``.

With ``before`` or ``after`` it ends itself at once, as a power cut would, just before or just after its first message.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from custody.desk import Desk
from custody.ledger.engine import open_engine
from custody.reminding.channels.answer import Channel, Message
from custody.reminding.channels.gateway import Gateway
from custody.reminding.channels.webhook import Webhook
from custody.reminding.configured import COLOURS, Configured
from custody.reminding.delivery import deliver
from world import CST

BODY = '{"to": "{address}", "text": "{text}", "id": "{id}"}'


def channel_of(name: str, url: str) -> Channel:
    """The channel of a name, to a server."""
    return Webhook(url, bytes(32), 5) if name == "push" else Gateway(url, BODY, seconds=5)


def configured(name: str, channel: Channel, people: int = 5) -> Configured:
    """Settings in which everybody hears by one channel."""
    addresses = {f"psb-{number:04}": {name: f"{number}"} for number in range(people)}
    return Configured({name: channel}, addresses, dict.fromkeys(COLOURS, (name,)))


@dataclass(frozen=True)
class Dying:
    """A channel whose process ends when it sends."""

    repeatable: ClassVar[bool]
    inner: Channel
    when: str

    def send(self, message: Message) -> None:
        """Send, or end before."""
        if self.when == "after":
            self.inner.send(message)
        os._exit(9)


class DyingWebhook(Dying):
    """One that may be repeated."""

    repeatable = True


class DyingGateway(Dying):
    """One that may not."""

    repeatable = False


def main(database: str, name: str, url: str, now: str, when: str = "") -> None:
    """Deliver what is due."""
    channel = channel_of(name, url)
    if when:
        channel = (DyingWebhook if name == "push" else DyingGateway)(channel, when)
    at = datetime.fromisoformat(now)
    desk = Desk.beside(open_engine(database))
    print(dict(deliver(desk, configured(name, channel), CST, lambda: at)))


if __name__ == "__main__":
    main(*sys.argv[1:])
