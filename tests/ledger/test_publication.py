"""What a log publishes: both signatures, one note for one size, never anything that contradicts what was published."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from sqlalchemy import text

from custody.errors import Damaged, NotFound, Unavailable, Untrusted
from custody.ledger import publication as publication_module
from custody.ledger.backup import back_up
from custody.ledger.fsck import verify_ledger
from custody.ledger.ledger import Ledger
from custody.ledger.mark import Mark
from custody.ledger.publication import Publication
from custody.ledger.reader import Reader
from custody.ledger.recorder import Recorder
from custody.ledger.tables import JOURNAL
from custody.tlog.checkpoint import Checkpoint, open_checkpoint
from custody.tlog.note import Note, SignedBy, Signer
from custody.tlog.proof import TlogProof
from logs import NOON, SIGNER, opened
from publishing import VERIFIERS, go_on, publishing, recorded
from world import ORIGIN, World


def at_once(publication: Publication) -> Checkpoint:
    """The head, published now."""
    publication.publish(at_once=True)
    return open_checkpoint(publication.checkpoint(), *VERIFIERS)


def rows(recorder: Recorder) -> list[int]:
    with recorder.engine.connect() as connection:
        return [size for (size,) in connection.execute(text("SELECT size FROM publication ORDER BY size"))]


def test_what_is_published_bears_both_signatures_of_the_log(sqlite_url: str, tmp_path: Path) -> None:
    with opened(sqlite_url) as recorder:
        publication = publishing(recorder, tmp_path / "key.published")
        with pytest.raises(NotFound):
            publication.checkpoint()
        recorded(recorder, "a", "b", "c")
        note = publication.checkpoint()
        signed = (SignedBy(VERIFIERS[0], None), SignedBy(VERIFIERS[1], int(NOON.timestamp())))
        assert Note.parse(note).signed_by(VERIFIERS) == signed
        assert note.startswith(recorder.checkpoint())
        assert publication.checkpoint(3) == note
        assert publication.checkpoint(2) == recorder.checkpoint(2)
        assert (tmp_path / "key.published").read_text() == note
        assert (tmp_path / "key.published").stat().st_mode & 0o777 == 0o600


def test_a_head_is_published_at_most_once_a_second(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publication_module, "EVERY_SECONDS", 3600.0)  # on a busy machine a second is soon over
    with opened(sqlite_url) as recorder:
        publication = publishing(recorder)
        recorded(recorder, "a")
        note = publication.checkpoint()
        recorded(recorder, "b")
        assert publication.checkpoint() == note
        assert publication.covering(0) == (1, note)
        assert publication.covering(1) == (2, recorder.checkpoint(2))
        assert at_once(publication).size == 2
        assert rows(recorder) == [1, 2]


def test_processes_that_publish_one_log_at_once_give_one_note_for_one_size(database_url: str, tmp_path: Path) -> None:
    """Two on one machine, with one mark between them, and one on another, with its own."""
    marks = [tmp_path / "mark", tmp_path / "mark", tmp_path / "another machine's"]
    with opened(database_url) as recorder, ProcessPoolExecutor(3, get_context("spawn")) as processes:
        work = [processes.submit(go_on, database_url, f"{at}.", mark) for at, mark in enumerate(marks)]
        notes = {note for each in work for note in each.result()}
        sizes = [open_checkpoint(note, *VERIFIERS).size for note in notes]
        assert len(sizes) == len(set(sizes))
        assert set(sizes) <= set(rows(recorder))
        assert max(sizes) == publishing(recorder).size() == recorder.head().size == 15
        for mark in marks:
            known = Mark(mark).read()
            assert known is not None
            assert recorder.tree_root(known.size) == known.root
        assert max(each.size for mark in marks if (each := Mark(mark).read())) == 15


def test_a_log_without_an_ml_dsa_key_publishes_with_ed25519_alone(sqlite_url: str) -> None:
    with opened(sqlite_url) as recorder:
        recorded(recorder, "a")
        publication = publishing(recorder, keys=frozenset({str(SIGNER.verifier)}))  # it lies there, and is not named
        assert not publication.cosigned
        assert publication.checkpoint() == recorder.checkpoint()
        recorded(recorder, "b")
        assert publishing(recorder, cosigner=None).checkpoint() == recorder.checkpoint()


def test_whoever_only_reads_gives_what_the_writer_published(sqlite_url: str) -> None:
    with opened(sqlite_url) as recorder:
        recorded(recorder, "a")
        reader = publishing(Recorder(recorder.engine))
        assert reader.checkpoint() == recorder.checkpoint()
        note = publishing(recorder).checkpoint()
        recorded(recorder, "b")
        assert reader.checkpoint() == note


FAILURES = {"before the mark": (Mark, "write"), "between mark and row": (Publication, "_keep")}


@pytest.mark.parametrize("at", FAILURES)
@pytest.mark.parametrize("after", [False, True], ids=["not done", "done"])
def test_publishing_that_fails_gives_nothing_out_and_the_next_goes_on(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str, after: bool
) -> None:
    with opened(sqlite_url) as recorder:
        recorded(recorder, "a")
        publication = publishing(recorder, tmp_path / "mark")
        at_once(publication)
        recorded(recorder, "b")
        kind, name = FAILURES[at]
        whole: Callable[..., None] = getattr(kind, name)

        def fails(self: object, *arguments: object) -> None:
            if after:
                whole(self, *arguments)
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(kind, name, fails)
        with pytest.raises(Unavailable):
            publication.publish(at_once=True)
        monkeypatch.setattr(kind, name, whole)
        recorded(recorder, "c")
        assert recorder.damage is None
        again = publishing(recorder, tmp_path / "mark")
        again.require_continues()
        assert at_once(again).size == 3
        assert rows(recorder) == ([1, 2, 3] if after and name == "_keep" else [1, 3])


def test_a_damaged_mark_stops_the_log(sqlite_url: str, tmp_path: Path) -> None:
    with opened(sqlite_url) as recorder:
        recorded(recorder, "a")
        publication = publishing(recorder, tmp_path / "mark")
        at_once(publication)
        (tmp_path / "mark").write_text("custody.example/test\n7\n")
        publishing(recorder, tmp_path / "mark").require_continues()
        with pytest.raises(Damaged, match="damaged/published"):
            recorded(recorder, "b")


def restored(url: str, folder: Path) -> None:
    """Yesterday's copy of a SQLite file where the file was."""
    file = Path(url.removeprefix("sqlite:///"))
    for left in file.parent.glob(f"{file.name}-*"):
        left.unlink()
    shutil.copy(folder / file.name, file)


def test_yesterdays_backup_is_read_but_signs_nothing(sqlite_url: str, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with opened(sqlite_url) as recorder:
        recorded(recorder, "a")
        before = publishing(recorder, mark).checkpoint()
        back_up([Path(sqlite_url.removeprefix("sqlite:///"))], tmp_path / "yesterday")
        recorded(recorder, "b", "c")
        at_once(publishing(recorder, mark))
    restored(sqlite_url, tmp_path / "yesterday")
    with opened(sqlite_url) as recorder:
        publication = publishing(recorder, mark)
        publication.require_continues()
        with pytest.raises(Damaged, match="behind-published"):
            recorded(recorder, "b")
        assert publication.checkpoint() == before
        assert recorder.head().size == 1


def test_a_log_that_went_another_way_signs_nothing(sqlite_url: str, tmp_path: Path) -> None:
    """The backup went on elsewhere, without a mark, and comes back longer than what was published."""
    mark = tmp_path / "mark"
    with opened(sqlite_url) as recorder:
        recorded(recorder, "a")
        back_up([Path(sqlite_url.removeprefix("sqlite:///"))], tmp_path / "yesterday")
        recorded(recorder, "b")
        at_once(publishing(recorder, mark))
    restored(sqlite_url, tmp_path / "yesterday")
    with opened(sqlite_url) as recorder:
        recorded(recorder, "x", "y", "z")
        publication = publishing(recorder, mark)
        with pytest.raises(Damaged, match="other-than-published"):
            publication.publish()
        with pytest.raises(Damaged):
            recorded(recorder, "b")
        assert rows(recorder) == []


def test_a_checkpoint_from_elsewhere_that_the_log_lacks_stops_it_for_good(sqlite_url: str, tmp_path: Path) -> None:
    """A witness, a receipt: whoever shows a checkpoint that the log's key signed is believed, nobody else."""
    mark = tmp_path / "mark"
    with opened(sqlite_url) as recorder:
        recorded(recorder, "a", "b")
        publication = publishing(recorder, mark)
        first = at_once(publication)
        assert publication.shown(recorder.checkpoint(1)).size == 1
        assert publication.shown(publication.checkpoint()) == first
        beyond = Checkpoint(SIGNER.name, 9, bytes(32))
        stranger = Signer(SIGNER.name, Ed25519PrivateKey.generate())
        with pytest.raises(Untrusted):
            publication.shown(beyond.signed(stranger))
        recorded(recorder, "c")
        with pytest.raises(Damaged, match="behind-published"):
            publication.shown(beyond.signed(SIGNER))
        with pytest.raises(Damaged):
            recorded(recorder, "d")
    with opened(sqlite_url) as recorder:
        publishing(recorder, mark).require_continues()
        with pytest.raises(Damaged):
            recorded(recorder, "d")


def test_a_head_that_is_not_of_the_leaves_is_not_published(sqlite_url: str) -> None:
    """Whoever writes into the database, and has no key, has no checkpoint of his signed."""
    with opened(sqlite_url) as recorder:
        recorded(recorder, "a")
        forged = Checkpoint(SIGNER.name, 1, bytes(32)).signed(SIGNER)
        with recorder.engine.begin() as connection:
            connection.execute(text("DROP TRIGGER ledger_checkpoint_no_update"))
            connection.execute(text("UPDATE ledger_checkpoint SET note = :note"), {"note": forged})
        with opened(sqlite_url) as again:
            with pytest.raises(Damaged, match="damaged/tree"):
                publishing(again).publish()
            assert rows(again) == []


def test_a_publication_that_somebody_wrote_beyond_the_head_is_passed_over(sqlite_url: str) -> None:
    with opened(sqlite_url) as recorder:
        recorded(recorder, "a")
        written(recorder, 2)
        assert at_once(publishing(recorder)).size == 1


def test_a_publication_that_somebody_wrote_for_the_next_head_is_not_vouched_for(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(sqlite_url) as recorder:
        recorded(recorder, "a")
        publication = publishing(recorder, tmp_path / "mark")
        at_once(publication)
        recorded(recorder, "b")
        monkeypatch.setattr(publication, "size", lambda: (written(recorder, 2), 1)[1])  # just then
        with pytest.raises(Damaged, match="damaged/tree"):
            publication.publish(at_once=True)
        known = Mark(tmp_path / "mark").read()
        assert known is not None
        assert known.size == 1


def written(recorder: Recorder, size: int) -> None:
    """What somebody without the log's key writes into the table of publications."""
    forged = Checkpoint(SIGNER.name, size, bytes(32)).signed(Signer(SIGNER.name, Ed25519PrivateKey.generate()))
    with recorder.engine.begin() as connection:
        connection.execute(text("INSERT INTO publication VALUES (:size, :note)"), {"size": size, "note": forged})


def test_an_ml_dsa_key_comes_and_goes_by_acts_and_no_proof_is_lost(world: World, tmp_path: Path) -> None:
    """The log was founded with Ed25519 alone. One ML-DSA-44 key is added, another takes its place; every proof that was
    given out verifies under the keys of its time, and the whole ledger under all of them."""
    first, second = (Signer(ORIGIN, MLDSA44PrivateKey.from_seed_bytes(bytes([each]) * 32)) for each in (1, 2))
    case = world.opens_case()
    item = world.act(world.seizure(case, [world.item()]))
    log = world.log_key.verifier

    def goes_on_with(cosigner: Signer) -> str:
        world.ledger.close()
        world.ledger = Ledger(
            world.engine, world.log_key, world.journal_key, clock=world.clock, cosigner=cosigner,
            mark=tmp_path / "mark",
        )  # fmt: skip
        world.act(world.seizure(case, [world.item()]))
        return world.ledger.proof(item.index)

    alone = goes_on_with(first)
    world.rotates([str(first.verifier)], [])
    both = goes_on_with(first)
    world.rotates([str(second.verifier)], [str(first.verifier)])
    other = goes_on_with(second)
    every = [log, first.verifier, second.verifier]
    for proof, keys in ((alone, [log]), (both, [log, first.verifier]), (other, [log, second.verifier])):
        assert Note.parse(TlogProof.parse(proof).checkpoint).verified(every) == (*keys,)
        assert TlogProof.parse(proof).verify(item.entry, *keys).size > item.index
    with pytest.raises(Untrusted):
        TlogProof.parse(other).verify(item.entry, first.verifier)
    assert verify_ledger(world.ledger.recorder, Reader(world.engine, JOURNAL)).findings == []
