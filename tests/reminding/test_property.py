"""Turns at any times, between any acts, with servers that fail now and then: everybody once a level, nobody missed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from custody.desk import Desk
from custody.desk.tables import outbox
from custody.registers import Registers
from custody.reminding.channels.webhook import Webhook
from custody.reminding.configured import COLOURS, Configured
from custody.reminding.turn import Office
from custody.rules.clocks.deadline import level_of
from custody_migrations import migrate
from listening import Web, web_server
from world import World
from world_orders import joins

PEOPLE = {
    "officer": ["psb-0211"], "legal-reviewer": ["psb-0077"], "approver-1": ["psb-0102"], "approver-3": ["psb-0001"],
    "supervisor": ["psb-0900"],
}  # fmt: skip
"""Who answers to the names of D01's ladder, said here once more and not asked of the code under test."""

Key = tuple[str, str, str, str]

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.integers(1, 60)),
        st.tuples(st.just("turn"), st.just(0)),
        st.tuples(st.just("turn"), st.just(0)),
        st.tuples(st.just("seize"), st.integers(1, 3)),
        st.tuples(st.just("store"), st.integers(0, 5)),
        st.tuples(st.just("back"), st.just(0)),
        st.tuples(st.just("fail"), st.sampled_from([503, 429, 500])),
    ),
    min_size=4, max_size=16,
)  # fmt: skip


@pytest.fixture(scope="module")
def ground(founded_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = founded_world.twin(f"sqlite:///{tmp_path_factory.mktemp('ground') / 'ledger.db'}")
    joins(world, "psb-0001", "approver-3")
    yield world
    world.close()


@pytest.fixture(scope="module")
def push() -> Iterator[Web]:
    with web_server() as server:
        yield server


class Telling:
    """A world, its office, and what has to be true after each turn."""

    def __init__(self, world: World, push: Web) -> None:
        migrate(world.url)
        self.world, self.push = world, push
        self.case = world.opens_case()
        self.held: list[str] = []
        people = {name: {"push": name} for names in PEOPLE.values() for name in names}
        configured = Configured(
            {"push": Webhook(push.url, bytes(32), 5)}, people, dict.fromkeys(COLOURS, ("push",)),
            attempts=1_000, report_tells=(),
        )  # fmt: skip
        desk, registers = Desk.beside(world.engine), Registers(world.engine)
        self.office = Office(world.ledger, registers, desk, configured, world.clock)
        self.owed: set[Key] = set()

    def step(self, what: str, size: int) -> None:
        if what == "wait":
            self.world.clock.forward(hours=size)
        elif what == "seize":
            self.held += self.world.seizes(self.case, *(self.world.item() for _ in range(size)))
        elif what == "store" and self.held:
            self.world.checks_in([self.held.pop(size % len(self.held))])
        elif what == "back" and self.held:
            self.world.notes(self.case, "returned-to-unit")
        elif what == "fail":
            self.push.answers.append((size, b""))
        elif what == "turn":
            self.office.turn()
            self.push.answers.clear()
            self.office.turn()  # a server that failed answers again
            self.world.clock.forward(hours=7)
            self.office.turn()
            self.expect()

    def expect(self) -> None:
        """Whoever stands on the highest rung of a deadline that runs has to have heard of that rung."""
        picture = self.world.ledger.governed.policy(self.world.ledger.governing(), self.office.clock())
        for each in self.office.registers.deadlines(at=self.office.clock(), rule="D01", limit=2_000):
            text = picture.deadlines["D01"]
            due = datetime.fromisoformat(each["due"])
            rung = level_of(text, datetime.fromisoformat(each["started_at"]), due, None, self.office.clock())
            for name in rung.tells if rung else ():
                self.owed.update((each["deadline"], each["due"], rung.name, person) for person in PEOPLE[name])

    def heard(self) -> Counter[Key]:
        """How often each was told, by messages with ids of their own: one that comes again under its id is one."""
        taken: dict[str, list[Key]] = {}
        for request in self.push.posted:
            data = json.loads(request.body)["data"]
            if data["kind"] == "deadline":
                taken[request.headers["webhook-id"]] = [
                    (each["about"], each["term"], each["level"], data["recipient"]) for each in data["reminders"]
                ]
        return Counter(key for keys in taken.values() for key in keys)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_at_any_sequence_of_times_everybody_is_told_at_most_once_a_level_and_nobody_is_missed(
    ground: World, push: Web, steps: list[tuple[str, int]]
) -> None:
    push.posted.clear()
    push.answers.clear()
    with TemporaryDirectory() as folder:
        world = ground.twin(f"sqlite:///{Path(folder) / 'ledger.db'}")
        telling = Telling(world, push)
        for what, size in [*steps, ("turn", 0)]:
            telling.step(what, size)
        heard = telling.heard()
        assert not {key: count for key, count in heard.items() if count > 1}
        assert telling.owed <= set(heard)
        with telling.office.desk.reading() as connection:
            rows = connection.execute(select(outbox).where(outbox.c.kind == "deadline")).mappings().all()
        assert {row["state"] for row in rows} <= {"sent", "overtaken", "moot"}
        assert all((row["about"], row["term"], row["level"], row["recipient"]) in heard
                   for row in rows if row["state"] == "sent")  # fmt: skip
        telling.office.desk.close()
        telling.office.registers.close()
        world.close()
