"""What a court needs to verify: Python with `cryptography` and `pydantic`, and no more of us than the package."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import bundles
import custody
from custody.bundle.content import Subject
from world import World

NEEDED = (
    "cryptography", "cffi", "_cffi_backend", "pycparser", "pydantic", "pydantic_core", "annotated_types",
    "typing_extensions", "typing_inspection",
)  # fmt: skip
"""The two, and what they need themselves."""

RUN = """
import runpy, sys
sys.path.insert(0, sys.argv.pop(1))
sys.argv[0] = "custody.bundle"
runpy.run_module("custody.bundle", run_name="__main__")
"""


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with links to those packages alone, and to this one."""
    folder = tmp_path_factory.mktemp("apart")
    for name in NEEDED:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            path = Path(spec.origin)
            path = path.parent if spec.submodule_search_locations else path
            (folder / path.name).symlink_to(path)
    (folder / "custody").symlink_to(Path(custody.__file__).parent)
    return folder


@pytest.fixture(scope="module")
def bundle(founded_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A bundle of a case."""
    folder = tmp_path_factory.mktemp("bundle")
    world = founded_world.twin(f"sqlite:///{folder / 'ledger.db'}")
    case = world.opens_case()
    world.checks_in(world.seizes(case, world.item(), world.item()), "大库")
    yield bundles.packed(bundles.files(bundles.content(world, Subject("case", case))), folder / "case.zip")
    world.close()


def verified(apart: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the verifier without any other package (-S) and without anything of the environment (-I)."""
    command = [sys.executable, "-I", "-S", "-c", RUN, str(apart), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False)


def test_a_court_verifies_with_two_packages(apart: Path, bundle: Path) -> None:
    done = verified(apart, bundle, "--json")
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    assert report["sound"] is True
    assert [each["name"] for each in report["steps"] if each["checked"]][:8] == [
        "container", "checkpoint", "inclusion", "acts", "signatures", "order", "completeness", "decisions",
    ]  # fmt: skip


def test_it_tells_people_in_their_language_what_was_changed(apart: Path, bundle: Path, tmp_path: Path) -> None:
    data = bytearray(bundle.read_bytes())
    data[data.index(b'"payload"') + 40] ^= 1
    changed = tmp_path / "changed.zip"
    changed.write_bytes(data)
    done = verified(apart, changed, "--lang", "zh")
    assert done.returncode == 1
    assert "核验未通过" in done.stdout
    assert "文件内容与清单不符" in done.stdout


@pytest.mark.parametrize("name", ["missing.zip", "empty.zip", "."])
def test_what_is_no_bundle_is_told_in_a_sentence(apart: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty.zip").touch()
    done = verified(apart, tmp_path / name)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
