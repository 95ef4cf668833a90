"""src/custody/bundle/verify.html: what in it is not its own. Words, which are Python's: findings, steps, acts and their
parts; and verifier.js, which the station serves, too."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from custody.acts import ACT_TYPES
from custody.acts.schemas import schema

BUNDLE: Final = Path(__file__).resolve().parents[2] / "src/custody/bundle"
PAGE: Final = BUNDLE / "verify.html"
_WORDS: Final = re.compile(r'(<script type="application/json" id="words">).*?(</script>)', re.DOTALL)
_VERIFIER: Final = re.compile(r"(// <verifier\.js>\n).*?(// </verifier\.js>\n)", re.DOTALL)


def verify_page() -> str:
    """The page with its words and its verifier as they are now; whatever else stands in it is written by hand."""
    said = json.loads((BUNDLE / "sentences.json").read_text(encoding="utf-8")) | {"acts": _acts()}
    words = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    words = words.replace("<", "\\u003c").replace('"},"', '"},\n"')
    page = _WORDS.sub(lambda found: f"{found[1]}\n{words}\n{found[2]}", PAGE.read_text(encoding="utf-8"))
    verifier = re.sub("^export ", "", (BUNDLE / "verifier.js").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return _VERIFIER.sub(lambda found: found[1] + verifier + found[2], page)


def _acts() -> dict[str, Any]:
    return {name: _titled(schema(name)) for name in ACT_TYPES}


def _titled(declared: dict[str, Any]) -> dict[str, Any]:
    zh, _, en = declared["title"].rpartition(" / ")
    parts = {name: {"zh": part["zh"], "en": part["en"]} for name, part in declared["x-parts"].items()}
    return {"zh": zh, "en": en, "parts": parts}
