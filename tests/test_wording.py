"""The repository speaks of itself alone: no path of one machine, no package index of one network."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[1]

# In two halves, so that this file passes its own test.
FORBIDDEN: Final = (
    "/wo" + "rk/",
    "/ro" + "ot/",
    "/tmp/" + "brief",
    "sha" + "red/design",
    "sha" + "red/reference",
    "py" + "pi.org",
    "python" + "hosted",
    "np" + "mjs",
    "deb.deb" + "ian.org",
    "security.deb" + "ian.org",
)


def tracked_texts() -> dict[str, str]:
    """Path to text of every file under version control that is text."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode:
        pytest.skip("not a git checkout: there is no list of tracked files")
    files = [path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file()]
    contents = {str(path.relative_to(ROOT)): path.read_bytes() for path in files}
    return {name: content.decode("utf-8") for name, content in contents.items() if b"\0" not in content}


def test_no_text_names_a_place_outside_the_project() -> None:
    found = [
        f"{name}:{number} {word}"
        for name, text in tracked_texts().items()
        for number, line in enumerate(text.splitlines(), start=1)
        for word in FORBIDDEN
        if word in line
    ]
    assert not found, "\n".join(["", *found])
