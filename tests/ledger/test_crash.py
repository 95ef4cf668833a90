"""The crash table: each step of an append fails, once before it took effect and once after.

Whatever happens, the caller hears Unavailable, the log re-derives without a gap, the next submission of the
same act is answered, and it stands in the log once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine

from custody.errors import Unavailable
from custody.ledger.drafts import Draft
from custody.ledger.recorder import Recorder
from custody_migrations import migrate
from databases import plain
from logs import SIGNER, Clock, check, draft

READING = [
    "BEGIN",
    "SELECT size, root",
    "SELECT id, position, digest",
    "SELECT name, id",
    "SELECT coalesce",
    "SELECT position, leaf",
    "SELECT tag, type",
]
WRITING = [
    "INSERT INTO ledger_entry",
    "INSERT INTO ledger_act",
    "INSERT INTO ledger_tag ",
    "INSERT INTO ledger_tagged",
    "INSERT INTO ledger_tile",
    "INSERT INTO disclosure",
    "INSERT INTO ledger_checkpoint",
    "UPDATE ledger_head",
]
STEPS = [("sqlite", step) for step in [*READING, *WRITING, "COMMIT"]]
STEPS += [("postgres", step) for step in [*READING, "WITH moved AS (UPDATE", "COMMIT"]]  # it writes at one stroke


class Plan:
    """Which statement is to fail, and whether it takes effect first. One failure, then all is well."""

    def __init__(self) -> None:
        self.step: str | None = None
        self.watch: Callable[[str], None] | None = None
        self.takes_effect = False
        self.failed = False

    def arm(self, step: str, *, takes_effect: bool) -> None:
        self.step, self.takes_effect, self.failed = step, takes_effect, False

    def run(self, sql: str, statement: Callable[[], Any], error: type[Exception]) -> Any:
        if self.watch is not None:
            self.watch(sql)
        if self.step is None or not sql.startswith(self.step):
            return statement()
        self.step, self.failed = None, True
        if self.takes_effect:
            statement()
        raise broken(error)


def broken(error: type[Exception]) -> Exception:
    failure = error("disk I/O error")
    if isinstance(failure, sqlite3.Error):
        failure.sqlite_errorcode = sqlite3.SQLITE_IOERR
    return failure


def sqlite_recorder(url: str, plan: Plan) -> Recorder:
    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, *values: Any) -> Any:
            return plan.run(sql, lambda: sqlite3.Cursor.execute(self, sql, *values), sqlite3.OperationalError)

        def executemany(self, sql: str, rows: Any) -> Any:
            return plan.run(sql, lambda: sqlite3.Cursor.executemany(self, sql, rows), sqlite3.OperationalError)

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

    options = {"factory": Connection, "isolation_level": None, "check_same_thread": False}
    return Recorder(create_engine(url, connect_args=options), SIGNER, clock=Clock())


def postgres_recorder(url: str, plan: Plan) -> Recorder:
    class Cursor(psycopg.Cursor[Any]):
        def execute(self, query: Any, *values: Any, **options: Any) -> Any:
            sent = super().execute
            return plan.run(str(query), lambda: sent(query, *values, **options), psycopg.OperationalError)

    def connect() -> Any:
        return psycopg.connect(plain(url), cursor_factory=Cursor)

    return Recorder(create_engine("postgresql+psycopg://", creator=connect), SIGNER, clock=Clock())


def submits_again(recorder: Recorder, batch: list[Draft], persisted: bool) -> list[Any]:
    """Submit nine drafts again: each takes its place in the log, or has it already; returns the answers."""
    again = [recorder.submit(each) for each in batch]
    assert [answer.duplicate for answer in again] == [persisted] * 9
    assert [answer.position for answer in again] == list(range(253, 262))
    return again


def goes_on(recorder: Recorder) -> None:
    """The next act finds its place, and the log is whole."""
    recorder.submit(draft("after", "item:1", links=("item:1",)))
    check(recorder, 262)


@pytest.mark.parametrize("takes_effect", [False, True], ids=["not persisted", "persisted but reported as failed"])
@pytest.mark.parametrize(("kind", "step"), STEPS)
def test_whatever_step_fails_the_log_stays_whole(
    kind: str, step: str, takes_effect: bool, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    migrate(url)
    plan = Plan()
    recorder = (sqlite_recorder if kind == "sqlite" else postgres_recorder)(url, plan)
    other = (sqlite_recorder if kind == "sqlite" else postgres_recorder)(url, Plan())
    other.submit_many([draft(str(n), "item:1") for n in range(250)])
    recorder.submit(draft("before", "item:1", links=("item:1",)))
    other.submit(draft("between", "item:1", "item:2"))
    sealed = ((bytes([7]) * 32, bytes(32), "张三"),)
    batch = [draft(f"act {n}", "item:1", f"item:new {n}", links=("item:2",), disclosures=sealed) for n in range(9)]
    plan.arm(step, takes_effect=takes_effect)
    outcomes = recorder.submit_many(batch)
    assert plan.failed, "the step was never taken"
    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    persisted = step == "COMMIT" and takes_effect
    check(other, 261 if persisted else 252)
    again = submits_again(recorder, batch, persisted)
    assert all(b"[('item:2', 251)]" in answer.entry for answer in again)
    assert [other.submit(each).entry for each in batch] == [answer.entry for answer in again]
    goes_on(recorder)
    for each in (recorder, other):
        each.engine.dispose()


SWAPPING = [("sqlite", step) for step in ("BEGIN", "UPDATE ledger_head", *WRITING[:2], *WRITING[3:-1], "COMMIT")]
SWAPPING += [("postgres", "WITH moved AS (UPDATE")]


@pytest.mark.parametrize("takes_effect", [False, True], ids=["not persisted", "persisted but reported as failed"])
@pytest.mark.parametrize(("kind", "step"), SWAPPING)
def test_whatever_step_fails_where_nobody_else_writes_the_log_stays_whole(
    kind: str, step: str, takes_effect: bool, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    migrate(url)
    plan = Plan()
    recorder = (sqlite_recorder if kind == "sqlite" else postgres_recorder)(url, plan)
    known = [f"item:{n}" for n in range(9)]
    recorder.submit_many([draft(str(n), *known) for n in range(251)])
    recorder.submit(draft("before", *known, links=("item:1",)))
    sealed = ((bytes([7]) * 32, bytes(32), "张三"),)
    batch = [draft(f"act {n}", f"item:{n}", links=("item:1",), disclosures=sealed) for n in range(9)]
    asked: list[str] = []
    plan.watch = asked.append
    plan.arm(step, takes_effect=takes_effect)
    outcomes = recorder.submit_many(batch)
    plan.watch = None
    assert plan.failed, "the step was never taken"
    assert not any("SELECT size, root" in sql for sql in asked), "the head was asked for: it was not swapped"
    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    persisted = takes_effect and step in ("COMMIT", "WITH moved AS (UPDATE")
    check(recorder, 261 if persisted else 252)
    submits_again(recorder, batch, persisted)
    goes_on(recorder)
    recorder.engine.dispose()
