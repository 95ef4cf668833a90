"""The runner: it follows, it fails and recovers, it is killed and goes on; nothing is lost and nothing doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import active_children
from pathlib import Path

import pytest
from sqlalchemy import event, text

from custody.registers import (
    REGISTERS,
    Follower,
    Register,
    Registers,
    Runner,
    Store,
    differences,
    feeds,
    registers_file,
)
from custody.registers.register import Changes
from processes import SECONDS, is_running, left_by_a_killed_owner, until
from world import World

Current = Callable[[], Registers]


def tell(world: World) -> list[str]:
    """A story that touches every register; returns the items."""
    case = world.opens_case(kind="traffic")
    a, b = world.draws(case)
    items = world.seizes(case, world.item(), world.item())
    world.checks_in(items)
    world.checks_in([b], "冷藏")
    world.dispatches([a])
    world.lab_receives([a])
    world.lends(items)
    world.returns(items, seen="broken")
    world.labels(items[0])
    return [a, b, *items]


@pytest.mark.parametrize("apart", [False, True])
def test_the_runner_follows_and_a_submitter_reads_his_own_write(
    world: World, registers: Current, apart: bool
) -> None:
    shown = registers()
    runner = Runner(world.ledger, shown.store, apart=apart)
    runner.start()
    try:
        case = world.opens_case()
        for _ in range(5):
            item = world.item()
            receipt = world.act(world.seizure(case, [item]))
            assert runner.wait(receipt.position, SECONDS)
            assert shown.item(item["code"][:16])["version"] == receipt.position
        assert not runner.wait(receipt.position + 1, 0.0), "nobody has recorded that yet"
        assert shown.wait(receipt.position, SECONDS)
        assert not shown.wait(receipt.position + 1, 0.0)
        states = {state.name: state for state in runner.state()}
        assert states.keys() == {register.name for register in REGISTERS}
        assert all((state.lag, state.error, state.failures) == (0, None, 0) for state in states.values())
    finally:
        runner.stop()


def test_a_runner_says_when_the_registers_first_came_close(world: World, registers: Current) -> None:
    runner = Runner(world.ledger, registers().store)
    assert not runner.came_close
    runner.start()
    try:
        assert runner.wait(world.ledger.recorder.head().size, SECONDS)
        assert runner.came_close
    finally:
        runner.stop()


def test_catching_up_tells_how_far_it_is(world: World) -> None:
    store = fresh_store(world, "told")
    told: list[tuple[int, int]] = []
    try:
        Follower(world.engine, store, chunk=10).catch_up(progress=lambda done, total: told.append((done, total)))
    finally:
        store.close()
    total = sum(1 for register in REGISTERS if register.log == "ledger") * world.ledger.recorder.head().size
    assert told == sorted(told)
    assert told[-1] == (total, total)


def test_two_runners_on_one_store_do_not_double_anything(world: World, registers: Current) -> None:
    other = world.opened_again()
    store = registers().store
    runners = [Runner(world.ledger, store, chunk=2), Runner(other, Store.beside(world.engine), chunk=3)]
    for runner in runners:
        runner.start()
    try:
        tell(world)
        size = world.ledger.recorder.head().size
        assert all(runner.wait(size, SECONDS) for runner in runners)
    finally:
        for runner in runners:
            runner.stop()
        other.close()
    assert differences(world.engine) == []


@pytest.mark.parametrize("apart", [False, True])
def test_a_register_that_fails_falls_behind_alone_and_catches_up(
    world: World, registers: Current, apart: bool
) -> None:
    store = registers().store
    sealed = world.engine.dialect.name == "sqlite"
    with store.writing() as connection:
        connection.execute(text(
            "CREATE TRIGGER no BEFORE INSERT ON kit BEGIN SELECT RAISE(ABORT, 'no'); END" if sealed
            else "ALTER TABLE registers.kit ADD CONSTRAINT no CHECK (false) NOT VALID"
        ))  # fmt: skip
    runner = Runner(world.ledger, store, back_off_seconds=0.01, apart=apart)
    runner.start()
    try:
        items = tell(world)
        size = world.ledger.recorder.head().size

        def others_are_there() -> bool:
            return all(each.name == "kits" or each.lag == 0 for each in runner.state())

        until(others_are_there)
        until(lambda: next(each for each in runner.state() if each.name == "kits").failures > 1)
        failing = next(each for each in runner.state() if each.name == "kits")
        assert failing.lag > 0
        assert failing.error
        assert not runner.wait(size, 0.0)
        with store.writing() as connection:
            connection.execute(text("DROP TRIGGER no" if sealed else "ALTER TABLE registers.kit DROP CONSTRAINT no"))
        assert runner.wait(size, SECONDS)
        until(lambda: all(each.error is None for each in runner.state()))
    finally:
        runner.stop()
    assert registers().item(items[0])["kit"]


class Crash(Exception):
    """The process ends here."""


def fresh_store(world: World, name: str) -> Store:
    """An empty store of its own beside the world's ledger."""
    if world.engine.dialect.name == "postgresql":
        return Store(world.engine, name)
    beside = registers_file(world.engine)
    return Store.in_file(beside.with_name(f"{name}.db"))


def crashed(follower: Follower) -> bool:
    """Take turns until something crashes."""
    while (turn := follower.turn()).moved:
        if any(isinstance(error, Crash) for error in turn.failed.values()):
            return True
    return bool(turn.failed)


def test_a_crash_just_before_a_commit_leaves_rows_and_position_as_they_were(world: World) -> None:
    """The first commits of the whole are crashed, then one in the middle, then the last but one."""
    tell(world)
    for at in (1, 2, 9, 17, 40):
        store = fresh_store(world, f"before_{at}")
        follower = Follower(world.engine, store, chunk=9)
        left = at

        def crash(_connection: object) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise Crash

        event.listen(store.engine, "commit", crash)
        assert crashed(follower)
        event.remove(store.engine, "commit", crash)
        assert differences(world.engine, store=store) == [], "what is there is whole"
        Follower(world.engine, store).catch_up()
        assert differences(world.engine, store=store) == []
        store.close()


class CrashingAfter(Store):
    """A store whose process ends just after one of its commits."""

    left = 0

    def apply(self, register: Register, after: int, upto: int, changes: Changes) -> None:
        super().apply(register, after, upto, changes)
        self.left -= 1
        if self.left == 0:
            raise Crash


def test_a_crash_just_after_a_commit_takes_nothing_in_twice(world: World) -> None:
    tell(world)
    for at in (1, 2, 9, 17, 40):
        plain = fresh_store(world, f"after_{at}")
        store = CrashingAfter(plain.engine, plain.schema)
        store.left = at
        follower = Follower(world.engine, store, chunk=9)
        assert crashed(follower)
        assert differences(world.engine, store=store) == []
        follower.catch_up()  # the same follower, which was told of a failure though all was written
        assert differences(world.engine, store=store) == []
        store.close()


def test_a_killed_process_loses_nothing_and_doubles_nothing(world: World) -> None:
    """``kill -9`` while it takes in one act after the other."""
    for _ in range(3):
        tell_again(world)
    store = Store.beside(world.engine)
    store.prepare(REGISTERS)
    script = (
        "import sys; from custody.ledger.engine import open_engine; from custody.registers import Follower, Store\n"
        "engine = open_engine(sys.argv[1])\n"
        "while True: Follower(engine, Store.beside(engine), chunk=1).turn()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script, world.url])
    try:
        until(lambda: store.positions(REGISTERS)["items"] > 5)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert differences(world.engine) == []
    Follower(world.engine, store).catch_up()
    assert differences(world.engine) == []


def tell_again(world: World) -> None:
    case = world.opens_case(case=f"云公(刑)诈〔2026〕{world.ledger.recorder.head().size:04}")
    world.checks_in(world.seizes(case))


def test_a_process_that_keeps_the_registers_and_is_killed_is_followed_by_another(world: World) -> None:
    runner = Runner(world.ledger, Store.beside(world.engine), back_off_seconds=0.01, apart=True)
    runner.start()
    try:
        assert runner.wait(world.ledger.recorder.head().size, SECONDS)
        (process,) = [each for each in active_children() if each.name == "registers"]
        process.kill()
        tell(world)
        assert runner.wait(world.ledger.recorder.head().size, SECONDS)
        assert differences(world.engine) == []
    finally:
        runner.stop()
    assert not [each for each in active_children() if each.name == "registers"]


def test_a_process_that_keeps_the_registers_ends_when_its_owner_is_killed(world: World, tmp_path: Path) -> None:
    begin = (
        "from custody.ledger.engine import open_engine; from custody.registers.apart import FollowerApart; "
        "follower = FollowerApart(open_engine(sys.argv[1]))"
    )
    (process,) = left_by_a_killed_owner(tmp_path / "owner.py", begin, world.url)
    until(lambda: not is_running(process))


def test_deleted_registers_are_made_again(world: World, registers: Current) -> None:
    items = tell(world)
    before = [registers().item(item) for item in items]
    if world.engine.dialect.name == "sqlite":
        store = Store.beside(world.engine)
        file = store.engine.url.database
        assert file is not None
        assert file.endswith("ledger-registers.db")
        registers().close()
        for each in (file, f"{file}-wal", f"{file}-shm"):
            if os.path.exists(each):
                os.remove(each)
    else:
        with world.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA registers CASCADE"))
    again = Registers(world.engine)
    assert again.positions()["items"] == 0
    again.catch_up()
    assert [again.item(item) for item in items] == before
    again.close()


def test_tables_dropped_under_a_running_runner_come_back(world: World, registers: Current) -> None:
    store = registers().store
    runner = Runner(world.ledger, store, back_off_seconds=0.01)
    runner.start()
    try:
        with store.writing() as connection:
            for name in ("kit", "register"):
                connection.execute(text(f"DROP TABLE {'registers.' if store.schema else ''}{name}"))
        tell(world)
        assert runner.wait(world.ledger.recorder.head().size, SECONDS)
    finally:
        runner.stop()


def test_a_register_of_another_version_is_filled_from_the_first_act(world: World, registers: Current) -> None:
    tell(world)
    store = registers().store
    newer = [replace(each, version=each.version + 1) if each.name == "kits" else each for each in REGISTERS]
    assert "kits" not in store.positions(newer)
    follower = Follower(world.engine, store, newer)
    assert follower.positions["kits"] == 0
    assert follower.positions["items"] > 0
    follower.catch_up()
    assert store.positions(newer)["kits"] == follower.positions["items"]


def test_facts_that_fell_out_of_memory_are_folded_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(world)
    for chunk in (1, 3, 500):
        store = fresh_store(world, f"chunk_{chunk}")
        with monkeypatch.context() as small:
            small.setattr(feeds, "REMEMBERED", 2)
            Follower(world.engine, store, chunk=chunk).catch_up()
        assert differences(world.engine, store=store) == []
        store.close()


def test_acts_on_many_things_are_taken_in_by_smaller_chunks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(world)
    world.seizes(world.opens_case(case="云公(刑)盗〔2026〕0777"), *(world.item() for _ in range(12)))
    size, store = world.ledger.recorder.head().size, fresh_store(world, "few")
    monkeypatch.setattr(feeds, "AT_ONCE", 10)  # less than that seizure alone bears
    follower = Follower(world.engine, store)
    follower.turn()
    assert 0 < follower.positions["items"] < size
    follower.catch_up()
    assert follower.positions["items"] == size
    monkeypatch.undo()
    assert differences(world.engine, store=store) == []
    store.close()
