"""The documents point at things that exist, leave nothing out, and are as the code is now."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Final, cast

import pytest

import custody.cli
from custody.acts import ACT_TYPES
from custody.acts.parts import PARTS
from custody.cli.settings import VARIABLES
from custody.ledger.causes import CAUSES
from custody.ledger.ledger import Ledger
from custody.ledger.policies import shipped_policy
from custody.properties import PROPERTIES
from custody.sentences import CHINESE
from custody_api.app import create_app
from custody_api.wording import CATALOGUE
from custody_scanners import sentences as scanning

ROOT: Final = Path(__file__).resolve().parents[1]
LINK: Final = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCED: Final = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
FINDING: Final = ("ledger/fsck", "ledger/storedrow", "ledger/walk", "attachments/check", "cli/verify_command")
HEADING: Final = re.compile(r"^#+\s+(.+?)\s*$", re.MULTILINE)


def documents() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def prose(path: Path) -> str:
    return FENCED.sub("", path.read_text(encoding="utf-8"))


def anchors(path: Path) -> set[str]:
    """The fragment of each heading, made as code hosts make it."""
    plain = (re.sub(r"[`*]", "", heading).lower() for heading in HEADING.findall(prose(path)))
    kept = ("".join(c for c in text if c in " -_" or unicodedata.category(c)[0] in "LN") for text in plain)
    return {text.replace(" ", "-") for text in kept}


def broken(path: Path, link: str) -> bool:
    """Whether a link within the repository leads nowhere. Links to other hosts are not followed."""
    if "://" in link or link.startswith("mailto:"):
        return False
    name, _, fragment = link.partition("#")
    target = path if not name else (path.parent / name)
    return not target.exists() or bool(fragment and target.suffix == ".md" and fragment not in anchors(target))


def test_every_link_within_the_repository_leads_somewhere() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {link}"
        for path in documents()
        for link in LINK.findall(prose(path))
        if broken(path, link)
    ]
    assert not found, "\n".join(["", *found])


def test_decisions_are_numbered_without_gaps_and_told_in_the_same_order() -> None:
    decisions = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert [path.name[:4] for path in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    for path in decisions:
        headings = re.findall(r"^## (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert headings[0] == "Context", path.name
        assert [name for name in headings if name in ("Context", "Decision", "Consequences")] == [
            "Context", "Decision", "Consequences",
        ], path.name


def test_every_dependency_is_justified() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {
        re.split(r"[^\w-]", requirement)[0].lower()
        for requirement in [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    }
    vendored = json.loads((ROOT / "api/custody_api/station/static/vendor/manifest.json").read_text(encoding="utf-8"))
    wanted |= {name.removesuffix(".org") for name in vendored["packages"]}
    wanted |= set(json.loads((ROOT / "tests/node/package.json").read_text(encoding="utf-8"))["dependencies"])
    justified = set(re.findall(r"\*\*([\w-]+)\*\*", (ROOT / "docs/decisions/0006-dependencies.md").read_text().lower()))
    assert wanted == justified


def written_in_code() -> str:
    """Everything that the documents set as code, one piece a line."""
    texts = [path.read_text(encoding="utf-8") for path in documents() if path.is_relative_to(ROOT / "docs")]
    return "\n".join(piece for text in texts for piece in re.findall(r"`([^`\n]+)`", text))


def undocumented(names: Iterable[str], *, within: str = r"(?m)^{}(?![\w/-])") -> list[str]:
    pieces = written_in_code()
    return [name for name in names if not re.search(within.format(re.escape(name)), pieces)]


def variables_read() -> set[str]:
    """Every environment variable of ours that any code reads."""
    folders = ("src", "api", "scanners", "migrations", "tests", "benchmarks", "scripts")
    sources = [path.read_text(encoding="utf-8") for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return {name for source in sources for name in re.findall(r"""["'](CUSTODY_[A-Z_]+)["']""", source)}


def test_every_act_type_and_every_part_is_in_the_docs() -> None:
    assert not undocumented([*ACT_TYPES, *(part for parts in PARTS.values() for part in parts)])


def test_every_command_is_in_the_docs() -> None:
    assert not undocumented(f"custody {name}" for name in custody.cli.commands())


def test_every_setting_and_every_environment_variable_is_in_the_docs() -> None:
    assert not undocumented([*VARIABLES, *VARIABLES.values(), *variables_read()])


def test_every_address_of_the_api_is_in_the_docs() -> None:
    page = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    addresses = set(re.findall(r"`(?:GET |POST )?(/(?:v1|log|r|healthz|readyz|metrics)[^`]*)`", page))
    addresses |= {f"/v1/acts/{{act_id}}{rest}" for rest in re.findall(r"`…(/[a-z]+)`", page)}
    served: dict[str, object] = create_app(cast(Ledger, None)).openapi()["paths"]  # described without a ledger
    assert addresses == set(served)


def test_every_error_code_is_in_the_docs() -> None:
    codes = {*CHINESE, *CATALOGUE, *scanning.CATALOGUE, *scanning.CHINESE}
    assert not undocumented(sorted(codes - {"awaits"}))
    assert not undocumented(["awaits/ACT"])


def findings_made() -> set[str]:
    """The code of every finding that anything in the program makes."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "src/custody").rglob("*check.py")]
    sources += [(ROOT / f"src/custody/{each}.py").read_text(encoding="utf-8") for each in FINDING]
    made = r"""(?:found\(\s*\d+,|yield|Finding\(\s*\d+,)\s*["']([a-z-]+)["']"""
    return {code for source in sources for code in re.findall(made, source)}


def test_every_finding_of_verifying_has_a_cause_and_every_cause_is_in_the_docs_in_both_languages() -> None:
    codes = [code for cause in CAUSES for code in cause.codes]
    assert len(codes) == len(set(codes))
    assert not (findings_made() | {each.code for each in PROPERTIES}) - set(codes)
    lines = (ROOT / "docs/operating.md").read_text(encoding="utf-8").splitlines()
    for cause in CAUSES:
        (line,) = [line for line in lines if line.startswith(f"| **{cause.zh}** ")]
        assert re.findall(r"`([a-z-]+)`", line) == [*cause.codes]
        said = (cause.en, cause.means_zh, cause.means_en, cause.do_zh, cause.do_en)
        assert [each for each in said if each not in line] == []


def test_every_rule_is_in_the_docs_with_what_was_checked_of_it() -> None:
    page = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
    for text in shipped_policy("cn").texts.values():
        code = f"refused/{text.code}" if text.kind == "refusal" else text.code
        _, _, said = page.partition(f"### `{code}`\n")
        said = said.partition("\n### ")[0]
        checked = "verified" if text.verified else r"**UNVERIFIED**"
        assert text.source in said, code
        assert f"| checked | {checked} |" in said, code


def test_every_deadline_is_in_the_docs_with_what_starts_stops_and_extends_it() -> None:
    """D01 to D31, each a line: trigger, clock, term by variant, ladder, stop, source, and whether it was checked."""
    page = (ROOT / "docs/rules.md").read_text(encoding="utf-8").partition("\n## Deadlines\n")[2]
    lines = {line.split(" | ")[0].strip("| "): line for line in page.partition("\n## ")[0].splitlines()}
    texts = shipped_policy("cn").deadlines
    assert texts.keys() == {f"D{number:02}" for number in range(1, 32)}
    for number, text in texts.items():
        line = lines[number]
        said = [text.zh, text.en, text.source, *(f"`{each}`" for each in (*text.starts, *text.stops)), *text.terms]
        said += [f"{each.name} {each.colour}: {', '.join(each.tells)}" for each in text.ladder]
        said += [text.extension.noted, text.extension.source] if text.extension else []
        assert [each for each in said if each not in line] == [], number
        assert line.endswith("| verified |" if text.verified else "| **UNVERIFIED** |"), number


@pytest.mark.parametrize("name", ["acts.md", "rules.md", "errors.md"])
def test_what_is_written_by_hand_stands_above_the_mark(name: str) -> None:
    by_hand, mark, _ = (ROOT / "docs" / name).read_text(encoding="utf-8").partition("<!-- From here on written by")
    assert mark
    assert len(by_hand.splitlines()) > 5


def test_pages_written_from_the_code_are_current() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/pages", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert not done.stdout, f"run .venv/bin/python scripts/pages:\n{done.stdout}"
    assert done.returncode == 0, done.stderr
