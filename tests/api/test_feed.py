"""The feed over HTTP: the acts that a caller may see, in log order, from any position on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx
import pytest

from api.conftest import client_of
from world import ORIGIN, World

CASE = "云公(刑)诈〔2026〕0520"
OF_ORDER = {"genesis", "agency", "enrolment", "person", "policy"}


def followed(client: httpx.Client, **query: int) -> list[dict[str, Any]]:
    """All events, page by page along the links, until there are no more for now."""
    address: str | None = str(httpx.URL("/v1/feed", params={"limit": 7, **query}))
    events: list[dict[str, Any]] = []
    position = query.get("after", 0)
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert all(position < each["data"]["position"] <= page["next"] for each in page["events"])
        assert page["next"] > position, "the position always advances"
        events, position = [*events, *page["events"]], page["next"]
        assert ("next" in answer.links) == (position < page["head"])
        address = answer.links.get("next", {}).get("url")
    return events


def test_acts_come_as_cloud_events_in_log_order_and_each_once(world: World, client: httpx.Client) -> None:
    [item] = taken = world.seizes(world.opens_case(case=CASE), world.item())
    act = world.checks_in(taken)
    events = followed(client, at_least=act.position)
    assert [each["data"]["position"] for each in events] == list(range(1, act.position + 1))
    last = events[-1]
    shown = client.get(f"/v1/items/{item}/history").json()["acts"][-1]
    assert last["data"] == {**shown, "subjects": last["data"]["subjects"]}
    assert f"item:{item}" in last["data"]["subjects"]
    del last["data"]
    assert last == {
        "specversion": "1.0", "id": act.act, "source": f"//{ORIGIN}", "type": "custody.act.check-in.v1",
        "time": shown["recorded_at"], "sequence": f"{act.position:016}", "datacontenttype": "application/json",
    }  # fmt: skip
    assert datetime.fromisoformat(last["time"]).tzinfo is not None


def test_whoever_goes_on_after_a_position_gets_exactly_the_rest(world: World, client: httpx.Client) -> None:
    act = world.checks_in(world.seizes(world.opens_case(case=CASE), world.item()))
    whole = followed(client, at_least=act.position)
    for after in range(act.position):
        assert followed(client, after=after) == whole[after:]
    for after in (act.position, 2**53 - 1):
        answer = client.get("/v1/feed", params={"after": after})
        assert answer.json() == {"events": [], "next": after, "head": act.position}
        assert not answer.links


def test_what_one_may_not_see_is_passed_over_and_things_of_others_are_not_named(world: World) -> None:
    mine, along = taken = world.seizes(world.opens_case(case=CASE), world.item(), world.item())
    world.checks_in(taken)
    world.answers(world.offers([mine]), [mine], by="江检")
    world.offers([mine], by="江检", to="crt-yunling", stage="trial")
    moved = world.relocates(taken, "冷藏").position

    def shown(name: str) -> dict[str, list[str]]:
        with client_of(world, name) as client:
            events = [each["data"] for each in followed(client, at_least=moved)]
        return {each["type"]: sorted(each["subjects"]) for each in events if each["type"] not in OF_ORDER}

    of_court, of_procuratorate = shown("钱法官"), shown("江检")
    assert list(of_court) == ["offer", "relocation"]
    assert of_court["relocation"] == [f"item:{mine}"], "the rest of the case is not its business yet"
    assert list(of_procuratorate) == ["offer", "answer", "relocation"]
    assert of_procuratorate["relocation"] == sorted([f"case:{CASE}", f"item:{mine}", f"item:{along}"])


@pytest.mark.parametrize("query", [{"after": "-1"}, {"after": "here"}, {"limit": "501"}, {"beyond": "3"}])
def test_a_query_that_means_nothing_is_refused(client: httpx.Client, query: dict[str, str]) -> None:
    answer = client.get("/v1/feed", params=query)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed/query")
