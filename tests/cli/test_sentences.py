"""Every error that can be raised has a sentence in Chinese."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from custody.errors import Refused, Stale
from custody.ledger.policies import shipped_policy
from custody.sentences import CHINESE, sentence
from custody_api.wording import CATALOGUE

ROOT = Path(__file__).resolve().parents[2]
FAMILY = {
    "Malformed", "TooLarge", "Untrusted", "Refused", "Stale", "Conflict", "NotFound", "Unavailable", "Damaged",
    "WrongUse", "NotSignedIn", "NotAllowed", "TooMany",
}  # fmt: skip
NAMED_BY_CALLER = {
    # a code put together where it is raised → the codes it becomes
    "awaits/{}": {"awaits"},
    "refused/{}": set(),  # the rule data have both languages, which the test below looks at
    "malformed/{}": {"act", "entry", "envelope", "journal-entry", "journal-detail", "draft"},
    "damaged/{}": {"entry", "tile"},
    "untrusted/{}-proof": {"inclusion", "consistency"},
    "not-found/{}": {"item", "code", "case", "place", "person", "kit", "loan", "manifest"},
}  # fmt: skip


def raised() -> Iterator[tuple[str, str]]:
    """Yield where and which code, for every error the ledger and its server make; the scanners look after their own."""
    for folder in ("src", "migrations", "api"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and node.args and makes_an_error(node.func):
                    for code in codes(node.args[0]):
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", code


def makes_an_error(function: ast.expr) -> bool:
    """Whether a call names one of the family, or is how an error of its own class names its code."""
    if isinstance(function, ast.Attribute):
        return ast.unparse(function) == "super().__init__"
    return isinstance(function, ast.Name) and function.id in FAMILY


def codes(argument: ast.expr) -> set[str]:
    if isinstance(argument, ast.Constant):
        return {str(argument.value)} if " " not in str(argument.value) else set()
    if isinstance(argument, ast.JoinedStr):
        pattern = "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in argument.values)  # type: ignore[misc]
        known = NAMED_BY_CALLER[pattern] if "/" in pattern else set()
        return known if "awaits" in known else {pattern.format(name) for name in known}
    return set()


def test_every_code_has_a_sentence_in_chinese() -> None:
    missing = [f"{where} {code}" for where, code in raised() if code not in {*CHINESE, *CATALOGUE}]
    assert not missing, "\n".join(["", *missing])


def test_no_sentence_is_for_a_code_that_nobody_raises() -> None:
    known = {code for _, code in raised()}
    assert not CHINESE.keys() - known


@pytest.mark.parametrize("code", CHINESE)
def test_a_chinese_sentence_is_whole(code: str) -> None:
    text = CHINESE[code]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in text)
    assert all(name is None or name.isidentifier() for _, name, _, _ in Formatter().parse(text))


def test_a_refused_rule_says_what_the_rule_data_say() -> None:
    for code, text in shipped_policy("cn").texts.items():
        error = Refused(f"refused/{code}", text.en, zh=text.zh)
        assert sentence(error, "zh") == text.zh
        assert sentence(error, "en") == text.en


def test_an_awaited_act_is_named() -> None:
    error = Stale("awaits/019ce26c", "An act is awaited.", awaits="019ce26c")
    assert "019ce26c" in sentence(error, "zh")
