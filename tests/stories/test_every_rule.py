"""Every rule in the rule data has a story, and every story tells of rules that exist."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from custody.ledger.policies import shipped_policy
from custody.rules.judge import DEFECTS, REFUSALS

TEXTS = shipped_policy("cn").texts


def _told() -> Iterator[str]:
    for path in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tells":
                yield from (each.value for each in node.args if isinstance(each, ast.Constant))


def test_every_refusal_and_every_defect_has_a_story() -> None:
    assert set(TEXTS) - set(_told()) == set()


def test_every_story_tells_of_rules_that_exist() -> None:
    assert set(_told()) - set(TEXTS) == set()


def test_every_rule_has_a_text_and_every_text_a_rule() -> None:
    used = {each.code for each in (*REFUSALS, *DEFECTS)} | {each.if_planned for each in DEFECTS if each.if_planned}
    assert used == set(TEXTS) - {"KEY_DOUBTED"}  # this one is not found by a rule: a revocation brings it


def test_every_text_is_told_in_both_languages_with_its_source() -> None:
    for code, text in TEXTS.items():
        assert text.zh, code
        assert text.en, code
        assert text.source, code
        assert bool(text.instead_zh) == bool(text.instead_en), code
        assert (text.severity is None) == (text.kind == "refusal"), code
