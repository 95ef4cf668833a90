"""The outbox: a row is made once and sent once, whoever is quicker and whoever dies; what cannot be known is said."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, select, update

from custody.desk import Desk, desk_file
from custody.desk.tables import metadata, outbox
from custody.errors import Unavailable
from custody.ledger.engine import open_engine
from custody.reminding.delivery import deliver
from custody.reminding.outbox import LEASE, Reminder, counted, listed, make_moot, put, send_again
from custody_migrations import migrate
from delivering import channel_of, configured
from listening import Web
from world import CST, START

FACTS = {"rule": "D01", "zh": "涉案财物移交保管", "en": "What was taken reaches the store",
         "case": "云公(刑)诈〔2026〕0520", "subject": "item:EV1BHP5N40BAQPAA",
         "due": "2026-03-13T00:00:00.000000Z"}  # fmt: skip
SCRIPT = Path(__file__).resolve().parents[1] / "delivering.py"


def reminder(number: int = 0, person: int = 0, **fields: Any) -> Reminder:
    known: dict[str, Any] = {
        "kind": "deadline", "about": f"D01/{number}/item:EV1", "term": "2026-03-13T00:00:00.000000Z", "level": "+0h",
        "colour": "orange", "recipient": f"psb-{person:04}", "facts": FACTS,
    }  # fmt: skip
    return Reminder(**{**known, **fields})


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    migrate(database_url)
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def desk(engine: Engine) -> Iterator[Desk]:
    desk = Desk.beside(engine)
    yield desk
    desk.close()


def fill(desk: Desk, *reminders: Reminder, at: datetime = START) -> int:
    with desk.writing() as connection:
        return put(connection, reminders, at)


def states(desk: Desk) -> dict[str, int]:
    with desk.reading() as connection:
        return counted(connection)


def delivered(desk: Desk, web: Web, name: str = "sms", at: datetime = START) -> Counter[str]:
    return deliver(desk, configured(name, channel_of(name, web.url)), CST, lambda: at)


def deliverer(database: str, name: str, web: Web, when: str = "", at: datetime = START) -> subprocess.Popen[str]:
    words = [sys.executable, str(SCRIPT), database, name, web.url, at.isoformat(), *([when] if when else [])]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def dies(database: str, name: str, web: Web, when: str) -> None:
    process = deliverer(database, name, web, when)
    assert process.wait(60) == 9, process.communicate()


# -- the schema


def test_migrations_make_exactly_the_tables_that_the_desk_uses(desk: Desk, database_url: str) -> None:
    migrate(database_url)
    with desk.engine.connect() as connection:
        if desk.schema:
            connection.exec_driver_sql("SET search_path TO desk")
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata) == []


def test_the_desk_of_a_sqlite_ledger_is_its_owners_alone(sqlite_url: str) -> None:
    migrate(sqlite_url)
    engine = open_engine(sqlite_url)
    assert desk_file(engine).name == "ledger-desk.db"
    assert desk_file(engine).stat().st_mode & 0o077 == 0
    engine.dispose()


def test_a_ledger_that_was_never_migrated_to_it_has_no_desk(sqlite_url: str) -> None:
    migrate(sqlite_url)
    engine = open_engine(sqlite_url)
    desk_file(engine).unlink()
    with pytest.raises(Unavailable, match="custody migrate"):
        Desk.beside(engine)
    assert not desk_file(engine).exists()
    migrate(sqlite_url)
    Desk.beside(engine).close()
    engine.dispose()


# -- once


def test_the_same_reminder_is_there_once(desk: Desk) -> None:
    assert fill(desk, reminder(), reminder(), reminder(1)) == 2
    assert fill(desk, reminder(), reminder(1), reminder(2)) == 1
    assert states(desk) == {"pending": 3}


@pytest.mark.parametrize("field", ["kind", "about", "term", "level", "recipient"])
def test_another_of_what_it_is_about_is_another_reminder(desk: Desk, field: str) -> None:
    assert fill(desk, reminder(), reminder(**{field: "report" if field == "kind" else "other"})) == 2


def test_reminders_to_one_person_go_in_one_message(desk: Desk, push: Web) -> None:
    fill(desk, *(reminder(number) for number in range(7)), reminder(9, 1))
    assert delivered(desk, push, "push") == {"sent": 2}
    assert sorted(len(json.loads(each.body)["data"]["reminders"]) for each in push.posted) == [1, 7]
    assert delivered(desk, push, "push") == {}


def test_a_very_long_list_goes_in_several_messages(desk: Desk, push: Web) -> None:
    fill(desk, *(reminder(number) for number in range(1_001)))
    while delivered(desk, push, "push"):
        pass
    assert [len(json.loads(each.body)["data"]["reminders"]) for each in push.posted] == [500, 500, 1]
    assert states(desk) == {"sent": 1_001}


def test_two_processes_at_once_tell_everybody_once(desk: Desk, database_url: str, phones: Web) -> None:
    fill(desk, *(reminder(number, number % 5) for number in range(100)))
    processes = [deliverer(database_url, "sms", phones) for _ in range(3)]
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, out + err
    assert Counter(json.loads(each.body)["to"] for each in phones.posted) == {str(number): 1 for number in range(5)}
    assert states(desk) == {"sent": 100}


# -- a crash


def test_a_crash_before_the_message_leaves_a_short_message_in_doubt_and_never_sends_it_again(
    desk: Desk, database_url: str, phones: Web
) -> None:
    """Nobody can tell this crash from one a moment later, so it is treated alike: people see it and decide."""
    fill(desk, reminder())
    dies(database_url, "sms", phones, "before")
    assert phones.posted == []
    assert states(desk) == {"sending": 1}
    later = START + LEASE + timedelta(seconds=1)
    assert delivered(desk, phones, at=later) == {}
    assert states(desk) == {"in-doubt": 1}
    (row,) = in_doubt(desk)
    with desk.writing() as connection:
        assert send_again(connection, [row["id"]], later) == 1
    assert delivered(desk, phones, at=later) == {"sent": 1}
    assert len(phones.posted) == 1


def in_doubt(desk: Desk) -> list[dict[str, Any]]:
    with desk.reading() as connection:
        return listed(connection, ["in-doubt"], 10)


def test_a_crash_after_the_message_does_not_send_a_short_message_twice(
    desk: Desk, database_url: str, phones: Web
) -> None:
    fill(desk, reminder(), reminder(1))
    dies(database_url, "sms", phones, "after")
    assert len(phones.posted) == 1
    for minutes in (1, 14, 16, 60, 24 * 60):
        assert delivered(desk, phones, at=START + timedelta(minutes=minutes)) == {}
    assert len(phones.posted) == 1
    assert states(desk) == {"in-doubt": 2}
    assert all("before it said" in row["error"] for row in in_doubt(desk))


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_sends_a_webhook_again_under_the_same_id(
    desk: Desk, database_url: str, push: Web, when: str
) -> None:
    fill(desk, reminder(), reminder(1))
    dies(database_url, "push", push, when)
    assert len(push.posted) == (when == "after")
    fill(desk, reminder(2))  # comes in between, and goes in a message of its own
    assert delivered(desk, push, "push", START + timedelta(minutes=1)) == {"sent": 1}
    assert delivered(desk, push, "push", START + LEASE + timedelta(seconds=1)) == {"sent": 1}
    ids = Counter(each.headers["webhook-id"] for each in push.posted)
    assert sorted(ids.values()) == ([1, 2] if when == "after" else [1, 1])
    assert states(desk) == {"sent": 3}


def test_a_delivery_that_was_taken_for_dead_still_says_what_became_of_it(desk: Desk, phones: Web) -> None:
    """It was only slow: its mark corrects the doubt."""
    fill(desk, reminder())
    now = [START]
    settings = configured("sms", channel_of("sms", phones.url))

    class Slow:
        repeatable = False

        def send(self, message: Any) -> None:
            later = START + LEASE + timedelta(seconds=1)
            assert deliver(desk, settings, CST, lambda: later) == {}
            assert states(desk) == {"in-doubt": 1}
            settings.channels["sms"].send(message)

    assert deliver(desk, configured("sms", Slow()), CST, lambda: now[0]) == {"sent": 1}
    assert states(desk) == {"sent": 1}
    assert len(phones.posted) == 1


# -- failing


def test_what_was_not_sent_is_tried_again_later_each_time_and_then_given_up(desk: Desk, phones: Web) -> None:
    fill(desk, reminder())
    phones.usual = (503, b"")
    at, waits = START, []
    for _ in range(8):
        delivered(desk, phones, at=at)
        with desk.reading() as connection:
            (row,) = connection.execute(select(outbox)).mappings().all()
        then = datetime.fromisoformat(row["not_before"])
        assert delivered(desk, phones, at=then - timedelta(seconds=1)) == {} or row["state"] == "dead"
        waits.append((then - at).total_seconds() / 60)
        at = then
    assert waits[:7] == [1, 2, 4, 8, 16, 32, 64]
    assert states(desk) == {"dead": 1}
    assert row["error"] == "status 503"
    phones.usual = (200, b"")
    assert delivered(desk, phones, at=at + timedelta(days=9)) == {}
    assert len(phones.posted) == 8


def test_what_is_refused_for_good_is_dead_at_once(desk: Desk, phones: Web) -> None:
    fill(desk, reminder())
    phones.usual = (400, b"")
    assert delivered(desk, phones) == {"dead": 1}
    assert delivered(desk, phones, at=START + timedelta(days=1)) == {}
    assert len(phones.posted) == 1


def test_a_short_message_in_doubt_is_not_sent_again(desk: Desk, phones: Web) -> None:
    fill(desk, reminder())
    phones.usual = (500, b"")
    assert delivered(desk, phones) == {"in-doubt": 1}
    phones.usual = (200, b"")
    assert delivered(desk, phones, at=START + timedelta(days=1)) == {}
    assert states(desk) == {"in-doubt": 1}


def test_one_channel_that_fails_does_not_keep_the_others_from_being_told(desk: Desk, phones: Web) -> None:
    fill(desk, *(reminder(0, person) for person in range(5)))
    phones.answers = [(400, b""), (503, b""), (500, b"")]
    assert delivered(desk, phones) == {"dead": 1, "later": 1, "in-doubt": 1, "sent": 2}


def test_a_channel_that_breaks_does_not_keep_the_others_from_being_told(desk: Desk, phones: Web) -> None:
    """One that raises what no channel should: its message is in doubt, and the turn goes on."""
    settings = configured("sms", channel_of("sms", phones.url))

    class Broken:
        repeatable = False

        def send(self, message: Any) -> None:
            if message.recipient == "psb-0000":
                raise ZeroDivisionError
            settings.channels["sms"].send(message)

    fill(desk, reminder(0, 0), reminder(0, 1))
    assert deliver(desk, configured("sms", Broken()), CST, lambda: START) == {"in-doubt": 1, "sent": 1}


# -- taken back


def test_what_is_moot_is_not_sent_and_waits_again_if_it_runs_again(desk: Desk, phones: Web) -> None:
    fill(desk, reminder(), reminder(1))
    with desk.writing() as connection:
        assert make_moot(connection, "deadline", {reminder(1).about: reminder(1).term}) == 1
    assert states(desk) == {"moot": 1, "pending": 1}
    fill(desk, reminder())
    assert states(desk) == {"pending": 2}
    delivered(desk, phones)
    with desk.writing() as connection:
        assert make_moot(connection, "deadline", {}) == 0
    assert states(desk) == {"sent": 2}


def test_a_reminder_that_is_overtaken_is_not_sent(desk: Desk, phones: Web) -> None:
    fill(desk, reminder(level="-4h"))
    fill(desk, reminder(level="-4h", overtaken=True), reminder(level="+0h"))
    assert states(desk) == {"overtaken": 1, "pending": 1}
    assert delivered(desk, phones) == {"sent": 1}
    with desk.writing() as connection:
        connection.execute(update(outbox).values(state="sent"))
    fill(desk, reminder(level="-4h", overtaken=True))
    assert states(desk) == {"sent": 2}
