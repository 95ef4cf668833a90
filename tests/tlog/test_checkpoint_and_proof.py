"""Checkpoints, tile paths, entry bundles and travelling proofs."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custody.errors import Malformed, TooLarge, Untrusted
from custody.tlog.checkpoint import Checkpoint, open_checkpoint
from custody.tlog.edge import Edge
from custody.tlog.merkle import EMPTY_ROOT, inclusion_path, leaf_hash
from custody.tlog.note import Signer, sign_note
from custody.tlog.proof import TlogProof
from custody.tlog.tiles import bundle_path, completed_between, read_bundle, tile_path, tiles_at, write_bundle

LOG = Signer("custody.example/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))
ROOT = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
ENTRIES = [f"entry {number}".encode() for number in range(11)]


def eleven() -> tuple[Edge, Checkpoint]:
    edge = Edge()
    for entry in ENTRIES:
        edge.add(leaf_hash(entry))
    return edge, Checkpoint(LOG.name, edge.size, edge.root())


def proof_of(index: int) -> TlogProof:
    edge, checkpoint = eleven()

    def hash_at(level: int, at: int) -> bytes:
        found = edge.hash_at(level, at)
        assert found is not None
        return found

    return TlogProof(index, tuple(inclusion_path(index, edge.size, hash_at)), checkpoint.signed(LOG))


def test_a_signed_checkpoint_opens_to_what_was_signed() -> None:
    _, checkpoint = eleven()
    note = checkpoint.signed(LOG)
    assert open_checkpoint(note, LOG.verifier) == checkpoint
    assert note.startswith("custody.example/log\n11\n")


def test_the_empty_log_has_a_checkpoint_too() -> None:
    assert Checkpoint(LOG.name, 0, EMPTY_ROOT).text == f"{LOG.name}\n0\n{ROOT}\n"
    assert Checkpoint.parse(f"{LOG.name}\n0\n{ROOT}\n").root == EMPTY_ROOT


def test_extension_lines_are_passed_over() -> None:
    assert Checkpoint.parse(f"{LOG.name}\n7\n{ROOT}\nextension\n").size == 7


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log\n1\n",
        f"log\n01\n{ROOT}\n",
        f"log\n-1\n{ROOT}\n",
        f"log\n1 \n{ROOT}\n",
        f"log\n1\n{ROOT}",
        f"\n1\n{ROOT}\n",
        "log\n1\nAAAA\n",
        "log\n1\n????\n",
        f"log\n1\n{ROOT}\n\n",
        "log\n0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
    ],
)
def test_a_checkpoint_out_of_form_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        Checkpoint.parse(text)


def test_a_key_signs_only_for_its_own_log() -> None:
    with pytest.raises(ValueError, match="does not sign"):
        Checkpoint("another.example/log", 0, EMPTY_ROOT).signed(LOG)
    stolen = sign_note(Checkpoint("another.example/log", 0, EMPTY_ROOT).text, LOG)
    with pytest.raises(Untrusted):
        open_checkpoint(stolen, LOG.verifier)


@pytest.mark.parametrize("index", range(11))
def test_a_proof_holds_after_writing_and_reading(index: int) -> None:
    text = str(proof_of(index))
    proof = TlogProof.parse(text.encode())
    assert str(proof) == text
    assert proof.verify(ENTRIES[index], LOG.verifier).size == 11
    with pytest.raises(Untrusted):
        proof.verify(b"another entry", LOG.verifier)


def test_a_proof_carries_extra_bytes() -> None:
    proof = proof_of(3)
    carrying = TlogProof(proof.index, proof.path, proof.checkpoint, extra=b"\x00\x01")
    assert TlogProof.parse(str(carrying)) == carrying


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"),
        ("index 3", "index 03"),
        ("index 3", "index"),
        ("index 3\n", ""),
        ("\n\n", "\n"),
        ("index 3\n", "index 3\nAAAA\n"),
        ("index 3\n", "index 3\n" + f"{ROOT}\n" * 64),
        ("index 3", "extra ?\nindex 3"),
    ],
)
def test_a_proof_out_of_form_is_malformed(old: str, new: str) -> None:
    text = str(proof_of(3))
    assert old in text
    with pytest.raises(Malformed):
        TlogProof.parse(text.replace(old, new))


def test_tiles_are_named_as_the_specification_says() -> None:
    assert tile_path(0, 0) == "tile/0/000"
    assert tile_path(1, 1_234_067, 17) == "tile/1/x001/x234/067.p/17"
    assert bundle_path(273, 112) == "tile/entries/273.p/112"
    with pytest.raises(ValueError, match="wide"):
        tile_path(0, 0, 0)


def test_a_tree_of_70000_has_the_tiles_of_the_specifications_example() -> None:
    tiles = list(tiles_at(70_000))
    assert [tile for tile in tiles if tile[2] < 256] == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert len(tiles) == 273 + 1 + 1 + 1 + 1
    assert list(tiles_at(256)) == [(0, 0, 256), (1, 0, 1)]
    assert list(tiles_at(0)) == []
    assert list(completed_between(255, 65_536))[-1] == (1, 0)
    assert list(completed_between(256, 511)) == []


def test_entries_come_back_from_a_bundle() -> None:
    assert read_bundle(write_bundle(ENTRIES)) == ENTRIES
    assert read_bundle(write_bundle([b"", b"x" * 65_535])) == [b"", b"x" * 65_535]
    with pytest.raises(TooLarge):
        write_bundle([b"x" * 65_536])


@pytest.mark.parametrize("bundle", [b"\x00", b"\x00\x02a", write_bundle([b""] * 256) + b"\x00\x00"])
def test_a_bundle_that_breaks_off_or_overflows_is_malformed(bundle: bytes) -> None:
    with pytest.raises(Malformed):
        read_bundle(bundle)
