"""A published log in a folder: whatever is done to any file of it is found; whatever else lies there does no harm."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import custody.cli
from custody.errors import CustodyError
from custody.ledger.causes import causes_of
from custody.ledger.findings import Report
from custody.ledger.foldercheck import check_folder
from custody.ledger.log_export import export_log
from custody.ledger.log_folder import LogFolder
from custody.ledger.reader import Reader
from custody.ledger.recorder import Recorder
from custody.tlog.note import Verifier
from custody.tlog.proof import TlogProof
from world import World

SIZE = 300


@pytest.fixture(scope="module")
def logged(founded_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A ledger with one full tile."""
    world = founded_world.twin(f"sqlite:///{tmp_path_factory.mktemp('logged') / 'ledger.db'}")
    items = world.seizes(world.opens_case())
    world.checks_in(items)
    while world.ledger.recorder.head().size < SIZE:
        world.relocates(items, "车场" if world.ledger.recorder.head().size % 2 else "大库")
    yield world
    world.close()


def publish(recorder: Recorder, to: Path, size: int) -> None:
    """The files of a log, as `custody export log` writes them."""
    export_log(recorder, recorder.checkpoint(size), to)


def put(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


@pytest.fixture(scope="module")
def published(logged: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log as it was published twice, the second time over the first."""
    folder = tmp_path_factory.mktemp("published") / "log"
    publish(logged.ledger.recorder, folder, SIZE - 10)
    publish(logged.ledger.recorder, folder, SIZE)
    return folder


@pytest.fixture
def log(published: Path, tmp_path: Path) -> Path:
    """A copy that may be changed."""
    return Path(shutil.copytree(published, tmp_path / "log"))


def found(log: Path, world: World, ledger: Reader | None = None) -> set[str]:
    """The codes of what is found, each of which has a cause."""
    report = Report()
    check_folder(LogFolder(log), [world.log_key.verifier], report, ledger=ledger)
    codes = {each.code for each in report.findings}
    assert codes <= {code for cause in causes_of(report.findings) for code in cause.codes}
    return codes


def test_what_was_published_is_sound_and_is_the_ledgers(log: Path, logged: World) -> None:
    assert found(log, logged, Reader(logged.engine)) == set()
    assert sorted(LogFolder(log).names()) == [
        "checkpoint", "tile/0/000", "tile/0/001.p/34", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000",
        "tile/entries/001.p/34", "tile/entries/001.p/44",
    ]  # fmt: skip


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def link(file: Path) -> None:
    shutil.move(file, file.parent.parent / "elsewhere")
    file.symlink_to(file.parent.parent / "elsewhere")


def folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def huge(file: Path) -> None:
    os.truncate(file, 1 << 40)


def empty(file: Path) -> None:
    file.write_bytes(b"")


def shorten(file: Path) -> None:
    os.truncate(file, file.stat().st_size - 1)


def lengthen(file: Path) -> None:
    with file.open("ab") as opened:
        opened.write(b"\n")


DAMAGE: tuple[Callable[[Path], None], ...] = (flip, link, pipe, huge, empty, shorten, lengthen)
GONE: tuple[Callable[[Path], None], ...] = (Path.unlink, folder)
OLDER = ("tile/0/001.p/34", "tile/entries/001.p/34")
FILES = ("checkpoint", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44")


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        *((name, damage) for name in (*FILES, *OLDER) for damage in DAMAGE),
        *((name, damage) for name in FILES for damage in GONE),  # what has grown since may go
    ],
)
def test_whatever_is_done_to_a_file_of_the_log_is_found(
    name: str, damage: Callable[[Path], None], log: Path, logged: World
) -> None:
    damage(log / name)
    assert found(log, logged)


def lines_changed(text: str) -> Iterator[str]:
    """A text with each of its lines deleted, doubled, or with one character of it changed."""
    lines = text.split("\n")
    for at, line in enumerate(lines[:-1]):
        middle = len(line) // 2
        other = line[:middle] + ("B" if line[middle : middle + 1] == "A" else "A") + line[middle + 1 :]
        yield from ("\n".join([*lines[:at], *instead, *lines[at + 1 :]]) for instead in ([], [line, line], [other]))


def test_no_line_of_a_checkpoint_can_be_changed(log: Path, logged: World) -> None:
    """One that signs twice over the same text says no more than once: nothing else passes."""
    note = (log / "checkpoint").read_text()
    passed = []
    for other in lines_changed(note):
        (log / "checkpoint").write_text(other)
        if not found(log, logged):
            passed.append(other)
    assert passed == [note + note.split("\n")[-2] + "\n"]


def test_no_line_of_a_proof_can_be_changed(logged: World) -> None:
    recorder, verifier = logged.ledger.recorder, logged.log_key.verifier
    entry, proof = recorder.row(8).entry, logged.ledger.proof(7)
    TlogProof.parse(proof).verify(entry, verifier)
    for other in lines_changed(proof):
        if other == proof + proof.split("\n")[-2] + "\n":
            continue  # the log's own signature twice
        with pytest.raises(CustodyError):
            TlogProof.parse(other).verify(entry, verifier)


@pytest.mark.parametrize(
    "name",
    ["odd", "tile/0/x000/000", "tile/0/000.p/256", "tile/0/002", "tile/9/000", "tile/0/000.p/7/x",
     "tile/entries/000.p/0", "tile/entries/001.p/43", "\udcff\udcfe", "tile/" + "d/" * 900 + "x"],
)  # fmt: skip
def test_what_does_not_belong_there_is_named_and_read_by_nobody(name: str, log: Path, logged: World) -> None:
    put(log / name, b"?")
    assert found(log, logged) <= {"log-extra", "log-bytes"} != set()


def test_a_folder_linked_from_elsewhere_is_not_entered(log: Path, logged: World) -> None:
    shutil.move(log / "tile", log.parent / "tile")
    (log / "tile").symlink_to(log.parent / "tile")
    assert found(log, logged) == {"log-bytes"}


def test_a_ledger_that_is_older_than_its_log_and_one_that_differs_are_told_apart(
    log: Path, logged: World, founded_world: World, tmp_path: Path
) -> None:
    assert found(log, logged, Reader(founded_world.engine)) == {"rolled-back"}
    other = founded_world.twin(f"sqlite:///{tmp_path / 'other.db'}")
    other.opens_case(case="云公(刑)盗〔2026〕0077")
    assert found(log, logged, Reader(other.engine)) == {"differs", "rolled-back"}
    other.close()


def test_a_journal_is_verified_by_its_own_key(logged: World, tmp_path: Path) -> None:
    for _ in range(3):
        logged.ledger.journal.export("psb-0077", "报送", {}, "export/items")
    publish(logged.ledger.journal.recorder, tmp_path / "log", logged.ledger.journal.recorder.head().size)
    report = Report()
    check_folder(LogFolder(tmp_path / "log"), [logged.journal_key.verifier], report)
    assert (report.findings, report.entries) == ([], 3)
    assert found(tmp_path / "log", logged) == {"checkpoint-signature"}


def test_the_command_says_what_it_could_not_know(
    log: Path, logged: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUSTODY_LOG_VERIFIER", raising=False)
    key = ["--log-verifier", str(logged.log_key.verifier)]
    assert custody.cli.main(["--lang", "en", "verify", "--log", str(log)]) == 0
    assert "nobody checked who signed the checkpoint" in capsys.readouterr().out
    assert custody.cli.main(["--lang", "en", "verify", "--log", str(log), *key, "--database", logged.url]) == 0
    said = capsys.readouterr().out
    assert "signed by the log key" in said
    assert "compared with the ledger's" in said
    flip(log / "tile/entries/000")
    assert custody.cli.main(["--json", "verify", "--log", str(log), *key]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["clean"], told["signed"], told["compared"]) == (False, True, False)
    assert "changed" in {each["name"] for each in told["causes"]}
    verifier = str(Verifier(logged.log_key.name, bytes(32)))
    assert custody.cli.main(["verify", "--log", str(log), "--log-verifier", verifier]) == 1
    assert custody.cli.main(["verify", "--log", str(log / "nowhere")]) == 1
