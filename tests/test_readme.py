"""The README's commands run as they are written, in a folder that holds what they need and nothing else."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any, Final
from urllib.request import urlopen

import pytest

from custody import label

ROOT: Final = Path(__file__).resolve().parents[1]
READMES: Final = ("README.md", "README.zh-CN.md")
BLOCK: Final = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
DEMO: Final = [sys.executable, "-m", "custody_api.demo", "--directory", "demo"]
LONGEST_S: Final = 240


def blocks(name: str) -> list[str]:
    """The shell blocks of a document, without comments."""
    found = BLOCK.findall((ROOT / name).read_text(encoding="utf-8"))
    return [re.sub(r"\s+# .*$", "", block, flags=re.MULTILINE) for block in found]


def surroundings() -> dict[str, str]:
    """What a new terminal has: no setting of this project."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("CUSTODY_")}
    return {**plain, "LANG": "en_US.UTF-8", "PYTHONUTF8": "1"}


def run(script: str, folder: Path, *, status: int = 0) -> str:
    """Run a script in a shell, up to the first command that fails; returns what it printed."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=folder, env=surroundings(), capture_output=True, text=True,
        timeout=LONGEST_S, check=False,
    )  # fmt: skip
    assert done.returncode == status, f"{script}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the virtual environment and the demonstration, as `make demo-data` leaves it."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / ".venv").symlink_to(sys.prefix)
    subprocess.run(DEMO, cwd=folder, env=surroundings(), check=True, capture_output=True, timeout=LONGEST_S)
    return folder


@pytest.fixture(scope="module")
def opening() -> str:
    """The first line of the tour, which says where the commands and the reader's own ledger are."""
    return next(line for block in blocks(READMES[0]) for line in block.splitlines() if line.startswith("export "))


def found_in_hands(folder: Path, opening: str) -> str:
    """Have psb-0211 seize one thing in the demonstration's ledger, so that there is something to hand over."""
    draft: dict[str, Any] = json.loads(run(f"{opening}\ncustody template seizure", folder))
    asked = "custody show item $(sed -n 's/.*show item \\(EV1[0-9A-Z]*\\).*/\\1/p' demo/README.txt) --json"
    item = json.loads(run(f"{opening}\n{asked} --database demo/ledger.db", folder))
    code = label.make("item", os.urandom(9))
    taken = {**draft["items"][0], "code": code, "seal": "TOUR-1", "photos": []}
    draft |= {"case": item["case"], "items": [taken], "attachments": [], "attestations": []}
    draft.pop("occurred_at")
    (folder / "seizure-of-one.json").write_text(json.dumps(draft), encoding="utf-8")
    keys = "--key demo/keys/psb-0211.pem --key demo/keys/psb-0347.pem"
    run(f"{opening}\ncustody act seizure-of-one.json {keys} --database demo/ledger.db", folder)
    return code[: label.ID_LENGTH]


def test_both_readmes_have_the_same_commands() -> None:
    english, chinese = (blocks(name) for name in READMES)
    assert english == chinese


def test_every_command_of_the_readme_is_run_below() -> None:
    first, tour, demo, handover, court = blocks(READMES[0])
    assert first.split() == ["make", "demo", "make", "test"]
    lines = [line for block in (tour, demo, handover, court) for line in block.splitlines() if line]
    assert all(line.startswith(("custody ", "export ")) for line in lines)


def test_make_runs_what_is_run_here() -> None:
    recipes = (ROOT / "Makefile").read_text(encoding="utf-8")
    build = r"@\$\(BIN\)/python -m custody_api.demo --directory \$\(DEMO\)"
    assert re.search(rf"^demo: setup\n\t{build} --serve$", recipes, re.MULTILINE)
    assert re.search(rf"^demo-data: setup\n\t{build}$", recipes, re.MULTILINE)
    assert re.search(r"^PYTEST := \$\(BIN\)/pytest -n ", recipes, re.MULTILINE)
    assert re.search(r"^test: setup-dev\n\t\$\(PYTEST\)$", recipes, re.MULTILINE)


def test_a_ledger_of_ones_own_is_founded_and_verified(place: Path) -> None:
    said = run(blocks(READMES[0])[1], place)
    assert "The ledger custody.example/tour is founded." in said
    assert "Nothing found." in said
    assert json.loads((place / "seizure.json").read_text(encoding="utf-8"))["act"] == "seizure"


def test_the_demonstration_can_be_scanned_labelled_and_verified(place: Path, opening: str) -> None:
    said = run(f"{opening}\n{blocks(READMES[0])[2]}", place)
    assert said.count("in force") == 24
    assert "Nothing found." in said
    assert (place / "roll.pdf").read_bytes().startswith(b"%PDF")


def test_a_handover_is_signed_by_both_and_answered_with_a_receipt(place: Path, opening: str) -> None:
    item = found_in_hands(place, opening)
    draft = json.loads(run(f"{opening}\ncustody template transfer", place))
    draft["lines"][0] |= {"item": item, "seal_seen": "TOUR-1"}
    draft.pop("occurred_at")
    (place / "transfer.json").write_text(json.dumps(draft), encoding="utf-8")
    said = run(f"{opening}\n{blocks(READMES[0])[3]}", place)
    assert "Recorded: transfer" in said
    assert "psb-0211" in said
    assert "psb-0347" in said


def test_a_case_is_taken_out_and_verified_from_the_file_alone(place: Path, opening: str) -> None:
    said = run(f"{opening}\n{blocks(READMES[0])[4]}", place)
    assert "Anybody can check it" in said
    assert "Sound: nothing that was checked is wrong." in said


def test_what_the_demonstration_suggests_can_be_done(place: Path) -> None:
    listed = (place / "demo/README.txt").read_text(encoding="utf-8")
    suggested = [line.strip() for line in listed.splitlines() if line.strip().startswith(".venv/bin/custody ")]
    (scan,) = (command for command in suggested if "custody scan" in command)
    (signs_in,) = (command for command in suggested if "custody sign-in" in command)
    suggested = [command for command in suggested if command not in (scan, signs_in)]
    assert len(suggested) == 3
    run("\n".join(suggested), place)
    assert "retired, moves nothing" in run(scan, place, status=1)  # one label on the sheet was replaced that day


@pytest.fixture
def serving(place: Path) -> Iterator[str]:
    """The address at which the demonstration is served, on a port that is free."""
    command = [*DEMO, "--serve", "--port", "0"]
    server = subprocess.Popen(command, cwd=place, env=surroundings(), stdout=subprocess.PIPE, text=True)
    limit = Timer(LONGEST_S, server.kill)
    limit.start()
    try:
        assert server.stdout is not None
        yield next(
            found[1] for line in server.stdout
            if "/openapi.json" in line and (found := re.search(r"(http://127\.0\.0\.1:\d+)", line))
        )  # fmt: skip
    finally:
        limit.cancel()
        server.terminate()
        server.communicate()


def test_make_demo_serves_what_was_built_and_lets_its_people_in(serving: str, place: Path) -> None:
    with urlopen(f"{serving}/readyz", timeout=60) as answer:
        assert json.load(answer)["ready"] is True
    listed = (place / "demo/README.txt").read_text(encoding="utf-8")
    (signs_in,) = re.findall(r"^ *(\.venv/bin/custody sign-in .*)$", listed, re.MULTILINE)
    keeping = "export XDG_STATE_HOME=$PWD/state; "
    said = run(keeping + signs_in.replace("http://127.0.0.1:8000", serving), place)
    assert "pro-11" in said


def test_the_python_it_asks_for_is_the_one_that_is_needed() -> None:
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    assert all(needed.removeprefix(">=") in (ROOT / name).read_text(encoding="utf-8") for name in READMES)
