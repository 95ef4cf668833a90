"""docs/examples/verify.mjs, written from docs/format.md alone, on real bundles and on bundles tampered with."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from custody.bundle.verifying import verify_bundle
from custody.tlog.note import Signer
from openid import node
from tampered_bundles import SOUND, STRANGER, TAMPERED, Story, packed, told
from world import World

PROGRAM = Path(__file__).resolve().parents[2] / "docs/examples/verify.mjs"


@pytest.fixture(scope="module")
def story(founded_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A bundle, which nothing changes."""
    world = founded_world.twin(f"sqlite:///{tmp_path_factory.mktemp('told') / 'ledger.db'}")
    yield told(world)
    world.close()


def verify(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program."""
    program = node()
    if program is None:
        reason = "no Node.js here: make setup-dev"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return subprocess.run(
        [program, PROGRAM, *arguments], capture_output=True, text=True, timeout=60, check=False,
        env={"PATH": os.environ["PATH"], **environment},
    )  # fmt: skip


def report(*arguments: str | Path) -> dict[str, Any]:
    """The report, and the exit status that belongs to it."""
    run = verify("--json", *arguments)
    assert not run.stderr
    said: dict[str, Any] = json.loads(run.stdout)
    assert run.returncode == (0 if said["sound"] else 1)
    return said


def codes(said: dict[str, Any], kind: str = "findings") -> set[str]:
    """The codes of a report's findings, or of what was not checked."""
    return {each["code"] for step in said["steps"] for each in step[kind]}


def found(said: dict[str, Any], other: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Step, code and place of each finding, of the steps that another program takes as well."""
    takes = {
        step["name"] for step in other["steps"] if all(each["code"] != "not-taken-here" for each in step["not_checked"])
    }
    return sorted(
        (step["name"], each["code"], each["where"])
        for step in said["steps"] if step["name"] in takes for each in step["findings"]
    )  # fmt: skip


def shown(said: dict[str, Any]) -> list[dict[str, Any]]:
    """What was proved beyond that nothing is wrong."""
    return [each for step in said["steps"] for each in step.get("shown", ())]


@pytest.mark.parametrize("how", SOUND)
def test_a_bundle_as_it_was_made_is_sound(story: Story, tmp_path: Path, how: str) -> None:
    path = packed(story, SOUND[how], tmp_path / "bundle.zip")
    said = report(path)
    assert said["sound"], codes(said)
    assert said["log_key"] == {"key": str(story.world.log_key.verifier), "from": "bundle"}
    assert (said["subject"], said["size"]) == ({"kind": "case", "id": story.case}, len(story.entries))
    counts = {step["name"]: step["checked"] for step in said["steps"]}
    held = sum("entries/" in name for name in story.files)
    assert (counts["inclusion"], counts["acts"], counts["order"]) == (held, held, held)
    assert counts["signatures"] > held
    assert ("no-witnesses" in codes(said, "not_checked")) == ("witnesses" not in how)
    assert shown(said) == shown(verify_bundle(path).body())
    assert len(shown(said)) == (2 if "witnesses" in how else 0)
    assert ("envelope-left-out" in codes(said, "not_checked")) == ("withheld" in how)


@pytest.mark.parametrize("how", TAMPERED)
def test_whatever_is_tampered_with_is_found_and_said_in_two_languages(story: Story, tmp_path: Path, how: str) -> None:
    tampering, expected = TAMPERED[how]
    path = packed(story, tampering, tmp_path / "bundle.zip")
    said = report(path)
    assert codes(said) == expected
    by_python = verify_bundle(path).body()  # which shares no line with the program
    assert found(said, by_python) == found(by_python, said)
    for step in said["steps"]:
        for each in (*step["findings"], *step["not_checked"]):
            assert each["code"] not in (each["zh"], each["en"])
            assert "{" not in each["zh"] + each["en"]


def test_a_log_key_from_elsewhere_is_compared(story: Story, tmp_path: Path) -> None:
    path = packed(story, SOUND["as it was made"], tmp_path / "bundle.zip")
    own, other = story.world.log_key, Signer(story.world.ledger.origin, STRANGER)
    said = report("--log-key", str(own.verifier), path)
    assert said["log_key"]["from"] == "verifier"
    assert said["sound"]
    assert "log-key-came-along" not in codes(said, "not_checked")
    assert codes(report("--log-key", str(other.verifier), path)) == {"checkpoint-signature", "statement-signature"}


def test_a_key_that_the_ledger_never_named_is_found_though_it_is_trusted(story: Story, tmp_path: Path) -> None:
    other = Signer(story.world.ledger.origin, STRANGER)
    note = story.files["checkpoint"].decode()
    line = other.sign(note.partition("\n\n")[0] + "\n").line()
    path = packed(story, lambda told: told.but({"checkpoint": (note + line).encode()}), tmp_path / "bundle.zip")
    assert codes(report("--log-key", str(other.verifier), path)) == {"log-key", "statement-signature"}


def test_what_is_no_archive_is_said_to_be_none(story: Story, tmp_path: Path) -> None:
    """Exit status 2, for what cannot be read and for a wrong use alike."""
    whole = packed(story, SOUND["as it was made"], tmp_path / "bundle.zip").read_bytes()
    wrong = {"empty": b"", "cut": whole[: len(whole) // 2], "more": whole + b"\n", "text": b"x" * 100}
    for name, data in wrong.items():
        (tmp_path / name).write_bytes(data)
        run = verify("--json", tmp_path / name)
        assert run.returncode == 2
        assert codes(json.loads(run.stdout)) == {"container"}
    with zipfile.ZipFile(tmp_path / "packed", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", story.files["manifest.json"])
    assert verify(tmp_path / "packed").returncode == 2
    assert verify().returncode == 2
    run = verify(tmp_path / "none")
    assert (run.returncode, run.stdout) == (2, "")
    assert "no such file" in run.stderr


def test_for_people_it_writes_lines_in_their_language(story: Story, tmp_path: Path) -> None:
    path = packed(story, TAMPERED["too few witnesses"][0], tmp_path / "bundle.zip")
    assert "Fewer witnesses cosigned" in verify(path, LANG="en_GB.UTF-8").stdout
    assert "联署的见证方不足" in verify(path, LANG="zh_CN.UTF-8").stdout
