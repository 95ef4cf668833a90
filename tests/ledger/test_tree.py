"""The tree as it is stored, proved from, caught up and restored, across both tile boundaries."""

from __future__ import annotations

import random

import pytest
from eventsourcing.dcb.api import DCBEvent
from sqlalchemy import text

from custody.errors import Damaged, NotFound
from custody.ledger.recorder import Recorder
from custody.tlog.merkle import leaf_hash, root_of, verify_consistency, verify_inclusion
from custody.tlog.proof import TlogProof
from custody.tlog.tiles import tiles_at
from logs import SIGNER, Clock, check, draft, everything, opened


def grown(recorder: Recorder, count: int, step: int = 256) -> None:
    size = recorder.head().size
    for start in range(size, size + count, step):
        recorder.append([DCBEvent("x", str(n).encode()) for n in range(start, min(start + step, size + count))])


@pytest.mark.parametrize("step", [1, 7, 255, 256, 257, 600])
def test_whatever_the_batches_the_tree_is_the_same(sqlite_url: str, step: int) -> None:
    with opened(sqlite_url) as recorder:
        grown(recorder, 600, step)
        assert recorder.head().root == root_of([leaf_hash(str(n).encode()) for n in range(600)])
        check(recorder, 600)


def test_proofs_hold_at_every_size_around_the_first_tile(database_url: str) -> None:
    with opened(database_url) as recorder:
        leaves = [leaf_hash(str(n).encode()) for n in range(520)]
        grown(recorder, 520, 40)
        cold = Recorder(recorder.engine)
        for asked in (recorder, cold):
            for size in (1, 2, 255, 256, 257, 511, 512, 513, 520):
                for index in {0, size // 2, size - 1}:
                    path = asked.inclusion_path(index, size)
                    verify_inclusion(leaves[index], index, size, path, root_of(leaves[:size]))
                path = asked.consistency_path(size, 520)
                verify_consistency(size, 520, root_of(leaves[:size]), root_of(leaves), path)


def test_tiles_are_served_in_every_width_that_exists(database_url: str) -> None:
    with opened(database_url) as recorder:
        leaves = [leaf_hash(str(n).encode()) for n in range(300)]
        grown(recorder, 300)
        assert recorder.tile(0, 0) == b"".join(leaves[:256])
        assert recorder.tile(0, 0, 9) == b"".join(leaves[:9])
        assert recorder.tile(0, 1, 44) == b"".join(leaves[256:])
        assert recorder.tile(1, 0, 1) == root_of(leaves[:256])
        for missing in [(0, 1, 45), (0, 2, 1), (1, 0, 2), (2, 0, 1), (0, -1, 1), (0, 0, 0)]:
            with pytest.raises(NotFound):
                recorder.tile(*missing)


def test_a_tree_beyond_65536_leaves_is_restored_and_proved(sqlite_url: str) -> None:
    size = 66_100
    with opened(sqlite_url) as recorder:
        grown(recorder, size, 3_000)
        leaves = [leaf_hash(str(n).encode()) for n in range(size)]
        assert recorder.head().root == root_of(leaves)
        fresh = Recorder(recorder.engine, SIGNER, clock=Clock())
        for asked in (recorder, fresh):
            for index in random.Random(7).sample(range(size), 20):
                verify_inclusion(leaves[index], index, size, asked.inclusion_path(index, size), root_of(leaves))
            for old in (1, 65_535, 65_536, 65_537, 66_000):
                path = asked.consistency_path(old, size)
                verify_consistency(old, size, root_of(leaves[:old]), root_of(leaves), path)
        fresh.submit(draft("after the restart"))
        for level, number, width in tiles_at(size):
            assert len(recorder.tile(level, number, width)) == 32 * width
        check(fresh, size + 1)
        # The first recorder has not seen that entry: its next append catches up.
        assert recorder.submit(draft("after another's")).position == size + 2
        entries = [row.entry for row in everything(recorder.engine, recorder.log.entry)]
        assert recorder.head().root == root_of([leaf_hash(entry) for entry in entries])


def test_two_recorders_on_one_database_stay_in_step(database_url: str) -> None:
    with opened(database_url) as first:
        second = Recorder(first.engine, SIGNER, clock=Clock())
        for number in range(40):
            writer = (first, second)[number % 2]
            writer.submit_many([draft(f"{number}/{n}", f"item:{n}", links=(f"item:{n}",)) for n in range(11)])
        last = second.submit(draft("last", links=("item:3",)))
        assert f"[('item:3', {39 * 11 + 3})]".encode() in last.entry
        check(first, 441)
        check(second, 441)


def test_a_proof_from_the_log_convinces_a_stranger(database_url: str) -> None:
    with opened(database_url) as recorder:
        recorder.submit_many([draft(str(n)) for n in range(30)])
        appended = recorder.submit(draft("mine"))
        index = appended.position - 1
        proof = TlogProof(
            index, tuple(recorder.inclusion_path(index, appended.size)), recorder.checkpoint(appended.size)
        )
        assert TlogProof.parse(str(proof)).verify(appended.entry, SIGNER.verifier).root == appended.root
        assert recorder.first_checkpoint_covering(3)[0] == 30
        assert recorder.first_checkpoint_covering(30) == (31, recorder.checkpoint())
        with pytest.raises(NotFound):
            recorder.first_checkpoint_covering(31)
        assert recorder.root_at(29) is None, "no checkpoint was issued at that size"
        with pytest.raises(NotFound):
            recorder.checkpoint(29)


def without_triggers(recorder: Recorder, table: str, statement: str) -> None:
    """Change what nobody may change, as someone with the database file in his hands could."""
    with recorder.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        else:
            triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"
            for (name,) in connection.execute(text(triggers), {"table": table}).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text(statement))


@pytest.mark.parametrize(
    ("table", "statement", "code"),
    [
        ("ledger_entry", "UPDATE ledger_entry SET leaf = entry WHERE position = 550", "damaged/tree"),
        ("ledger_entry", "DELETE FROM ledger_entry WHERE position = 550", "damaged/entry"),
        ("ledger_entry", "DELETE FROM ledger_entry WHERE position = 600", "damaged/entry"),
        ("ledger_tile", "DELETE FROM ledger_tile WHERE number = 1", "damaged/tile"),
        ("ledger_tile", "UPDATE ledger_tile SET hashes = (SELECT leaf FROM ledger_entry LIMIT 1)", "damaged/tile"),
        ("ledger_head", "UPDATE ledger_head SET root = (SELECT leaf FROM ledger_entry LIMIT 1)", "damaged/tree"),
        ("ledger_head", "UPDATE ledger_head SET size = size - 1", "damaged/tree"),
    ],
)
def test_a_tree_that_contradicts_itself_stops_writing(
    database_url: str, table: str, statement: str, code: str
) -> None:
    with opened(database_url) as recorder:
        grown(recorder, 600)
        without_triggers(recorder, table, statement)
        fresh = Recorder(recorder.engine, SIGNER, clock=Clock())
        for _ in range(2):
            with pytest.raises(Damaged) as found:
                fresh.submit(draft("on top"))
            assert found.value.code == code
        assert fresh.damage is found.value
        assert len(everything(recorder.engine, recorder.log.checkpoint)) == 3, "nothing more was signed"


def test_a_log_that_was_rolled_back_is_not_signed_again(database_url: str) -> None:
    with opened(database_url) as recorder:
        grown(recorder, 10, 5)
        without_triggers(
            recorder,
            "ledger_head",
            "UPDATE ledger_head SET size = 5, root = (SELECT root FROM ledger_checkpoint WHERE size = 5)",
        )
        with pytest.raises(Damaged) as found:
            recorder.submit(draft("once more"))
        assert found.value.code == "damaged/rolled-back"
        assert (found.value.fields["size"], found.value.fields["seen"]) == (5, 10)
