"""What the pages of the flows give to whom, and how much they ask of the database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, event

from custody import label
from custody.acts.values import encode
from custody.errors import Refused
from pages.conftest import Station
from world_objects import raises
from world_results import asks

MOST_QUERIES = 15


@contextmanager
def as_somebody(station: Station, name: str) -> Iterator[httpx.Client]:
    """A browser's requests, without the browser."""
    cookie = station.cookie(name)
    headers = {"Accept": "application/json", "Accept-Language": "en", "Origin": station.origin}
    with httpx.Client(base_url=station.origin, headers=headers, cookies={cookie["name"]: cookie["value"]}) as made:
        yield made


@pytest.fixture(scope="module")
def told(station: Station) -> dict[str, Any]:
    """A case with a little of everything."""
    world = station.world
    case = world.opens_case(officers=["psb-0211", "psb-0347"])
    offered, other = world.seizes(case, world.item(), world.item())
    stored, lent = world.seizes(case, world.item(), world.item())
    world.checks_in([stored, lent])
    manifest = world.offers([offered, other], goods=(offered,))
    seizure = world.ledger.memory.histories([f"item:{stored}"])[f"item:{stored}"][0].act.id
    return {
        "case": case, "items": [offered, other, stored, lent], "manifest": manifest, "seizure": seizure,
        "question": raises(world, case, [stored], "condition"), "loan": asks(world, [lent]),
        "opening": world.opens_stock_take("大库", book=[stored, lent]), "size": world.ledger.recorder.head().size,
    }  # fmt: skip


def test_no_flow_asks_the_database_more_than_fifteen_times(station: Station, told: dict[str, Any]) -> None:
    pages = {
        "周远": ("/intake", f"/intake/check-in?holder=psb-0211&case={told['case']}", "/kit/new",
               f"/offers/new?case={told['case']}", f"/offers/{told['manifest']}/withdraw",
               f"/acts/{told['seizure']}/correct",
               f"/discrepancies/new?item={told['items'][0]}", f"/labels?case={told['case']}", "/labels/log"),
        "江检": (f"/offers/{told['manifest']}/answer", f"/offers/photographs/{told['items'][0]}"),
        "江监督": ("/stock-takes", "/stock-takes/new", f"/stock-takes/{told['opening']}"),
        "梁静": (f"/stock-takes/{told['opening']}/count",),
        "高岚": (f"/discrepancies/{told['question']}",), "刘振": (f"/loans/{told['loan']}/decide",),
    }  # fmt: skip
    asked: list[str] = []

    def note(*given: Any) -> None:
        if re.match(r"\s*(SELECT|WITH)", given[2]):
            asked.append(given[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        for name, paths in pages.items():
            with as_somebody(station, name) as client:
                client.get("/stock-takes", params={"at_least": told["size"]})
                for path in paths:
                    asked.clear()
                    assert client.get(path).status_code == 200, path
                    assert len(asked) <= MOST_QUERIES, (path, asked)
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_who_counts_sees_no_list_and_no_count_before_everybody_has_done(
    station: Station, told: dict[str, Any]
) -> None:
    at = f"/stock-takes/{told['opening']}"
    with as_somebody(station, "江监督") as counter:  # who supervises, too, but counts here
        assert counter.get(f"{at}/missing").status_code == 403
        assert "hx-get" not in counter.get(at).text
        scan = {"code": label.code_of(told["items"][2]), "place": station.world.places["大库"]}
        assert counter.post(f"{at}/scans", json=scan).json()["verdict"] == "right-place"
        assert counter.post(f"{at}/scans", json=scan).json()["verdict"] == "already-scanned"
        assert counter.get(f"{at}/counted").json()["code"] == "conflict/still-counting"
        assert counter.post(f"{at}/done").status_code == 204
        assert counter.post(f"{at}/scans", json=scan).json()["code"] == "conflict/counted"
        assert counter.get(f"{at}/counted").json()["missing"] == [told["items"][3]]
    with as_somebody(station, "顾宁") as stranger:
        assert stranger.get(at).status_code == 404
        assert stranger.post(f"{at}/scans", json=scan).status_code == 404


def test_a_stock_take_of_a_random_draw_is_opened_with_a_salt_nobody_chose(station: Station) -> None:
    with as_somebody(station, "梁静") as client:
        wanted = {"places": [station.world.places["大库"]], "counters": ["cen-01", "psb-0900"], "draw": 1}
        drafts = [client.post("/stock-takes/opening", json=wanted).json() for _ in range(2)]
    assert [draft["draw"]["count"] for draft in drafts] == [1, 1]
    assert drafts[0]["draw"]["salt"] != drafts[1]["draw"]["salt"]
    assert all({"disclose"} == each.keys() for draft in drafts for each in draft["book"]["sheets"])


def test_a_refused_act_that_was_done_is_embedded_as_it_was_signed(station: Station, told: dict[str, Any]) -> None:
    world = station.world
    world.refusing = True
    with pytest.raises(Refused):
        world.transfers([told["items"][2]], "周远", "何苗")
    world.refusing = False
    position = world.ledger.journal.recorder.head().size
    with as_somebody(station, "周远") as signer, as_somebody(station, "顾宁") as stranger:
        page = signer.get(f"/discrepancies/new?refusal={position}")
        assert page.status_code == 200
        assert f'"{encode(world.signed)}"' in page.text
        assert stranger.get(f"/discrepancies/new?refusal={position}").status_code == 404


def test_a_blank_roll_and_a_case_are_drawn_into_one_file(station: Station, told: dict[str, Any]) -> None:
    with as_somebody(station, "周远") as client:
        roll = client.post("/labels/file", json={"roll": {"kind": "kit", "count": 30}, "stock": "a4-3x8"})
        case = client.post("/labels/file", json={"labels": told["items"][:2], "format": "png", "dpi": 203,
                                                 "stock": "a4-3x8"})  # fmt: skip
        assert roll.content.startswith(b"%PDF")
        assert case.content.startswith(b"\x89PNG")
        again = client.post("/labels/file", json={"labels": told["items"][:1]})
    assert again.json()["code"] == "malformed/reprint"


@pytest.mark.parametrize(("act", "leads"), [
    ("offer?item={item}", "/offers/new?item={item}"), ("answer?manifest={manifest}", "/offers/{manifest}/answer"),
    ("stock-take", "/stock-takes"), ("check-in", None), ("offer?plain", None),
])  # fmt: skip
def test_an_act_with_a_flow_of_its_own_leads_there(
    station: Station, told: dict[str, Any], act: str, leads: str | None
) -> None:
    of = {"item": told["items"][0], "manifest": told["manifest"]}
    with as_somebody(station, "周远") as client:
        answer = client.get(f"/do/{act.format(**of)}")
    assert answer.headers.get("location") == (leads and leads.format(**of))
