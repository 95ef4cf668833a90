"""The pages of supervisors and auditors: over a store in which something is late, broken, lent and offered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import expect

from custody.acts.entry import instant
from custody.acts.values import decode
from custody.desk import Desk, comments
from custody.errors import CustodyError
from custody.registers import Registers
from custody.reminding.configured import Configured
from custody.reminding.recommendations import recommendations
from custody.reminding.turn import Office
from custody.rules.draw import drawn
from custody_api.station.overseeing import then
from pages.asking import asked, too_many
from pages.conftest import At, Station
from pages.working import go_back_in_time

PAGE = {"Accept": "text/html", "Accept-Language": "en"}
CASE = "云公(刑)诈〔2026〕0520"
SUPERVISORS = ("/morning", "/clearances/daily", "/clearances/monthly", "/clearances/quarterly", "/statistics",
               "/recommendations", "/comments", "/refusals")  # fmt: skip
AUDITORS = ("/views", "/draw", "/audit")


@pytest.fixture(scope="module")
def store(station: Station) -> dict[str, Any]:
    """What happened."""
    world = station.world
    case = world.opens_case(case=CASE)
    stored, late, lent, broken = world.seizes(case, *(world.item(category="digital") for _ in range(4)))
    world.checks_in([], lines=[*world.lines([stored, lent]), *world.lines([broken], seen="broken")])
    before = world.clock.now
    world.clock.forward(hours=2)
    wrong = world.relocates([stored], "贵重", by=["梁静", "郑宏"])
    moved = world.clock.now
    world.clock.forward(days=1)
    world.lends([lent], hours=12)
    with pytest.raises(CustodyError):
        world.transfers([late], "梁静", "郑宏")
    world.clock.forward(days=3)
    desk = Desk.beside(world.engine)
    comments.put(desk, "A" * 22, wrong.act, "psb-yunling", "态度很好 <script>alert(1)</script>", world.clock())
    desk.close()
    station.shows()
    return {"case": case, "stored": stored, "late": late, "lent": lent, "broken": broken, "before": before,
            "moved": moved, "wrong": wrong.act}  # fmt: skip


def test_the_morning_report_says_in_a_minute_what_there_is_to_talk_about(
    station: Station, at: At, store: dict[str, Any]
) -> None:
    page = at("江监督", "/morning")
    expect(page.locator("h1")).to_contain_text("点调会")
    expect(page.locator("#overdue")).to_contain_text("D01")
    expect(page.locator("#overdue li").first).to_contain_text("云岭分局")
    expect(page.locator("#loans")).to_contain_text("逾期")
    expect(page.locator("#log")).to_contain_text("未设见证方")
    assert page.locator("main a").count() > 10
    text = page.locator("main").inner_text()
    assert not [name for name in ("周远", "梁静") if name in text]
    page.get_by_role("link", name="日清").first.click()
    expect(page.locator("h1")).to_contain_text("日清")
    expect(page.locator("main")).to_contain_text("应移交入库")
    page.get_by_role("link", name="月清").click()
    expect(page.locator("main")).to_contain_text("调用未还")


def test_statistics_are_drawn_and_told_and_taken_out_for_a_reason(
    station: Station, at: At, store: dict[str, Any]
) -> None:
    page = at("江监督", "/statistics", lang="en")
    expect(page.locator("svg.chart")).to_have_count(4)
    expect(page.locator("svg.chart").first).to_have_attribute("role", "img")
    page.locator("summary").first.click()
    expect(page.locator("figure table").first.locator("tbody tr")).to_have_count(12)
    page.get_by_label("Why it is taken out").fill("monthly meeting")
    with page.expect_download() as got:
        page.get_by_role("button", name="Take out as a table").click()
    assert got.value.suggested_filename == "weeks.xlsx"
    line = [each for each in station.world.ledger.journal.read() if each.kind == "export"][-1]
    assert (line.by, line.detail["why"], line.detail["list"]) == ("psb-0900", "monthly meeting", "weeks")


def test_a_comment_is_text_and_whoever_read_it_is_named(station: Station, at: At, store: dict[str, Any]) -> None:
    page = at("江监督", "/comments")
    expect(page.locator(".comment .words")).to_have_text("态度很好 <script>alert(1)</script>")
    page.get_by_role("button", name="标为已阅").click()
    expect(page.locator("article")).to_contain_text("psb-0900 已阅")
    assert "态度很好" not in get(station, "审计员", "/morning").text


def test_an_auditor_drags_time_back_and_what_differs_is_marked(
    station: Station, at: At, store: dict[str, Any]
) -> None:
    page = at("审计员", f"/audit/items/{store['stored']}")
    expect(page.get_by_text("没有不同")).to_be_visible()
    go_back_in_time(page)
    expect(page.locator("mark").first).to_be_visible()
    expect(page).to_have_url(re.compile(r"as_of="))
    assert "than" not in page.url
    link = page.url
    page.get_by_role("button", name="以此刻为对照").click()
    expect(page.get_by_text("没有不同")).to_be_visible()
    other = page.context.new_page()
    other.goto(link)
    expect(other.locator("tr.differs").first).to_be_visible()
    expect(other.locator("#slider output").nth(1)).to_have_text("现在")


def test_what_was_known_and_how_it_was_are_two_handles(station: Station, store: dict[str, Any]) -> None:
    before = instant(store["before"])
    then = get(station, "审计员", f"/audit/items/{store['stored']}?as_of={before}&known_at={before}").text
    assert marked(then)
    place = station.world.places["大库"]
    was = get(station, "审计员", f"/audit/places/{place}?as_of={instant(store['moved'] - timedelta(minutes=5))}").text
    row = next(each for each in was.split("<tr") if f'data-code="{store["stored"]}' in each)
    assert "differs" in row
    case = get(station, "审计员", f"/audit/cases/{CASE}?known_at=2026-03-12T00:00:00Z").text
    assert "did not know of it" in case
    assert get(station, "钱法官", f"/audit/items/{store['stored']}").status_code == 404


def test_of_many_acts_those_are_listed_first_that_only_one_moment_has(
    station: Station, store: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/audit/places/{station.world.places['大库']}"
    before = instant(store["moved"] - timedelta(minutes=5))
    everything = get(station, "审计员", f"{path}?as_of={before}").text
    positions = [int(each) for each in re.findall(r'<td class="number">(\d+)', everything)]
    other = [int(each) for each in re.findall(r'"differs"><td class="number">(\d+)', everything)]
    assert 0 < len(other) < len(positions)
    monkeypatch.setattr(then, "MOST_ACTS", len(other))
    few = get(station, "审计员", f"{path}?as_of={before}").text
    assert [int(each) for each in re.findall(r'<td class="number">(\d+)', few)] == other
    assert f"{len(other)} of {len(positions)} acts" in few
    assert "those that only one of the moments has" not in everything


def test_refusals_and_looks_are_listed_newest_first_and_lead_on(
    station: Station, at: At, store: dict[str, Any]
) -> None:
    page = at("审计员", "/refusals")
    expect(page.locator("tbody tr").first).to_contain_text("cen-01")
    with station.client("审计员") as client:
        assert client.get("/v1/items", params={"format": "csv", "why": "年度审计"}).status_code == 200
    page.goto(f"{station.origin}/views?by=aud-01")
    expect(page.locator("tbody tr").first).to_contain_text("年度审计")


def test_a_draw_is_made_again_by_whoever_has_the_list(station: Station, at: At, store: dict[str, Any]) -> None:
    page = at("审计员", "/draw", lang="en")
    page.get_by_label("大库").check()
    page.get_by_label("贵重").check()
    page.get_by_label("Salt: words that nobody could know before").fill("weather of the day")
    page.get_by_label("How many beside all of high risk").fill("1")
    page.get_by_role("button", name="Draw").click()
    expect(page.locator("h2")).to_contain_text("drawn of")
    shown = re.findall(r'data-code="(\w{16})', page.content())
    root = page.locator("dd.code").first.inner_text()
    page.get_by_label("Why it is taken out").fill("audit 2026")
    with page.expect_download() as got:
        page.get_by_role("button", name="Download the list").click()
    listed = dict(line.split() for line in got.value.path().read_text().splitlines())
    assert list(drawn(decode(root), "weather of the day", listed, 1)) == shown


def test_an_auditor_begins_a_verification_leaves_and_finds_the_result(
    station: Station, at: At, store: dict[str, Any]
) -> None:
    page = at("审计员", "/audit", lang="en")
    page.get_by_role("button", name="Begin").click()
    expect(page.locator("#run")).to_contain_text("begun by aud-01")
    address = page.url
    page.close()
    again = at("审计员", address.removeprefix(station.origin), lang="zh")
    expect(again.locator("#run .notice.green")).to_contain_text("前后一致")
    assert get(station, "江监督", "/audit").status_code == 403
    with signed_in(station, "江监督") as client:
        assert client.post("/audit/runs").status_code == 403


def test_a_recommendation_is_worded_signed_and_tracked_and_is_nobody_elses(
    station: Station, at: At, store: dict[str, Any]
) -> None:
    world = station.world
    desk, registers = Desk.beside(world.engine), Registers(world.engine)
    registers.catch_up()
    Office(world.ledger, registers, desk, Configured(), world.clock).turn()
    found = recommendations(desk, registers, world.clock())
    assert [each["state"] for each in found] == ["drafted"] * len(found)
    path = f"/recommendations/{quote(found[0]['reference'])}"
    assert get(station, "钱法官", path).status_code == 403
    assert "next-act" not in get(station, "江监督", path).text  # who supervises follows it; who reviews signs it
    page = at("高岚", "/recommendations")
    page.get_by_role("link", name=found[0]["reference"]).click()
    expect(page.locator("#next-act[data-ready]")).to_be_visible()
    page.get_by_label("签署的文字").fill("请立即整改，并书面答复。")
    page.keyboard.press("F9")
    expect(page.locator(".party[data-person=psb-0077]")).to_be_visible()
    page.keyboard.press("F9")
    expect(page.locator(".party[data-person=psb-0077][data-open] [data-do=sign]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".receipt")).to_be_visible()
    registers.catch_up()
    (issued,) = (each for each in recommendations(desk, registers, world.clock()) if each["state"] == "issued")
    assert issued["reference"] == found[0]["reference"]
    registers.close()
    desk.close()


def test_items_cases_and_places_lead_to_their_past(station: Station, store: dict[str, Any]) -> None:
    place = station.world.places["大库"]
    for path in (f"/items/{store['stored']}", f"/places/{place}", f"/cases/{quote(CASE)}"):
        assert f'href="/audit{path}"' in get(station, "审计员", path).text
        assert get(station, "审计员", f"/audit{path}").status_code == 200


@pytest.mark.parametrize("path", [*SUPERVISORS, *AUDITORS])
def test_pages_of_oversight_ask_little_and_open_to_whom_they_are_for(
    station: Station, store: dict[str, Any], path: str
) -> None:
    reader = "江监督" if path in SUPERVISORS else "审计员"
    with signed_in(station, reader) as client:
        client.get(path)  # what is remembered afterwards, of people and agencies, is asked for once
        with asked() as queries:
            assert client.get(path).status_code == 200
    assert not too_many(queries), too_many(queries)
    assert get(station, "周远", path).status_code == 403
    assert get(station, "钱法官", path).status_code == 403


def test_pages_of_the_past_ask_little(station: Station, store: dict[str, Any]) -> None:
    at_then = instant(store["moved"])
    place = station.world.places["大库"]
    with signed_in(station, "审计员") as client:
        for path in (f"items/{store['stored']}", f"places/{place}", f"cases/{CASE}"):
            with asked() as queries:
                assert client.get(f"/audit/{path}?as_of={at_then}").status_code == 200
            assert not too_many(queries), path + too_many(queries)


def test_the_past_of_a_place_tells_a_contractor_of_nothing_that_is_no_longer_kept(
    station: Station, store: dict[str, Any]
) -> None:
    """郑宏 keeps the store, and signed for none of these; an auditor reads both acts."""
    world = station.world
    gone, kept = world.seizes(store["case"], world.item(), world.item())
    left = world.checks_in([gone])
    world.clock.forward(minutes=7)
    stays = world.checks_in([kept])
    world.lends([gone])
    path = f"/audit/places/{world.places['大库']}"
    station.shows()
    read = get(station, "审计员", path).text
    assert f"/acts/{left.act}" in read
    read = get(station, "郑宏", path).text
    assert f"/acts/{stays.act}" in read
    assert f"/acts/{left.act}" not in read
    assert instant(world.ledger.memory.record(left.act).recorded_at) not in read
    with signed_in(station, "郑宏") as client, asked() as queries:
        assert client.get(path).status_code == 200
    assert not too_many(queries), too_many(queries)


def test_numbers_that_no_table_holds_are_turned_away(station: Station, store: dict[str, Any]) -> None:
    huge = 10**30
    for path in (f"/refusals?before={huge}", f"/views?before={huge}", f"/comments?before={huge}", f"/audit/runs/{huge}",
                 f"/draw?place=x&salt=a&size={huge}", "/statistics?since=9999-12-31&until=0001-01-01"):  # fmt: skip
        assert get(station, "审计员", path).status_code == 400, path


@contextmanager
def signed_in(station: Station, name: str) -> Iterator[httpx.Client]:
    """A browser's client, as far as the server knows it."""
    cookie = station.cookie(name)
    headers = {**PAGE, "Origin": station.origin}
    cookies = {cookie["name"]: cookie["value"]}
    with httpx.Client(base_url=station.origin, headers=headers, cookies=cookies, timeout=30) as client:
        yield client


def get(station: Station, name: str, path: str) -> httpx.Response:
    """A page as somebody gets it."""
    with signed_in(station, name) as client:
        return client.get(path)


def marked(text: str) -> list[str]:
    """What is marked on a page as different."""
    return re.findall(r"<mark>(.*?)</mark>", text)
