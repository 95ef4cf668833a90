"""The text on a label, against the published vectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody import label
from custody.errors import Malformed

VECTORS: Final[dict[str, Any]] = json.loads(
    Path(__file__).parents[1].joinpath("vectors", "label.json").read_text(encoding="utf-8")
)
codes = st.builds(label.make, st.sampled_from([*label.PREFIXES.values()]), st.binary(min_size=9, max_size=9))


@pytest.mark.parametrize("vector", VECTORS["good"], ids=lambda vector: vector["id"])
def test_a_published_label_parses_to_its_id_and_is_made_from_it(vector: dict[str, str]) -> None:
    assert label.parse(vector["label"]) == vector["id"]
    assert label.code_of(vector["id"]) == vector["label"]


@pytest.mark.parametrize("vector", VECTORS["bad"], ids=lambda vector: vector["why"])
def test_a_published_bad_label_is_malformed(vector: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        label.parse(vector["label"])


@given(codes, st.integers(0, 19), st.sampled_from(label.ALPHABET))
def test_one_wrong_character_is_never_accepted(code: str, place: int, wrong: str) -> None:
    damaged = code[:place] + wrong + code[place + 1 :]
    assert label.is_code(damaged) == (damaged == code)


@given(codes, st.integers(0, 18))
def test_two_swapped_characters_are_never_accepted(code: str, place: int) -> None:
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert label.is_code(swapped) == (swapped == code)


@given(codes)
def test_the_spaced_form_differs_from_the_code_by_spaces_alone(code: str) -> None:
    assert label.spaced(code).replace(" ", "") == code
    assert [len(group) for group in label.spaced(code).split(" ")] == [3, 4, 4, 5, 4]


def test_a_fresh_code_uses_all_its_65_bits() -> None:
    assert label.make("item", b"\x00" * 9)[3:16] == "0" * 13
    assert label.make("item", b"\xff" * 9)[3:16] == "Z" * 13
    assert label.make("kit", b"\x00" * 8 + b"\x80")[3:16] == "0" * 12 + "1"


def test_a_code_knows_its_kind() -> None:
    for prefix, kind in label.PREFIXES.items():
        code = label.code_of(prefix + "0123456789ABC")
        assert label.is_code(code, kind)
        assert not any(label.is_code(code, other) for other in label.PREFIXES.values() if other != kind)
