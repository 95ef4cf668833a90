"""Figures for monitoring, in the Prometheus text format. No label bears a name, a reference or an id.

Counters and times gather as things happen; how far registers lag, how old the checkpoint is and how many sessions there
are is looked up when somebody asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from custody.desk.subscriptions import Standing
from custody.errors import CustodyError, Malformed
from custody.ledger.watch import Watch
from custody.registers.runner import RegisterState
from custody.witnessing.asking import What

_SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
ANSWERS: Final[tuple[str, ...]] = get_args(What)
_ENTRIES: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics(Watch):
    """The figures of one server. Safe to use from any thread."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._acts = Counter(
            "custody_acts", "Acts submitted, by what became of them.", ("type", "outcome"), registry=self._registry
        )
        self._decision = self._times("custody_decision_seconds", "Judging one act by the rules.")
        self._append = self._times("custody_append_seconds", "Appending one batch, until it is durable.", "log")
        self._batch = Histogram(
            "custody_batch_entries", "Entries committed together.", ("log",), buckets=_ENTRIES, registry=self._registry
        )
        self._requests = Counter(
            "custody_requests", "Requests answered.", ("route", "method", "status"), registry=self._registry
        )
        self._request = self._times("custody_request_seconds", "From a request's head to its last byte.", "route")
        self._lag = self._gauge("custody_register_lag_entries", "Entries of its log that a register lacks.", "register")
        self._failing = self._gauge("custody_register_failures", "How often in a row a register failed.", "register")
        self._age = self._gauge("custody_checkpoint_age_seconds", "Since the newest checkpoint of the log.")
        self._size = self._gauge("custody_log_entries", "Entries of the log.")
        self._deliveries = Counter(
            "custody_webhook_deliveries", "Tries to deliver, by what became of them.", ("outcome",),
            registry=self._registry,
        )  # fmt: skip
        self._feed_lag = self._gauge("custody_feed_lag_entries", "Entries of the log that the feed lacks.")
        self._webhook_lag = self._gauge("custody_webhook_lag_entries", "Entries that the last subscription lacks.")
        self._subscriptions = self._gauge("custody_webhook_subscriptions", "Subscriptions, by state.", "state")
        self._dead_letters = self._gauge("custody_webhook_dead_letters", "Acts given up and not replayed.")
        self._witnessed = self._gauge("custody_witnessed_entries", "Entries that a quorum of witnesses has cosigned.")
        self._waiting = self._gauge("custody_witness_wait_seconds", "Since the oldest entry without a quorum.")
        self._witnesses = self._gauge("custody_witnesses", "Witnesses, by what they answered last.", "answer")
        self._sessions = self._gauge("custody_sessions", "Sessions that have not ended.")

    def answered(self, act_type: str | None, outcome: CustodyError | None, *, again: bool = False) -> None:
        """Count an act."""
        self._acts.labels(act_type or "unread", _outcome(outcome, again)).inc()

    def decided(self, seconds: float) -> None:
        """Count a decision."""
        self._decision.observe(seconds)

    def committed(self, log: str, entries: int, seconds: float) -> None:
        """Count a commit."""
        self._append.labels(log).observe(seconds)
        self._batch.labels(log).observe(entries)

    def requested(self, route: str | None, method: str, status: int, seconds: float) -> None:
        """Count a request; without a route it came to no address of ours."""
        self._requests.labels(route or "none", method, str(status)).inc()
        self._request.labels(route or "none").observe(seconds)

    def sent(self, outcome: str) -> None:
        """Count a try to deliver an act: ``delivered``, ``failed`` or ``dead``."""
        self._deliveries.labels(outcome).inc()

    def followed(self, size: int, feed: int, standing: Standing) -> None:
        """Where the feed and the subscriptions stand, in a log of some size."""
        behind = size if standing.farthest_behind is None else standing.farthest_behind
        self._feed_lag.set(max(0, size - feed))
        self._webhook_lag.set(max(0, size - behind))
        for state, count in (("active", standing.active), ("failing", standing.failing), ("ended", standing.ended)):
            self._subscriptions.labels(state).set(count)
        self._dead_letters.set(standing.dead_letters)

    def witnessed(self, size: int, waiting_seconds: float, answers: Mapping[str, int]) -> None:
        """How far the witnesses are."""
        self._witnessed.set(size)
        self._waiting.set(waiting_seconds)
        for answer in ANSWERS:
            self._witnesses.labels(answer).set(answers.get(answer, 0))

    def text(self, *, registers: list[RegisterState], age: float, size: int, sessions: int) -> bytes:
        """Everything as text, with how things stand now."""
        for each in registers:
            self._lag.labels(each.name).set(each.lag)
            self._failing.labels(each.name).set(each.failures)
        self._age.set(age)
        self._size.set(size)
        self._sessions.set(sessions)
        return generate_latest(self._registry)

    def _times(self, name: str, about: str, *labels: str) -> Histogram:
        return Histogram(name, about, labels, buckets=_SECONDS, registry=self._registry)

    def _gauge(self, name: str, about: str, *labels: str) -> Gauge:
        return Gauge(name, about, labels, registry=self._registry)


def _outcome(error: CustodyError | None, again: bool) -> str:
    if error is None:
        return "again" if again else "recorded"
    return "malformed" if isinstance(error, Malformed) else type(error).__name__.lower()
