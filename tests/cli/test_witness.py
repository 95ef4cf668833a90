"""``custody witness``: a ledger gets its first two witnesses, and says how far they are."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from commandline import EXECUTABLE
from custody.acts.claim import Claim
from custody.cli import main
from custody.cli.ledgers import reading
from custody.cli.setting_values import database_url
from custody.cli.settings import Settings
from custody.keyfile import read_note_key
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.cosignature import KeyType
from custody.tlog.note import Note, Signer, Verifier
from custody.tlog.policy import WitnessPolicy
from custody.tlog.tiles import bundle_path, tile_path, write_bundle
from witnesses import ED25519, LOG, Running, witness_running

Custody = Callable[..., tuple[int, str]]


@pytest.fixture
def custody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Custody:
    """The command in a folder with a ledger of its own; gives its status and what it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CUSTODY_DATABASE", "ledger.db")
    monkeypatch.setenv("CUSTODY_WITNESS_POLICY", "policy.txt")

    def run(*arguments: str) -> tuple[int, str]:
        status = main([*arguments, "--lang", "en"])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return status, said.out + said.err

    assert run("keygen", "admin.pem", "--no-passphrase")[0] == 0
    founding = ("init", "--origin", LOG.name, "--jurisdiction", "cn", "--agency", "psb-yunling", "--admin", "psb-admin")
    assert run(*founding, "--key", "admin.pem")[0] == 0
    return run


@pytest.fixture
def court(custody: Custody, tmp_path: Path) -> Iterator[Running]:
    """The court's witness, with the key that `keygen` made."""
    status, vkey = custody("witness", "keygen", "court.key", "--name", ED25519.name, "--no-passphrase")
    assert status == 0
    assert (tmp_path / "court.key").stat().st_mode & 0o077 == 0
    signer = Signer(ED25519.name, read_note_key(tmp_path / "court.key"), KeyType.COSIGNATURE)
    assert Verifier.parse(vkey.strip()) == signer.verifier
    log = Signer(LOG.name, read_note_key(tmp_path / "ledger.db.key"))
    with witness_running(tmp_path / "court.db", [log.verifier], signer) as running:
        yield running


def test_a_ledger_gets_witnesses_asks_them_and_shows_how_far_they_are(
    custody: Custody, court: Running, tmp_path: Path
) -> None:
    vkey = str(court.verifiers[0])
    status, said = custody("witness", "add", vkey, court.url, "--as", "court")
    assert (status, "The quorum is: 1/1 (court)" in said) == (0, True), said
    policy = WitnessPolicy.parse((tmp_path / "policy.txt").read_text())
    assert {each.key.name for each in policy.logs} == {LOG.name}
    status, said = custody("witness", "status", "--json")
    assert (status, json.loads(said)["quorum"]) == (1, None)
    status, said = custody("witness", "ask")
    assert (status, "cosigned 1" in said) == (0, True), said
    status, said = custody("witness", "status", "--json")
    found = json.loads(said)
    assert (status, found["head"], found["quorum"]["size"], found["covered"]) == (0, 1, 1, True)
    assert found["witnesses"] == [{**found["witnesses"][0], "name": "court", "counts": True, "url": court.url}]
    assert "A quorum has cosigned the first 1 of 1 entries" in custody("witness", "status")[1]
    checks = {each["check"]: each for each in json.loads(custody("doctor", "--json")[1])["checks"]}
    assert "1 witnesses" in checks["witnesses"]["sentence"]
    assert checks["quorum"]["works"] is True


def test_another_witness_counts_when_the_quorum_says_so_and_comments_stay(
    custody: Custody, court: Running, tmp_path: Path
) -> None:
    file = tmp_path / "policy.txt"
    custody("witness", "add", str(court.verifiers[0]), court.url, "--as", "court")
    file.write_text("# 法院、审计各一\n" + file.read_text())
    status, audit = custody(
        "witness", "keygen", "audit.key", "--name", "audit.example/w", "--kind", "ml-dsa-44", "--no-passphrase"
    )
    assert status == 0
    status, said = custody("witness", "add", audit.strip(), "http://127.0.0.1:9", "--as", "audit")
    assert "does not count" in said
    before = file.read_text()
    for wrong in (
        (audit.strip(), "http://127.0.0.1:9", "--as", "again"), (str(LOG.verifier), "http://127.0.0.1:9"),
        (str(ED25519.verifier), "http://127.0.0.1:9", "--as", "x", "--quorum", "9"),
    ):  # fmt: skip
        assert custody("witness", "add", *wrong)[0] == 1
        assert file.read_text() == before
    third = (str(ED25519.verifier), "http://127.0.0.1:9", "--as", "procuratorate", "--quorum", "2")
    assert "2/3 (court, audit, procuratorate)" in custody("witness", "add", *third)[1]
    assert file.read_text().startswith("# 法院、审计各一\n")
    status, said = custody("witness", "ask")
    assert status == 1
    assert "cosigned 1" in said
    assert "no answer" in said


def test_what_was_seen_on_papers_and_in_files_is_held_against_the_ledger(custody: Custody, tmp_path: Path) -> None:
    with reading(Settings(database=database_url("ledger.db"))) as ledger:
        note = ledger.recorder.checkpoint()
        files = {
            "checkpoint": note.encode(), bundle_path(0, 1): write_bundle(ledger.recorder.entries(0, 1)),
            tile_path(0, 0, 1): ledger.recorder.tile(0, 0, 1),
        }  # fmt: skip
    for name, data in files.items():
        (tmp_path / "published" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "published" / name).write_bytes(data)
    head = Checkpoint.parse(Note.parse(note).text)
    (tmp_path / "kept.txt").write_text(note)
    status, said = custody("verify", "--jobs", "1", "--seen", str(Claim(head, 0)), "--seen", "kept.txt")
    assert status == 0, said
    longer = Claim(Checkpoint(head.origin, 9, head.root), 0)
    other = Claim(Checkpoint(head.origin, 1, bytes(32)), 0)
    status, said = custody("verify", "--jobs", "1", "--seen", str(longer), "--seen", str(other), "--json")
    assert (status, {each["code"] for each in json.loads(said)["findings"]}) == (1, {"seen-beyond", "seen-other-root"})
    assert custody("verify", "--log", "published", "--seen", str(Claim(head, 0)))[0] == 0
    assert "older than what was seen" in custody("verify", "--log", "published", "--seen", str(longer))[1]
    assert custody("verify", "--jobs", "1", "--seen", "CL1 nonsense")[0] == 1


def test_a_witness_runs_by_its_key_and_the_logs_alone(custody: Custody, tmp_path: Path) -> None:
    custody("witness", "keygen", "audit.key", "--name", "audit.example/w", "--no-passphrase")
    log = Signer(LOG.name, read_note_key(tmp_path / "ledger.db.key")).verifier
    command = [EXECUTABLE, "--lang", "en", "witness", "serve", "--log", str(log), "--key", "audit.key", "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split()[1]
            vkey = (tmp_path / "audit.key.pub").read_text().strip()
            custody("witness", "add", vkey, url, "--as", "audit")
            status, said = custody("witness", "ask")
        finally:
            process.terminate()
    assert (status, "cosigned 1" in said) == (0, True), said
    nameless = ("witness", "serve", "--log", str(log), "--key", "ledger.db.key", "--port", "0")
    assert "use/witness-name" in custody(*nameless)[1]


def test_what_is_missing_is_said(custody: Custody, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "policy.txt" in custody("witness", "status")[1]
    monkeypatch.delenv("CUSTODY_WITNESS_POLICY")
    status, said = custody("witness", "ask")
    assert (status, "use/witness-policy" in said) == (2, True)
    (tmp_path / "policy.txt").write_text(f"log {LOG.verifier}\nquorum none\n")
    status, said = custody("witness", "status", "--witness-policy", "policy.txt")
    assert (status, "malformed/witness-policy-log" in said) == (1, True)
    assert custody("witness", "keygen", "admin.pem", "--name", "x", "--no-passphrase")[0] == 1
    assert custody("witness", "keygen", "new.key", "--name", "a b", "--no-passphrase")[0] == 1
    assert not (tmp_path / "new.key").exists()
    serve = ("witness", "serve", "--name", "w", "--key", "ledger.db.key", "--state", "none.db", "--port", "0")
    assert "not-found/witness-state" in custody(*serve, "--log", str(LOG.verifier))[1]
    assert "use/host" not in custody(*serve, "--log", str(ED25519.verifier))[1]
    assert custody(*serve, "--log", str(LOG.verifier), "--host", "0.0.0.0")[0] == 2
