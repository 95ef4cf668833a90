"""The schema: migrations, triggers, and a database that is locked or gone."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, insert, select, text
from sqlalchemy.exc import DBAPIError

from custody.errors import Damaged, Unavailable
from custody.ledger import engine as engines
from custody.ledger.engine import open_engine, writes
from custody.ledger.recorder import Recorder
from custody.ledger.tables import JOURNAL, LEDGER, metadata
from custody_migrations import current_revision, is_up_to_date, migrate, newest_revision
from databases import plain
from logs import SIGNER, Clock, check, draft, everything, opened

APPEND_ONLY = [table.name for log in (LEDGER, JOURNAL) for table in log.append_only]


def test_the_migrations_make_exactly_the_tables_that_the_code_uses(database_url: str) -> None:
    engine = open_engine(database_url)
    assert current_revision(engine) is None
    assert migrate(database_url) == newest_revision() == migrate(engine)
    assert is_up_to_date(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_database_itself_refuses_to_change_what_was_recorded(database_url: str, table: str) -> None:
    with opened(database_url) as ledger, opened(database_url, log=JOURNAL) as journal:
        for recorder in (ledger, journal):
            recorder.submit_many([draft(str(n), "item:1") for n in range(256)])
        column = metadata.tables[table].columns.keys()[-1]
        for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
            assert "append-only" in refused(ledger, statement)
        with ledger.engine.connect() as connection:
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() > 0


def test_the_head_only_grows_and_never_goes(database_url: str) -> None:
    with opened(database_url) as recorder:
        recorder.submit(draft("a"))
        assert "only grows" in refused(recorder, "UPDATE ledger_head SET size = 0")
        assert "only grows" in refused(recorder, "UPDATE ledger_head SET root = root")
        assert "ledger_head" in refused(recorder, "DELETE FROM ledger_head")
        check(recorder, 1)


def test_replacing_a_row_is_a_deletion_and_refused(sqlite_url: str) -> None:
    with opened(sqlite_url) as recorder:
        recorder.submit(draft("a"))
        changed = "SELECT position, 'other', tags, leaf, entry, envelope FROM ledger_entry"
        assert "append-only" in refused(recorder, f"INSERT OR REPLACE INTO ledger_entry {changed}")


def test_truncating_is_refused(postgres_url: str) -> None:
    with opened(postgres_url) as recorder:
        recorder.submit(draft("a"))
        for table in [*APPEND_ONLY, "ledger_head"]:
            assert "append-only" in refused(recorder, f"TRUNCATE {table}")


def refused(recorder: Recorder, statement: str) -> str:
    with pytest.raises(DBAPIError) as error, recorder.engine.begin() as connection:
        connection.execute(text(statement))
    return str(error.value)


def test_a_locked_log_is_unavailable_and_then_works_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.05)
    with opened(database_url) as recorder:
        recorder.submit(draft("before"))
        with writes(recorder.engine).begin() as connection:
            connection.execute(select(LEDGER.head).with_for_update())
            with pytest.raises(Unavailable) as refusal:
                recorder.submit(draft("meanwhile"))
            assert refusal.value.fields["retry_after"] > 0
            outcomes = recorder.submit_many([draft(f"many {n}") for n in range(300)])
            assert len(outcomes) == 300
            assert {type(outcome) for outcome in outcomes} == {Unavailable}
            assert recorder.row(1).position == 1, "reading goes on"
        assert not recorder.submit(draft("meanwhile")).duplicate
        check(recorder, 2)


def test_a_full_disk_is_unavailable_and_leaves_nothing_half_written(sqlite_url: str) -> None:
    with opened(sqlite_url) as recorder:
        recorder.submit(draft("before"))
        limited = create_engine(recorder.engine.url, connect_args={"isolation_level": None, "check_same_thread": False})
        with limited.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
        crowded = Recorder(limited, SIGNER, clock=Clock())
        big = draft("big")
        big.data = bytes(100_000)
        with pytest.raises(Unavailable) as refusal:
            crowded.submit(big)
        assert "full" in refusal.value.fields["cause"]
        crowded.submit(draft("small"))
        check(recorder, 2)
        limited.dispose()


def test_a_file_that_is_no_database_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"this was never a database" * 100)
    with pytest.raises(Damaged):
        Recorder(open_engine(f"sqlite:///{tmp_path / 'ledger.db'}"), SIGNER).head()


def test_a_folder_that_is_gone_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        Recorder(open_engine(f"sqlite:///{tmp_path / 'gone' / 'ledger.db'}"), SIGNER).head()


def test_a_server_that_dropped_its_connections_is_used_again(postgres_url: str) -> None:
    with opened(postgres_url) as recorder:
        recorder.submit(draft("before"))
        with psycopg.connect(plain(postgres_url), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "  # and wait until each is gone
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        recorder.submit(draft("after"))
        check(recorder, 2)


def test_a_connection_that_breaks_inside_the_append_is_unavailable(postgres_url: str) -> None:
    with opened(postgres_url) as recorder:

        def cut_off(index: int, recorded_at: object, previous: object) -> bytes:
            with psycopg.connect(plain(postgres_url), autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            return b"never written"

        with pytest.raises(Unavailable):
            recorder.submit(draft("cut off", complete=cut_off))
        recorder.submit(draft("cut off"))
        check(recorder, 1)


def test_a_row_in_the_way_of_the_next_position_is_damage(database_url: str) -> None:
    with opened(database_url) as recorder:
        recorder.submit(draft("a"))
        with recorder.engine.begin() as connection:
            smuggled(connection)
        with pytest.raises(Damaged):
            recorder.submit(draft("b"))
        assert len(everything(recorder.engine, LEDGER.checkpoint)) == 1


def smuggled(connection: Connection) -> None:
    row = {"position": 2, "type": "x", "tags": "", "leaf": bytes(32), "entry": b"", "envelope": b""}
    connection.execute(insert(LEDGER.entry), [row])


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/ledger"])
def test_a_database_that_cannot_keep_a_ledger_is_not_opened(url: str) -> None:
    with pytest.raises(ValueError, match=r"ledger"):
        open_engine(url)


def test_sqlite_is_set_to_survive_a_power_cut(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
    assert sqlite3.threadsafety == 3, "connections move between threads"
    engine.dispose()
