"""Who looked at personal data on paper stands in the journal; and what a citizen's link opens, until it is revoked."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from custody import keyfile
from custody.acts.values import decode
from custody.cli import main
from custody.cli.settings import journal_key_of
from custody.errors import NotFound
from custody.ledger.fsck import verify_ledger
from custody.ledger.receipt_links import issue, opens, revoke
from papers import text_of
from world import World

Said = pytest.CaptureFixture[str]
BY = ("--by", "psb-0211", "--why", "交检察院存卷")
TOKEN = "Zm9yLW9uZS1jaXRpemVuMQ"
HOLDER = {"part": "holder", "name": {"disclose": "赵某某"}, "kind": "handwritten"}


@pytest.fixture
def world(sqlite_world: World, tmp_path: Path) -> World:
    """A world whose log keys lie in files, as commands need them."""
    log_key = tmp_path / "log.key"
    for signer, path in ((sqlite_world.log_key, log_key), (sqlite_world.journal_key, journal_key_of(log_key))):
        keyfile.write_key(path, signer.private_key, None)
    return sqlite_world


class Desk:
    """A terminal at which papers are drawn."""

    def __init__(self, world: World, folder: Path, said: Said) -> None:
        self.world, self.folder, self.said = world, folder, said
        self.file = folder / "paper.pdf"

    def paper(self, *arguments: object) -> tuple[int, str]:
        """Run ``custody paper`` on the world's database."""
        where = ("--database", self.world.url, "--log-key", str(self.folder / "log.key"))
        status = main(["--lang", "zh", "paper", *map(str, arguments), *where])
        captured = self.said.readouterr()
        return status, captured.out + captured.err

    def lines(self, kind: str) -> list[Any]:
        """The journal's lines of a kind."""
        return [line for line in self.world.ledger.journal.read(0, 1_000) if line.kind == kind]


@pytest.fixture
def desk(world: World, tmp_path: Path, capsys: Said) -> Desk:
    """A desk in the office of the world."""
    return Desk(world, tmp_path, capsys)


def seized(world: World) -> tuple[str, list[str], str]:
    """A case, its two items, and the act that took them."""
    case = world.opens_case()
    items = world.seizes(case, world.item(), world.item(), attestations=[world.witness(), HOLDER])
    return case, items, world.facts(items[0]).born_in


def test_a_paper_with_sealed_values_is_a_look_that_the_journal_has(desk: Desk) -> None:
    case, _, _ = seized(desk.world)
    status, said = desk.paper("seizure-list", "--case", case, "-o", desk.file, *BY)
    assert status == 0, said
    assert "赵某某" in text_of(desk.file.read_bytes())
    (line,) = desk.lines("view")
    assert (line.by, line.code, line.detail["why"], line.detail["case"]) == (
        "psb-0211", "view/paper", "交检察院存卷", case,
    )  # fmt: skip
    assert (line.detail["paper"], line.detail["position"]) == ("seizure-list", desk.world.ledger.recorder.head().size)
    opened = desk.world.ledger.recorder.disclosures(decode(each) for each in line.detail["values"])
    assert {"赵某某", "见证人岩某", "周远", "何苗"} == {value for _, value in opened.values()}
    assert [each.position for each in desk.world.ledger.journal.under("person:psb-0211")] == [line.position]
    assert "赵某某" not in json.dumps(line.detail, ensure_ascii=False)
    assert not verify_ledger(desk.world.ledger.recorder, desk.world.ledger.journal.recorder).findings


def test_a_paper_whose_values_are_withheld_leaves_no_line(desk: Desk) -> None:
    case, _, _ = seized(desk.world)
    assert desk.paper("seizure-list", "--case", case, "-o", desk.file, "--sealed")[0] == 0
    assert "赵某某" not in text_of(desk.file.read_bytes())
    assert list(desk.world.ledger.journal.read()) == []


def test_a_paper_over_http_leaves_no_line(world: World, sqlite_client: httpx.Client) -> None:
    case, _, _ = seized(world)
    assert sqlite_client.get("/v1/papers/seizure-list", params={"case": case}).status_code == 200
    assert list(world.ledger.journal.read()) == []


def test_nobody_looks_without_saying_who_and_why(desk: Desk) -> None:
    case, _, _ = seized(desk.world)
    for given in ((), BY[:2], BY[2:]):
        status, said = desk.paper("seizure-list", "--case", case, "-o", desk.file, *given)
        assert (status, "use/look" in said) == (2, True)
    status, said = desk.paper("seizure-list", "--case", case, "-o", desk.file, "--by", "nobody", "--why", "好奇")
    assert (status, "not-found/person" in said) == (1, True)
    assert not desk.file.exists()
    assert list(desk.world.ledger.journal.read()) == []


def test_what_cannot_be_journaled_is_not_shown(desk: Desk) -> None:
    case, _, _ = seized(desk.world)
    (desk.folder / "log.key.journal").unlink()
    assert desk.paper("seizure-list", "--case", case, "-o", desk.file, *BY)[0] == 1
    assert not desk.file.exists()


def test_a_receipt_is_issued_with_a_link_that_opens_its_state_alone(desk: Desk, sqlite_client: httpx.Client) -> None:
    world = desk.world
    _, items, act = seized(world)
    issues = (*BY, "--issue", "https://custody.example", "--json")
    status, said = desk.paper("receipt", "--act", act, "-o", desk.file, *issues)
    assert status == 0, said
    link = json.loads(said)["links"][act]
    token = re.fullmatch(r"https://custody\.example/r/([A-Za-z0-9_-]{22})", link)[1]  # type: ignore[index]
    (line,) = desk.lines("token")
    assert (line.code, line.detail["act"], token in str(line)) == ("token/issued", act, False)
    answer = sqlite_client.get(f"/r/{token}")
    assert answer.headers["cache-control"] == "no-store"
    shown = answer.json()
    assert set(shown) == {"done", "occurred_at", "agency", "voided", "position", "taken", "items", "next"}
    assert (shown["agency"], [each["state"] for each in shown["items"]]) == ("江州市公安局云岭分局", ["kept", "kept"])
    for secret in ("赵某某", "周远", "psb-0211", items[0], world.places["大库"], "〔2026〕"):
        assert secret not in answer.text
    page = sqlite_client.get(f"/r/{token}", headers={"Accept": "text/html", "Accept-Language": "en"})
    assert page.headers["content-type"].startswith("text/html")
    assert "in custody" in page.text
    assert (page.headers["referrer-policy"], page.headers["x-robots-tag"][:7]) == ("no-referrer", "noindex")
    assert page.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")


def test_a_link_follows_what_becomes_of_the_things(world: World, sqlite_client: httpx.Client) -> None:
    _, items, act = seized(world)
    issue(world.ledger.journal, TOKEN, act, "psb-0211", "交当事人")
    world.checks_in(items)
    world.releases(items[:1])
    shown = sqlite_client.get(f"/r/{TOKEN}", headers={"Accept-Language": "zh"}).json()["items"]
    assert [each["says"] for each in shown] == ["已离开保管", "保管中"]


def test_unknown_revoked_and_misspelt_links_answer_alike(desk: Desk, sqlite_client: httpx.Client) -> None:
    world = desk.world
    _, _, act = seized(world)
    issue(world.ledger.journal, TOKEN, act, "psb-0211", "交当事人")
    assert sqlite_client.get(f"/r/{TOKEN}").status_code == 200
    status, said = desk.paper("receipt", "--act", act, "--revoke", *BY)
    assert (status, "已撤销 1" in said) == (0, True)
    answers = [sqlite_client.get(f"/r/{each}") for each in (TOKEN, "A" * 22, "x", act, "%20" * 22)]
    assert {each.status_code for each in answers} == {404}
    assert len({each.text for each in answers}) == 1
    assert answers[0].json()["code"] == "not-found/receipt"
    assert desk.paper("receipt", "--act", act, "--revoke", *BY)[0] == 1
    with pytest.raises(NotFound):
        revoke(world.ledger.journal, act, "psb-0211", "again")


def test_a_token_opens_nothing_but_the_act_it_was_issued_for(world: World) -> None:
    _, _, act = seized(world)
    issue(world.ledger.journal, TOKEN, act, "psb-0211", "交当事人")
    assert opens(world.ledger.journal, TOKEN) == act
    for other in (TOKEN.lower(), TOKEN[:-1], f"{TOKEN}A", ""):
        assert opens(world.ledger.journal, other) is None


def test_only_a_citizens_paper_bears_a_link(desk: Desk) -> None:
    case, items, _ = seized(desk.world)
    desk.world.checks_in(items)
    status, _ = desk.paper("check-in-slip", "--case", case, "-o", desk.file, *BY, "--issue", "https://custody.example")
    assert status == 1
    assert not desk.file.exists()
    assert desk.lines("token") == []
