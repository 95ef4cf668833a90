"""What a phone keeps of the pages: the same for everybody, all of one version, and nothing of anybody."""

from __future__ import annotations

import json
from io import BytesIO
from urllib.parse import quote

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from custody_api.station import assets
from custody_api.station.field.pages import KEPT
from pages.conftest import At, Station

CACHED = """async () => {
    const kept = {};
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
            const text = await (await cache.match(request, { ignoreVary: true })).text();
            kept[new URL(request.url).pathname + new URL(request.url).search] = text;
        }
    }
    return kept;
}"""


def kept_by(page: Page) -> dict[str, str]:
    """Everything in the caches of the service worker, once it is at work."""
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    kept: dict[str, str] = page.evaluate(CACHED)
    return kept


def test_the_station_can_be_installed(station: Station) -> None:
    """The worker is this server's own, of this version, and may not do more than a page; the icons are as said."""
    worker = httpx.get(f"{station.origin}/sw.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["cache-control"] == "no-cache"
    assert "default-src 'self'" in worker.headers["content-security-policy"]
    assert assets.address("field/worker.js") in worker.text
    manifest = httpx.get(f"{station.origin}/manifest.webmanifest").json()
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/field", "/", "standalone")
    drawn, *pictures = manifest["icons"]
    assert "<svg" in httpx.get(f"{station.origin}{drawn['src']}").text
    for each in pictures:
        image = Image.open(BytesIO(httpx.get(f"{station.origin}{each['src']}").content))
        assert f"{image.width}x{image.height}" == each["sizes"]


def test_a_device_keeps_files_and_empty_pages_and_nothing_of_who_used_it(station: Station, at: At) -> None:
    """周远 works at a shared counter and signs out: who comes next finds none of his pages, network or not."""
    page = at("周远", "/field")
    kept = kept_by(page)
    others = {each.partition("?")[0] for each in kept if not each.startswith("/static/")}
    assert others == {*KEPT, "/signing/parts/zh", "/signing/parts/en"}
    assert {each for each in kept if each.startswith("/static/")} == {
        assets.address(each) for each in (*assets.files(), assets.MADE)
    }
    page.reload()
    page.evaluate("async () => { await fetch('/v1/session'); await fetch('/v1/items'); }")
    page.goto(f"{station.origin}/items")
    assert kept_by(page).keys() == kept.keys()
    assert not [each for each, text in kept.items() if "psb-0211" in text and not each.startswith("/static/")]
    page.evaluate("async () => { await fetch('/v1/session', {method: 'DELETE'}); }")
    page.context.set_offline(True)
    page.goto(f"{station.origin}/people/psb-0211")
    expect(page.get_by_role("heading", level=1)).to_have_text("没有网络")
    assert "psb-0211" not in page.content()


def test_the_field_opens_without_a_network_after_one_visit_in_both_languages(station: Station, at: At) -> None:
    page = at(None, "/field", device="phone")
    kept_by(page)
    page.context.set_offline(True)
    page.goto(f"{station.origin}/field")
    expect(page.locator("#field-badge")).to_contain_text("离线")
    expect(page.locator("#field-state")).to_have_text("本机签署的记录均已入账。")
    page.get_by_role("link", name="English").click()
    expect(page.locator("#field-state")).to_have_text("Everything that was signed here is in the ledger.")
    page.context.set_offline(False)
    expect(page.locator("#field-badge")).to_contain_text("Online")


@pytest.mark.parametrize("next", ["/\\elsewhere.example/field", "/\t/elsewhere.example/field", "//elsewhere.example"])
def test_choosing_a_language_without_a_network_leads_to_no_other_host(station: Station, at: At, next: str) -> None:
    page = at(None, "/field", device="phone")
    kept_by(page)
    page.reload()
    page.context.set_offline(True)
    page.goto(f"{station.origin}/language/en?next={quote(next)}")
    assert page.url == f"{station.origin}/field"
    expect(page.locator("#field-state")).to_have_text("Everything that was signed here is in the ledger.")


def test_a_new_version_takes_the_place_of_the_old_and_open_pages_go_on(
    station: Station, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = at(None, "/field", lang="en")
    kept_by(page)
    old, files = assets.digest(), json.dumps(assets.address("station/words.js"))
    page.evaluate("""async name => {
        await (await caches.open(name)).put("/signing/parts/en", new Response('{"outdated": true}'));
    }""", f"custody-pages-{old}")
    assert page.evaluate("async () => 'outdated' in await (await fetch('/signing/parts/en')).json()")
    monkeypatch.setattr(assets, "digest", lambda: "0123456789ab")
    page.evaluate("""async () => {
        const registration = await navigator.serviceWorker.getRegistration();
        const taken = new Promise(done => navigator.serviceWorker.addEventListener("controllerchange", done));
        await registration.update();
        await taken;
    }""")
    names: list[str] = page.evaluate("() => caches.keys()")
    assert sorted(names) == sorted([f"custody-pages-{old}", "custody-pages-0123456789ab"])
    assert page.evaluate(f"async () => (await fetch({files})).status") == 200  # of the old version, from the device
    assert page.evaluate("async () => 'outdated' in await (await fetch('/signing/parts/en')).json()") is False
    page.context.set_offline(True)
    page.reload()
    assert page.evaluate("() => document.querySelector('script').src").count("0123456789ab") == 1
    expect(page.locator("#field-badge")).to_contain_text("Offline")
