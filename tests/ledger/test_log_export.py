"""The published log as a directory: only what is new, nothing overwritten, the checkpoint last."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from custody.cli import main
from custody.errors import Conflict, Damaged
from custody.ledger.log_export import export_log
from custody.ledger.recorder import Recorder
from custody.tlog.checkpoint import open_checkpoint
from custody.tlog.merkle import leaf_hash, root_of
from custody.tlog.note import Note, Verifier
from custody.tlog.tiles import bundle_path, read_bundle, tile_path, tiles_at
from databases import postgres_database
from logs import draft, opened
from publishing import VERIFIERS, publishing


@pytest.fixture(params=["sqlite", "postgres"])
def recorder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Recorder]:
    """A log of 600 entries."""
    if request.param == "sqlite":
        with opened(f"sqlite:///{tmp_path / 'ledger.db'}") as recorder:
            grown(recorder, 600)
            yield recorder
        return
    with postgres_database(request.getfixturevalue("_postgres_server")) as url, opened(url) as recorder:
        grown(recorder, 600)
        yield recorder


def grown(recorder: Recorder, entries: int) -> None:
    size = recorder.head().size
    recorder.submit_many([draft(f"{size + number}") for number in range(entries)])


def exported(recorder: Recorder, folder: Path) -> int:
    """Publish the head, and export; returns how many files were written."""
    publication = publishing(recorder)
    publication.publish(at_once=True)
    return export_log(recorder, publication.checkpoint(), folder).written


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def holds(folder: Path, size: int) -> None:
    """The directory has every tile and bundle of this size, no other file, and adds up to its checkpoint."""
    files = files_of(folder)
    tiles = {tile_path(*each) for each in tiles_at(size)}
    bundles = {bundle_path(number, width) for level, number, width in tiles_at(size) if level == 0}
    assert files.keys() == {"checkpoint", *tiles, *bundles}
    checkpoint = open_checkpoint(files["checkpoint"], *VERIFIERS)
    entries = [entry for name in sorted(bundles) for entry in read_bundle(files[name])]
    assert checkpoint.size == len(entries) == size
    assert checkpoint.root == root_of([leaf_hash(each) for each in entries])


def test_a_second_export_writes_only_what_is_new(recorder: Recorder, tmp_path: Path) -> None:
    """Of 600 entries: two full tiles and an open one with their bundles, one above them, the checkpoint."""
    folder = tmp_path / "log"
    assert exported(recorder, folder) == 8
    holds(folder, 600)
    assert exported(recorder, folder) == 0
    grown(recorder, 300)
    before = {name: (folder / name).stat().st_mtime_ns for name in files_of(folder) if ".p/" not in name}
    assert exported(recorder, folder) == 6
    kept = {name for name in files_of(folder) if name in before and name != "checkpoint"}
    assert {(folder / name).stat().st_mtime_ns for name in kept} == {before[name] for name in kept}
    (folder / tile_path(1, 0, 2)).unlink()  # of the size before: it stays as long as its tile is open
    holds(folder, 900)


@pytest.mark.parametrize("name", ["tile/0/000", "tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/001"])
def test_what_differs_is_never_overwritten(tmp_path: Path, name: str) -> None:
    with opened(f"sqlite:///{tmp_path / 'ledger.db'}") as recorder:
        grown(recorder, 600)
        folder = tmp_path / "log"
        exported(recorder, folder)
        whole = (folder / name).read_bytes()
        other = whole[:-1] + bytes([whole[-1] ^ 1])
        (folder / name).write_bytes(other)
        with pytest.raises(Conflict, match="conflict/log-file"):
            exported(recorder, folder)
        assert (folder / name).read_bytes() == other


def founded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger in a folder, as commands found one."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CUSTODY_DATABASE", "ledger.db")
    assert main(["keygen", "admin.pem", "--no-passphrase"]) == 0
    assert main([
        "init", "--origin", "custody.example/t", "--agency", "psb", "--admin", "psb-admin", "--key", "admin.pem"
    ]) == 0  # fmt: skip


def test_a_directory_whose_checkpoint_is_none_is_left_as_it_is(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path / 'ledger.db'}") as recorder:
        grown(recorder, 300)
        folder = tmp_path / "log"
        exported(recorder, folder)
        (folder / "checkpoint").write_bytes(b"cus")
        before = files_of(folder)
        with pytest.raises(Conflict, match="conflict/log-file"):
            exported(recorder, folder)
        assert (files_of(folder), (folder / "checkpoint").read_bytes()) == (before, b"cus")


def test_a_full_disk_is_said_and_the_export_goes_on_once_there_is_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    founded(tmp_path, monkeypatch)
    command = ["export", "log", "log", "--lang", "en"]

    def full(_: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        assert main(command) == 1
    assert "The disk is full" in capsys.readouterr().err
    assert not (tmp_path / "log" / "checkpoint").exists()
    assert main(command) == 0


def test_a_log_whose_bytes_changed_is_not_exported(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path / 'ledger.db'}") as recorder:
        grown(recorder, 600)
        publication = publishing(recorder)
        note = publication.checkpoint()
        for table, column, where in (("entry", "entry", "position = 300"), ("tile", "hashes", "number = 1")):
            with recorder.engine.begin() as connection:
                connection.execute(text(f"DROP TRIGGER ledger_{table}_no_update"))
                connection.execute(text(f"UPDATE ledger_{table} SET {column} = zeroblob(8192) WHERE {where}"))
            with pytest.raises(Damaged):
                export_log(recorder, note, tmp_path / table)
            assert not (tmp_path / table / "checkpoint").exists()


@pytest.mark.parametrize("at", range(3), ids=["the files", "the checkpoint", "its name"])
def test_an_export_that_breaks_off_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """Whatever has its name by then is whole; the checkpoint never covers what is not there."""
    with opened(f"sqlite:///{tmp_path / 'ledger.db'}") as recorder:
        grown(recorder, 300)
        folder = tmp_path / "log"
        exported(recorder, folder)
        grown(recorder, 300)
        synced = 0

        def fails() -> None:
            nonlocal synced
            synced += 1
            if synced > at:
                raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(os, "sync", fails)
            with pytest.raises(OSError, match="No space"):
                exported(recorder, folder)
        size = open_checkpoint((folder / "checkpoint").read_bytes(), *VERIFIERS).size
        assert size == (600 if at == 2 else 300)
        assert all((folder / tile_path(*each)).exists() for each in tiles_at(size))
        exported(recorder, folder)
        (folder / tile_path(1, 0, 1)).unlink()  # of the size before, as the two below if their turn had not come
        for left in ("tile/0/001.p", "tile/entries/001.p"):
            shutil.rmtree(folder / left, ignore_errors=True)
        holds(folder, 600)


def test_the_command_exports_and_notices_that_the_ledger_was_restored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CUSTODY_LOG_PUBLISHED", "elsewhere")
    founded(tmp_path, monkeypatch)
    assert {each.name: each.stat().st_mode & 0o777 for each in tmp_path.glob("*.key*")} == dict.fromkeys(
        ("ledger.db.key", "ledger.db.key.journal", "ledger.db.key.ml-dsa"), 0o600
    )
    capsys.readouterr()
    assert main(["export", "log", "published"]) == 0
    verifiers = [Verifier.parse(line) for line in capsys.readouterr().out.splitlines()]
    note = (tmp_path / "published/checkpoint").read_text()
    assert Note.parse(note).verified(verifiers) == (*sorted(verifiers, key=lambda each: each.kind),)
    assert len(verifiers) == 2
    assert (tmp_path / "elsewhere").read_text() == note
    assert main(["verify", "--log", "published"]) == 0
    capsys.readouterr()
    main(["doctor", "--lang", "en"])
    assert "up to size 1, which the ledger continues" in capsys.readouterr().out
    (tmp_path / "published/checkpoint").write_text(note.replace("\n1\n", "\n9\n"))
    assert main(["export", "log", "published", "--lang", "en"]) == 1
    assert "untrusted/note-signature" in capsys.readouterr().err
