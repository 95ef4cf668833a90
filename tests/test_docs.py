"""The documents point at things that exist."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
LINK: Final = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCED: Final = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
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
    justified = set(re.findall(r"\*\*([\w-]+)\*\*", (ROOT / "docs/decisions/0006-dependencies.md").read_text().lower()))
    assert wanted == justified
