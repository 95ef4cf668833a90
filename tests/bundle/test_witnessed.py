"""What witnesses saw goes into a bundle, and whoever verifies it says whose word counts."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bundles import agreeing, files, packed
from custody.bundle.content import Subject
from custody.bundle.verifying import Given, verify_bundle
from custody.ledger.bundle_content import content_of
from custody.ledger.bundle_scope import scope_of
from custody.ledger.cosignatures import keep
from custody.tlog.cosignature import KeyType
from custody.tlog.note import Note, Signer
from custody.tlog.policy import WitnessPolicy
from openid import node
from world import World

COURT, AUDIT = (
    Signer(name, Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32), KeyType.COSIGNATURE)
    for number, name in ((1, "court.example/w"), (2, "audit.example/w"))
)
POLICY = WitnessPolicy.parse(
    f"witness court {COURT.verifier}\nwitness audit {AUDIT.verifier}\ngroup both all court audit\nquorum both\n"
)
PROGRAM = Path(__file__).resolve().parents[2] / "docs/examples/verify.mjs"
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def cosigned(founded_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Files]]:
    """A case's bundle at three moments: cosigned by both; by the court alone; and before anybody was asked."""
    world = founded_world.twin(f"sqlite:///{tmp_path_factory.mktemp('told') / 'ledger.db'}")
    case = world.opens_case()
    made = {"neither": _bundle(world, case)}
    _cosigned(world, COURT, AUDIT)
    made["both"] = _bundle(world, case)
    world.seizes(case)
    _cosigned(world, COURT)
    made["court"] = _bundle(world, case)
    yield made
    world.close()


def _cosigned(world: World, *witnesses: Signer) -> None:
    world.ledger.publication.publish(at_once=True)
    size = world.ledger.publication.size()
    text = Note.parse(world.ledger.publication.checkpoint(size)).text
    keep(world.engine, size, [(each.verifier, each.sign(text, 1_773_000_000)) for each in witnesses])


def _bundle(world: World, case: str) -> Files:
    scope = scope_of(world.ledger.recorder, Subject("case", case), world.ledger.recorder.head().size)
    return files(content_of(world.ledger, scope, witnesses=POLICY))


def step(made: Files, folder: Path, given: Given = Given(policy=POLICY)) -> dict[str, Any]:  # noqa: B008 - a value
    """What the eleventh step says of a bundle."""
    body = verify_bundle(packed(agreeing(made), folder / "bundle.zip"), given).body()
    found: dict[str, Any] = body["steps"][10]
    return found


def codes(said: dict[str, Any], kind: str = "findings") -> list[tuple[str, str]]:
    """Codes and places."""
    return [(each["code"], each["where"]) for each in said[kind]]


def test_both_saw_the_checkpoint_itself(cosigned: dict[str, Files], tmp_path: Path) -> None:
    said = step(cosigned["both"], tmp_path)
    assert (said["checked"], said["findings"], said["not_checked"]) == (2, [], [])
    assert codes(said, "shown") == [("witnessed", "checkpoint")] * 2
    assert "2026-03-08T20:00:00" in said["shown"][0]["en"]
    assert "witnessed/checkpoint" not in cosigned["both"]


def test_what_a_quorum_saw_last_is_joined_by_a_proof(cosigned: dict[str, Files], tmp_path: Path) -> None:
    said = step(cosigned["court"], tmp_path)
    assert (said["checked"], said["findings"]) == (3, [])
    assert {where for _, where in codes(said, "shown")} == {"checkpoint", "witnessed/checkpoint"}
    lines = cosigned["court"]["witnessed/consistency"].split(b"\n")
    broken = cosigned["court"] | {"witnessed/consistency": b"\n".join([*lines[1:-1], lines[0], b""])}
    assert codes(step(broken, tmp_path)) == [("witness-consistency", "witnessed/checkpoint"), ("quorum", "checkpoint")]


def test_too_few_and_false_ones_are_found(cosigned: dict[str, Files], tmp_path: Path) -> None:
    assert codes(step(cosigned["neither"], tmp_path)) == [("quorum", "checkpoint")]
    note = Note.parse(cosigned["both"]["checkpoint"])
    false = AUDIT.sign("another text\n", 1_773_000_000)
    kept = tuple(each for each in note.signatures if each.name != AUDIT.name)
    changed = cosigned["both"] | {"checkpoint": str(Note(note.text, (*kept, false))).encode()}
    assert codes(step(changed, tmp_path)) == [("witness-signature", "checkpoint"), ("quorum", "checkpoint")]


def test_the_bundles_own_policy_is_only_the_ledgers_word(cosigned: dict[str, Files], tmp_path: Path) -> None:
    said = step(cosigned["both"], tmp_path, Given())
    assert codes(said, "not_checked") == [("policy-came-along", "witness-policy.txt")]
    assert said["findings"] == []
    none = cosigned["both"] | {"witness-policy.txt": b"quorum none\n"}
    assert codes(step(none, tmp_path, Given()), "not_checked") == [("no-witnesses", "witness-policy.txt")]
    wrong = cosigned["both"] | {"witness-policy.txt": b"quorum nobody\n"}
    assert codes(step(wrong, tmp_path, Given())) == [("quorum", "witness-policy.txt")]


def test_another_verifier_finds_the_same(cosigned: dict[str, Files], tmp_path: Path) -> None:
    program = node()
    if program is None:
        pytest.skip("no Node.js here: make setup-dev")
    (tmp_path / "policy.txt").write_text(str(POLICY))
    for how, sound in (("both", True), ("court", True), ("neither", False)):
        path = packed(agreeing(cosigned[how]), tmp_path / f"{how}.zip")
        command = [program, PROGRAM, "--json", "--witness-policy", tmp_path / "policy.txt", path]
        said = json.loads(subprocess.run(command, capture_output=True, check=False, timeout=60).stdout)["steps"][10]
        assert codes(said) == codes(step(cosigned[how], tmp_path)) == ([] if sound else [("quorum", "checkpoint")])
