"""What is shipped, and with what: the wheel as it is released, and the locks that CI installs."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).resolve().parents[1]
PACKAGES: Final = ("custody", "custody_api", "custody_migrations", "custody_scanners")


def project() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


def pins(name: str) -> dict[str, str]:
    """Distribution name to locked version."""
    lines = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    matches = (re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;]+)", line) for line in lines)
    return {canonicalize_name(match[1]): match[2] for match in matches if match}


def unlocked(requirements: list[str], locked: dict[str, str]) -> list[str]:
    wanted = [Requirement(text) for text in requirements]
    return [
        f"{requirement} is locked at {locked.get(canonicalize_name(requirement.name))}"
        for requirement in wanted
        if not requirement.specifier.contains(locked.get(canonicalize_name(requirement.name), "0.dev0"))
    ]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a network from a build backend that is already here."""
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--wheel-dir", str(target), str(ROOT)], check=True, capture_output=True)
    return next(target.glob("evidence_custody-*.whl"))


def test_the_wheel_holds_the_four_packages_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == set(PACKAGES)
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(names)
    assert {f"custody/bundle/{name}" for name in ("verify.html", "verifier.js", "sentences.json")} <= set(names)


def test_the_wheel_carries_the_licences_of_the_code_of_the_font_and_of_what_the_pages_bring(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    licences = {name.split("/licenses/")[1] for name in names if ".dist-info/licenses/" in name}
    vendor = ROOT / "api/custody_api/station/static/vendor"
    vendored = {str(each.relative_to(ROOT)) for each in vendor.glob("*.LICENSE.txt")}
    assert licences == {"LICENSE", "scanners/custody_scanners/fonts/OFL.txt", *vendored}


def test_the_wheel_works_outside_the_source_tree(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    program = f"import {', '.join(PACKAGES)}; print({', '.join(f'{name}.__file__' for name in PACKAGES)}, sep='\\n')"
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {program}"]
    found = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path).stdout.split()
    assert [Path(path).relative_to(tmp_path).parts[0] for path in found] == list(PACKAGES)


def test_the_command_is_installed_and_explains_itself() -> None:
    command = Path(sys.executable).with_name("custody")
    answer = subprocess.run([command, "--help"], check=False, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    assert "custody" in answer.stdout


def test_the_installed_version_is_the_declared_one() -> None:
    assert distribution("evidence-custody").version == project()["version"]


def test_every_declared_dependency_is_locked_within_its_bounds() -> None:
    table = project()
    assert unlocked(table["dependencies"], pins("run")) == []
    assert unlocked(table["dependencies"] + table["optional-dependencies"]["dev"], pins("dev")) == []


def test_the_program_runs_with_the_versions_it_is_tested_with() -> None:
    assert pins("run").items() <= pins("dev").items()


@pytest.mark.parametrize("name", ["run", "dev"])
def test_a_lock_has_hashes_and_names_no_index(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert not re.search(r"://|--(extra-)?index-url|--find-links", text)
