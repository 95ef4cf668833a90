"""``custody export`` and ``custody verify BUNDLE``: whole files or none, and who had what opened."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from custody import keyfile
from custody.bundle.verifying import verify_bundle
from custody.cli import main
from world import ORIGIN, World


class Office:
    """A ledger with its keys, and the case in it."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.case = world.opens_case()
        (self.item,) = world.seizes(self.case, world.item())
        world.checks_in([self.item], "大库")
        for name, signer in (("log.key", world.log_key), ("log.key.journal", world.journal_key)):
            keyfile.write_key(folder / name, signer.private_key, None)

    def views(self) -> list[Any]:
        """The journal's lines of what was shown and what was taken out."""
        return [each for each in self.world.ledger.journal.read(0, 1_000) if each.kind in ("view", "export")]


@pytest.fixture(scope="module")
def office(founded_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One ledger for all of this."""
    folder = tmp_path_factory.mktemp("office")
    world = founded_world.twin(f"sqlite:///{folder / 'ledger.db'}")
    yield Office(world, folder)
    world.close()


Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def run(office: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command; gives its status and what it printed as JSON."""
    for name in ("CUSTODY_DATABASE", "CUSTODY_SERVER", "CUSTODY_LOG_KEY", "CUSTODY_LOG_VERIFIER"):
        monkeypatch.delenv(name, raising=False)
    ledger = ("--database", office.world.url, "--log-key", str(office.folder / "log.key"), "--without-report")

    def command(*words: object) -> tuple[int, Any]:
        given = ledger if words[0] == "export" else ()
        status = main([*map(str, words), *given, "--json"])
        said = capsys.readouterr()
        return status, json.loads(said.out or said.err)

    return command


def test_a_bundle_is_written_and_verified_under_the_key_that_was_kept(office: Office, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "item.zip"
    status, said = run("export", "item", office.item, "-o", file)
    assert (status, said["acts"], said["disclosures"]) == (0, 2, 0)
    status, report = run("verify", file, "--log-key", office.world.log_key.verifier)
    assert (status, report["sound"], report["log_key"]["from"]) == (0, True, "verifier")
    status, report = run("verify", file, "--log-key", office.world.journal_key.verifier)
    assert (status, report["sound"]) == (1, False)
    assert office.views() == []


def test_a_policy_file_says_which_log_is_trusted(office: Office, run: Run, tmp_path: Path) -> None:
    file, policy = tmp_path / "item.zip", tmp_path / "policy.txt"
    run("export", "item", office.item, "-o", file)
    policy.write_text(f"log {office.world.log_key.verifier}\nquorum none\n")
    status, report = run("verify", file, "--witness-policy", policy)
    assert (status, report["log_key"]["from"]) == (0, "verifier")
    policy.write_text("log nonsense\nquorum none\n")
    status, error = run("verify", file, "--witness-policy", policy)
    assert (status, error["code"].partition("/")[0]) == (1, "malformed")


def test_sealed_values_are_opened_for_somebody_and_the_journal_says_so_first(
    office: Office, run: Run, tmp_path: Path
) -> None:
    status, error = run("export", "case", office.case, "-o", tmp_path / "a.zip", "--disclose", "all")
    assert (status, error["code"]) == (2, "use/export")
    asked = ("--by", "psb-0211", "--why", "移送")
    status, said = run("export", "case", office.case, "-o", tmp_path / "all.zip", "--disclose", "all", *asked)
    assert status == 0
    view, export = office.views()
    assert (view.code, view.by, len(view.detail["values"])) == ("view/bundle", "psb-0211", said["disclosures"])
    assert (export.kind, export.code, export.detail["why"]) == ("export", "export/bundle", "移送")
    one = view.detail["values"][0]
    status, said = run("export", "case", office.case, "-o", tmp_path / "one.zip", "--disclose", one, *asked)
    assert (status, said["disclosures"]) == (0, 1)
    before = len(office.views())
    for wrong in (("--disclose", "A" * 43, *asked), ("--disclose", one, "--by", "nobody", "--why", "x")):
        status, error = run("export", "case", office.case, "-o", tmp_path / "no.zip", *wrong)
        assert (status, error["code"].partition("/")[0]) == (1, "not-found")
    assert len(office.views()) == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["all.zip", "one.zip"]


def test_a_file_that_is_there_stays_as_it_was_until_the_new_one_is_whole(
    office: Office, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "case.zip"
    file.write_bytes(b"an older bundle")
    status, error = run("export", "case", "云公(刑)诈〔2026〕9999", "-o", file)
    assert (status, error["code"]) == (1, "not-found/case")
    assert file.read_bytes() == b"an older bundle"
    status, error = run("export", "case", office.case, "-o", tmp_path / "none" / "case.zip")
    assert status == 1
    status, _ = run("export", "case", office.case, "-o", file)
    assert status == 0
    assert verify_bundle(file).ledger == ORIGIN
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["case.zip"]


def test_what_cannot_be_read_as_a_bundle_is_told_in_a_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("no bundle")
    status, report = run("verify", tmp_path / "text.zip")
    assert (status, report["sound"]) == (1, False)
    status, error = run("verify", tmp_path / "none.zip")
    assert (status, bool(error["zh"]), bool(error["en"])) == (1, True, True)
