"""One thing damaged in a stored ledger, behind the triggers' back: verifying names it."""

from __future__ import annotations

import pickle
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from custody.acts.values import encode
from custody.cli.connection import LocalLedger
from custody.errors import Damaged, Refused, Untrusted
from custody.ledger.causes import causes_of, may_only_follow
from custody.ledger.engine import open_engine
from custody.ledger.fsck import verify_database
from custody.ledger.ledger import Ledger
from tampering import unguarded
from world import World


@pytest.fixture
def stored(world: World, tmp_path: Path) -> Path:
    """A ledger file in which something happened and something was refused."""
    case = world.opens_case()
    (item,) = world.seizes(case)
    with pytest.raises(Refused):
        world.transfers([item], giver="何苗", taker="周远")
    copy = tmp_path / "damaged.db"
    with closing(sqlite3.connect(world.url.removeprefix("sqlite:///"))) as source, closing(sqlite3.connect(copy)) as to:
        source.backup(to)
    return copy


def found(file: Path, *damage: str) -> set[str]:
    """The codes of what verifying finds once the statements have run."""
    with closing(sqlite3.connect(file)) as database, unguarded(database):
        for statement in damage:
            database.execute(statement)
    return {finding.code for finding in verify_database(f"sqlite:///{file}").findings}


def test_what_was_not_damaged_is_sound(stored: Path) -> None:
    assert found(stored) == set()


def test_what_another_process_could_not_read_is_told_as_here() -> None:
    error = Damaged("damaged/database", "The database holds what cannot be there.", cause="a page")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.code, again.sentence, again.fields) == (
        Damaged, error.code, error.sentence, error.fields
    )  # fmt: skip


@pytest.mark.parametrize("log", ["ledger", "journal"])
@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("UPDATE {log}_entry SET tags = '1x ' || tags", "tag-index"),
        ("UPDATE {log}_tagged SET type = 'remedy' WHERE position = 1", "tag-index"),
        ("INSERT INTO {log}_act VALUES (zeroblob(16), zeroblob(32), 1)", "act-index"),
        ("INSERT INTO {log}_act VALUES (zeroblob(16), zeroblob(32), 5000)", "act-index"),
        ("INSERT INTO {log}_tile VALUES (0, 0, zeroblob(8192))", "tile"),
        ("DELETE FROM {log}_checkpoint WHERE size = (SELECT size FROM {log}_head)", "no-checkpoint"),
        ("UPDATE {log}_checkpoint SET recorded_at = recorded_at - 1", "checkpoint"),
        ("UPDATE {log}_head SET recorded_at = recorded_at + 86400000000", "head"),
        ("UPDATE {log}_head SET root = zeroblob(32)", "head"),
    ],
)
def test_what_stands_beside_the_entries_is_compared_with_them(log: str, damage: str, code: str, stored: Path) -> None:
    assert code in found(stored, damage.format(log=log))


@pytest.mark.parametrize("column", ["envelope = CAST(replace(envelope, 'I-05', 'I-06') AS BLOB)", "type = 'view'"])
def test_what_the_journal_keeps_is_what_its_entries_commit_to(column: str, stored: Path) -> None:
    assert "journal" in found(stored, f"UPDATE journal_entry SET {column}")


@pytest.mark.parametrize(
    "damage",
    [
        "INSERT INTO disclosure VALUES (zeroblob(32), zeroblob(32), '吴某', 3)",
        "UPDATE disclosure SET position = position + 1 WHERE rowid = 1",
        "UPDATE disclosure SET commitment = zeroblob(32) WHERE rowid = 1",
    ],
)
def test_a_disclosure_that_no_act_brought_is_found(damage: str, stored: Path) -> None:
    assert "disclosure-extra" in found(stored, damage)


@pytest.mark.parametrize("log", ["ledger", "journal"])
def test_a_log_without_a_head_says_so(log: str, stored: Path) -> None:
    assert found(stored, f"DELETE FROM {log}_head") == {"no-head", "not-verified"}


def test_a_table_that_nothing_guards_any_more_is_named(stored: Path) -> None:
    with closing(sqlite3.connect(stored)) as database, database:
        database.execute("DROP TRIGGER ledger_entry_no_update")
    findings = verify_database(f"sqlite:///{stored}").findings
    assert [(each.code, "ledger_entry" in each.en) for each in findings] == [("unguarded", True)]


def test_people_testify_to_what_the_log_signed_and_not_to_its_head_row(stored: Path, world: World) -> None:
    signed = world.ledger.recorder.head()
    found(stored, "UPDATE ledger_head SET root = zeroblob(32)")
    with closing(Ledger(open_engine(f"sqlite:///{stored}"))) as ledger:
        assert LocalLedger(ledger).seen() == {"size": signed.size, "root": encode(signed.root)}
    found(stored, "UPDATE ledger_checkpoint SET note = replace(note, char(10, 10), char(10) || 'x' || char(10, 10))")
    with closing(Ledger(open_engine(f"sqlite:///{stored}"))) as ledger, pytest.raises(Untrusted):
        LocalLedger(ledger).seen()


def test_what_follows_from_an_act_that_cannot_be_read_accuses_nobody(stored: Path) -> None:
    unreadable = "UPDATE ledger_entry SET envelope = CAST('{}' AS BLOB) WHERE position = 20"
    with closing(sqlite3.connect(stored)) as database, unguarded(database):
        database.execute(unreadable)
    findings = verify_database(f"sqlite:///{stored}").findings
    follow = {each.name: may_only_follow(each, findings) for each in causes_of(findings)}
    assert follow.pop("changed") is False
    assert "rewritten" in follow
    assert {name for name, only in follow.items() if not only} <= {"deleted"}
