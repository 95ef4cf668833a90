"""Labels over HTTP: drawn, scanned again, and looked up in the log."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from custody.cli import main
from custody.client import Client
from custody.keyfile import write_key
from custody.label import code_of
from custody_scanners.labels import Label, draw
from world import World

PNG = {"Content-Type": "image/png"}
Callers = Callable[[str], httpx.Client]


def scanned(client: httpx.Client, image: bytes, mode: str = "single") -> dict[str, Any]:
    """What a picture shows, and what the ledger says of it."""
    answer = client.post("/v1/scans", params={"mode": mode}, content=image, headers=PNG)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_a_label_that_was_printed_is_read_back_to_its_item(world: World, client: httpx.Client) -> None:
    case = world.opens_case()
    (item,) = world.seizes(case)
    for stock in ("bag-50x30", "tube-40x20"):
        label = client.get(f"/v1/labels/{item}.png", params={"stock": stock, "why": "另一规格"})
        assert label.headers["content-type"] == "image/png"
        found = scanned(client, label.content)
        assert found["accepted"]
        (code,) = found["codes"]
        assert (code["standing"], code["id"], code["item"]["item"]) == ("in-force", item, item)
        assert (code["item"]["case"], code["item"]["control"]["agency"]) == (case, "psb-yunling")


def test_a_retired_code_says_what_it_was_and_the_label_is_drawn_with_the_new_one(
    world: World, client: httpx.Client
) -> None:
    (item,) = world.seizes(world.opens_case())
    old = client.get(f"/v1/labels/{item}.png").content
    fresh = world.code()
    labelling = world.act({
        "act": "labelling", "item": item, "code": fresh, "retired": world.facts(item).code, "reason": "damaged",
        "signers": world.signers(labeller="周远"),
    })  # fmt: skip
    (code,) = scanned(client, old)["codes"]
    assert (code["standing"], code["retired_by"]) == ("retired", labelling.act)
    assert (code["item"]["item"], code["item"]["code"]) == (item, fresh)
    for name in (item, fresh, code["code"]):
        (now,) = scanned(client, client.get(f"/v1/labels/{name}.png?why=x").content)["codes"]
        assert (now["code"], now["standing"]) == (fresh, "in-force")


def test_a_page_shows_each_code_with_its_own_answer(world: World, client: httpx.Client) -> None:
    items = world.seizes(world.opens_case(), world.item(), world.item())
    codes = [world.facts(item).code for item in items]
    place, unknown = code_of(world.places["大库"]), world.code()
    sheet = draw([Label(code) for code in (*codes, place, unknown)], "a4-3x8", "png").data
    found = scanned(client, sheet, "page")
    assert found["accepted"]
    assert [(each["code"], each["standing"]) for each in found["codes"]] == [
        *((code, "in-force") for code in codes), (place, "in-force"), (unknown, "unknown"),
    ]  # fmt: skip
    assert found["codes"][2]["place"]["name"] == "大库"


def test_several_labels_before_the_counters_camera_are_refused(world: World, client: httpx.Client) -> None:
    sheet = draw([Label(world.code()), Label(world.code())], "a4-3x8", "png").data
    found = scanned(client, sheet, "single")
    assert (found["accepted"], found["codes"]) == (False, [])
    assert "scan/several" in {each["code"] for each in found["problems"]}


def test_the_commands_ask_a_server_as_they_ask_a_database(
    sqlite_world: World,
    sqlite_client: httpx.Client,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, server = sqlite_world, ("--server", str(sqlite_client.base_url).rstrip("/"), "--json")
    (item,) = world.seizes(world.opens_case())
    tube, _ = world.draws(world.opens_case(case="云公(交)刑受〔2026〕0312-07", kind="traffic"))
    names = (item, tube, world.places["大库"], world.facts(tube).kit)
    old, page = str(tmp_path / "old.png"), str(tmp_path / "page.png")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("custody.cli.sessions._now", lambda: world.clock.now)
    monkeypatch.setattr("custody.cli.connection.Client", partial(Client, clock=lambda: world.clock.now))
    write_key(tmp_path / "auditor.key", world.key_of("审计员"), None)
    assert main(["sign-in", *server[:2], "--key", str(tmp_path / "auditor.key")]) == 0
    capsys.readouterr()
    sqlite_client.get("/v1/people", params={"at_least": world.ledger.recorder.head().size})
    assert main(["label", item, "-o", old, *server]) == 0
    fresh = world.labels(item, signers=world.signers(labeller="周远"))
    sqlite_client.get("/v1/people", params={"at_least": world.ledger.recorder.head().size})
    assert main(["label", *names, "-o", page, "--stock", "a4-3x8", *server]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["labels"][0] == fresh
    assert main(["scan", page, "--page", *server]) == 0
    codes = json.loads(capsys.readouterr().out)["codes"]
    database = world.engine.url.render_as_string(hide_password=False)
    assert main(["scan", page, "--page", "--database", database, "--json"]) == 0
    at_hand = json.loads(capsys.readouterr().out)["codes"]
    assert codes[0]["item"].pop("deadlines")  # they follow from the registers, which only the server has at hand
    for each in codes[1:]:
        each.get("item", {}).pop("deadlines", None)
    assert [(each["code"], each["standing"], each.get("item")) for each in at_hand] == [
        (each["code"], each["standing"], each.get("item")) for each in codes
    ]  # fmt: skip
    assert {"item", "place", "kit"} <= {name for each in codes for name in each}
    assert main(["scan", old, *server]) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["accepted"], report["codes"][0]["standing"], report["codes"][0]["item"]["code"]) == (
        False, "retired", fresh,
    )  # fmt: skip
    assert main(["label", world.code(), "-o", old, *server]) == 1
    assert main(["scan", page, "--page", "--server", "ftp://127.0.0.1"]) == 2


@pytest.mark.parametrize(("format", "opening"), [("pdf", b"%PDF"), ("svg", b"<"), ("zpl", b"^XA")])
def test_labels_come_in_the_format_asked_for(
    sqlite_world: World, sqlite_client: httpx.Client, format: str, opening: bytes
) -> None:
    (item,) = sqlite_world.seizes(sqlite_world.opens_case())
    answer = sqlite_client.get(f"/v1/labels/{item}.{format}")
    assert answer.status_code == 200
    assert answer.content.lstrip().startswith(opening)


def test_each_label_that_is_drawn_leaves_a_line_and_a_second_one_takes_a_reason(
    world: World, client: httpx.Client
) -> None:
    """Nobody on the way keeps one, and none is answered as unchanged: that would be one more without a line."""
    (item,) = world.seizes(world.opens_case())
    code, path = world.facts(item).code, f"/v1/labels/{item}"
    first = client.get(f"{path}.png", headers={"Accept-Language": "zh-CN"})
    assert (first.status_code, first.headers["cache-control"], "etag" in first.headers) == (200, "no-store", False)
    again = client.get(f"{path}.zpl")
    assert (again.status_code, again.json()["code"]) == (400, "malformed/reprint")
    torn = client.get(f"{path}.zpl", params={"copies": 2, "why": " 原标签破损 "}, headers={"If-None-Match": "*"})
    assert torn.status_code == 200
    lines = world.ledger.journal.under(f"label:{code}")
    assert [(each.kind, each.by, each.code, each.detail) for each in lines] == [
        ("export", "aud-01", "export/labels", {"list": "labels", "labels": [code], "why": why, "onto": onto,
                                               "stock": "bag-50x30", "copies": copies})
        for why, onto, copies in (("首次打印", "png", 1), ("原标签破损", "zpl", 2))
    ]  # fmt: skip


def test_no_line_says_that_a_label_was_drawn_where_none_was(world: World, callers: Callers) -> None:
    """Asked for its headers alone, on a stock it does not fit, of a thing one does not see, and of nothing at all."""
    (item,) = world.seizes(world.opens_case())
    officer, judge = callers("周远"), callers("钱法官")
    assert officer.head(f"/v1/labels/{item}.png").status_code == 200
    assert officer.get(f"/v1/labels/{item}.zpl?stock=a4-3x8").status_code == 400
    assert judge.get(f"/v1/labels/{item}.png").status_code == 404
    assert officer.get(f"/v1/labels/{world.code()}.png").status_code == 404
    assert world.ledger.journal.recorder.head().size == 0


def test_copies_stock_and_format_that_do_not_fit_are_told_so(sqlite_world: World, sqlite_client: httpx.Client) -> None:
    (item,) = sqlite_world.seizes(sqlite_world.opens_case())
    for query, status, code in (
        ("png?copies=30&stock=a4-3x8", 413, "too-large/labels"),
        ("zpl?stock=a4-3x8", 400, "malformed/label-stock"),
        ("png?stock=napkin", 400, "malformed/query"),
        ("png?copies=0", 400, "malformed/query"),
        ("gif", 400, "malformed/query"),
    ):
        answer = sqlite_client.get(f"/v1/labels/{item}.{query}")
        assert (answer.status_code, answer.json()["code"]) == (status, code), query


def test_a_character_outside_the_font_is_reported(sqlite_world: World, sqlite_client: httpx.Client) -> None:
    (item,) = sqlite_world.seizes(sqlite_world.opens_case(), sqlite_world.item(description="𠮷手机"))
    answer = sqlite_client.get(f"/v1/labels/{item}.png")
    assert answer.headers["custody-missing-characters"] == "U+20BB7"


def test_what_is_no_picture_is_told_so(sqlite_client: httpx.Client) -> None:
    answer = sqlite_client.post("/v1/scans", content=b"not a picture", headers=PNG)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed/image")
    in_chinese = sqlite_client.post("/v1/scans", content=b"x", headers={**PNG, "Accept-Language": "zh-CN"})
    assert in_chinese.json()["detail"] == "文件不是可读的图像。"
    big = sqlite_client.post("/v1/scans", content=bytes((20 << 20) + 1), headers=PNG)
    assert (big.status_code, big.json()["code"]) == (413, "too-large/image")
