"""The tree against published vectors and against a recursive reading of RFC 9162."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.errors import CustodyError, Untrusted
from custody.tlog.edge import Edge
from custody.tlog.merkle import (
    EMPTY_ROOT,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    root_at,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from custody.tlog.tiles import completed_between

VECTORS = Path(__file__).parent.parent / "vectors" / "merkle"


def vectors(name: str) -> list[Any]:
    cases = json.loads((VECTORS / name).read_text())
    assert len(cases) == 98
    return [pytest.param(case, id=case["case"]) for case in cases]


def decoded(value: str | None) -> bytes:
    return base64.b64decode(value or "")


def naive_root(leaves: list[bytes]) -> bytes:
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY_ROOT
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(naive_root(leaves[:split]), naive_root(leaves[split:]))


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(count)]


def naive_hash_at(hashes: list[bytes], level: int, index: int) -> bytes:
    width = 1 << level
    part = hashes[index * width : (index + 1) * width]
    assert len(part) == width, "a node that is not complete was asked for"
    return naive_root(part)


@pytest.mark.parametrize("case", vectors("inclusion.json"))
def test_inclusion_proofs_are_judged_as_published(case: dict[str, Any]) -> None:
    def judge() -> None:
        verify_inclusion(
            decoded(case["leafHash"]),
            case["leafIdx"],
            case["treeSize"],
            [decoded(value) for value in case["proof"] or []],
            decoded(case["root"]),
        )

    if case["wantErr"]:
        with pytest.raises(CustodyError):
            judge()
    else:
        judge()


@pytest.mark.parametrize("case", vectors("consistency.json"))
def test_consistency_proofs_are_judged_as_published(case: dict[str, Any]) -> None:
    def judge() -> None:
        verify_consistency(
            case["size1"],
            case["size2"],
            decoded(case["root1"]),
            decoded(case["root2"]),
            [decoded(value) for value in case["proof"] or []],
        )

    if case["wantErr"]:
        with pytest.raises(CustodyError):
            judge()
    else:
        judge()


@given(st.integers(0, 700))
def test_the_root_is_that_of_the_recursive_definition(size: int) -> None:
    hashes = leaves(size)
    expected = naive_root(hashes)
    assert root_of(hashes) == expected
    assert root_at(size, lambda level, index: naive_hash_at(hashes, level, index)) == expected


@given(st.data())
def test_every_leaf_can_be_proved_at_every_size(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 600))
    index = data.draw(st.integers(0, size - 1))
    hashes = leaves(size)
    path = inclusion_path(index, size, lambda level, at: naive_hash_at(hashes, level, at))
    verify_inclusion(hashes[index], index, size, path, naive_root(hashes))
    with pytest.raises(Untrusted):
        verify_inclusion(leaf_hash(b"another"), index, size, path, naive_root(hashes))


@given(st.data())
def test_every_size_continues_every_smaller_one(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, 600))
    old = data.draw(st.integers(1, new))
    hashes = leaves(new)
    path = consistency_path(old, new, lambda level, at: naive_hash_at(hashes, level, at))
    verify_consistency(old, new, naive_root(hashes[:old]), naive_root(hashes), path)
    if old < new:
        with pytest.raises(Untrusted):
            verify_consistency(old, new, leaf_hash(b"another"), naive_root(hashes), path)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 4)])
def test_no_path_is_made_for_a_leaf_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="not in a tree"):
        inclusion_path(index, size, lambda level, at: b"")


@pytest.mark.parametrize(("old", "new"), [(0, 4), (5, 4)])
def test_no_consistency_proof_is_made_from_nothing_or_backwards(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="no consistency proof"):
        consistency_path(old, new, lambda level, at: b"")


def test_the_edge_keeps_the_root_and_hands_out_full_tiles_across_both_boundaries() -> None:
    size = 66_000
    hashes = leaves(size)
    edge, stored = Edge(), {}
    for start in range(0, size, 1_500):
        batch = edge.copy()
        for leaf in hashes[start : start + 1_500]:
            batch.add(leaf)
        assert [(tile.level, tile.number) for tile in batch.completed] == sorted(
            completed_between(edge.size, batch.size), key=lambda tile: ((tile[1] + 1) << (8 * tile[0]), tile[0])
        )
        stored.update({(tile.level, tile.number): tile.data for tile in batch.completed})
        edge = batch
        if start % 15_000 == 0:
            assert edge.root() == root_of(hashes[: edge.size])
    assert edge.root() == root_of(hashes)
    assert stored[0, 3] == b"".join(hashes[3 * 256 : 4 * 256])
    assert stored[1, 0][:32] == root_of(hashes[:256])
    assert stored[1, 0][-32:] == root_of(hashes[65_280:65_536])
    again = Edge.restored(size, [tile[0] for tile in edge.tiles])
    assert again.tiles == edge.tiles


def test_adding_to_a_copy_leaves_the_edge_alone() -> None:
    edge = Edge()
    edge.add(leaf_hash(b"a"))
    before = edge.root()
    edge.copy().add(leaf_hash(b"b"))
    assert (edge.size, edge.root()) == (1, before)
