"""The eventsourcing library's own checks of a DCB recorder, called one by one, and seen to run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent
from eventsourcing.dcb.tests import DCBRecorderTestCase

from custody.ledger.drafts import ConditionFailed
from custody.ledger.recorder import Recorder
from logs import SIGNER, Clock, check, opened

DCBRecorderTestCase.__test__ = False  # type: ignore[attr-defined]  # the abstract case itself runs nothing


class Counting(Recorder):
    """Our recorder, counting what the library's case asks of it."""

    appended = 0

    def append(self, events: Sequence[DCBEvent], condition: DCBAppendCondition | None = None) -> int:
        self.appended += 1
        return super().append(events, condition)


class Crowded(Counting):
    """Each append travels through a queue that others are waiting in: refused ones, which leave no trace."""

    def append(self, events: Sequence[DCBEvent], condition: DCBAppendCondition | None = None) -> int:
        hopeless = DCBAppendCondition(after=-1)  # matched even by an empty log
        with ThreadPoolExecutor(4) as crowd:
            others = [crowd.submit(Recorder.append, self, [DCBEvent("noise", b"")], hopeless) for _ in range(4)]
            position = super().append(events, condition)
            for other in others:
                assert isinstance(other.exception(), ConditionFailed)
        return position


@pytest.mark.parametrize("kind", [Counting, Crowded])
def test_the_librarys_append_and_read_case_passes(database_url: str, kind: type[Counting]) -> None:
    run(database_url, kind, DCBRecorderTestCase()._test_append_read, appends=24)


@pytest.mark.parametrize("kind", [Counting, Crowded])
def test_the_librarys_append_and_subscribe_case_passes(database_url: str, kind: type[Counting]) -> None:
    run(database_url, kind, DCBRecorderTestCase()._test_append_subscribe, appends=2)


def run(url: str, kind: type[Counting], case: Callable[[Recorder], None], *, appends: int) -> None:
    with opened(url) as plain:
        recorder = kind(plain.engine, SIGNER, clock=Clock(), poll_seconds=0.05)
        try:
            case(recorder)
        finally:
            recorder.close()
        assert recorder.appended == appends
        check(recorder)
