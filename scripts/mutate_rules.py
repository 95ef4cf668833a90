#!/usr/bin/env python3
"""Take each rule out of its list in turn and run the stories that name its code: one of them has to fail.

    .venv/bin/python scripts/mutate_rules.py [CODE …]

Prints the rules whose removal no story notices; exit status 1 if there are any. `make mutation` runs it. All of it is
one session of pytest: the world that stories begin with is founded once.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, Final

import pytest
from _pytest.runner import runtestprotocol

from custody.rules import judge
from custody.rules.rule import Rule

STORIES: Final = Path(__file__).resolve().parents[1] / "tests/stories"


class Mutation:
    """A plugin that runs, for each rule without it, the stories that name its code, until one fails."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self.unnoticed: list[tuple[Rule, str]] = []
        self.broken: list[str] = []
        """Stories that fail although no rule was taken out: nothing could be learnt from them."""

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Take the place of pytest's own loop over the tests."""
        named = {item: set(_texts_of(item)) for item in session.items}
        control = [item for item, texts in named.items() if texts & {rule.code for rule in self.rules}]
        self.broken = [item.nodeid for item in control if not _passes(item, session.items)]
        if self.broken:
            return True
        for rule in self.rules:
            stories = [item for item, texts in named.items() if texts & {rule.code, rule.if_planned}]
            if not stories:
                self.unnoticed.append((rule, "no story names it"))
                continue
            with without(rule):
                if all(_passes(item, session.items) for item in stories):
                    self.unnoticed.append((rule, f"{len(stories)} stories pass without it"))
        return True


@contextmanager
def without(rule: Rule) -> Iterator[None]:
    """The lists of rules without one of them."""
    lists = judge.REFUSALS, judge.DEFECTS
    _set(*(tuple(each for each in rules if each is not rule) for rules in lists))
    try:
        yield
    finally:
        _set(*lists)


def _set(refusals: tuple[Rule, ...], defects: tuple[Rule, ...]) -> None:
    vars(judge).update(REFUSALS=refusals, DEFECTS=defects)
    judge._refusals.cache_clear()
    judge._defects.cache_clear()


def _passes(item: pytest.Item, items: Sequence[pytest.Item]) -> bool:
    """Run a story once more. It is followed by another one, so that the session's world stays."""
    item._initrequest()  # type: ignore[attr-defined]  # what pytest-rerunfailures does, too: fixtures anew
    other = items[0] if item is not items[0] else items[1]
    return all(report.passed for report in runtestprotocol(item, log=False, nextitem=other))


def _texts_of(item: pytest.Item) -> Iterator[str]:
    """The texts that a story's function holds; codes are among them."""
    function: Any = item.function  # type: ignore[attr-defined]
    source = Path(function.__code__.co_filename).read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == function.__name__:
            for each in ast.walk(node):
                if isinstance(each, ast.Constant) and isinstance(each.value, str):
                    yield each.value


def main(codes: list[str]) -> int:
    """Try every rule, or those of the codes given."""
    mutation = Mutation([each for each in (*judge.REFUSALS, *judge.DEFECTS) if not codes or each.code in codes])
    with redirect_stdout(io.StringIO()) as said:
        ended = pytest.main(["-q", "-p", "no:cacheprovider", str(STORIES)], plugins=[mutation])
    if ended not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED):
        print(said.getvalue())
        return int(ended)
    if mutation.broken:
        print("These fail with every rule in place:", *mutation.broken, sep="\n  ")
        return 1
    for rule, why in mutation.unnoticed:
        print(f"✗ {rule.code}: {rule.check.__module__}.{rule.check.__name__}: {why}")
    noticed = len(mutation.rules) - len(mutation.unnoticed)
    print(f"{len(mutation.rules)} rules taken out in turn, {noticed} noticed.")
    return 1 if mutation.unnoticed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
