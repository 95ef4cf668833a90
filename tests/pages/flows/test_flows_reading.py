"""What the pages of the flows give to whom."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import httpx
import pytest

from custody import label
from custody.acts.values import encode
from custody.desk import counting as desk_counting
from custody.desk.store import Desk
from custody.errors import Refused
from custody.rules.blind_count import Scan
from custody_scanners.scan import scan
from pages.conftest import Station
from world_objects import raises
from world_results import asks


@contextmanager
def as_somebody(station: Station, name: str) -> Iterator[httpx.Client]:
    """A browser's requests, without the browser."""
    cookie = station.cookie(name)
    headers = {"Accept": "application/json", "Accept-Language": "en", "Origin": station.origin}
    cookies = {cookie["name"]: cookie["value"]}
    with httpx.Client(base_url=station.origin, headers=headers, cookies=cookies, timeout=30) as made:
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
        assert counter.get(f"{at}/counted").json()["code"] == "conflict/still-counting"  # the other has not begun
        assert counter.get(f"{at}/missing").json()["code"] == "not-allowed/blind"
    with as_somebody(station, "郑宏") as unnamed:  # a custodian of this store
        assert unnamed.get(at).status_code == 200
        for path in ("scans", "done"):
            assert unnamed.post(f"{at}/{path}", json=scan).json()["code"] == "not-allowed/counter"
        for path in ("count", "counted", "sign", "missing"):
            assert unnamed.get(f"{at}/{path}").status_code == 403
    with as_somebody(station, "梁静") as other:
        assert other.post(f"{at}/done").status_code == 204  # and found nothing
        draft = other.get(f"{at}/counted").json()
    assert draft["missing"] == [told["items"][3]]
    assert [each["person"] for each in draft["signers"]] == ["cen-01", "psb-0900"]
    with as_somebody(station, "江监督") as counter:
        assert "hx-get" in counter.get(at).text
        assert counter.get(f"{at}/counted").json()["missing"] == [told["items"][3]]
    with as_somebody(station, "郑宏") as unnamed:
        assert unnamed.get(f"{at}/counted").json()["code"] == "not-allowed/counting"
    with as_somebody(station, "顾宁") as stranger:
        assert stranger.get(at).status_code == 404
        assert stranger.post(f"{at}/scans", json=scan).status_code == 404


def test_what_somebody_scanned_who_was_not_named_is_no_part_of_the_count(
    station: Station, told: dict[str, Any]
) -> None:
    world = station.world
    (item,) = world.seizes(told["case"], world.item())
    world.checks_in([item], "车场")
    opening = world.opens_stock_take("车场", book=[item])
    station.shows()
    with closing(Desk.beside(world.engine)) as desk:
        scan = Scan(label.code_of(item), world.places["车场"], item)
        desk_counting.add(desk, opening, "cen-02", scan, world.clock.now)
        desk_counting.done(desk, opening, "cen-02", world.clock.now)
    for name in ("梁静", "江监督"):
        with as_somebody(station, name) as client:
            assert client.get(f"/stock-takes/{opening}/counted").json()["code"] == "conflict/still-counting"
            assert client.post(f"/stock-takes/{opening}/done").status_code == 204
            found = client.get(f"/stock-takes/{opening}/counted").json()
    assert found["missing"] == [item]


def test_a_closed_stock_take_is_counted_no_more(station: Station) -> None:
    world = station.world
    opening = world.opens_stock_take("冷藏", book=[])
    world.counts(opening, "冷藏", book=[], scanned=[])
    world.closes_stock_take(opening)
    station.shows()
    with as_somebody(station, "梁静") as client:
        scan = {"code": label.make("item", bytes(9)), "place": world.places["冷藏"]}
        for answer in (client.post(f"/stock-takes/{opening}/scans", json=scan),
                       client.post(f"/stock-takes/{opening}/done")):  # fmt: skip
            assert answer.json()["code"] == "conflict/stock-take-closed"


@pytest.mark.parametrize("path", [
    "/stock-takes/opening", "/stock-takes/019000000000700080000000000000aa/scans", "/labels/print", "/labels/file",
])  # fmt: skip
def test_nobody_is_asked_for_a_body_before_he_signed_in_and_nobody_for_a_large_one(station: Station, path: str) -> None:
    port = int(station.origin.rpartition(":")[2])
    asks = f"POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nAccept: application/json\r\nOrigin: {station.origin}\r\n"
    asks += "Content-Type: application/json\r\nContent-Length: 1048576\r\n"
    cookie = station.cookie("梁静")
    for session, status in (("", b"401"), (f"Cookie: {cookie['name']}={cookie['value']}\r\n", b"413")):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(f"{asks}{session}\r\n".encode() + b'{"code": "')  # and no more of it
            assert connection.recv(4096).split()[1] == status


def test_a_discrepancy_that_is_no_act_is_not_found(station: Station) -> None:
    with as_somebody(station, "周远") as client:
        assert client.get("/discrepancies/no-act").status_code == 404


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


def test_what_a_label_will_look_like_is_shown_on_a_specimen_that_is_nobodys(
    station: Station, told: dict[str, Any]
) -> None:
    """A picture with the code in force would be one more label, and leave no line."""
    item, before = told["items"][0], station.world.ledger.journal.recorder.head().size
    with as_somebody(station, "周远") as officer, as_somebody(station, "钱法官") as stranger:
        shown = officer.get(f"/labels/preview/{item}.png")
        assert stranger.get(f"/labels/preview/{item}.png").status_code == 404
    assert shown.headers["cache-control"] == "no-store"
    (found,) = scan(shown.content, "single").codes
    assert (found.code, label.is_code(found.code, "item")) == ("EV10000000000000" + found.code[16:], True)
    assert station.world.ledger.journal.recorder.head().size == before


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


def test_the_log_of_one_label_says_nothing_of_the_others_of_its_job(station: Station, told: dict[str, Any]) -> None:
    world = station.world
    own, strange = world.seizes(told["case"], world.item(), world.item())
    station.shows()
    with as_somebody(station, "周远") as client:
        assert client.post("/labels/file", json={"labels": [own, strange]}).status_code == 200
        one, all_of_his = client.get(f"/labels/log?label={own}").text, client.get("/labels/log").text
    shown = [label.spaced(label.code_of(each)) for each in (own, strange)]
    assert [each in one for each in shown] == [True, False]
    assert [each in all_of_his for each in shown] == [True, True]


def test_of_two_first_prints_at_once_one_is_asked_why(
    station: Station, told: dict[str, Any]
) -> None:
    world = station.world
    items = world.seizes(told["case"], *(world.item() for _ in range(3)))
    station.shows()
    with as_somebody(station, "周远") as client, ThreadPoolExecutor(6) as at_once:
        for item in items:
            answers = list(at_once.map(lambda each: client.post("/labels/file", json={"labels": [each]}), [item] * 6))
            assert sorted(each.status_code for each in answers) == [200, *[400] * 5]


def test_a_place_within_that_is_hidden_is_not_counted_with_the_one_around_it(station: Station) -> None:
    """A laboratory ended, and the one its duties passed to made a room of its own within."""
    world = station.world
    world.ends("lab-2", "lab-1", world.clock.now.date().isoformat())
    station.shows()
    wanted = {"places": [world.places["二所实验室"]], "counters": ["lab2-03", "psb-0900"]}
    with as_somebody(station, "白薇") as client:
        assert client.post("/stock-takes/opening", json=wanted).status_code == 200
    world.clock.forward(days=1)
    world.place("借用间", "lab-1", "laboratory", parent=world.places["二所实验室"])
    station.shows()
    with as_somebody(station, "白薇") as client:
        assert client.post("/stock-takes/opening", json=wanted).json()["code"] == "not-allowed/places-within"
