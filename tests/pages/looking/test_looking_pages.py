"""Pages that look: the chain of custody by keyboard, the tick of a proof, lists, search, and who sees what."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Route, expect

from custody import label
from custody_api.station import assets
from pages.asking import asked, too_many
from pages.conftest import At, Station

TAGS = {"zh": "zh-CN", "en": "en"}


@dataclass(frozen=True)
class Told:
    """What happened in the world before anybody looked."""

    case: str
    item: str
    gapped: str
    broken: str
    manifest: str
    kit: str
    check_in: str
    then: str

    def pages(self) -> dict[str, str]:
        """The address of every page, by a name; as an officer of the case opens them."""
        case = quote(self.case, safe="")
        return {
            "home": "/", "item": f"/items/{self.item}", "gap": f"/items/{self.gapped}",
            "broken": f"/items/{self.broken}", "act": f"/acts/{self.check_in}", "cases": "/cases",
            "case": f"/cases/{case}", "case-items": f"/cases/{case}/items", "case-acts": f"/cases/{case}/acts",
            "case-papers": f"/cases/{case}/papers", "places": "/places", "people": "/people",
            "person": "/people/psb-0211", "manifests": "/manifests", "manifest": f"/manifests/{self.manifest}",
            "kit": f"/kits/{self.kit}", "loans": "/loans", "defects": "/defects", "deadlines": "/deadlines",
            "item-then": f"/items/{self.item}?as_of={self.then}", "case-then": f"/cases/{case}?known_at={self.then}",
            "items": "/items?q=手机", "search": "/search?q=手机",
        }  # fmt: skip


@pytest.fixture(scope="module")
def told(station: Station) -> Told:
    """A phone that came, was sealed, stored and lent; a laptop with a gap; a seal that broke; a blood kit; an offer."""
    world = station.world
    case = world.opens_case(officers=["psb-0211", "psb-0347"])
    item, gapped, broken = world.seizes(case, *(world.item(description=what) for what in ("手机", "笔记本", "布袋")))
    world.seals_up([item])
    world.clock.forward(hours=5)
    then = quote(world.clock.now.isoformat())
    receipt = world.checks_in([item])
    world.clock.forward(hours=9)
    world.checks_in([gapped], by="何苗")
    world.checks_in([broken])
    world.lends([broken])
    world.clock.forward(hours=3)
    world.returns([broken], seen="broken")
    world.lends([item])
    manifest = world.offers([gapped])
    tube, _ = world.draws(world.opens_case(case="云公(交)刑受〔2026〕0312"))
    with station.client("周远") as client:
        kit = client.get(f"/v1/items/{tube}", params={"at_least": world.ledger.recorder.head().size}).json()["kit"]
    return Told(case, item, gapped, broken, manifest, kit, receipt.act, then)


def reader(station: Station, name: str, lang: str = "zh") -> httpx.Client:
    """Somebody's browser, without a browser: pages as they come from the server."""
    cookie = station.cookie(name)
    headers = {"Accept": "text/html", "Accept-Language": lang}
    return httpx.Client(base_url=station.origin, cookies={cookie["name"]: cookie["value"]}, headers=headers, timeout=30)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_comes_in_its_language_and_asks_the_databases_little(
    station: Station, told: Told, lang: str
) -> None:
    with reader(station, "周远", lang) as client:
        for name, path in told.pages().items():
            with asked() as statements:
                answer = client.get(path)
            assert answer.status_code == 200, (name, answer.text)
            assert not too_many(statements), (name, too_many(statements))
            assert "style=" not in answer.text
            assert f'<html lang="{TAGS[lang]}">' in answer.text


def test_the_picture_is_walked_by_arrows_and_says_what_each_mark_is(station: Station, at: At, told: Told) -> None:
    """One stop for the tab key; the table's row of the act is marked, and Enter opens the act."""
    page = at("周远", f"/items/{told.broken}")
    marks = page.locator(".timeline [data-mark]")
    assert page.locator('.timeline [tabindex="0"]').count() == 1
    page.locator('.timeline [tabindex="0"]').focus()
    says = page.locator(".says")
    expect(says).to_contain_text("由 psb-0211 持有")
    heard = {says.text_content()}
    for _ in range(marks.count() - 1):
        page.keyboard.press("ArrowRight")
        heard.add(says.text_content())
    assert len(heard) == marks.count()
    assert any("发现破损" in str(each) for each in heard)
    assert any("SEAL_BROKEN_AT_RECEIPT" in str(each) for each in heard)
    expect(page.locator("tr.marked")).to_contain_text("归还")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    page.wait_for_url("**/acts/*")
    expect(page.locator("h1")).to_contain_text("扣押")


def test_a_gap_is_drawn_named_and_said_in_words(station: Station, at: At, told: Told) -> None:
    page = at("周远", f"/items/{told.gapped}", lang="en", device="phone")
    expect(page.locator(".timeline text", has_text="gap")).to_be_visible()
    expect(page.locator(".notice.red")).to_contain_text("Held by psb-0211, yet given by psb-0347")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def changed(told: str, name: str, at: int) -> str:
    """What was told of a proof, with one byte of a file changed."""
    body = json.loads(told)
    (key,) = [each for each in body["files"] if each.startswith(name)]
    data = bytearray(base64.b64decode(body["files"][key]))
    data[at] ^= 1
    body["files"][key] = base64.b64encode(bytes(data)).decode()
    return json.dumps(body)


def test_an_act_is_verified_in_the_browser_and_refused_with_one_byte_changed(
    station: Station, at: At, told: Told
) -> None:
    """Signatures, envelope, place in the log, checkpoint; the log's key is pinned, then compared."""
    page = at("周远", f"/acts/{told.check_in}", lang="en")
    tick = page.locator("#proof details")
    expect(tick).to_have_attribute("data-verdict", "good")
    tick.locator("summary").press("Enter")
    for line in ("psb-0211, cen-01", "exactly this signed envelope", "stands as No.", "signed by the log's key",
                 "for the first time", "a bundle for court shows these"):  # fmt: skip
        expect(tick).to_contain_text(line)
    page.reload()
    expect(tick).to_contain_text("has known since")
    for name, where in (("proofs/", 60), ("entries/", 90), ("envelopes/", 200), ("checkpoint", 30)):
        def meddle(route: Route, *, name: str = name, where: int = where) -> None:
            route.fulfill(body=changed(route.fetch().text(), name, where), content_type="application/json")

        page.route("**/proving", meddle)
        page.reload()
        expect(tick).to_have_attribute("data-verdict", "bad")
        expect(tick).to_contain_text("What is wrong")
        page.unroute("**/proving")


def test_a_proof_of_another_act_or_by_another_log_is_refused(station: Station, at: At, told: Told) -> None:
    page = at("周远", f"/acts/{told.check_in}", lang="en")
    tick = page.locator("#proof details")
    expect(tick).to_have_attribute("data-verdict", "good")
    acts = page.evaluate("path => fetch(path).then(answer => answer.json())", f"/v1/items/{told.item}/history")["acts"]
    other = page.evaluate("path => fetch(path).then(answer => answer.text())", f"/acts/{acts[0]['act']}/proving")
    page.route("**/proving", lambda route: route.fulfill(body=other, content_type="application/json"))
    page.reload()
    expect(tick).to_contain_text("What was proved is not this act.")
    page.unroute("**/proving")
    page.evaluate(
        """async script => {
            const store = await import(script), all = await store.all("settings");
            const kept = all.find(each => each.name.startsWith("log-keys:"));
            await store.put("settings", { ...kept, keys: [kept.keys[0].replace(/.$/, "=")] });
        }""",
        assets.address("station/store.js"),
    )
    page.reload()
    expect(tick).to_have_attribute("data-verdict", "bad")
    expect(tick).to_contain_text("another log key than the one this device has known")


def test_who_sees_only_the_thing_is_told_so_and_what_is_not_his_is_not_there(station: Station, told: Told) -> None:
    with reader(station, "梁静", "en") as client:
        shown = client.get(f"/items/{told.gapped}").text
        assert "You see the thing" in shown
        assert "Measure" not in shown
        assert "Bundle for court" not in shown
        act = client.get(f"/acts/{told.check_in}").text
        assert "What was said" in act  # she signed it
        answers = {name: client.get(path) for name, path in
                   (("case", f"/cases/{quote(told.case, safe='')}"), ("none", "/cases/none"))}  # fmt: skip
        assert [each.status_code for each in answers.values()] == [404, 404]
        assert answers["case"].text.replace(told.case, "none").replace(quote(told.case), "none") == answers["none"].text
    with reader(station, "白薇", "en") as client:
        assert client.get(f"/items/{told.item}").status_code == 404
        assert client.get(f"/acts/{told.check_in}/proving").status_code == 404
        assert told.item not in client.get("/search?q=手机").text


def test_the_search_box_jumps_to_what_is_named_exactly_and_finds_words(station: Station, told: Told) -> None:
    with reader(station, "周远") as client:
        code = client.get(f"/v1/items/{told.item}", headers={"Accept": "application/json"}).json()["code"]
        for asked, to in (
            (label.spaced(code).lower(), f"/items/{code}"), (told.case, f"/cases/{quote(told.case, safe='')}"),
            ("cen-01", "/people/cen-01"), (told.kit, f"/kits/{told.kit}"),
            (told.manifest, f"/manifests/{told.manifest}"),
        ):  # fmt: skip
            answer = client.get("/search", params={"q": asked})
            assert (answer.status_code, answer.headers.get("location")) == (303, to)
        found = client.get("/search", params={"q": "笔记本"}).text
        assert told.gapped in found
        assert told.item not in found


def test_a_list_goes_on_with_and_without_scripts(station: Station, at: At, told: Told) -> None:
    """More items than a page holds: the next address is a link, and a script puts its rows below the first."""
    world = station.world
    world.seizes(told.case, *(world.item(description=f"手镯 {number}") for number in range(60)))
    size = world.ledger.recorder.head().size
    with reader(station, "周远") as client:
        client.get("/v1/items", params={"at_least": size}, headers={"Accept": "application/json"}).raise_for_status()
    page = at("周远", "/items?q=手镯")
    rows = page.locator("tbody[data-rows] > tr")
    assert rows.count() == 51
    page.get_by_role("link", name="更多").click()
    expect(rows).to_have_count(60)


def test_home_says_what_waits_by_what_one_is(station: Station, at: At, told: Told) -> None:
    officer = at("周远", "/").locator("main")
    expect(officer.locator("#defects")).to_contain_text("CHAIN_GAP")
    expect(officer.locator("#signatures")).to_contain_text("没有待您签名")
    expect(officer.locator("#held a[href^=\"/items/\"]").first).to_be_visible()
    assert officer.locator("#loans").count() == 0
    with reader(station, "梁静", "en") as client:
        assert 'id="loans"' in client.get("/").text
    with reader(station, "江检", "en") as client:
        assert f"/manifests/{told.manifest}" in client.get("/").text


def test_a_photograph_is_shown_of_its_own_item_to_who_sees_the_whole(station: Station, told: Told) -> None:
    """One picture of each of two items in one act; a custodian, to whom one was brought, sees neither."""
    world = station.world
    pictures = [hashlib.sha256(each).hexdigest() for each in (b"one", b"two")]
    files = [
        {"sha256": each, "media_type": "image/jpeg", "size_bytes": 3, "kind": "photo", "captured_at": None}
        for each in pictures
    ]
    lines = [world.item(description="相机", photos=[each]) for each in pictures]
    first, _ = world.seizes(told.case, *lines, attachments=files)
    world.checks_in([first])
    shown = {}
    for name in ("周远", "梁静"):
        with reader(station, name) as client:
            size = world.ledger.recorder.head().size
            shown[name] = client.get(f"/items/{first}", params={"at_least": size}).text
    assert f'src="/v1/attachments/{pictures[0]}"' in shown["周远"]
    assert pictures[1] not in shown["周远"]
    assert "相机" in shown["梁静"]
    assert pictures[0] not in shown["梁静"]


def test_a_photograph_of_several_things_is_shown_to_who_sees_all_of_them(station: Station, told: Told) -> None:
    """A prosecutor, to whom one of two was offered, sees the whole of that one, and not what was taken of both."""
    world = station.world
    picture = hashlib.sha256(b"both").hexdigest()
    files = [{"sha256": picture, "media_type": "image/jpeg", "size_bytes": 4, "kind": "photo", "captured_at": None}]
    offered, other = world.seizes(told.case, world.item(), world.item())
    world.checks_in([offered, other], attachments=files)
    world.offers([offered])
    shown = {}
    for name in ("周远", "江检"):
        with reader(station, name, "en") as client:
            size = world.ledger.recorder.head().size
            shown[name] = client.get(f"/items/{offered}", params={"at_least": size}).text
            assert "You see the thing" not in shown[name]
    assert picture in shown["周远"]
    assert picture not in shown["江检"]
