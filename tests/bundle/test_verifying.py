"""The Python verifier on real bundles, and on bundles tampered with in every way that docs/format.md names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from custody.bundle.report import Report
from custody.bundle.verifying import verify_bundle
from tampered_bundles import SOUND, TAMPERED, Story, packed, told
from world import World


@pytest.fixture(scope="module")
def story(founded_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A bundle, which nothing changes."""
    world = founded_world.twin(f"sqlite:///{tmp_path_factory.mktemp('told') / 'ledger.db'}")
    yield told(world)
    world.close()


def codes(report: Report, *passed_over: int) -> set[str]:
    """The codes of a report's findings, but for some steps."""
    return {each.code for step in report.steps if step.number not in passed_over for each in step.findings}


@pytest.mark.parametrize("how", SOUND)
def test_a_bundle_as_it_was_made_is_sound(story: Story, tmp_path: Path, how: str) -> None:
    report = verify_bundle(packed(story, SOUND[how], tmp_path / "bundle.zip"))
    assert report.sound, codes(report)


@pytest.mark.parametrize("how", TAMPERED)
def test_it_finds_what_the_other_verifiers_find(story: Story, tmp_path: Path, how: str) -> None:
    tampering, expected = TAMPERED[how]
    report = verify_bundle(packed(story, tampering, tmp_path / "bundle.zip"))
    assert codes(report, 8) == expected
