"""docs/operating.md names every command, every option, every setting and every step of `verify`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import custody.cli
from custody.cli.settings import VARIABLES
from custody.ledger import fsck
from custody.sentences import CHINESE

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
FOLDERS = ("src", "api", "scanners", "migrations", "tests")
VARIABLE = re.compile(r"""["'](CUSTODY_[A-Z_]+)["']""")


@pytest.mark.parametrize("command", custody.cli.commands())
def test_every_command_is_in_the_table(command: str) -> None:
    assert re.search(rf"^\| `custody {command}\b", TEXT, re.MULTILINE)


def test_every_command_can_be_loaded() -> None:
    assert custody.cli.missing_commands() == {}


@pytest.mark.parametrize(("name", "variable"), VARIABLES.items())
def test_every_setting_is_in_the_table(name: str, variable: str) -> None:
    assert re.search(rf"^\| `{variable}` \| `{name}` \|", TEXT, re.MULTILINE)


def test_every_variable_that_is_read_is_documented_and_no_other() -> None:
    sources = [path.read_text(encoding="utf-8") for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    read = {name for source in sources for name in VARIABLE.findall(source)}
    assert set(re.findall(r"\bCUSTODY_[A-Z_]+\b", TEXT)) == read


def test_the_steps_of_verify_bear_the_same_numbers() -> None:
    described = re.findall(r"^(\d)\. (?:\*\*)?(\w+)(?:\*\*)?:", fsck.__doc__ or "", re.MULTILINE)
    assert described == re.findall(r"^(\d)\. \*\*(\w+)\*\*:", TEXT, re.MULTILINE)


def test_the_codes_it_explains_exist() -> None:
    explained = set(re.findall(r"`((?:unavailable|damaged|untrusted)/[\w-]+)`", TEXT))
    assert explained - {"unavailable/behind"} <= CHINESE.keys()
