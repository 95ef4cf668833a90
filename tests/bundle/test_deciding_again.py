"""Step 8 on a real case: what was done with its things is decided again from the bundle alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import bundles
from custody.bundle.content import Subject
from custody.bundle.verifying import verify_bundle
from submissions import three_hands
from tampered_bundles import Story, packed, told
from world import World, disclosed


@pytest.fixture(scope="module")
def story(founded_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A bundle, which nothing changes."""
    world = founded_world.twin(f"sqlite:///{tmp_path_factory.mktemp('told') / 'ledger.db'}")
    yield told(world)
    world.close()


def test_every_act_on_the_case_is_decided_again(story: Story, tmp_path: Path) -> None:
    report = verify_bundle(packed(story, lambda each: each.files, tmp_path / "bundle.zip"))
    decisions = report.steps[7]
    left = [each.where for each in decisions.not_checked if not each.where.startswith("keys/")]
    assert (decisions.number, left) == (8, [])
    assert decisions.checked >= len([name for name in story.files if name.startswith("entries/")])


def test_an_act_that_a_listed_fact_follows_from_cannot_be_left_out(story: Story, tmp_path: Path) -> None:
    place = next(
        index for index in range(len(story.entries)) if f"keys/entries/{index}.json" in story.files
        and b'"type":"place"' in story.files[f"keys/entries/{index}.json"]
    )  # fmt: skip
    report = verify_bundle(packed(story, lambda each: each.without(*story.files_of(place)), tmp_path / "bundle.zip"))
    found = [each for step in report.steps for each in step.findings]
    assert [each.code for each in found] == ["left-out"]
    assert found[0].where.startswith("place:")


def test_a_fact_that_the_statement_does_not_list_is_nothing_to_decide_by(story: Story, tmp_path: Path) -> None:
    silent = packed(
        story, lambda each: each.stating(each.files, lambda said: said["facts"].clear()), tmp_path / "silent.zip"
    )
    told_all = packed(story, lambda each: each.files, tmp_path / "told.zip")
    report, full = verify_bundle(silent), verify_bundle(told_all)
    assert report.sound
    assert 0 < report.steps[7].checked < full.steps[7].checked


def test_hands_that_changed_without_a_network_are_decided_again_from_the_bundle_alone(
    world: World, tmp_path: Path
) -> None:
    """The third act is stale unless the second, which it follows, is known to follow the first."""
    case = world.opens_case()
    _, signed = three_hands(world, case)
    receipts = [world.ledger.submit(world.sign(each), disclosed(each)) for each in signed]
    content = bundles.content(world, Subject("case", case))
    report = verify_bundle(bundles.packed(bundles.files(content), tmp_path / "bundle.zip"))
    assert report.sound
    left = {each.where for each in report.steps[7].not_checked}
    assert not {f"entries/{each.index}.json" for each in receipts} & left
