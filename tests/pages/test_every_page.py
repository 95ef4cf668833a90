"""Every page once, over a ledger in which something of everything happened: who may read it, how often it asks the
database, how much a browser loads for it, and whether it can be used without a mouse, without colours, on a phone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

import httpx
import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from playwright.sync_api import Page, expect

from custody import label
from custody.ledger.receipt_links import issue
from custody_api.station import assets
from custody_api.station.pages import POLICY
from custody_api.station.public.receipt import POLICY as CITIZENS
from custody_api.station.routing import page_routers
from pages.asking import asked, too_many
from pages.conftest import At, Station
from pages.loading import MOST_BYTES, Loading
from pages.signing.handing import a_seizure, present
from submissions import body_of
from world_objects import child, divides, raises
from world_results import asks

AXE: Final = Path(__file__).resolve().parents[1] / "node/node_modules/axe-core/axe.min.js"
AUDITED: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")

QUIET: Final = """() => new Promise(done => {
    let timer;
    const changed = () => { clearTimeout(timer); timer = setTimeout(() => { watching.disconnect(); done(); }, 120); };
    const watching = new MutationObserver(changed);
    watching.observe(document, { attributes: true, characterData: true, childList: true, subtree: true });
    changed();
})"""
"""Resolves when nothing on the page has changed for a moment."""

INLINE: Final = re.compile(r"<script(?![^>]*\s(src=|type=.application/json))|<[^>]*\s(style|on[a-z]+)=")
PICTURES: Final = Path(__file__).resolve().parents[2] / "build/pages"
TOKEN: Final = "T0kenT0kenT0kenT0ken01"
CASE, OTHER = "云公(刑)诈〔2026〕0520", "云公(刑)盗〔2026〕0611"

PAGES: Final[dict[str, tuple[str | None, str]]] = {
    # The frame's areas, each page by whom it is for.
    "/sign-in": (None, "/sign-in"),
    "/r/{token}": (None, "/r/{token}"),
    "/keys": ("周远", "/keys"),
    "/waiting": ("刘振", "/waiting"),
    "/settings": ("梁静", "/settings"),
    "/scan/{code}": ("梁静", "/scan/{stored_code}"),
    "/do": ("周远", "/do"),
    "/do/{type_name}": ("梁静", "/do/check-in?item={held}&place={store}"),
    "/field": (None, "/field"),
    "/field/offline": (None, "/field/offline"),
    "/field/do/{type_name}": (None, "/field/do/seizure"),
    "/intake": ("梁静", "/intake"),
    "/intake/check-in": ("梁静", "/intake/check-in?case={case}&officer=psb-0211"),
    "/kit/new": ("周远", "/kit/new?case={case}"),
    "/offers/new": ("周远", "/offers/new?case={case}"),
    "/offers/{manifest}/answer": ("江检", "/offers/{manifest}/answer"),
    "/offers/{manifest}/withdraw": ("周远", "/offers/{manifest}/withdraw"),
    "/stock-takes": ("梁静", "/stock-takes"),
    "/stock-takes/new": ("梁静", "/stock-takes/new"),
    "/stock-takes/{stock_take}": ("梁静", "/stock-takes/{count}"),
    "/stock-takes/{stock_take}/count": ("梁静", "/stock-takes/{count}/count?place={store}"),
    "/stock-takes/{stock_take}/close": ("梁静", "/stock-takes/{count}/close"),
    "/discrepancies/new": ("梁静", "/discrepancies/new?item={stored}"),
    "/discrepancies/{act}": ("高岚", "/discrepancies/{raised}"),
    "/loans/{loan}/decide": ("刘振", "/loans/{asked}/decide"),
    "/acts/{act}/correct": ("周远", "/acts/{seized}/correct"),
    "/labels": ("梁静", "/labels?id={stored}"),
    "/labels/log": ("梁静", "/labels/log"),
    "/": ("梁静", "/"),
    "/items": ("周远", "/items"),
    "/items/{id_or_code}": ("周远", "/items/{broken}"),
    "/acts/{act_id}": ("周远", "/acts/{moved}"),
    "/cases": ("江检", "/cases"),
    "/cases/{reference:path}": ("周远", "/cases/{case}"),
    "/cases/{reference:path}/items": ("周远", "/cases/{case}/items"),
    "/cases/{reference:path}/acts": ("周远", "/cases/{case}/acts"),
    "/cases/{reference:path}/papers": ("周远", "/cases/{case}/papers"),
    "/places": ("梁静", "/places"),
    "/places/{place}": ("梁静", "/places/{store}"),
    "/people": ("审计员", "/people"),
    "/people/{person}": ("周远", "/people/psb-0211"),
    "/kits/{kit}": ("周远", "/kits/{kit}"),
    "/manifests": ("江检", "/manifests"),
    "/manifests/{manifest}": ("江检", "/manifests/{manifest}"),
    "/loans": ("周远", "/loans"),
    "/defects": ("高岚", "/defects"),
    "/deadlines": ("周远", "/deadlines"),
    "/search": ("周远", "/search?q=手机"),
    "/morning": ("江监督", "/morning"),
    "/clearances": ("江监督", "/clearances"),
    "/clearances/{name}": ("江监督", "/clearances/daily"),
    "/statistics": ("江监督", "/statistics"),
    "/recommendations": ("江监督", "/recommendations"),
    "/comments": ("江监督", "/comments"),
    "/refusals": ("审计员", "/refusals"),
    "/views": ("审计员", "/views"),
    "/draw": ("审计员", "/draw"),
    "/audit": ("审计员", "/audit"),
    "/audit/items/{item}": ("审计员", "/audit/items/{broken}?as_of=2026-03-12T08:30:00%2B08:00"),
    "/audit/cases/{reference:path}": ("审计员", "/audit/cases/{case}"),
    "/audit/places/{place}": ("审计员", "/audit/places/{store}"),
}
"""Page → who opens it, and where."""

PARTS: Final[dict[str, tuple[str | None, str | None, str]]] = {
    "/static/{version}/{name:path}": (None, None, "files: below, and test_frame"),
    "/scan": ("梁静", "/scan?code={stored_code}", "goes on to the card of a code: tests/pages/scanning"),
    "/r/{token}/proof.json": (None, "/r/{token}/proof.json", "a citizen downloads it: tests/pages/public"),
    "/language/{lang}": (None, "/language/en", "goes on to a page: test_frame"),
    "/sw.js": (None, "/sw.js", "the worker: tests/pages/field"),
    "/manifest.webmanifest": (None, "/manifest.webmanifest", "what installs the station: tests/pages/field"),
    "/field/icon.svg": (None, "/field/icon.svg", "a picture: tests/pages/field"),
    "/field/icon-{size}.png": (None, "/field/icon-192.png", "a picture: tests/pages/field"),
    "/labels/preview/{label_id}.png": ("梁静", "/labels/preview/{stored}.png", "a picture: tests/pages/flows"),
    "/offers/photographs/{item}": ("周远", "/offers/photographs/{stored}", "a part of the answer: tests/pages/flows"),
    "/offers/attached": ("周远", "/offers/attached?item={stored}&item={held}&item={lent}",
                         "a part of the answer: tests/pages/flows"),
    "/stock-takes/{stock_take}/missing": ("审计员", "/stock-takes/{count}/missing",
                                          "a part that renews itself: tests/pages/flows"),
    "/stock-takes/{stock_take}/sign": ("审计员", "/stock-takes/{count}/sign", "the draft to sign: tests/pages/flows"),
    "/stock-takes/{stock_take}/counted": ("审计员", "/stock-takes/{count}/counted",
                                          "the draft to sign: tests/pages/flows"),
    "/acts/{act_id}/proving": ("周远", "/acts/{moved}/proving", "what the browser verifies: tests/pages/looking"),
    "/audit/items": ("审计员", "/audit/items?item={stored_code}", "goes on to an item then: tests/pages/overseeing"),
    "/audit/runs/{number}": ("审计员", "/audit/runs/1", "a verification, once begun: tests/pages/overseeing"),
    "/draw/list.txt": ("审计员", "/draw/list.txt?place={store}&why=抽查", "a list to keep: tests/pages/overseeing"),
    "/statistics/export": ("江监督", "/statistics/export?why=通报", "a table to keep: tests/pages/overseeing"),
    "/recommendations/{reference:path}": ("江监督", "/recommendations/1", "one, once drafted: tests/pages/overseeing"),
    "/signing/parts/{lang}": (None, "/signing/parts/zh", "words for scripts: tests/pages/signing"),
    "/signing/log-keys": ("周远", "/signing/log-keys", "what the browser verifies with: tests/pages/signing"),
    "/signing/claim.svg": ("周远", None, "a picture: tests/pages/signing"),
}  # fmt: skip
"""What is part of a page, or leads to one: who asks for it, and where; and where it is tested."""

FURTHER: Final[tuple[tuple[str, str], ...]] = (
    *((who, "/") for who in ("周远", "刘振", "高岚", "江检", "顾宁", "审计员", "江监督")),
    *(("周远", f"/items/{{{item}}}") for item in ("stored", "stored_code", "lent", "tube", "offered_code", "part")),
    *(("周远", f"/items/{{{item}}}?{moment}={{now}}")
      for item in ("stored", "lent", "tube", "offered_code", "part") for moment in ("as_of", "known_at")),
    ("梁静", "/items/{stored}"), ("梁静", "/items/{stored}?as_of={now}&known_at={now}"),
    ("周远", "/cases/{case}?as_of={now}"), ("周远", "/cases/{case}?known_at={now}"), ("审计员", "/cases/{case}"),
    ("审计员", "/audit/items/{part}?known_at={now}&than_as_of={now}"), ("梁静", "/audit/items/{stored}?as_of={now}"),
    ("梁静", "/audit/places/{store}?as_of={now}&than_known_at={now}"),
    ("周远", "/audit/cases/{case}?as_of={now}&than_known_at={now}"),
    ("审计员", "/draw?place={store}&salt=2026&count=3"), ("江监督", "/clearances/monthly"),
    ("周远", "/items?q=手机 黑色&case={case}"), ("周远", "/items?status=in-place&agency=psb-yunling&after=EV1"),
    ("周远", "/search?q={stored_code}"), ("周远", "/scan/{kit_code}"), ("周远", "/scan/{manifest_code}"),
    ("梁静", "/scan/{store_code}"), ("梁静", "/intake/check-in?holder=psb-0211&case={case}"),
    ("周远", "/labels?case={case}"), ("周远", "/acts/{raised}/proving"),
)  # fmt: skip
"""Who opens pages otherwise: in the past, by a code, of things of which there is more to tell."""


OPEN_TO_ALL: Final = {"/r/{token}/comments", "/sign-in/passkey"}
"""What takes something from whoever has not signed in: tests/pages/public, tests/pages/signing."""


@pytest.fixture(scope="module")
def things(station: Station) -> dict[str, str]:
    """Something of everything, by name."""
    world = station.world
    world.opens_case(case=CASE)
    world.opens_case(case=OTHER)
    taken = [world.item() for _ in range(4)]
    seized = world.act(world.seizure(CASE, taken)).act
    stored, held, lent, broken = (each["code"][:16] for each in taken)
    offered, left = world.seizes(OTHER, world.item(features="蓝色贴纸"), world.item())
    moved = world.checks_in([stored, lent]).act
    world.checks_in([broken], lines=world.lines([broken], "broken"))
    world.opens([stored], world.facts(stored).seal)
    loan = world.lends([lent]).act
    draft = world.draw(CASE)
    world.act(draft)
    tube = draft["tubes"][0]["code"][:16]
    world.dispatches([tube])
    world.lab_receives([tube])
    manifest = world.offers([offered, left])
    world.answers(manifest, [offered])
    count = world.opens_stock_take("大库", book=[stored])
    world.holds(CASE, [stored])
    whole, *_ = world.seizes(CASE, world.item(category="drugs", quantity="10", unit="g"))
    world.opens([whole], world.facts(whole).seal)
    (sample,) = divides(world, whole, "8", [child(world, "2")])
    world.opens([sample], world.facts(sample).seal)
    (part,) = divides(world, sample, "1", [child(world, "1")])
    raised = raises(world, CASE, [stored], "missing")
    asked_for = asks(world, [broken])
    issue(world.ledger.journal, TOKEN, seized, "psb-0211", "扣押清单回执")
    with station.client("周远") as client:
        for _ in range(3):
            prepared = world.prepare(world.seizure(CASE, [world.item()]))
            put = client.post("/v1/pending", json=body_of(prepared, prepared.signed([world.key_of("周远")])))
            put.raise_for_status()
    world.clock.forward(hours=30)
    world.ledger.publication.publish(at_once=True)
    station.shows()
    return {
        "stored": stored, "held": held, "lent": lent, "broken": broken, "tube": tube, "offered": offered,
        "kit": draft["kit"], "moved": moved, "seized": seized, "raised": raised, "asked": asked_for, "loan": loan,
        "manifest": manifest, "count": count, "case": quote(CASE), "store": world.places["大库"],
        "token": TOKEN, "part": part, "now": quote(world.clock.now.isoformat()),
        **{f"{name}_code": label.code_of(each) for name, each in (
            ("stored", stored), ("offered", offered), ("kit", draft["kit"]), ("manifest", manifest),
            ("store", world.places["大库"]),
        )},
    }  # fmt: skip


def test_every_page_is_opened_here_or_is_part_of_one() -> None:
    found = {route.path for router in page_routers() for route in routes(router) if "GET" in route.methods}
    assert found | {"/r/{token}"} == set(PAGES) | set(PARTS)  # that one answers machines, too


def routes(router: APIRouter) -> Iterator[APIRoute]:
    """The routes of a router and of those that it includes."""
    for each in router.routes:
        if isinstance(each, APIRoute):
            yield each
        elif isinstance(inner := getattr(each, "original_router", None), APIRouter):
            yield from routes(inner)


def test_without_a_session_pages_lead_to_signing_in(station: Station, things: dict[str, str]) -> None:
    told = {}
    for page, (who, address) in PAGES.items():
        answer = httpx.get(f"{station.origin}{address.format(**things)}", headers={"Accept": "text/html"})
        if (answer.status_code, who is None) not in ((200, True), (303, False)):
            told[page] = answer.status_code
        elif who is not None:
            assert answer.headers["location"].startswith("/sign-in?next=/"), page
    for page in {route.path for router in page_routers() for route in routes(router) if "POST" in route.methods}:
        if page not in OPEN_TO_ALL:
            answer = httpx.post(f"{station.origin}{re.sub('{[^}]*}', '1', page)}", headers={"Accept": "text/html"})
            if answer.status_code not in (303, 401):
                told[page] = answer.status_code
    assert not told


def test_no_page_asks_more_than_fifteen_times_or_loads_more_than_150_kilobytes(
    station: Station, things: dict[str, str]
) -> None:
    parts = [(who, address) for who, address, _ in PARTS.values() if address is not None]
    cookies = {who: station.cookie(who) for who, _ in (*PAGES.values(), *FURTHER, *parts) if who}
    loading, wrong, counted = Loading(station.origin), dict[str, str](), 0
    for who, address in (*PAGES.values(), *FURTHER, *parts):
        path = address.format(**things)
        with asked() as statements:
            answer, size = loading.page(path, {cookies[who]["name"]: cookies[who]["value"]} if who else {})
        counted += len(statements)
        told = too_many(statements) or (f"{size} bytes" if size > MOST_BYTES else "")
        if told:
            wrong[f"{path} of {who}"] = told
        expected = (200, 303, 404, 409) if (who, address) in parts else (200, 303) if "/search" in address else (200,)
        assert answer.status_code in expected, f"{path} of {who}: {answer.status_code} {answer.text[-600:]}"
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert answer.headers["content-security-policy"] == (CITIZENS if path.startswith("/r/") else POLICY), path
            assert not INLINE.search(answer.text), f"{path}: {INLINE.search(answer.text)}"
    assert counted > 5 * len(PAGES), "the counter sees nothing"
    assert not wrong, "\n".join(f"{path}: {told}" for path, told in wrong.items())


needs_axe = pytest.mark.skipif(not AXE.exists() and "CI" not in os.environ, reason="no axe here: make setup-dev")


@needs_axe
def test_pages_can_be_used_by_whoever_cannot_see_or_point(at: At, station: Station, things: dict[str, str]) -> None:
    """axe finds nothing against WCAG 2.2 AA, and nothing runs over; each page in the next language and size of screen.

    Their pictures are left in build/pages, for people to look at.
    """
    PICTURES.mkdir(parents=True, exist_ok=True)
    wrong, opened = [], {}
    for number, (page, (who, address)) in enumerate(PAGES.items()):
        lang, device = ("zh", "en")[number % 2], ("desktop", "phone")[number // 2 % 2]
        where = address.format(**things)
        if (who, lang, device) in opened:
            tab = opened[who, lang, device]
            tab.goto(f"{station.origin}{where}")
        else:
            tab = opened[who, lang, device] = at(who, where, lang=lang, device=device)
        wrong += [f"{page} {lang} {device}: {each}" for each in wrong_with(tab)]
        called = re.sub(r"[^a-z]+", "-", page.partition("{")[0]).strip("-")
        tab.screenshot(path=PICTURES / f"{number:02}-{called}-{lang}-{device}.png")
    assert not wrong, "\n".join(wrong)


def comes_to_rest(tab: Page) -> None:
    """Wait until the page has what it asked for, and its scripts have put it in."""
    tab.wait_for_load_state()
    tab.wait_for_function("() => document.querySelector('.htmx-request') === null")
    tab.evaluate(QUIET)


def wrong_with(tab: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA on a page that came to rest, and whether it is wider than the screen."""
    comes_to_rest(tab)
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    found = tab.evaluate(
        "tags => axe.run({ runOnly: { type: 'tag', values: tags } }).then(it => it.violations)", [*AUDITED]
    )
    wrong = [f"{each['id']}: {each['help']}\n    " + "\n    ".join(node["html"][:160] for node in each["nodes"][:3])
             for each in found]  # fmt: skip
    wide = tab.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*wrong, f"{wide} px wider than the screen"] if wide > 1 else wrong


@needs_axe
def test_what_opens_on_a_page_can_be_used_by_them_too(at: At, station: Station, things: dict[str, str]) -> None:
    """A correction with what it changes, the hand-over with a party's keys, the pad, the camera for photographs, the
    camera that scans, and signing in again over a page."""
    wrong = {}
    page = at("周远", f"/acts/{things['moved']}/correct", keys=("高岚",))
    page.locator("#work[data-ready]").wait_for(state="attached")
    page.locator("[name='/lines/0/condition']").fill("完好无损")
    page.locator("#approver").fill("psb-0077")
    page.locator("#reason").fill("登记有误")
    expect(page.locator(".was")).to_be_visible()
    wrong["a correction"] = wrong_with(page)
    page.keyboard.press("F9")
    page.locator(".party[data-part=approver] > h3 > button").click()
    expect(page.locator("[data-do=sign]")).to_be_visible()
    expect(page.locator(".decision .notice").first).to_be_visible()
    wrong["its hand-over, with an approver"] = wrong_with(page)

    page = at("周远", "/keys", keys=("何苗",), lang="en", device="phone")
    present(page, a_seizure(station.world))
    page.locator("[data-attest=holder]").click()
    wrong["the pad"] = wrong_with(page)
    page.get_by_label("Gives a fingerprint").check()
    wrong["the pad, for a fingerprint"] = wrong_with(page)
    page.keyboard.press("Escape")
    page.locator("[data-do=photograph]").click()
    expect(page.locator("dialog.taking video")).to_be_visible()
    wrong["the camera for photographs"] = wrong_with(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Camera").click()
    expect(page.locator("#scan-camera video")).to_be_visible()
    wrong["the camera that scans"] = wrong_with(page)

    page.context.clear_cookies()
    asking = "async script => { (await import(script)).get('/v1/people/psb-0211'); }"
    page.evaluate(asking, assets.address("station/api.js"))
    expect(page.get_by_role("dialog", name="Sign in again")).to_be_visible()
    wrong["signing in again"] = wrong_with(page)
    assert not any(wrong.values()), wrong
