"""What clerks and auditors read over HTTP, after a day's story."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import select

from custody.acts import ACT_TYPES
from custody.acts.values import decode
from custody.errors import Refused
from custody.label import code_of
from custody.ledger.receipt_links import issue
from custody.ledger.tables import disclosure
from custody_api import context
from custody_api.app import OPEN, ROUTERS, create_app
from custody_api.papers.catalogue import NAMES
from papers import text_of
from submissions import submission
from world import PEOPLE, World
from world_results import asks

PAPER = "/v1/papers/{kind}"
ENDLESS = "/v1/feed/stream"  # what it sends is what the feed gives
PENDING = "/v1/pending/{act_id}"  # what waits is for its signers
AS_THEY_ARE = ("number", "kind")
CASE = "云公(交)刑受〔2026〕0312-07/2"


@dataclass
class Day:
    """What a day left behind."""

    case: str
    stored: str
    lent: str
    others: list[str]
    tube_a: str
    tube_b: str
    kit: str
    released: str
    before_check_in: datetime
    check_in: str
    position: int
    manifest: str
    loan: str
    stock_take: str
    token: str


@pytest.fixture
def day(world: World) -> Day:
    """A seizure of five, a blood kit, a loan that came back broken, a release, and a refused attempt."""
    case = world.opens_case(case=CASE, officers=[world.id_of("周远"), world.id_of("何苗")])
    items = world.seizes(case, *(world.item() for _ in range(5)))
    before = world.clock.now - timedelta(seconds=30)
    check_in = world.checks_in(items)
    world.lends(items[1:2])
    world.returns(items[1:2], seen="broken")
    world.lends(items[2:3], hours=1)
    world.clock.forward(hours=2)
    draft = world.draw(case)
    world.act(draft)
    tubes = [each["code"][:16] for each in draft["tubes"]]
    world.releases(items[4:5])
    with pytest.raises(Refused):
        world.dispatches(tubes[1:])
    offer = world.offers(items[:1])
    loan = asks(world, items[3:4])
    book = [items[0], items[3]]
    opening = world.opens_stock_take("大库", book=book)
    world.counts(opening, "大库", book=book, scanned=[])
    token = "Zm9yLW9uZS1jaXRpemVuMQ"
    issue(world.ledger.journal, token, world.facts(items[0]).born_in, "psb-0211", "交当事人")
    return Day(
        case, items[0], items[2], items[1:2] + items[3:4], tubes[0], tubes[1], draft["kit"], items[4], before,
        check_in.act, world.ledger.recorder.head().size, offer, loan, opening, token,
    )  # fmt: skip


def test_an_inspector_asks_once_and_sees_what_the_pack_prints(client: httpx.Client, day: Day, world: World) -> None:
    """At one position: the overdue loan, the open defects, the refused dispatch of tube B, what a count missed; a
    sample; the proof."""
    body = read(client, "/v1/inspection", sample=1, salt="季度检查", at_least=day.position)
    assert body["position"] == day.position
    rows = {each["code"]: each["rows"] for each in (*body["sections"], *body["anomalies"])}
    assert [each["item"] for each in rows["overdue-loans"]] == [day.lent]
    assert day.others[0] in [each["item"] for each in rows["open-defects"]]
    assert [each["item"] for each in rows["reserve-tubes"]] == [day.tube_b]
    assert rows["repeated-loans"] == rows["cash"] == []
    assert {each["item"] for each in rows["unlocated"]} == {day.stored, day.others[1]}
    assert all(each["zh"] and each["en"] for each in (*body["sections"], *body["anomalies"]))
    (drawn,) = body["sample"]["rows"]
    assert (drawn["item"] in {day.stored, *day.others}, body["sample"]["of"]) == (True, 3)
    assert body["proof"]["checkpoint"].splitlines()[2] == b64(body["proof"]["root"])
    assert client.get("/v1/inspection", params={"sample": -1}).status_code == 400
    opening = world.opens_stock_take("大库", book=[day.stored])
    count = world.counts(opening, "大库", book=[day.stored], scanned=[])
    unlocated = read(client, "/v1/unlocated", at_least=count.position)["items"]
    missed = {each["item"]: each["missed"] for each in unlocated}
    assert missed[day.stored][-1] == {"stock_take": opening, "act": count.act}


def b64(root: str) -> str:
    """A root as a checkpoint writes it."""
    return base64.b64encode(decode(root)).decode()


def read(client: httpx.Client, path: str, **query: Any) -> dict[str, Any]:
    """The body of a GET that succeeds."""
    answer = client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_a_submitter_reads_his_own_write(
    world: World, day: Day, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = client.post("/v1/acts", json=submission(world, world.seizure(day.case, [line := world.item()]))).json()
    shown = read(client, f"/v1/items/{line['code'][:16]}", at_least=receipt["position"])
    assert (shown["version"], shown["custody"]["holder"]) == (receipt["position"], "psb-0211")
    monkeypatch.setattr(context, "WAIT_SECONDS", 0.1)
    answer = client.get(f"/v1/items/{day.stored}", params={"at_least": 1_000_000})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable/behind")
    assert int(answer.headers["retry-after"]) > 0


def test_an_item_shows_its_five_axes(world: World, day: Day, client: httpx.Client) -> None:
    shown = read(client, f"/v1/items/{day.stored}", at_least=day.position)
    assert shown["custody"] == {
        "holder": world.places["大库"], "kind": "place", "place": world.places["大库"], "place_name": "大库",
        "agency": "center",
        "since": shown["custody"]["since"], "since_act": day.check_in,
    }  # fmt: skip
    assert (shown["control"]["agency"], shown["measure"], shown["status"]) == ("psb-yunling", "seized", "stored")
    assert shown["seal"]["state"] == "sealed"
    by_code = read(client, f"/v1/items/{shown['code']}")
    assert by_code["item"] == day.stored
    assert by_code["asked"]["state"] == "in-force"


def test_history_names_every_holder_and_who_signed(day: Day, client: httpx.Client) -> None:
    shown = read(client, f"/v1/items/{day.lent}/history", at_least=day.position)
    assert [each["type"] for each in shown["acts"]] == ["seizure", "check-in", "check-out"]
    assert [each["kind"] for each in shown["custody"]] == ["person", "place", "person"]
    assert {"part": "approver", "person": "psb-0102"} in shown["acts"][-1]["signers"]
    assert shown["gaps"] == []


def test_the_past_is_read_as_it_was(world: World, day: Day, client: httpx.Client) -> None:
    read(client, "/v1/items", at_least=day.position)  # the past is read by who may read it now
    then = day.before_check_in.isoformat()
    for moment in ({"as_of": then}, {"known_at": then}):
        shown = read(client, f"/v1/items/{day.stored}", **moment)
        assert (shown["status"], shown["custody"]["holder"]) == ("in-hands", "psb-0211")
        assert len(read(client, f"/v1/items/{day.stored}/history", **moment)["acts"]) == 1
        assert read(client, f"/v1/cases/{quote(day.case, safe='')}", **moment)["items"] == 5
    assert client.get(f"/v1/items/{day.tube_a}", params={"as_of": then}).status_code == 404


def test_searches_page_through_everything_once(world: World, day: Day, client: httpx.Client) -> None:
    read(client, "/v1/items", at_least=day.position)
    path = f"/v1/cases/{quote(day.case, safe='')}/items"
    seen = [each["item"] for page in pages(client, f"{path}?limit=2") for each in page["items"]]
    assert len(seen) == len(set(seen)) == 7
    assert seen == sorted(seen)
    assert {each["item"] for each in read(client, "/v1/items", case=day.case)["items"]} == set(seen)
    found = {
        "on-loan": read(client, "/v1/items", overdue="true")["items"],
        "released": read(client, "/v1/items", status="released")["items"],
    }
    assert {name: [each["item"] for each in items] for name, items in found.items()} == {
        "on-loan": [day.lent], "released": [day.released],
    }  # fmt: skip
    in_store = [each["item"] for each in read(client, f"/v1/places/{world.places['大库']}/items")["items"]]
    assert set(in_store) == {day.stored, *day.others}
    held = [each["item"] for each in read(client, "/v1/people/psb-0211/items")["items"]]
    assert {day.lent, day.tube_a, day.tube_b} <= set(held)


def pages(client: httpx.Client, path: str) -> Iterator[dict[str, Any]]:
    """Every page of a list, by its Link header."""
    following: str | None = path
    while following:
        answer = client.get(following)
        yield answer.json()
        link = re.fullmatch('<(.+)>; rel="next"', answer.headers.get("link", ""))
        following = link[1] if link else None


def test_case_kit_place_and_person_are_shown(world: World, day: Day, client: httpx.Client) -> None:
    case = read(client, f"/v1/cases/{quote(day.case, safe='')}", at_least=day.position)
    assert (case["case"], case["items"], case["lead"]) == (day.case, 7, "psb-yunling")
    assert read(client, f"/v1/cases/{quote(day.case, safe='/')}") == case  # a slash may stand unescaped
    kit = read(client, f"/v1/kits/{day.kit}")
    assert [(tube["designation"], tube["now"]["item"]) for tube in kit["tubes"]] == [
        ("A", day.tube_a), ("B", day.tube_b),
    ]  # fmt: skip
    assert read(client, f"/v1/places/{world.places['冷藏']}")["class"] == "cold"
    assert read(client, f"/v1/kits/{code_of(day.kit)}") == kit  # as a scanner gives it
    shelf = code_of(world.places["冷藏"])
    assert read(client, f"/v1/places/{shelf}")["place"] == world.places["冷藏"]
    store = world.places["大库"]
    assert read(client, f"/v1/places/{code_of(store)}/items") == read(client, f"/v1/places/{store}/items")
    person = read(client, "/v1/people/cen-01")
    assert [each["capacity"] for each in person["capacities"]] == ["custodian"]
    assert [key["live"] for key in person["keys"]] == [True]
    assert {each["person"] for each in read(client, "/v1/people", agency="center")["people"]} >= {"cen-01", "cen-02"}
    assert {each["name"] for each in read(client, "/v1/places", agency="lab-1")["places"]} == {"一所实验室"}
    assert [each["case"] for each in read(client, "/v1/cases", lead="psb-yunling")["cases"]] == [day.case]


def test_defects_and_refused_attempts_are_listed(day: Day, client: httpx.Client) -> None:
    read(client, "/v1/items", at_least=day.position)
    defects = read(client, "/v1/defects", state="open")["defects"]
    assert "SEAL_BROKEN_AT_RECEIPT" in {each["code"] for each in defects}
    (refusal,) = wait_for(lambda: read(client, "/v1/refusals")["refusals"])
    assert refusal["code"].startswith("refused/")
    assert (refusal["by"], refusal["items"]) == ("psb-0211", [day.tube_b])


def test_deadlines_are_listed_and_stand_on_their_items(world: World, day: Day, client: httpx.Client) -> None:
    """By agency, case, item, rule, state and colour, page by page; an item shows those that nothing has stopped."""
    read(client, "/v1/items", at_least=day.position)
    whole = read(client, "/v1/deadlines", case=day.case)["deadlines"]
    assert {each["case"] for each in whole} == {day.case}
    assert [each["due"] for each in whole] == sorted(each["due"] for each in whole)
    (loan,) = read(client, "/v1/deadlines", item=day.lent, rule="D03")["deadlines"]
    assert (loan["colour"], loan["state"], loan["subject"]) == ("orange", "running", f"item:{day.lent}")
    assert loan in read(client, "/v1/deadlines", colour="orange")["deadlines"]
    assert read(client, "/v1/deadlines", item=day.lent, rule="D01")["deadlines"] == []
    (over,) = read(client, "/v1/deadlines", item=day.lent, rule="D01", stopped="true")["deadlines"]
    assert (over["state"], over["stopped_by"]) == ("met", day.check_in)
    assert over in read(client, "/v1/deadlines", item=day.lent, state="met")["deadlines"]
    assert loan in read(client, "/v1/deadlines", agency="psb-yunling")["deadlines"]
    assert {each["rule"] for each in read(client, "/v1/deadlines", agency="center")["deadlines"]} >= {"D26"}
    assert read(client, "/v1/deadlines", agency="crt-yunling")["deadlines"] == []
    first = read(client, "/v1/deadlines", case=day.case, limit=2)
    rest = read(client, "/v1/deadlines", case=day.case, after=first["next"], limit=500)
    assert first["deadlines"] + rest["deadlines"] == whole
    for wrong in ({"state": "overdue"}, {"colour": "green"}, {"rule": "09"}, {"colours": "red"}):
        assert client.get("/v1/deadlines", params=wrong).status_code == 400
    shown = read(client, f"/v1/items/{day.lent}")["deadlines"]
    assert [each["deadline"] for each in shown] == [loan["deadline"]]
    listed = read(client, "/v1/items", case=day.case, limit=500)["items"]
    by_item = {f"item:{each['item']}": [one["deadline"] for one in each["deadlines"]] for each in listed}
    items_due = [each for each in whole if each["subject"] in by_item]
    assert {name for names in by_item.values() for name in names} == {each["deadline"] for each in items_due}
    now = world.clock.now.isoformat()
    for moment in ({"as_of": now}, {"known_at": now}):
        assert "deadlines" not in read(client, f"/v1/items/{day.lent}", **moment)


def wait_for(question: Any) -> Any:
    """The first answer that is not empty: the register of refusals has no position that a receipt names."""
    for _ in range(2_000):
        if found := question():
            return found
    return question()


def test_an_unchanged_resource_is_not_sent_again(world: World, day: Day, client: httpx.Client) -> None:
    path = f"/v1/items/{day.lent}"
    first = client.get(path, params={"at_least": day.position})
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    receipt = world.returns([day.lent])
    changed = client.get(
        path, params={"at_least": receipt.position}, headers={"If-None-Match": first.headers["etag"]}
    )
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


def test_schemas_are_published_for_every_act(client: httpx.Client) -> None:
    listed = read(client, "/v1/schemas")["schemas"]
    assert [each["type"] for each in listed] == list(ACT_TYPES)
    for each in listed:
        assert read(client, each["schema"])["properties"]["act"]["const"] == each["type"]


def test_answers_are_compressed_for_who_asks(day: Day, client: httpx.Client) -> None:
    answer = client.get("/v1/items", params={"at_least": day.position}, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.json()["items"]) == 7


def test_no_answer_opens_what_is_sealed(world: World, day: Day, client: httpx.Client) -> None:
    """Walk every GET route with ids of the story, and look for each sealed value in what comes back."""
    with world.engine.connect() as connection:
        sealed = set(connection.scalars(select(disclosure.c.value)))
    assert {"陈某某", "赵某", "见证人岩某", "韩管理", *PEOPLE} <= sealed
    values = {
        "act_id": [json.loads(row.entry)["act"] for row in world.ledger.recorder.rows(0, 1_000)],
        "type_name": list(ACT_TYPES),
        "id_or_code": [day.stored, day.lent, day.released, day.tube_a, day.tube_b],
        "reference": [day.case],
        "kit": [day.kit],
        "manifest": [day.manifest],
        "loan": [day.loan],
        "stock_take": [day.stock_take],
        "token": [day.token],
        "person": [person for person, *_ in PEOPLE.values()],
        "place": list(world.places.values()),
        "label_id": [day.stored, day.kit],
        "format": ["svg"],
        "kind": [f"{kind}?item={item}" for kind in NAMES for item in (day.stored, day.tube_a, day.released)],
        "name": ["daily", "monthly", "quarterly"],
        "subscription": [],  # whoever subscribed sees his own, in tests of webhooks
        "sha256": [],  # files go out as they came, to who sees the whole of an act that names them
        "issuer": [],  # an issuer's page is not ours
        "level": ["0"],
        "number": [f"000.p/{day.position}"],
    }
    read(client, "/v1/items", at_least=day.position)
    walked = 0
    for path, operations in client.get("/openapi.json").json()["paths"].items():
        if path in (ENDLESS, PENDING, "/metrics"):  # figures are there for whom a setting lets see them
            continue
        for address in filled(path, values) if "get" in operations else []:
            answer = client.get(address, **wanted_as_file(operations["get"]))
            if path == PAPER and answer.status_code == 404:
                continue  # not every thing has every paper
            assert answer.status_code == 200, (address, answer.text)
            shown = [answer.text, *opened(answer)]
            assert not [value for value in sealed for text in shown if value in text], address
            walked += 1
    assert walked > 250


def wanted_as_file(operation: dict[str, Any]) -> dict[str, Any]:
    """How what is given as a file, or as a table, is asked for; in English, where no capacity is called as somebody."""
    names = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"}
    given = {"why": "x", "format": "csv"}
    asked = {name: value for name, value in given.items() if name in names}
    return {"params": asked, "headers": {"Accept-Language": "en"}} if "why" in names else {}


def filled(path: str, values: dict[str, list[str]]) -> Iterator[str]:
    """A route's addresses for every value of its parameters."""
    name = re.search(r"{(\w+)}", path)
    if name is None:
        yield path
        return
    for value in values[name[1]]:
        yield from filled(path.replace(name[0], value if name[1] in AS_THEY_ARE else quote(value, safe="")), values)


def opened(answer: httpx.Response) -> list[str]:
    """The payload inside an exact envelope; the text of a paper."""
    if answer.headers["content-type"] == "application/pdf":
        return [text_of(answer.content)]
    if not answer.url.path.endswith("/envelope"):
        return []
    return [base64.b64decode(answer.json()["payload"]).decode()]


def test_the_description_lists_every_route_with_examples_or_schemas(sqlite_world: World) -> None:
    document = create_app(sqlite_world.ledger).openapi()
    assert document["openapi"].startswith("3.1")
    routes = {
        (route.path.replace(":path}", "}"), method.lower())
        for router in (*OPEN, *ROUTERS)
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }
    described = {(path, method) for path, operations in document["paths"].items() for method in operations}
    assert routes == described
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["description"], path
            if {"204", "303"} & operation["responses"].keys():
                continue
            good = [each for status, each in operation["responses"].items() if status in ("200", "201", "202")]
            assert good, path
            contents = [content for each in good for content in each["content"].values()]
            assert contents, path
            assert all(content.get("schema") for content in contents), path
            assert operation.get("requestBody", {"content": "none is sent"})["content"], path
