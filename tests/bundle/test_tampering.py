"""Every file of a bundle, tampered with by rule and not by choice; every act of it left out in turn.

What no step relies on is found through the manifest only: a manifest that is made to agree hides it. That is what it
means that these files are for people, and not evidence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from bundles import Files, agreeing, packed
from custody.bundle.report import Report
from custody.bundle.verifying import given_by, verify_bundle
from custody.ledger.policies import policy_files, shipped_policy
from custody.signing import read_envelope
from tampered_bundles import Story, told
from world import World

FOR_PEOPLE: Final = frozenset({"report.html", "report.pdf", "verify.html"})

Tampering = Callable[[Files, str], Files | None]
"""Changes one file among others; None where there is nothing to change."""


def flipped(files: Files, name: str) -> Files:
    """One bit in the middle."""
    data = bytearray(files[name])
    data[len(data) // 2] ^= 1
    return {**files, name: bytes(data)}


def deleted(files: Files, name: str) -> Files:
    """The file is gone."""
    return {each: data for each, data in files.items() if each != name}


def swapped(files: Files, name: str) -> Files | None:
    """It and the next of its folder have each other's bytes."""
    folder = name.rpartition("/")[0]
    alike = sorted(each for each in files if each.rpartition("/")[0] == folder and files[each] != files[name])
    other = next((each for each in alike if each > name), None)
    return None if other is None else {**files, name: files[other], other: files[name]}


def truncated(files: Files, name: str) -> Files:
    """The second half is gone."""
    return {**files, name: files[name][: len(files[name]) // 2]}


def lengthened(files: Files, name: str) -> Files:
    """Something stands behind it."""
    return {**files, name: files[name] + b"\x00"}


TAMPERINGS: Final[Mapping[str, Tampering]] = {
    "flipped": flipped, "deleted": deleted, "swapped": swapped, "truncated": truncated, "lengthened": lengthened,
}  # fmt: skip


@pytest.fixture(scope="module")
def story(founded_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A bundle, which nothing changes."""
    world = founded_world.twin(f"sqlite:///{tmp_path_factory.mktemp('told') / 'ledger.db'}")
    yield told(world)
    world.close()


def verified(story: Story, files: Files, tmp_path: Path) -> Report:
    """What verifying says under the log's own key."""
    key = str(story.world.log_key.verifier)
    return verify_bundle(packed(files, tmp_path / "bundle.zip"), given_by(None, [key]))


def found(report: Report, *, besides: int = 0) -> list[tuple[int, str, str]]:
    """Step, code and place of every finding but those of a step."""
    return [(each.number, one.code, one.where) for each in report.steps if each.number != besides
            for one in each.findings]  # fmt: skip


@pytest.mark.parametrize("how", TAMPERINGS)
def test_whatever_is_done_to_a_file_is_found_and_named(story: Story, tmp_path: Path, how: str) -> None:
    unseen = []
    for name in story.files:
        files = TAMPERINGS[how](story.files, name)
        if files is None or files == story.files:
            continue
        report = verified(story, files, tmp_path)
        if not any(name in where or where in ("", "manifest.json") for _, _, where in found(report)):
            unseen.append((name, found(report)))
    assert not unseen


@pytest.mark.parametrize("how", TAMPERINGS)
def test_a_manifest_that_is_made_to_agree_hides_nothing_that_is_evidence(
    story: Story, tmp_path: Path, how: str
) -> None:
    unseen, hidden = [], set()
    for name in story.files:
        files = TAMPERINGS[how](story.files, name)
        if files is None or files == story.files or name == "manifest.json":
            continue
        report = verified(story, agreeing(files), tmp_path)
        if name in FOR_PEOPLE:
            hidden |= {name} if report.sound else set()
        elif not found(report) and not is_told(report, name, how):
            unseen.append(name)
    assert not unseen
    assert hidden == FOR_PEOPLE & set(story.files) or how == "swapped"


def is_told(report: Report, name: str, how: str) -> bool:
    """Whether the report says that something was withheld: what an exporter may leave out by right is counted."""
    codes = {each.code for step in report.steps for each in step.not_checked}
    beside = {"attachments/": "attachments-left-out", "disclosures.json": "sealed-closed", "rules/": "rules-left-out",
              "envelopes/": "envelope-left-out", "keys/envelopes/": "envelope-left-out"}  # fmt: skip
    return how == "deleted" and any(name.startswith(each) and code in codes for each, code in beside.items())


def test_each_act_that_is_left_out_is_found_by_what_the_ledger_states(story: Story, tmp_path: Path) -> None:
    """Entry, proof and envelope are gone, and the manifest agrees: order and completeness alone can tell."""
    seen: dict[str, bool] = {}
    for name in [each for each in story.files if "entries/" in each]:
        index = int(name.rpartition("/")[2].removesuffix(".json"))
        report = verified(story, story.without(*story.files_of(index)), tmp_path)
        steps = {number for number, _, _ in found(report)}
        seen[f"{name} {json.loads(story.files[name])['type']}"] = bool(steps & {6, 7})
    assert len(seen) > 15
    assert {" ".join(each.split()[1:]) for each in seen} >= {"genesis", "enrolment", "person", "revocation", "seizure"}
    assert [each for each, is_seen in seen.items() if not is_seen] == []


def test_a_bundle_of_another_ledger_that_calls_itself_by_this_name_is_found_by_the_key(
    story: Story, tmp_path: Path
) -> None:
    """Everything in it agrees, and the key that it names signed it: only who has the true key sees through it."""
    other = World(f"sqlite:///{tmp_path / 'other.db'}")
    forged = told(other).files
    other.close()
    assert verify_bundle(packed(forged, tmp_path / "forged.zip")).sound
    report = verified(story, forged, tmp_path)
    assert {code for _, code, _ in found(report)} == {"checkpoint-signature", "statement-signature"}


def test_a_ledger_that_miscounts_contradicts_its_own_bundle(story: Story, tmp_path: Path) -> None:
    """Signed with the log's key, one act too few or too many of each name in turn."""
    names = json.loads(read_envelope(story.files["statement.json"]).payload)["acts"]
    for name in names:
        for by in (-1, 1):
            files = story.stating(story.files, lambda said, by=by, name=name: _count(said, name, by))
            assert {(code, where) for _, code, where in found(verified(story, files, tmp_path), besides=8)} == {
                ("left-out", name)
            }
    assert len(names) > 20


def _count(said: dict[str, Any], name: str, by: int) -> None:
    said["acts"][name]["count"] = max(said["acts"][name]["count"] + by, 0) if said["acts"][name]["count"] else 1


def test_rule_data_that_were_not_in_force_then_decide_nothing(story: Story, tmp_path: Path) -> None:
    """The ledger judged one act by another jurisdiction's rules, which it ships as well."""
    other = shipped_policy("uk").id
    files = story.retold(story.at["relocation"], entry=lambda entry: entry.update(policy=other))
    files |= {f"rules/{other}/{path}": data for path, data in (policy_files(other) or {}).items()}
    assert found(verified(story, agreeing(files), tmp_path)) == [
        (8, "other-policy", story.entry(story.at["relocation"]))
    ]
