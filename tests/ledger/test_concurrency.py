"""Many threads and many processes on one log: no error that a caller sees, no gap, no rule slipped through."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from custody.errors import Unavailable
from custody.ledger.drafts import Appended, ConditionFailed
from custody.ledger.engine import open_engine
from custody.ledger.group_commit import GroupCommit
from custody.ledger.journal import Journal
from custody.ledger.recorder import Recorder
from custody.tlog.merkle import leaf_hash, verify_inclusion
from custody_migrations import migrate
from logs import SIGNER, Clock, check, draft, everything, opened, unless
from processes import until
from world import World


def test_of_several_processes_that_print_a_label_first_one_did(database_url: str) -> None:
    """Each has the journal open by itself, and remembers that none was printed."""
    world = World(database_url)
    journals = [world.ledger.journal, *(world.opened_again().journal for _ in range(2))]
    codes = [world.code() for _ in range(6)]
    start = threading.Barrier(len(journals))

    def prints(journal: Journal) -> list[str]:
        first = []
        for code in codes:
            start.wait()
            try:
                journal.export("cen-01", "首次打印", {"labels": [code]}, "export/labels", unless=[f"label:{code}"])
                first.append(code)
            except ConditionFailed:
                continue
        return first

    with ThreadPoolExecutor(len(journals)) as threads:
        first = [code for each in threads.map(prints, journals) for code in each]
    assert sorted(first) == sorted(codes)
    assert [len(world.ledger.journal.positions([f"label:{code}"])) for code in codes] == [1] * len(codes)
    world.close()


def test_threads_append_together_without_a_gap(database_url: str) -> None:
    with opened(database_url) as recorder:

        def work(thread: int) -> list[int]:
            names = [f"{thread}/{n}" for n in range(60)]
            drafts = [draft(name, f"item:{thread}", links=(f"item:{thread}",)) for name in names]
            return [recorder.submit(each).position for each in drafts]

        with ThreadPoolExecutor(8) as threads:
            positions = [position for group in threads.map(work, range(8)) for position in group]
        assert sorted(positions) == list(range(1, 481))
        assert len(everything(recorder.engine, recorder.log.checkpoint)) < 480, "some of them shared a commit"
        check(recorder, 480)


def test_of_many_rivals_for_one_item_exactly_one_wins_each_round(database_url: str) -> None:
    with opened(database_url) as recorder:
        for number in range(12):
            seen = recorder.head().size
            start = threading.Barrier(6)

            def rival(name: str, after: int = seen, start: threading.Barrier = start) -> bool:
                start.wait()
                try:
                    recorder.submit(draft(name, "item:1", condition=unless("item:1", after=after)))
                except ConditionFailed:
                    return False
                return True

            def bystander(name: str, start: threading.Barrier = start) -> bool:
                start.wait()
                recorder.submit(draft(name, "item:2"))
                return False

            with ThreadPoolExecutor(6) as threads:
                jobs = [threads.submit(rival, f"rival {number}/{n}") for n in range(4)]
                jobs += [threads.submit(bystander, f"bystander {number}/{n}") for n in range(2)]
                assert sum(job.result() for job in jobs) == 1
        check(recorder, 12 * 3)


def test_an_unconditional_append_in_flight_is_seen_by_a_conditional_one(database_url: str) -> None:
    """The hole of a lock taken only by conditional appends: here every append takes it."""
    with opened(database_url) as slow, opened(database_url) as quick:
        inside, go_on = threading.Event(), threading.Event()

        def wait_inside(index: int, recorded_at: object, previous: object) -> bytes:
            inside.set()
            go_on.wait(60)
            return b"slow"

        with ThreadPoolExecutor(2) as threads:
            unconditional = threads.submit(slow.submit, draft("slow", "item:1", complete=wait_inside))
            assert inside.wait(60)
            seen = quick.head().size
            conditional = threads.submit(
                quick.submit, draft("quick", "item:1", condition=unless("item:1", after=seen))
            )
            go_on.set()
            assert unconditional.result(60).position == 1
            assert isinstance(conditional.exception(60), ConditionFailed)
        check(quick, 1)


def test_proofs_are_right_while_two_recorders_write(database_url: str) -> None:
    with opened(database_url) as first:
        second = Recorder(first.engine, SIGNER, clock=Clock())
        first.submit(draft("start"))
        done = threading.Event()

        def prove() -> int:
            proved = 0
            while not done.is_set():
                head = first.head()
                path = first.inclusion_path(head.size - 1, head.size)
                verify_inclusion(leaf_hash(first.row(head.size).entry), head.size - 1, head.size, path, head.root)
                proved += 1
            return proved

        def write(recorder: Recorder, name: str) -> None:
            for number in range(60):
                recorder.submit(draft(f"{name}/{number}"))

        with ThreadPoolExecutor(4) as threads:
            readers = [threads.submit(prove) for _ in range(2)]
            writers = [threads.submit(write, first, "first"), threads.submit(write, second, "second")]
            try:
                for writer in writers:
                    writer.result(60)
            finally:
                done.set()
            assert all(reader.result(60) for reader in readers)
        check(first, 121)


def test_the_same_act_from_many_threads_stands_once(database_url: str) -> None:
    with opened(database_url) as recorder, ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: recorder.submit(draft("one act", "item:1")), range(24)))
        assert {answer.position for answer in answers} == {1}
        assert {answer.entry for answer in answers} == {answers[0].entry}
        assert sum(not answer.duplicate for answer in answers) == 1
        check(recorder, 1)


WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
from datetime import UTC, datetime
from logs import SIGNER, draft
from custody.ledger.drafts import Appended
from custody.ledger.engine import open_engine
from custody.ledger.recorder import Recorder
recorder = Recorder(open_engine(sys.argv[2]), SIGNER, clock=lambda: datetime.now(UTC))
name = sys.argv[3]
for n in range(40):
    recorder.submit(draft(f"{name}/{n}", "item:shared", f"item:{name}", links=("item:shared", f"item:{name}")))
many = recorder.submit_many([draft(f"{name}/many/{n}", "item:shared") for n in range(300)])
assert all(isinstance(outcome, Appended) for outcome in many), many
print("done")
"""


@pytest.mark.parametrize(("kind", "processes"), [("sqlite", 2), ("postgres", 4)])
def test_processes_append_to_one_database(kind: str, processes: int, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    migrate(url)
    tests = str(Path(__file__).parent.parent)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, tests, url, str(n)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for n in range(processes)
    ]
    for writer in writers:
        output, errors = writer.communicate(timeout=120)
        assert (writer.returncode, output, errors) == (0, "done\n", "")
    with opened(url) as recorder:
        check(recorder, processes * 340)


def test_a_lone_caller_flushes_by_himself_and_a_crowd_is_taken_at_once() -> None:
    batches: list[list[int]] = []
    first_in, go_on = threading.Event(), threading.Event()

    def flush(works: object) -> list[int]:
        batch = list(works)  # type: ignore[call-overload]
        batches.append(batch)
        if batch == [0]:
            first_in.set()
            go_on.wait(60)
        return [number * 2 for number in batch]

    commits: GroupCommit[int, int] = GroupCommit(flush, most=3)
    with ThreadPoolExecutor(6) as threads:
        leader = threads.submit(commits.submit, 0)
        assert first_in.wait(60)
        crowd = [threads.submit(commits.submit, number) for number in range(1, 6)]
        until(lambda: len(commits._queue) == 5)
        go_on.set()
        assert leader.result(60) == 0
        assert sorted(job.result(60) for job in crowd) == [2, 4, 6, 8, 10]
    assert [len(batch) for batch in batches] == [1, 3, 2]
    assert commits.submit(21) == 42, "nobody is left leading"


def test_a_failed_flush_is_told_to_all_who_were_in_it_and_the_next_goes_on() -> None:
    def flush(works: object) -> list[int]:
        batch = list(works)  # type: ignore[call-overload]
        if 13 in batch:
            raise Unavailable("unavailable/database", "The database is gone.")
        return list(batch)

    commits: GroupCommit[int, int] = GroupCommit(flush, most=8)
    with pytest.raises(Unavailable):
        commits.submit(13)
    assert commits.submit(1) == 1


def test_more_threads_than_connections_wait_their_turn(sqlite_url: str) -> None:
    migrate(sqlite_url)
    engine = open_engine(sqlite_url, threads=2)
    recorder = Recorder(engine, SIGNER, clock=Clock())
    with ThreadPoolExecutor(30) as threads:
        outcomes = list(threads.map(lambda n: recorder.submit(draft(str(n))), range(120)))
    assert all(isinstance(outcome, Appended) for outcome in outcomes)
    check(recorder, 120)
    engine.dispose()
    assert create_engine(sqlite_url).dialect.name == "sqlite"


def test_a_tag_that_did_not_exist_is_noticed_once_another_brings_it(database_url: str) -> None:
    """Both know of ``rule:1`` that there is none; what one then writes under it, the other's condition meets."""
    with opened(database_url) as one, opened(database_url) as other:
        for name in ("a", "b"):
            one.submit(draft(name, "item:1", condition=unless("rule:1")))
        other.submit(draft("c", "rule:1"))
        with pytest.raises(ConditionFailed):
            one.submit(draft("d", "item:1", condition=unless("rule:1", after=2)))
        one.submit(draft("e", "item:1", "rule:1", condition=unless("rule:1", after=3)))
        with pytest.raises(ConditionFailed):
            one.submit(draft("f", "item:1", condition=unless("rule:1", after=3)))
        check(one, 4)


def test_what_was_brought_here_is_no_longer_taken_for_absent(database_url: str) -> None:
    with opened(database_url) as recorder:
        recorder.submit(draft("a", "item:1", condition=unless("rule:1")))
        recorder.submit(draft("b", "rule:1", condition=unless("rule:1", after=1)))
        with pytest.raises(ConditionFailed):
            recorder.submit(draft("c", "item:1", condition=unless("rule:1", after=1)))
        linked = recorder.submit(draft("d", "rule:1", links=("rule:1",)))
        assert b"[('rule:1', 1)]" in linked.entry
        check(recorder, 3)


def test_who_writes_alone_does_not_ask_before_he_writes(world: World) -> None:
    """Also though every decision reads what governs the ledger, and no act of this log ever changed that."""
    case = world.opens_case()
    items = world.seizes(case, world.item(seal=None), world.item(seal=None))
    world.checks_in(items[:1])
    statements: list[str] = []
    with closing(world.engine.raw_connection()) as pooled:
        driver = pooled.driver_connection
        assert driver is not None
        driver.set_trace_callback(statements.append)
    world.checks_in(items[1:])
    driver.set_trace_callback(None)
    begun = next(number for number, each in enumerate(statements) if each.startswith("BEGIN"))
    assert statements[begun + 1].startswith("UPDATE"), statements[: begun + 2]
    assert not [each for each in statements[begun:] if "FROM tag" in each or "FROM ledger_tag" in each]
