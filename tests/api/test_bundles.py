"""Bundles over HTTP: the case of S1 as the prosecutor takes it out, and a tube as its laboratory may."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

import bundles
from api.conftest import SignedIn, serving
from custody.attachments import Attachments, Limits
from custody.bundle.bundled import Given
from custody.bundle.content import Subject
from custody.bundle.report import Report
from custody.bundle.verifying import verify_bundle
from custody.cli import main, sessions
from stories.test_s01_drunk_driving import CASE, judged
from world import World
from world_objects import PAPER

PATH = f"/v1/cases/{quote(CASE, safe='')}/bundle"
WHY = "移送审查起诉"
FILE = b"%PDF-1.7 the voucher for a measure on the spot"


class Served:
    """A world behind a server, and what it said."""

    def __init__(self, world: World, tube: str, store: Attachments, address: str) -> None:
        self.world, self.tube, self.store, self.address = world, tube, store, address

    def journal(self, kind: str) -> list[Any]:
        """The lines of a kind."""
        return [each for each in self.world.ledger.journal.read(0, 1_000) if each.kind == kind]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """S1 up to its judgment, served with a store of attachments."""
    folder = tmp_path_factory.mktemp("served")
    world = World(f"sqlite:///{folder / 'ledger.db'}")
    _, tube, _, _ = judged(world)
    world.is_audited()
    store = Attachments(folder / "attachments", Limits(free=1))
    with serving(world.ledger, store) as address:
        yield Served(world, tube, store, address)
    world.close()


@pytest.fixture(scope="module")
def of(served: Served) -> Iterator[Callable[[str], httpx.Client]]:
    """Somebody's client."""
    with ExitStack() as opened:
        clients: dict[str, httpx.Client] = {}

        def client(name: str) -> httpx.Client:
            if name not in clients:
                auth = SignedIn(served.world, name)
                clients[name] = opened.enter_context(httpx.Client(base_url=served.address, timeout=60, auth=auth))
            return clients[name]

        yield client


Of = Callable[[str], httpx.Client]


def taken(client: httpx.Client, path: str, to: Path, **params: Any) -> Report:
    """A bundle fetched, and what verifying it says under the log's key."""
    answer = client.get(path, params={"why": WHY, "report": False, **params})
    assert answer.status_code == 200, answer.text
    to.write_bytes(answer.content)
    return verify_bundle(to)


def codes(report: Report, kind: str = "findings") -> set[str]:
    return {each.code for step in report.steps for each in getattr(step, kind)}


def withheld(report: Report) -> list[str]:
    """The entries on the subject whose acts whoever asked may not see."""
    acts = next(step for step in report.steps if step.name == "acts")
    return [each.where for each in acts.not_checked if each.where.startswith("entries/")]


def test_the_prosecutor_takes_the_whole_case_out_and_it_is_sound(served: Served, of: Of, tmp_path: Path) -> None:
    answer = of("江检").get(PATH, params={"why": WHY})
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    assert int(answer.headers["custody-position"]) == served.world.ledger.recorder.head().size
    file = tmp_path / "case.zip"
    file.write_bytes(answer.content)
    report = verify_bundle(file, Given((served.world.log_key.verifier,)))
    assert report.sound, codes(report)
    assert report.log_key == (str(served.world.log_key.verifier), "verifier")
    assert not withheld(report)
    line = served.journal("export")[-1]
    assert (line.by, line.code, line.detail["why"], line.detail["case"]) == ("pro-11", "export/bundle", WHY, CASE)
    assert served.journal("view") == []


def test_asking_for_the_headers_of_a_bundle_takes_nothing_out(served: Served, of: Of) -> None:
    before = served.world.ledger.journal.recorder.head().size
    asked = of("江检").head(PATH, params={"why": WHY, "disclose": "all"})
    assert (asked.status_code, asked.content, asked.headers["content-type"]) == (200, b"", "application/zip")
    assert int(asked.headers["custody-position"]) == served.world.ledger.recorder.head().size
    assert of("审计员").head(PATH, params={"why": WHY, "disclose": "all"}).status_code == 403
    assert of("顾宁").head(PATH, params={"why": WHY}).status_code == 404
    assert of("江检").head(PATH).status_code == 400
    assert served.world.ledger.journal.recorder.head().size == before


def test_what_the_api_gives_is_what_the_command_writes(served: Served, of: Of, tmp_path: Path) -> None:
    answer = of("审计员").get(PATH, params={"why": WHY, "report": False})
    made = bundles.files(bundles.content(served.world, Subject("case", CASE)))
    assert answer.content == bundles.packed(made, tmp_path / "made.zip").read_bytes()


def test_a_laboratory_gets_no_envelope_of_what_it_may_not_see_and_its_bundle_is_sound(
    served: Served, of: Of, tmp_path: Path
) -> None:
    """Who examines tube A does not see the whole of the draw, which tells of tube B, too."""
    report = taken(of("顾宁"), f"/v1/items/{served.tube}/bundle", tmp_path / "tube.zip")
    assert report.sound, codes(report)
    assert withheld(report)
    whole = taken(of("周远"), f"/v1/items/{served.tube}/bundle", tmp_path / "whole.zip")
    assert whole.sound
    assert not withheld(whole)


def test_sealed_values_are_opened_by_right_and_the_journal_says_which(served: Served, of: Of, tmp_path: Path) -> None:
    closed = taken(of("江检"), PATH, tmp_path / "closed.zip")
    assert codes(closed, "not_checked") >= {"sealed-closed"}
    before = len(served.journal("view"))
    opened = taken(of("江检"), PATH, tmp_path / "open.zip", disclose="all")
    assert opened.sound
    assert "sealed-closed" not in codes(opened, "not_checked")
    view = served.journal("view")[before]
    assert (view.by, view.code, view.detail["case"]) == ("pro-11", "view/bundle", CASE)
    values = view.detail["values"]
    one = taken(of("江检"), PATH, tmp_path / "one.zip", disclose=values[0])
    assert next(step.checked for step in one.steps if step.name == "sealed-values") == 1
    assert served.journal("view")[before + 1].detail["values"] == values[:1]
    refused = of("顾宁").get(f"/v1/items/{served.tube}/bundle", params={"why": WHY, "disclose": "all"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed/sealed")
    foreign = of("江检").get(PATH, params={"why": WHY, "disclose": "A" * 43})
    assert (foreign.status_code, foreign.json()["code"]) == (404, "not-found/sealed-value")


def test_without_a_reason_nothing_leaves(served: Served, of: Of) -> None:
    before = len(served.journal("export"))
    assert of("江检").get(PATH).status_code == 400
    assert len(served.journal("export")) == before


def test_files_come_along_or_nothing_does(served: Served, of: Of, tmp_path: Path) -> None:
    """The voucher's paper is named by its hash alone in this story: no store has it, until somebody puts another file
    under an act of its own."""
    answer = of("江检").get(PATH, params={"why": WHY, "attachments": True})
    assert (answer.status_code, answer.json()["code"]) == (503, "damaged/attachment")
    world, sha256 = served.world, hashlib.sha256(FILE).hexdigest()
    assert sha256 != PAPER["sha256"]
    with served.store.receiving(sha256, "", len(FILE), lambda hashes: hashes) as incoming:
        incoming.begin(0)
        incoming.write(FILE)
        served.store.keep(incoming)
    case = world.opens_case("何苗", "云公(刑)盗〔2026〕0611")
    named = {"sha256": sha256, "media_type": "application/pdf", "size_bytes": len(FILE), "kind": "document",
             "captured_at": None}  # fmt: skip
    receipt = world.act(world.seizure(case, [world.item()], attachments=[named]))
    path = f"/v1/cases/{quote(case, safe='')}"
    assert of("何苗").get(path, params={"at_least": receipt.position}).status_code == 200
    report = taken(of("何苗"), f"{path}/bundle", tmp_path / "files.zip", attachments=True)
    assert report.sound
    assert next(step.checked for step in report.steps if step.name == "attachments") == 1
    assert "attachments-left-out" not in codes(report, "not_checked")
    kept = next(each for each in served.store.folder.rglob(f"*{sha256[2:]}") if each.is_file())
    kept.chmod(0o600)
    kept.write_bytes(FILE[:-1])
    answer = of("何苗").get(f"{path}/bundle", params={"why": WHY, "attachments": True})
    assert (answer.status_code, answer.json()["code"]) == (503, "damaged/attachment")


def test_the_command_fetches_from_a_server_what_its_user_may_see(
    served: Served, of: Of, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.delenv("CUSTODY_DATABASE", raising=False)
    file, session = tmp_path / "case.zip", of("江检").get("/v1/session").request.headers["authorization"]
    sessions.keep(served.address, session.removeprefix("Bearer "), "2999-01-01T00:00:00.000000Z")
    server = ("--server", served.address, "--without-report")
    assert main(["export", "case", CASE, "-o", str(file), "--why", WHY, *server, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["size_bytes"] == file.stat().st_size
    assert verify_bundle(file).sound
    assert main(["export", "case", "云公(刑)诈〔2026〕9999", "-o", f"{file}2", "--why", WHY, *server, "--json"]) == 1
    assert json.loads(capsys.readouterr().err)["code"] == "not-found/case"
    assert [each.name for each in tmp_path.iterdir() if "zip" in each.name] == ["case.zip"]
