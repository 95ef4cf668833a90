"""Tokens in a bundle: what they show to whoever has the file and a root, and what is found of tampering."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

import bundles
from bundles import Files
from custody.bundle.bundled import Given
from custody.bundle.content import Subject
from custody.bundle.report import Report
from custody.bundle.verifying import verify_bundle
from custody.stamping.configured import Authorities
from custody.stamping.turn import Stamping
from custody.timestamps import token
from openid import node
from time_authority import DAY, TimeAuthority, time_authority
from world import World

PROGRAM = Path(__file__).resolve().parents[2] / "docs/examples/verify.mjs"

pytest.importorskip("rfc3161_client", reason="the extra time is not installed")


@dataclass
class Dated:
    """The files of a bundle whose acts two authorities dated: 1 and 2 early, 3 late; 4 renews all of it."""

    files: Files
    north: TimeAuthority
    south: TimeAuthority
    sizes: list[int]

    def verified(self, path: Path, files: Files | None = None, days: int = 0, **more: object) -> Report:
        """The report on its files, or on others, as of a later time."""
        given = {"time_roots": (self.north.root, self.south.root), "at": datetime.now(UTC) + days * DAY, **more}
        packed = bundles.packed(bundles.agreeing(files or self.files), path / "bundle.zip")
        return verify_bundle(packed, Given(**given))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def dated(founded_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dated]:
    """A case, dated after its first and its last act."""
    folder = tmp_path_factory.mktemp("dated")
    world = founded_world.twin(f"sqlite:///{folder / 'ledger.db'}")
    with (
        time_authority(folder / "north", "north", days=60) as north,
        time_authority(folder / "south", "south") as south,
    ):
        known = {
            each.name: {"roots": str(each.folder / "root.pem"), "url": each.url} for each in (north, south)
        }
        stamping = Stamping(world.ledger, Authorities.model_validate({"authorities": known}))
        case = world.opens_case()
        early = [stamping.date(name) for name in known]
        items = world.seizes(case, world.item())
        late = stamping.date("north")
        stamping.renew("south", datetime.now(UTC) + 90 * DAY)
        world.checks_in(items, "大库")
        files = bundles.files(bundles.content(world, Subject("case", case)))
        yield Dated(files, north, south, [each.size or 0 for each in (*early, late)])
    world.close()


def codes(report: Report) -> set[tuple[str, str]]:
    """What step 12 found, and what it did not check."""
    step = report.steps[11]
    return {(each.code, each.where) for each in (*step.findings, *step.not_checked)}


def shown(report: Report) -> list[int]:
    """The sizes that step 12 shows to be dated."""
    return [each.facts["size"] for each in report.steps[11].shown]


def test_a_bundle_shows_by_when_its_acts_existed(dated: Dated, tmp_path: Path) -> None:
    report = dated.verified(tmp_path)
    assert report.sound
    assert (codes(report), shown(report)) == (set(), dated.sizes)
    assert "existed at" in "\n".join(report.lines("en"))
    assert {each.partition("/")[2] for each in dated.files if each.startswith("timestamps/")} >= {
        "1/text", "1/token.der", "1/chain.pem", "1/consistency", "4/before.json",
    }  # fmt: skip


def test_it_shows_so_after_the_certificates_have_ended(dated: Dated, tmp_path: Path) -> None:
    assert shown(dated.verified(tmp_path, days=400)) == dated.sizes
    without = {name: data for name, data in dated.files.items() if not name.startswith("timestamps/4/")}
    report = dated.verified(tmp_path, without, days=400)
    assert shown(report) == dated.sizes[1:2]
    assert codes(report) == {("token", "timestamps/1/token.der"), ("token", "timestamps/3/token.der")}


@pytest.mark.parametrize(("change", "found"), [
    (lambda files: {"timestamps/1/text": files["timestamps/3/text"]},
     {("token", "timestamps/1/token.der"), ("token-consistency", "timestamps/1/token.der")}),
    (lambda files: {"timestamps/1/token.der": files["timestamps/2/token.der"]}, {("token", "timestamps/1/token.der")}),
    (lambda files: {"timestamps/1/request.json": files["timestamps/2/request.json"]},
     {("token", "timestamps/1/token.der")}),
    (lambda files: {"timestamps/1/token.der": b"nonsense"}, {("token", "timestamps/1/token.der")}),
    (lambda files: {"timestamps/1/chain.pem": b"nonsense"}, {("token", "timestamps/1/token.der")}),
    (lambda files: {"timestamps/1/consistency": b""}, {("token-consistency", "timestamps/1/token.der")}),
    (lambda files: {"timestamps/1/consistency": b"\xff\n"}, {("token-consistency", "timestamps/1/token.der")}),
    (lambda files: {"timestamps/9/text": files["timestamps/3/text"]},
     {("token", "timestamps/9/token.der"), ("token-consistency", "timestamps/9/token.der")}),
], ids=["text", "other-token", "other-request", "no-token", "chain", "no-proof", "no-base64", "alone"])  # fmt: skip
def test_a_token_that_was_tampered_with_is_found(
    dated: Dated, tmp_path: Path, change: Callable[[Files], Files], found: set[tuple[str, str]]
) -> None:
    assert codes(dated.verified(tmp_path, {**dated.files, **change(dated.files)})) == found


def test_what_nobody_trusts_or_can_read_is_not_called_good(
    dated: Dated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = dated.verified(tmp_path, time_roots=())
    assert {code for code, _ in codes(report)} == {"token-root"}
    assert report.steps[11].checked == 0
    report = dated.verified(tmp_path, time_roots=(dated.south.root,))
    assert (len(codes(report)), shown(report)) == (2, dated.sizes[1:2])
    monkeypatch.setattr(token, "find_spec", lambda name: None)
    report = dated.verified(tmp_path)
    assert ({code for code, _ in codes(report)}, shown(report)) == ({"token-library"}, [])


def test_whoever_verifies_gives_the_roots_on_the_command_line(dated: Dated, tmp_path: Path) -> None:
    packed = bundles.packed(dated.files, tmp_path / "bundle.zip")
    done = subprocess.run(
        [sys.executable, "-m", "custody.bundle", packed, "--lang", "zh",
         "--time-roots", dated.north.folder / "root.pem"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("已经存在") == 2


def test_the_other_verifiers_know_the_files_and_leave_them_to_this_one(dated: Dated, tmp_path: Path) -> None:
    program = node()
    if program is None:
        pytest.skip("no Node.js here: make setup-dev")
    packed = bundles.packed(dated.files, tmp_path / "bundle.zip")
    done = subprocess.run([program, PROGRAM, "--json", packed], capture_output=True, text=True, check=False)
    said = json.loads(done.stdout)
    assert said["sound"], done.stdout
    assert [each["code"] for each in said["steps"][11]["not_checked"]] == ["not-taken-here"]
