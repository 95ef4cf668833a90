"""Webhooks: acts sent to who subscribed, as events of the feed, signed after Standard Webhooks.

Each subscription is delivered in log order, one act after the other: taken in hand, sent, marked, each durable before
the next (`custody.desk.subscriptions`). What a subscriber may see, and whether he is anybody at all, is asked for every
single delivery. While one fails, the subscription waits; tried often enough it becomes a dead letter, and the rest
goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import BoundedSemaphore, Event, Thread
from typing import TYPE_CHECKING, Final

from custody.desk import subscriptions
from custody.desk.store import Desk
from custody.desk.subscriptions import Subscribed
from custody.errors import Malformed, NotSignedIn
from custody.ledger.ledger import Ledger
from custody.ledger.subscription import Signal
from custody.registers.following import REGISTERS, Followed
from custody.registers.reading import Registers
from custody.reminding.channels.answer import InDoubt, NotSent
from custody.reminding.channels.posting import post
from custody.reminding.channels.targets import Network, addresses
from custody.reminding.channels.webhook import signed_headers, signing_key
from custody_api.answers import encoded
from custody_api.callers import known
from custody_api.cloud_events import events_of

if TYPE_CHECKING:
    from custody_api.metrics import Metrics

TRIES: Final = 12
FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(hours=1)
"""Between tries it waits twice as long each time: two and a half hours until an act is given up."""

SECONDS: Final = 10.0
"""How long connecting may take, and the answer."""

AT_ONE_TIME: Final = 4
A_TURN: Final = 50
"""Acts that one subscription has delivered before another gets its turn."""

_POLL_SECONDS: Final = 1.0
_REST: Final = timedelta(seconds=1)
_GONE: Final = 410

log = logging.getLogger("custody.api")


class Ended(Exception):
    """Nothing may be sent to this subscriber any more."""


class Webhooks:
    """The sender of one server, from `start` to `stop`. Several processes may run one."""

    def __init__(
        self, ledger: Ledger, registers: Registers, desk: Desk, networks: tuple[Network, ...], metrics: Metrics | None
    ) -> None:
        self._ledger = ledger
        self._registers = registers
        self._desk = desk
        self._networks = networks
        self._metrics = metrics
        self._wake = Signal()
        self._stopping = Event()
        self._free = BoundedSemaphore(AT_ONE_TIME)
        self._pool = ThreadPoolExecutor(AT_ONE_TIME, thread_name_prefix="webhook")
        self._thread = Thread(target=self._run, name="webhooks", daemon=True)
        self.head = 0
        """The position up to which the registers can be followed."""

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is on its way, for `SECONDS` each, and send nothing more."""
        self._stopping.set()
        self._wake.give()
        self._thread.join()
        self._pool.shutdown()

    def tell(self, positions: Mapping[str, int]) -> None:
        """The registers stand at these positions now. From any thread."""
        head = min(positions.get(name, 0) for name in REGISTERS)
        if head != self.head:
            self.head = head
            self._wake.give()

    def wake(self) -> None:
        """Look at once what there is to send."""
        self._wake.give()

    def _run(self) -> None:
        """Whatever fails, it is looked again: a database that is away comes back."""
        while not self._stopping.is_set():
            heard = self._wake.count
            try:
                while self._free.acquire(blocking=False):
                    if not self._begun():
                        self._free.release()
                        break
            except Exception:
                self._free.release()
                log.exception("webhooks cannot be sent for now")
            self._wake.wait(heard, _POLL_SECONDS)

    def _begun(self) -> bool:
        """Take a subscription in hand and begin its turn; False if there is nothing to send."""
        held = None
        if not self._stopping.is_set():
            held = subscriptions.take(self._desk, self.head, self._ledger.clock())
        if held is not None:
            self._pool.submit(self._turn, held)
        return held is not None

    def _turn(self, held: Subscribed) -> None:
        try:
            self._deliver(held)
        except Exception:  # the claim runs out, and the same act is sent again under the same id
            log.exception("a turn of webhooks failed")
        finally:
            self._free.release()
            self._wake.give()

    def _deliver(self, first: Subscribed) -> None:
        """Send what follows, act by act, until something fails or the turn is over."""
        held: Subscribed | None = first
        for _ in range(A_TURN):
            if held is None or self._stopping.is_set():
                break
            try:
                found = self._next(held)
                if found.head < held.after + 1:
                    rest = _REST if held is first else timedelta()  # taken for nothing: the registers are being rebuilt
                    subscriptions.let_go(self._desk, held, self._ledger.clock() + rest)
                    return
                if found.acts:
                    self._send(held, found)
                    self._count("delivered")
            except Ended as why:
                subscriptions.end(self._desk, held, str(why))
                return
            except (NotSent, InDoubt, Malformed) as error:
                self._failed(held, found, str(error))
                return
            held = subscriptions.delivered(self._desk, held, found.position, self._ledger.clock())
        if held is not None:
            subscriptions.let_go(self._desk, held, self._ledger.clock())

    def _next(self, held: Subscribed) -> Followed:
        """The act that is to be delivered, as far as the subscriber may see it now. Raises Ended if he is nobody."""
        try:
            caller = known(self._ledger, held.person, held.key)
        except NotSignedIn:
            raise Ended("revoked") from None
        found = self._registers.follow(caller, held.after, 1)
        if held.replay is None or (found.acts and found.acts[0]["position"] == held.replay):
            return found
        return Followed((), held.replay, found.head, {})

    def _send(self, held: Subscribed, found: Followed) -> None:
        """Send one act. Raises NotSent, InDoubt; Ended where the other side says that it wants no more."""
        (event,) = events_of(found, self._ledger.origin)
        body, name = encoded(event), f"{held.id}-{event['id']}"
        signed = signed_headers([signing_key(each) for each in held.secrets], name, self._ledger.clock(), body)
        headers = {"Content-Type": "application/cloudevents+json; charset=utf-8", **signed}
        answer = post(held.url, body, headers, SECONDS, addresses(held.url, self._networks))
        if answer.status == _GONE:
            raise Ended("gone")
        if not 200 <= answer.status < 300:
            raise InDoubt(f"status {answer.status}")

    def _failed(self, held: Subscribed, found: Followed, error: str) -> None:
        now = self._ledger.clock()
        if held.tries + 1 < TRIES:
            wait = min(FIRST_WAIT * 2**held.tries, LONGEST_WAIT)
            subscriptions.failed(self._desk, held, error, now + wait)
        else:
            subscriptions.give_up(self._desk, held, found.acts[0], error, now)
        self._count("failed" if held.tries + 1 < TRIES else "dead")

    def _count(self, outcome: str) -> None:
        if self._metrics is not None:
            self._metrics.sent(outcome)
