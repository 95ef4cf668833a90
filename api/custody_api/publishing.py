"""The head is published while a server runs, also when nobody asks: so the mark outside the database is never far
behind what receipts have given out."""

from __future__ import annotations

import asyncio
import logging

from starlette.concurrency import run_in_threadpool

from custody.errors import Damaged
from custody.ledger.ledger import Ledger
from custody.ledger.publication import EVERY_SECONDS

log = logging.getLogger("custody.api")


async def publish(ledger: Ledger) -> None:
    """Publish each new head, for ever; one that cannot be is tried again."""
    while True:
        await _publish(ledger)
        await asyncio.sleep(EVERY_SECONDS)


async def publish_last(ledger: Ledger) -> None:
    """Publish the head that the server leaves behind."""
    await _publish(ledger, at_once=True)


async def _publish(ledger: Ledger, *, at_once: bool = False) -> None:
    try:
        await run_in_threadpool(ledger.publication.publish, at_once=at_once)
    except Damaged:
        pass  # the alarm was raised, and nothing is published any more
    except Exception:
        log.exception("the head was not published")
