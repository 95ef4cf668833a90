"""docs/errors.md: every code with its sentences, as the catalogues and the places that raise it have them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from remedies import ABOUT, WHAT_TO_DO
from tables import table

from custody import errors as kinds
from custody.sentences import CHINESE
from custody_api.problems import STATUSES
from custody_api.wording import CATALOGUE
from custody_scanners import sentences as scanning

ROOT: Final = Path(__file__).resolve().parents[2]
COMMANDS_ALONE: Final = (
    "src/custody/cli/", "src/custody/keyfile.py", "migrations/", "scanners/custody_scanners/camera",
)  # fmt: skip
READ_STRICTLY: Final = frozenset(
    f"malformed/{what}" for what in ("act", "entry", "envelope", "journal-entry", "journal-detail", "draft", "webauthn")
)
"""What `custody.strict` makes, which leaves the second half of the code to its callers."""
OF_ITS_OWN: Final = {
    "not-found/route": "404", "method-not-allowed": "405", "misdirected/host": "421", "malformed/media-type": "415",
    "malformed/range": "416",
    "internal/error": "500", "http": "as sent",
}  # fmt: skip
"""Statuses that no kind of error decides."""
COMMAND, EXIT_WRONG_USE, READING = "command", "exit 2", "reading"


@dataclass(frozen=True, slots=True)
class Raised:
    """One place where an error is made: its kind, its code with ``{}`` for what varies, its English sentence."""

    path: str
    kind: str
    code: str
    en: str

    def makes(self, code: str) -> bool:
        """Whether this place can make an error of this code."""
        if self.path == "src/custody/strict.py":
            return code in READ_STRICTLY
        return re.fullmatch(re.escape(self.code).replace(r"\{\}", r"[\w-]+"), code) is not None


def errors() -> str:
    """Return the generated part of the page."""
    families: dict[str, list[str]] = {family: [] for family in ABOUT}
    for code in sorted({*CHINESE, *CATALOGUE, *scanning.CATALOGUE, *scanning.CHINESE}):
        families[_family(code)].append(code)
    heads = ["code", "HTTP", "中文", "English", "what to do"]
    return "\n".join(
        f"## {family}\n\n{about}\n\n{table(heads, (_row(code) for code in families[family]))}"
        for family, about in ABOUT.items()
    )


def _family(code: str) -> str:
    if code in ("awaits", "stale"):
        return "stale"
    first = code.partition("/")[0]
    return first if first in ABOUT else "other"


def _row(code: str) -> tuple[str, str, str, str, str]:
    shown = "awaits/ACT" if code == "awaits" else code
    zh, en = _sentences(code)
    return f"`{shown}`", _status(code), _blank(zh), _blank(en), WHAT_TO_DO.get(code) or WHAT_TO_DO[_family(code)]


def _sentences(code: str) -> tuple[str, str]:
    if both := CATALOGUE.get(code) or scanning.CATALOGUE.get(code):
        return both
    zh = CHINESE.get(code) or scanning.CHINESE[code]
    return zh, " / ".join(dict.fromkeys(each.en for each in _places(code) if each.en)) or "*says what is wrong*"


def _blank(sentence: str) -> str:
    return re.sub(r"\{[^{}]*\}", "…", sentence).replace("\n", " ")


def _status(code: str) -> str:
    if code in OF_ITS_OWN:
        return OF_ITS_OWN[code]
    if code.startswith("use/"):
        return EXIT_WRONG_USE
    places = _places(code)
    if all(each.path.startswith(COMMANDS_ALONE) for each in places):
        return COMMAND if places else READING
    kind = getattr(kinds, places[0].kind)
    return next(str(status) for each, status, *_ in STATUSES if issubclass(kind, each))


def _places(code: str) -> list[Raised]:
    asked = "awaits/ACT" if code == "awaits" else code
    exact = [each for each in _raised() if each.code == code]
    varying = [each for each in _raised() if "{}" in each.code and each.makes(asked)]
    return exact + [each for each in varying if not exact or code in READ_STRICTLY]


@cache
def _raised() -> tuple[Raised, ...]:
    return tuple(
        found
        for folder in ("src", "api", "scanners", "migrations")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for found in _in_module(path)
    )


def _in_module(path: Path) -> Iterator[Raised]:
    module = ast.parse(path.read_text(encoding="utf-8"))
    constants = {
        node.target.id: node.value
        for node in module.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            code = _text(node.args[0], "{}")
            if code and (node.func.id == "WrongUse" or hasattr(kinds, node.func.id)):
                said = node.args[1] if len(node.args) > 1 else None
                said = constants.get(said.id, said) if isinstance(said, ast.Name) else said
                yield Raised(str(path.relative_to(ROOT)), node.func.id, code, _text(said, "{…}"))


def _text(argument: ast.expr | None, varying: str) -> str:
    """A literal's text, with a stand-in for what is put in at run time; nothing for anything else."""
    if isinstance(argument, ast.Constant):
        return str(argument.value)
    if isinstance(argument, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else varying for part in argument.values)
    return ""
