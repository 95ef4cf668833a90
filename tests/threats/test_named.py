"""Whatever docs/threats.md says of thefts and lies names the test that shows it, and that test is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
NAMED: Final = re.compile(r"\[`(\w+)`\]\(\.\./(tests/[\w/]+\.py)\)")
PAGE: Final = (ROOT / "docs/threats.md").read_text(encoding="utf-8")


def test_every_test_that_the_page_names_exists() -> None:
    named = NAMED.findall(PAGE)
    assert len(named) > 20
    for test, file in named:
        assert re.search(rf"^def {test}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE), (file, test)


def test_every_line_on_thefts_and_lies_names_a_test() -> None:
    chapter = PAGE.partition("\n## Thefts and lies, each with its test\n")[2].partition("\n## ")[0]
    lines = [line for line in re.findall(r"^\| .*$", chapter, re.MULTILINE) if not line.startswith(("| | ", "|---"))]
    assert len(lines) > 12
    assert [line for line in lines if not NAMED.search(line)] == []


def test_every_test_of_thefts_and_lies_is_named() -> None:
    for file in ("tests/threats/test_thefts.py",):
        tests = set(re.findall(r"^def (test_\w+)\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE))
        assert tests == {test for test, where in NAMED.findall(PAGE) if where == file}
