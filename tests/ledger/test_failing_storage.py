"""Storage that fails under a ledger: a full disk, a damaged page, a file cut off. It says where, and recovers."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, make_url, text

from custody.cli.ledgers import founded
from custody.cli.settings import Settings
from custody.errors import Damaged, Refused, Unavailable
from custody.ledger.engine import meaning, open_engine
from custody.ledger.fsck import verify_database
from custody.ledger.ledger import Ledger
from custody.ledger.storagecheck import require_whole_file
from databases import plain
from telling import is_sound
from world import World, disclosed


@contextmanager
def full_disk(world: World) -> Iterator[None]:
    """The disk has no block left: SQLite may not add a page, PostgreSQL answers as it does when it cannot."""
    if world.engine.dialect.name == "sqlite":
        with pages(world, 1):
            yield
        return
    with world.engine.begin() as connection:
        connection.execute(text(
            "CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$"
        ))  # fmt: skip
        for table in ("ledger_entry", "journal_entry"):
            connection.execute(text(
                f"CREATE TRIGGER no_space BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION no_space()"
            ))  # fmt: skip
    yield
    with world.engine.begin() as connection:
        connection.execute(text("DROP FUNCTION no_space CASCADE"))


@contextmanager
def pages(world: World, most: int) -> Iterator[None]:
    """Every connection may grow the file to so many pages only; fewer than there are means not at all."""

    def limit(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {most}").fetchall()

    def unlimited(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute("PRAGMA max_page_count = 4294967294").fetchall()

    event.listen(world.engine, "checkout", limit)
    yield
    event.remove(world.engine, "checkout", limit)
    event.listen(world.engine, "checkout", unlimited)


def test_a_ledger_on_a_full_disk_is_read_and_goes_on_when_there_is_space(database_url: str) -> None:
    """Nothing is half written: the act that found no room is recorded once, with its first signature, afterwards."""
    world = World(database_url)
    case = world.opens_case()
    (item,) = world.seizes(case)
    many = world.seizure(case, [world.item() for _ in range(400)])
    prepared = world.prepare(many)
    signed = world.sign(prepared)
    size = world.ledger.recorder.head().size
    with full_disk(world):
        for _ in range(2):
            with pytest.raises(Unavailable) as told:
                world.ledger.submit(signed, disclosed(prepared))
            assert (told.value.code, told.value.fields["retry_after"] > 0) == ("unavailable/full", True)
        assert world.ledger.recorder.head().size == size
        assert world.facts(item).holder.id == "psb-0211", "reading goes on"
        assert verify_database(database_url).findings == []
    receipt = world.ledger.submit(signed, disclosed(prepared))
    assert (receipt.index, receipt.duplicate) == (size, False)
    assert world.ledger.submit(signed, disclosed(prepared)).duplicate
    world.clock.forward(minutes=1)
    with pytest.raises(Refused):
        world.transfers([item], giver="何苗", taker="孙凯")
    is_sound(world)
    world.close()


def test_a_database_that_only_reads_is_unavailable(postgres_url: str) -> None:
    """A standby, or a server that was told so: nothing is wrong with the act."""
    world = World(postgres_url)
    case = world.opens_case()
    with world.engine.begin() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        connection.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
    world.engine.dispose()
    with pytest.raises(Unavailable):
        world.seizes(case)
    with psycopg.connect(plain(postgres_url), autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
    world.engine.dispose()
    world.seizes(case)
    is_sound(world)
    world.close()


def test_an_error_that_means_neither_stays_what_it_is() -> None:
    mistake = sqlite3.ProgrammingError("closed")
    assert meaning(mistake) is mistake


def scribbled(file: Path, sought: bytes) -> None:
    """Overwrite the page of a SQLite file on which these bytes begin."""
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = database.execute("PRAGMA page_size").fetchone()
    content = file.read_bytes()
    page = content.index(sought) // size
    with file.open("r+b") as opened:
        opened.seek(page * size)
        opened.write(b"\xff" * size)


@pytest.fixture
def copied(world: World, tmp_path: Path) -> tuple[World, Path, list[str]]:
    """A world of many seizures, and a copy of its file that may be damaged."""
    case = world.opens_case()
    items = [item for _ in range(12) for item in world.seizes(case, world.item(), world.item())]
    copy = tmp_path / "damaged.db"
    with closing(sqlite3.connect(world.url.removeprefix("sqlite:///"))) as source, closing(sqlite3.connect(copy)) as to:
        source.backup(to)
    return world, copy, items


def test_a_damaged_page_is_named_by_the_entries_on_it(copied: tuple[World, Path, list[str]]) -> None:
    """Verifying says which entries are lost. A running ledger says so to whoever asks for them, and serves the rest."""
    world, file, items = copied
    position = world.ledger.recorder.head().size - 6
    scribbled(file, world.ledger.recorder.row(position).envelope[:200])
    report = verify_database(f"sqlite:///{file}")
    lost = next(each.facts for each in report.findings if each.code == "unreadable-rows")
    assert lost["first"] <= position <= lost["last"] < lost["first"] + 8
    named = next(each for each in report.findings if each.code == "unreadable-rows")
    assert (named.step, f"Entries {lost['first']} to {lost['last']} of the ledger" in named.en) == (1, True)
    assert report.findings[-1].code == "not-verified"
    with closing(Ledger(open_engine(f"sqlite:///{file}"))) as ledger:
        with pytest.raises(Damaged) as told:
            ledger.recorder.rows(0, 1000)
        assert (told.value.code, told.value.fields["first"]) == ("damaged/rows", lost["first"])
        assert ledger.recorder.row(lost["first"] - 1).position == lost["first"] - 1
        assert ledger.memory.record(world.facts(items[0]).born_in) is not None


def test_a_damaged_table_beside_the_entries_is_named(copied: tuple[World, Path, list[str]]) -> None:
    world, file, _ = copied
    scribbled(file, world.ledger.recorder.checkpoint().encode())
    codes = {(each.code, each.facts.get("table")) for each in verify_database(f"sqlite:///{file}").findings}
    assert codes == {("unreadable-table", "ledger_checkpoint"), ("not-verified", None)}


def test_a_file_that_was_cut_off_says_how_much_is_missing(copied: tuple[World, Path, list[str]]) -> None:
    _, file, _ = copied
    whole = file.stat().st_size
    require_whole_file(file)
    os.truncate(file, whole // 2)
    with pytest.raises(Damaged) as told, founded(Settings(make_url(f"sqlite:///{file}"))):
        pass
    assert told.value.code == "damaged/file"
    assert (told.value.fields["got"], told.value.fields["expected"]) == (whole // 2, whole)


def test_a_damaged_block_of_the_server_is_named_by_the_entries_on_it(postgres_url: str) -> None:
    """The same on PostgreSQL: a block of a copy of the database's files, which no connection has read yet."""
    world = World(postgres_url)
    case = world.opens_case()
    for _ in range(12):
        world.seizes(case)
    position = world.ledger.recorder.head().size - 6
    name = make_url(postgres_url).database
    world.close()
    with psycopg.connect(plain(postgres_url), autocommit=True) as connection:
        block, file, size = _asked(
            connection, "SELECT (ctid::text::point)[0]::int, pg_relation_filepath('ledger_entry'), "
            f"current_setting('block_size')::int FROM ledger_entry WHERE position = {position}"
        )  # fmt: skip
    with psycopg.connect(plain(make_url(postgres_url).set(database="postgres").render_as_string(False)),
                         autocommit=True) as server:  # fmt: skip
        server.execute("CHECKPOINT")
        server.execute(f'CREATE DATABASE "{name}_copy" TEMPLATE "{name}" STRATEGY file_copy')
        try:
            folder, number = _asked(
                server, "SELECT current_setting('data_directory'), oid::text FROM pg_database "
                f"WHERE datname = '{name}_copy'"
            )  # fmt: skip
            _overwrite(Path(folder) / "base" / number / Path(file).name, block * size, size)
            url = make_url(postgres_url).set(database=f"{name}_copy").render_as_string(False)
            findings = verify_database(url).findings
        finally:
            server.execute(f'DROP DATABASE "{name}_copy" WITH (FORCE)')
    lost = next(each.facts for each in findings if each.code == "unreadable-rows")
    assert lost["first"] <= position <= lost["last"]
    assert findings[-1].code == "not-verified"


def _asked(connection: psycopg.Connection[Any], question: str) -> Any:
    return connection.execute(question).fetchone()


def _overwrite(file: Path, start: int, count: int) -> None:
    if not os.access(file, os.W_OK):
        pytest.skip("the server's files are not here")
    with file.open("r+b") as opened:
        opened.seek(start)
        opened.write(b"\xff" * count)
