"""Deadlines as a calendar that people subscribe to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from icalendar import Calendar

from world import World

CASE = "云公(刑)诈〔2026〕0520"
WHY = "导入日历"

Callers = Callable[[str], httpx.Client]


def events(client: httpx.Client, **query: Any) -> dict[str, Any]:
    """The events of the calendar by UID, as an independent reader has them."""
    answer = client.get("/v1/deadlines.ics", params={"why": WHY, **query}, headers={"Accept-Language": "zh-CN"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8"), answer.text
    lines = answer.content.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines), "RFC 5545 section 3.1"
    calendar = Calendar.from_ical(answer.content)
    assert not calendar.errors
    return {str(each["uid"]): each for each in calendar.walk("VEVENT")}


def a_loan(world: World) -> tuple[str, int]:
    """Something lent for two days."""
    case = world.opens_case(case=CASE)
    [item] = world.seizes(case, world.item())
    world.checks_in([item])
    return item, world.lends([item], hours=48).position


def test_a_calendar_shows_what_the_list_does(world: World, client: httpx.Client) -> None:
    _, position = a_loan(world)
    listed = client.get("/v1/deadlines", params={"limit": 500, "at_least": position}).json()["deadlines"]
    found = events(client)
    dated = [each for each in listed if each["due"]]
    assert sorted(each["dtstart"].dt for each in found.values()) == sorted(
        datetime.fromisoformat(each["due"]).replace(microsecond=0) for each in dated
    )
    assert {each["zh"] for each in dated} == {str(each["summary"]).split("（")[0] for each in found.values()}
    loan = next(each for each in found.values() if "D03" in each["categories"].cats)
    assert CASE in loan["summary"]
    assert loan["dtstart"].dt.tzinfo is UTC or loan["dtstart"].dt.utcoffset() == timedelta(0)
    assert [each["trigger"].dt for each in loan.walk("VALARM")] == [timedelta(days=-1), timedelta(hours=-2)]
    assert all(str(each["uid"]).endswith(world.ledger.origin.replace("/", ".")) for each in found.values())


def test_an_event_keeps_its_name_whatever_becomes_of_the_deadline(world: World, client: httpx.Client) -> None:
    item, position = a_loan(world)
    [before] = events(client, item=item, rule="D03", at_least=position).values()
    position = world.returns([item]).position
    assert events(client, item=item, rule="D03", at_least=position) == {}
    [after] = events(client, item=item, rule="D03", stopped="true").values()
    assert (after["uid"], after["sequence"] > before["sequence"]) == (before["uid"], True)
    assert (str(after["summary"])[0], after.walk("VALARM")) == ("✓", [])


def test_a_calendar_is_narrowed_as_the_list_is(world: World, client: httpx.Client) -> None:
    _, position = a_loan(world)
    whole = events(client, at_least=position)
    soon = (world.clock.now + timedelta(days=3)).isoformat()
    some = events(client, before=soon)
    assert 0 < len(some) < len(whole)
    listed = client.get("/v1/deadlines", params={"before": soon, "limit": 500}).json()["deadlines"]
    assert len(listed) == len(some)
    assert set(events(client, agency="crt-yunling")) == set()
    assert client.get("/v1/deadlines.ics", params={"why": WHY, "limit": 5}).status_code == 400


def test_a_calendar_holds_what_its_reader_sees_and_is_journaled(world: World, callers: Callers) -> None:
    _, position = a_loan(world)
    assert callers("周远").get("/v1/deadlines.ics").status_code == 400  # why?
    ours, theirs = events(callers("周远"), at_least=position), events(callers("江检"))
    assert any(CASE in str(each["summary"]) for each in ours.values())
    assert theirs == {}
    lines = [line for line in world.ledger.journal.read(0, 1_000) if line.kind == "export"]
    assert [(line.by, line.code, line.detail["why"]) for line in lines] == [
        (world.id_of("周远"), "export/ics", WHY), (world.id_of("江检"), "export/ics", WHY),
    ]  # fmt: skip
