"""The page that the link on a receipt opens: on a phone, without a sign-in, in two languages."""

from __future__ import annotations

import base64
from functools import partial

import httpx
import pytest
from playwright.sync_api import expect

from api.conftest import serving
from custody.acts.entry import Recorded
from custody.ledger.past import recorded_from
from custody.ledger.receipt_links import issue, revoke
from custody_api import context
from custody_api.limits import Limit
from pages.asking import asked, too_many
from pages.conftest import At, Station

TOKEN = "T0kenT0kenT0kenT0ken01"
PAGE = {"Accept": "text/html", "Accept-Language": "en"}
NAMES = ("周远", "何苗", "郭某", "岩某", "psb-0", "见证人", "13900000000")


@pytest.fixture(scope="module")
def seized(station: Station) -> list[str]:
    """Three things of a case; a link opens the receipt, and one of the things is found to be irrelevant."""
    world = station.world
    case = world.opens_case()
    items = world.seizes(
        case, world.item(category="digital", description="周远的旧手机"), world.item(category="digital"),
        world.item(category="valuables", description="戒指"),
    )  # fmt: skip
    act = recorded(station)[-1].act.id
    issue(world.ledger.journal, TOKEN, act, "psb-0211", "交当事人")
    world.checks_in(items)
    world.notes(case, "found-irrelevant", items[2:])
    return items


def recorded(station: Station) -> list[Recorded]:
    """Every act in the log."""
    return [recorded_from(row) for row in station.world.ledger.recorder.rows(0, 1_000)]


def test_a_citizen_reads_what_was_taken_and_what_comes_next_and_the_phone_checks_the_proof(
    station: Station, at: At, seized: list[str]
) -> None:
    page = at(None, f"/r/{TOKEN}", device="phone")
    expect(page.locator("h1")).to_have_text("回执")
    expect(page.locator(".taken")).to_contain_text("电子数据载体 2 件")
    expect(page.locator("#proof .verified")).to_contain_text("已在本机验证")
    expect(page.locator("main")).to_contain_text("与案件无关，应当退还")
    expect(page.locator("main")).to_contain_text("第一百九十六条")
    assert [name for name in (*NAMES, *seized, "戒指", "云公(刑)") if name in page.content()] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 20
    page.get_by_text("English", exact=True).click()
    expect(page.locator("h1")).to_have_text("Receipt")
    expect(page.locator("#proof .verified")).to_contain_text("Checked on this device")
    page.get_by_label("What you want to say").fill("They were polite.\n<b>Thank you</b>")
    page.get_by_role("button", name="Send the comment").click()
    expect(page.get_by_text("The supervisors of this unit will read it.")).to_be_visible()


def test_a_page_that_was_tampered_with_on_the_way_says_that_the_proof_does_not_hold(
    station: Station, at: At, seized: list[str]
) -> None:
    proof = httpx.get(f"{station.origin}/r/{TOKEN}/proof.json").json()
    assert set(proof) == {"origin", "index", "leaf_hash", "proof", "keys"}  # no entry, which names people
    other = {**proof, "leaf_hash": base64.b64encode(bytes(32)).decode()}
    page = at(None, "/language/zh?next=/nothing")
    page.route("**/proof.json", lambda route: route.fulfill(json=other))
    page.goto(f"{station.origin}/r/{TOKEN}")
    expect(page.locator("#proof .doubted")).to_contain_text("证明不成立")


def test_what_opens_nothing_is_answered_alike_and_a_receipt_stays_with_its_reader(
    station: Station, seized: list[str]
) -> None:
    world = station.world
    other = TOKEN[:-1] + "9"
    act = recorded(station)[-1].act.id
    issue(world.ledger.journal, other, act, "psb-0211", "交当事人")
    revoke(world.ledger.journal, act, "psb-0211", "误发")
    answers = [httpx.get(f"{station.origin}/r/{each}", headers=PAGE) for each in (other, "A" * 22, "x", "%20" * 22)]
    assert {each.status_code for each in answers} == {404}
    assert len({each.text for each in answers}) == 1
    comment = httpx.post(f"{station.origin}/r/{other}/comments", data={"text": "a"}, headers=PAGE)
    assert (comment.status_code, comment.text) == (404, answers[0].text)
    assert httpx.get(f"{station.origin}/r/{other}/proof.json").status_code == 404
    shown = httpx.get(f"{station.origin}/r/{TOKEN}", headers=PAGE)
    for answer in (*answers, shown):
        about = answer.headers
        assert (about["cache-control"], about["referrer-policy"]) == ("no-store", "no-referrer")
        assert about["x-robots-tag"].startswith("noindex")
        assert "default-src 'none'" in about["content-security-policy"]
        assert "unsafe" not in about["content-security-policy"]
        assert "set-cookie" not in about
    for name in (*NAMES, *seized):
        assert name not in shown.text


def test_a_comment_that_is_not_taken_says_why_on_the_page_and_none_enters_the_log(
    station: Station, seized: list[str]
) -> None:
    size = station.world.ledger.recorder.head().size
    answers = [
        httpx.post(f"{station.origin}/r/{TOKEN}/comments", data={"text": text}, headers=PAGE)
        for text in (" ", "字" * 1001, "字" * 9_000, *"abcd")
    ]
    assert [each.status_code for each in answers][-1] == 429
    assert {each.status_code for each in answers} <= {400, 413, 303, 429}
    assert all("What you want to say" in each.text for each in answers if each.status_code != 303)
    assert station.world.ledger.recorder.head().size == size


def test_a_receipt_asks_the_database_little(station: Station, seized: list[str]) -> None:
    with asked() as queries:
        assert httpx.get(f"{station.origin}/r/{TOKEN}", headers=PAGE).status_code == 200
    assert not too_many(queries), too_many(queries)


def test_an_address_that_asks_too_often_waits(
    station: Station, seized: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long a busy machine takes to ask that often: the limit's clock stands still."""
    monkeypatch.setattr(context, "Limit", partial(Limit, clock=lambda: 0.0))
    with serving(station.world.ledger) as address, httpx.Client(base_url=address, headers=PAGE, timeout=30) as client:
        answers = [client.get(f"/r/{TOKEN}/proof.json").status_code for _ in range(61)]
        assert answers == [*[200] * 60, 429]
        assert client.get(f"/r/{TOKEN}").status_code == 429
