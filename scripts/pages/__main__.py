"""Writes what follows from the code: access.md, acts.md, rules.md, errors.md, schemas in docs/; words of scripts.

``.venv/bin/python scripts/pages`` writes them; with ``--check`` it names those that are not current, and exits with 1.
In a page, what stands above the mark is written by hand and stays.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from access_pages import access
from act_pages import acts
from bundle_page import PAGE, verify_page
from error_pages import errors
from rule_pages import rules
from term_file import TERMS, terms

from custody.acts import ACT_TYPES
from custody.acts.schemas import published

DOCS: Final = Path(__file__).resolve().parents[2] / "docs"
MARK: Final = "<!-- From here on written by scripts/pages. -->\n"
PAGES: Final = {"access.md": access, "acts.md": acts, "rules.md": rules, "errors.md": errors}


def expected() -> dict[Path, str]:
    """Every generated file with the text that it should have."""
    texts = {DOCS / "schemas" / f"{name}.json": published(name) for name in ACT_TYPES}
    texts[PAGE] = verify_page()
    texts[TERMS] = terms()
    for name, body in PAGES.items():
        by_hand, mark, _ = (DOCS / name).read_text(encoding="utf-8").partition(MARK)
        if not mark:
            raise SystemExit(f"docs/{name} has no mark: {MARK}")
        texts[DOCS / name] = by_hand + mark + "\n" + body()
    return texts


def main(arguments: list[str]) -> int:
    """Write the files that are not current, or with ``--check`` only name them."""
    stale = {
        path: text
        for path, text in expected().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    }  # fmt: skip
    for path in stale:
        print(path.relative_to(DOCS.parent))
    if "--check" in arguments:
        return 1 if stale else 0
    for path, text in stale.items():
        path.write_text(text, encoding="utf-8")
    return 0


sys.exit(main(sys.argv[1:]))
