"""What an act that is signed without a network is taken to know: what it follows, and what that follows again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import pytest

from custody.facts.item import ItemFacts, SignedAct

NOW: Final = datetime(2026, 3, 12, tzinfo=UTC)


def thing(*acts: tuple[int, str, bool, tuple[str, ...]]) -> ItemFacts:
    """An item and the acts on it: (leaf index, id, whether it moves it, what it follows) each, in reading order."""
    signed = tuple([SignedAct(name, index, NOW, frozenset(), moves, follows) for index, name, moves, follows in acts])
    return ItemFacts(
        "EV1", "案", signed[0].act, NOW, "seizure", "EV1", "other", "手机", "1", "部", True, acts=signed
    )  # fmt: skip


CASES: Final = {
    "nothing is followed": (
        [(5, "a", True, ()), (6, "b", True, ("a",))], 5, (), ["a", "b"]),
    "what was seen is not asked for": (
        [(4, "a", True, ()), (6, "b", True, ("a",))], 5, ("b",), []),
    "what is followed brings along what it follows": (
        [(5, "a", True, ()), (6, "b", True, ("a",)), (7, "c", True, ("b",))], 5, ("c",), []),
    "an act that moves nothing passes it on, too": (
        [(5, "a", True, ()), (6, "b", False, ("a",)), (7, "c", True, ("b",))], 5, ("c",), []),
    "an act that is not followed brings nothing along": (
        [(5, "a", True, ()), (6, "b", False, ("a",)), (7, "c", True, ())], 5, ("c",), ["a"]),
    "a stranger in between stays between": (
        [(5, "a", True, ()), (6, "x", True, ()), (7, "b", True, ("a",))], 5, ("b",), ["x"]),
    "an act on another thing passes nothing on": (
        [(5, "a", True, ()), (7, "c", True, ("elsewhere",))], 5, ("c",), ["a"]),
    "a late entry that is read before others comes after them in the log": (
        [(5, "a", True, ()), (8, "late", True, ("b",)), (6, "b", True, ("a",))], 5, ("late",), []),
}  # fmt: skip
"""By what it shows: the acts, the size that was seen, what is followed, and what came in between."""


@pytest.mark.parametrize("shown", CASES)
def test_what_an_act_is_taken_to_know(shown: str) -> None:
    acts, size, follows, unseen = CASES[shown]
    assert [each.act for each in thing(*acts).moves_unseen(size, follows)] == unseen
