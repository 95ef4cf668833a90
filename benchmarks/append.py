"""Appending signed acts, against three baselines of the same run.

``python benchmarks/append.py [--database sqlite|postgres] [--acts N] [--batch N] [--rounds N]`` prints, as ratios:

* the library's own recorder storing the same bytes, unsigned and unjudged (8 threads): the baseline;
* raw INSERT + commit of the same bytes (1 thread);
* the bare signature check of the same acts on one core: what no ledger in one thread can beat;
* this ledger: 1 and 8 threads through ``submit``, 8 also just after its start; ``--batch`` acts in one ``submit_many``,
  with threads and with two processes that verify.

Slices of ``--acts`` of each alternate, so that a machine that swings swings for all.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from eventsourcing.persistence import StoredEvent

from custody.ledger.batches import Verify
from custody.ledger.ledger import Ledger, Receipt, Submission
from custody_api.verifying import Verifying
from workload import Check, checks_of, chunks, database, plain, rate, slowly, table, verify, workload
from world import World

_THREADS = 8


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--acts", type=int, default=400)
    parser.add_argument("--batch", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    with database(args.database) as url, closing(Verifying()) as processes:
        work = workload(url, args.rounds * (3 * args.acts + 2 * args.batch))
        ledger = work.world.ledger
        waiting = iter(work.submissions)
        found: dict[str, list[float]] = {}
        with baselines(args.database, url) as (library, raw):
            for _ in range(args.rounds):
                one, eight, fresh = (_take(waiting, args.acts) for _ in range(3))
                batch, other = _take(waiting, args.batch), _take(waiting, args.batch)
                data = [each.envelope for each in eight]
                checks = checks_of(ledger, data)
                cases: dict[str, Callable[[], int]] = {
                    f"library's recorder, unsigned, {_THREADS} threads": lambda data=data: in_threads(library, data),
                    "library's recorder, unsigned, 1 thread": lambda data=data: library(data),
                    "raw INSERT + commit, 1 thread": lambda data=data: raw(data),
                    "bare signature check, 1 core": lambda checks=checks: _verify(verify, checks),
                    "the same without libsodium": lambda checks=checks: _verify(slowly, checks),
                    "ledger, 1 thread": lambda one=one: _submit(ledger, one),
                    f"ledger, {_THREADS} threads": lambda eight=eight: in_threads(
                        lambda part: _submit(ledger, part), eight
                    ),
                    f"ledger, {_THREADS} threads, just started": lambda fresh=fresh: _submit_afresh(work.world, fresh),
                    f"ledger, {args.batch:,} in a batch": lambda batch=batch: _submit_many(ledger, batch),
                    f"ledger, {args.batch:,}, 2 verifying processes": lambda other=other: _submit_many(
                        ledger, other, processes
                    ),
                }
                for name, case in cases.items():
                    found.setdefault(name, []).append(rate(case))
        baseline = f"library's recorder, unsigned, {_THREADS} threads"
        table(f"Appends, {args.database}, two signatures an act", baseline, found)
        table("The same, against one core's signature checks", "the same without libsodium", found)
        ledger.close()


def _take(waiting: Iterator[Submission], count: int) -> list[Submission]:
    return [next(waiting) for _ in range(count)]


def _submit(ledger: Ledger, submissions: Sequence[Submission]) -> int:
    for each in submissions:
        ledger.submit(each.envelope, each.disclosures)
    return len(submissions)


def _submit_afresh(world: World, submissions: Sequence[Submission]) -> int:
    """By a ledger that has just been opened, and reads each item's past from the log."""
    with closing(world.opened_again()) as ledger:
        return in_threads(lambda part: _submit(ledger, part), submissions)


def _submit_many(ledger: Ledger, submissions: Sequence[Submission], verify: Verify | None = None) -> int:
    outcomes = ledger.submit_many(submissions, verify=verify)
    assert all(isinstance(each, Receipt) for each in outcomes), outcomes[:2]
    return len(outcomes)


def in_threads(run: Callable[[Any], int], values: Sequence[Any]) -> int:
    """Run one part of the values in each thread."""
    with ThreadPoolExecutor(_THREADS) as pool:
        return sum(pool.map(run, chunks(values, _THREADS)))


def _verify(how: Callable[[Sequence[Check]], None], checks: Sequence[Check]) -> int:
    how(checks)
    return len(checks) // 2


Store = Callable[[Sequence[bytes]], int]


@contextmanager
def baselines(kind: str, url: str) -> Iterator[tuple[Store, Store]]:
    """The library's own recorder and a bare INSERT, each storing given bytes one commit at a time."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="bench-", dir=Path.cwd()) as folder:
            yield _sqlite_library(f"{folder}/library.db"), _sqlite_raw(f"{folder}/raw.db")
    else:
        yield _postgres_library(plain(url)), _postgres_raw(plain(url))


def _store_with(recorder: Any) -> Store:
    def store(values: Sequence[bytes]) -> int:
        for value in values:
            recorder.insert_events([StoredEvent(uuid4(), 1, "act", value)])
        return len(values)

    return store


def _sqlite_library(path: str) -> Store:
    from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

    recorder = SQLiteApplicationRecorder(SQLiteDatastore(path))
    recorder.create_table()
    return _store_with(recorder)


def _postgres_library(url: str) -> Store:
    from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

    parts = psycopg.conninfo.conninfo_to_dict(url)
    datastore = PostgresDatastore(
        dbname=str(parts["dbname"]), host=str(parts["host"]), port=str(parts.get("port", "5432")),
        user=str(parts.get("user", "postgres")), password=str(parts.get("password", "")), pool_size=_THREADS,
    )  # fmt: skip
    recorder = PostgresApplicationRecorder(datastore, events_table_name="library_events")
    recorder.create_table()
    return _store_with(recorder)


def _sqlite_raw(path: str) -> Store:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE raw (position INTEGER PRIMARY KEY, data BLOB)")

    def store(values: Sequence[bytes]) -> int:
        for value in values:
            connection.execute("INSERT INTO raw (data) VALUES (?)", (value,))
        return len(values)

    return store


def _postgres_raw(url: str) -> Store:
    connection = psycopg.connect(url, autocommit=True)
    connection.execute("CREATE TABLE raw (position bigserial PRIMARY KEY, data bytea)")

    def store(values: Sequence[bytes]) -> int:
        for value in values:
            connection.execute("INSERT INTO raw (data) VALUES (%b)", (value,), prepare=True)
        return len(values)

    return store


if __name__ == "__main__":
    main()
