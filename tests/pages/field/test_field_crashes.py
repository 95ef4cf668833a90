"""The tab dies: before an act is on the disk, before it is sent, before the answer, before it is marked.

Whatever was said to be safe is in the ledger in the end, once. The service worker stays out of it, so that it is known
who sends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from pages.conftest import At, Station
from pages.field.queueing import kept_files, on_queue, photographed, picture, script, states
from submissions import body_of

BUSY = """() => new Promise(begun => {
    indexedDB.open("custody").onsuccess = ({ target }) => {
        const queue = target.result.transaction("queue", "readwrite").objectStore("queue");
        const again = () => { queue.count().onsuccess = again; begun(); };
        again();
    };
})"""
"""Nobody else writes into the queue while this page is open."""

SEND = "script => { import(script).then(queue => queue.send()); }"
"""Send, without anybody who waits for the end."""

answers: list[int] = []
"""What pages were answered when they sent an act."""


@pytest.fixture
def phone(station: Station, browser: Browser) -> Iterator[BrowserContext]:
    """周远's phone, signed in, without a service worker."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", service_workers="block")
    context.add_cookies([station.cookie("周远")])  # type: ignore[list-item]
    answers.clear()
    context.on("response", lambda answer: answer.url.endswith("/v1/acts") and answers.append(answer.status))
    yield context
    context.close()


@pytest.fixture
def seizure(station: Station) -> dict[str, Any]:
    """A signed seizure with a photograph, its hash and bytes."""
    world = station.world
    case = world.opens_case(case=world.case_number())
    named, data = picture(world.random.randrange(2**32))
    prepared = world.prepare(world.seizure(case, [world.item()], attachments=[named]))
    world.clock.forward(minutes=1)
    return {"id": prepared.act.id, "body": body_of(prepared, world.sign(prepared)), "sha256": named["sha256"],
            "data": data, "size": world.ledger.recorder.head().size}  # fmt: skip


def opened(at: At, phone: BrowserContext) -> Page:
    """A page of the station, which sends what waits."""
    return at(None, "/field/offline", context=phone)


def quiet(at: At, phone: BrowserContext) -> Page:
    """A page of the same origin with no script of its own: it does what a test tells it to."""
    return at(None, "/healthz", context=phone)


def test_an_act_whose_tab_died_while_it_was_being_kept_is_there_whole_or_not_at_all(
    station: Station, at: At, phone: BrowserContext, seizure: dict[str, Any]
) -> None:
    page = quiet(at, phone)
    photographed(page, seizure["data"])
    page.evaluate("([script, body]) => { import(script).then(queue => queue.put(body)); }",
                  [script(), seizure["body"]])  # fmt: skip
    page.close()
    page = opened(at, phone)
    kept = on_queue(page, "queued")
    assert len(kept) <= 1
    if not kept:
        assert station.world.ledger.recorder.head().size == seizure["size"]
        on_queue(page, "put", seizure["body"])
    recorded_once(station, page, seizure)
    assert answers == [201]


def test_an_act_whose_tab_died_before_it_was_sent_is_sent_when_a_page_opens(
    station: Station, at: At, phone: BrowserContext, seizure: dict[str, Any]
) -> None:
    page = quiet(at, phone)
    photographed(page, seizure["data"])
    on_queue(page, "put", seizure["body"])
    page.close()
    assert station.world.ledger.recorder.head().size == seizure["size"]
    recorded_once(station, opened(at, phone), seizure)
    assert answers == [201]


def test_an_act_whose_tab_died_before_the_answer_came_is_sent_again_and_recorded_once(
    station: Station, at: At, phone: BrowserContext, seizure: dict[str, Any]
) -> None:
    page, other = quiet(at, phone), phone.new_page()
    statuses: list[int] = []

    def lost(route: Route) -> None:
        statuses.append(route.fetch().status)
        page.close()

    page.route("**/v1/acts", lost)
    photographed(page, seizure["data"])
    on_queue(page, "put", seizure["body"])
    page.evaluate(SEND, script())
    until(other, lambda: bool(statuses))
    assert statuses == [201]
    recorded_once(station, opened(at, phone), seizure)
    assert answers == [200]  # as before


def test_an_act_whose_tab_died_before_it_was_marked_is_sent_again_and_recorded_once(
    station: Station, at: At, phone: BrowserContext, seizure: dict[str, Any]
) -> None:
    page, other = quiet(at, phone), quiet(at, phone)
    answered: list[int] = []

    def held_up(route: Route) -> None:
        answer = route.fetch()
        other.evaluate(BUSY)
        route.fulfill(response=answer)
        answered.append(answer.status)

    page.route("**/v1/acts", held_up)
    photographed(page, seizure["data"])
    with page.expect_response("**/v1/acts"):
        on_queue(page, "put", seizure["body"])
        page.evaluate(SEND, script())
    until(other, lambda: bool(answered))
    page.close()
    other.close()
    recorded_once(station, opened(at, phone), seizure)
    assert answers == [201, 200]  # the second of the same


def recorded_once(station: Station, page: Page, seizure: dict[str, Any]) -> None:
    """The act and its photograph are at the ledger, once, and the device has forgotten what it disclosed."""
    on_queue(page, "send")
    assert states(page) == {seizure["id"]: "recorded"}
    assert station.world.ledger.recorder.head().size == seizure["size"] + 1
    assert station.store.is_sound(seizure["sha256"])
    assert kept_files(page) == []
    (entry,) = on_queue(page, "queued")
    assert "submission" not in entry
    assert entry["receipt"]["index"] == seizure["size"]
    expect(page.locator("#field-badge")).to_contain_text("均已入账")


def until(page: Page, done: Callable[[], bool]) -> None:
    """Let the browser go on, as an open page of it shows, until something is so; at most half a minute."""
    for _ in range(1_500):
        if done():
            return
        page.wait_for_timeout(20)
    raise AssertionError("it did not happen")
