"""A case with its file (一案一档) in one answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx

from world import World

CASE = "云公(交)刑受〔2026〕0312-07/2"

Callers = Callable[[str], httpx.Client]


def dossier(client: httpx.Client, position: int, **query: Any) -> dict[str, Any]:
    """The case and its file, as far as an act."""
    answer = client.get(f"/v1/cases/{quote(CASE, safe='')}", params={"at_least": position, **query})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def a_busy_case(world: World) -> tuple[list[str], dict[str, Any], str, int]:
    """Three things on different ways, a blood kit, a late handover, a hold, an offer."""
    world.opens_case(case=CASE)
    things = world.seizes(CASE, *(world.item() for _ in range(3)))
    draft = world.draw(CASE)
    world.act(draft)
    world.clock.forward(hours=50)
    world.checks_in(things[:2])
    world.holds(CASE)
    world.holds(CASE, items=things[:1])
    manifest = world.offers(things[1:])
    return things, draft, manifest, world.ledger.recorder.head().size


def test_one_answer_holds_the_whole_file(world: World, client: httpx.Client) -> None:
    things, draft, manifest, last = a_busy_case(world)
    found = dossier(client, last)
    file = found["contents"]
    tubes = [each["code"][:16] for each in draft["tubes"]]
    assert (found["case"], found["items"], len(found["holds"])) == (CASE, 5, 1)
    items = {each["item"]: each for each in file["items"]["members"]}
    assert set(items) == {*things, *tubes}
    assert items[things[0]]["status"] == "stored"
    assert [each["scope"] for each in items[things[0]]["holds"]] == ["item", "case"]
    [kit] = file["kits"]["members"]
    assert [each["now"]["item"] for each in kit["tubes"]] == tubes
    assert [each["type"] for each in file["acts"]["members"]] == [
        "case-opening", "seizure", "blood-draw", "check-in", "hold", "hold", "offer",
    ]  # fmt: skip
    assert "LATE_HANDOVER" in {each["code"] for each in file["defects"]["members"]}
    assert {each["case"] for each in file["deadlines"]["members"]} == {CASE}
    assert [each["manifest"] for each in file["manifests"]["members"]] == [manifest]
    assert {name: part["next"] for name, part in file.items() if name != "papers"} == dict.fromkeys(
        ("items", "kits", "acts", "defects", "deadlines", "manifests")
    )


def test_a_large_file_goes_on_at_its_own_lists(world: World, client: httpx.Client) -> None:
    *_, last = a_busy_case(world)
    whole, file = dossier(client, last)["contents"], dossier(client, last, limit=1)["contents"]
    assert {name: len(part["members"]) for name, part in file.items() if name != "papers"} == {
        "items": 1, "kits": 1, "acts": 1, "defects": 1, "deadlines": 1, "manifests": 1,
    }  # fmt: skip
    for name, part in whole.items():
        if name == "papers" or len(part["members"]) < 2:
            continue
        members, following = list(file[name]["members"]), file[name]["next"]
        while following:
            page = client.get(following)
            members += page.json()[name]
            following = page.links.get("next", {}).get("url")
        assert members == part["members"], name
    assert client.get(f"/v1/cases/{quote(CASE)}?limit=501").status_code == 400


def test_every_paper_that_is_named_can_be_drawn_and_no_other(world: World, client: httpx.Client) -> None:
    *_, last = a_busy_case(world)
    papers = dossier(client, last)["contents"]["papers"]
    assert [each["kind"] for each in papers] == [
        "seizure-list", "blood-draw-form", "check-in-slip", "case-file-list", "receipt", "continuity",
    ]  # fmt: skip
    for each in papers:
        answer = client.get(each["href"])
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), each
        assert each["zh"]
        assert each["en"]
    assert client.get("/v1/papers/transfer-list", params={"case": CASE}).status_code == 404


def test_the_file_of_a_case_is_for_who_reads_the_case(world: World, callers: Callers) -> None:
    """The receiver of an offer sees what is offered to him, and the case once he accepted something of it."""
    things, _, manifest, last = a_busy_case(world)
    path, query = f"/v1/cases/{quote(CASE, safe='')}", {"at_least": last}
    theirs, officer = callers("江检"), callers("周远")
    assert theirs.get(path, params=query).status_code == 404
    assert theirs.get("/v1/manifests", params={"case": CASE}).json()["manifests"][0]["manifest"] == manifest
    position = world.answers(manifest, things[1:], by="江检").position
    read = theirs.get(path, params={"at_least": position}).json()
    ours = officer.get(path, params={"at_least": position}).json()
    assert read["items"] == ours["items"] == 5
    assert {each["item"] for each in read["contents"]["items"]["members"]} >= set(things)
    assert callers("梁静").get(path).status_code == 404
