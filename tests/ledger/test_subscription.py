"""Following a log on both databases: from other threads, other recorders, and through lost notifications."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import psycopg
import pytest
from eventsourcing.dcb.api import DCBQuery, DCBQueryItem

from custody.ledger.recorder import Recorder
from databases import plain
from logs import SIGNER, Clock, draft, opened


def test_a_follower_gets_what_was_and_what_comes_in_order(database_url: str) -> None:
    with opened(database_url) as recorder, ThreadPoolExecutor(2) as threads:
        recorder.submit_many([draft(f"old {n}") for n in range(700)])
        with recorder.subscribe(after=3) as subscription:
            following = threads.submit(lambda: [event.position for event in islice(subscription, 747)])
            for number in range(50):
                recorder.submit(draft(f"new {number}"))
            assert following.result(60) == list(range(4, 751))


def test_a_follower_hears_of_what_another_recorder_writes(database_url: str) -> None:
    with opened(database_url) as recorder, ThreadPoolExecutor(1) as threads:
        other = Recorder(recorder.engine, SIGNER, clock=Clock())
        with recorder.subscribe() as subscription:
            following = threads.submit(next, subscription)
            other.submit(draft("from elsewhere"))
            assert following.result(60).event.data == b"envelope of from elsewhere"


def test_a_filtered_follower_moves_past_the_rest(database_url: str) -> None:
    with opened(database_url) as recorder:
        recorder.submit_many([draft(str(n), "item:1" if n == 4 else "item:2") for n in range(9)])
        with recorder.subscribe(DCBQuery([DCBQueryItem(tags=["item:1"])])) as subscription:
            assert next(subscription).position == 5
            assert subscription.scanned_to == 9


@pytest.mark.parametrize("moment", ["before", "while waiting"])
def test_a_follower_is_stopped_from_another_thread(database_url: str, moment: str) -> None:
    with opened(database_url) as recorder:
        subscription = recorder.subscribe()
        if moment == "before":
            subscription.stop()
        ended = threading.Event()

        def follow() -> None:
            assert list(subscription) == []
            ended.set()

        thread = threading.Thread(target=follow)
        thread.start()
        subscription.stop()
        assert ended.wait(60)
        thread.join()


def test_a_lost_listening_connection_does_not_stop_a_follower(postgres_url: str) -> None:
    with opened(postgres_url) as recorder, recorder.subscribe() as subscription, ThreadPoolExecutor(1) as threads:
        for name in ("first", "second"):
            with psycopg.connect(plain(postgres_url), autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
                    " AND datname = current_database()"
                )
            following = threads.submit(next, subscription)
            Recorder(recorder.engine, SIGNER, clock=Clock()).submit(draft(name))
            assert following.result(60).event.data == f"envelope of {name}".encode()


def test_postgresql_wakes_a_follower_without_waiting_for_the_poll(postgres_url: str) -> None:
    with opened(postgres_url) as writer, ThreadPoolExecutor(1) as threads:
        patient = Recorder(writer.engine, SIGNER, clock=Clock(), poll_seconds=3600)
        with patient.subscribe() as subscription:
            following = threads.submit(next, subscription)
            writer.submit(draft("heard"))
            assert following.result(60).position == 1
        patient.close()
