"""Verifying a whole ledger in a process of its own, while somebody watches or nobody does."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from custody.desk import Desk, verifications
from custody.errors import Conflict, NotFound
from custody_api.auditing import Auditing
from custody_migrations import migrate
from processes import until
from tampering import unguarded
from world import World


@pytest.fixture
def audited(founded_world: World, sqlite_url: str) -> Iterator[tuple[World, Desk, Auditing]]:
    """A world, its desk, and what verifies it."""
    world = founded_world.twin(sqlite_url)
    migrate(sqlite_url)
    desk = Desk.beside(world.engine)
    auditing = Auditing(world.ledger, desk, None)
    yield world, desk, auditing
    auditing.close()
    desk.close()
    world.close()


def ended(desk: Desk, number: int) -> verifications.Shape:
    """How a verification ended."""
    until(lambda: verifications.find(desk, number)["state"] != "running")
    return verifications.find(desk, number)


def test_a_verification_finds_what_was_changed_and_says_it_in_both_languages(
    audited: tuple[World, Desk, Auditing],
) -> None:
    world, desk, auditing = audited
    number = auditing.begin("aud-01")
    with pytest.raises(Conflict):
        auditing.begin("aud-02")
    sound = ended(desk, number)
    assert (sound["state"], sound["report"]["findings"], sound["clean"]) == ("done", [], True)
    assert sound["report"]["entries"] == sound["total"] == world.ledger.recorder.head().size
    with closing(sqlite3.connect(world.url.removeprefix("sqlite:///"))) as database, unguarded(database):
        database.execute("UPDATE ledger_entry SET envelope = x'7b7d' WHERE position = 7")
    found = ended(desk, auditing.begin("aud-01"))
    assert found["clean"] is False
    assert all(each["zh"] and each["en"] for each in found["report"]["findings"])
    assert [each["clean"] for each in verifications.search(desk, 5)] == [False, True]


def test_a_verification_that_is_cancelled_or_dies_says_so_and_makes_room(
    audited: tuple[World, Desk, Auditing],
) -> None:
    _, desk, auditing = audited
    number = auditing.begin("aud-01")
    auditing.cancel(number, "aud-02")
    assert (ended(desk, number)["state"], ended(desk, number)["ended_by"]) == ("cancelled", "aud-02")
    auditing.close()
    number = auditing.begin("aud-01")
    assert auditing._process is not None
    assert auditing._process.pid is not None
    os.kill(auditing._process.pid, signal.SIGKILL)
    assert ended(desk, number)["state"] == "broken-off"


def test_one_that_is_not_heard_of_any_more_is_broken_off_when_the_next_begins(
    audited: tuple[World, Desk, Auditing],
) -> None:
    world, desk, _ = audited
    now = world.clock()
    first = verifications.begin(desk, "aud-01", 3, now)
    assert verifications.tell(desk, first, 1, 3, now + timedelta(minutes=1))
    with pytest.raises(Conflict):
        verifications.begin(desk, "aud-02", 3, now + timedelta(minutes=2))
    second = verifications.begin(desk, "aud-02", 3, now + timedelta(minutes=4))
    assert verifications.find(desk, first)["state"] == "broken-off"
    assert not verifications.tell(desk, first, 2, 3, now + timedelta(minutes=4))
    assert verifications.end(desk, second, "done", now, report={"clean": True})
    with pytest.raises(NotFound):
        verifications.find(desk, 99)
