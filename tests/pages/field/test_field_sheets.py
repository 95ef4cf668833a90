"""Taken down, photographed and signed on a phone without a network, and in the ledger when there is one."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from custody_api.station import assets
from pages.conftest import At, Station
from pages.field.queueing import kept_files, on_queue
from pages.working import PICTURE
from telling import holder
from world import World

SCAN = """code => !document.dispatchEvent(new CustomEvent("custody:scan",
    { cancelable: true, detail: { kind: "item", id: code.slice(0, 16), code, source: "camera" } }))"""


def phone_of(at: At, name: str, **how: Any) -> Page:
    """Somebody's phone that opened the field once, and has no network any more."""
    page = at(name, "/field", device="phone", **how)
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    return page


def signs(page: Page, *persons: str) -> None:
    """Each touches the own name, then the own key."""
    for person in persons:
        party = page.locator(f".party[data-person={person}]")
        party.get_by_role("button").first.click()
        party.locator("[data-do=sign]").click()


def test_a_seizure_is_taken_down_photographed_and_signed_without_a_network(station: Station, at: At) -> None:
    """By two officers, on one phone, which nobody could ask anything; the page is left in between."""
    world = station.world
    case, label = world.opens_case(case="云公(刑)诈〔2026〕0750"), world.code()
    page = phone_of(at, "周远", keys=("何苗",))
    page.get_by_role("link", name="扣押").click()
    expect(page.locator("#form[data-ready]")).to_be_visible()
    assert page.locator("[name='/signers/0/person']").input_value() == "psb-0211"
    assert page.evaluate(SCAN, label)
    expect(page.locator("[name='/items/0/code']")).to_have_value(label)

    draft = world.seizure(case, [{**world.item(), "code": label}])
    world.clock.forward(minutes=1)
    keep_sheet(page, world, "psb-0211", draft | {"occurred_at": world.clock.now.isoformat()})
    page.goto(f"{station.origin}/field")
    page.get_by_role("link", name="继续：扣押").first.click()
    expect(page.locator("[name='/items/0/code']")).to_have_value(label)
    page.locator("#photo").click()
    page.locator("#photo-file").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PICTURE})
    expect(page.get_by_role("dialog")).to_contain_text("1")
    page.keyboard.press("Escape")
    page.locator("#sign").click()
    expect(page.locator(".party")).to_have_count(2)
    signs(page, "psb-0211", "psb-0347")
    expect(page.locator("[data-queued]")).to_be_visible()
    expect(page.locator("#field-badge")).to_contain_text("待入账 1 份")
    assert world.facts(label[:16]) is None

    page.context.set_offline(False)
    expect(page.locator("#field-badge")).to_contain_text("均已入账")
    assert holder(world, label[:16]) == "psb-0211"
    (entry,) = on_queue(page, "queued")
    assert entry["state"] == "recorded"
    assert kept_files(page) == []


def keep_sheet(page: Page, world: World, person: str, draft: dict[str, Any]) -> None:
    """A sheet that was filled in before."""
    page.evaluate(
        """async ([store, person, draft, kept_at]) => {
            const id = crypto.randomUUID();
            await (await import(store)).put("sheets", { id, act: draft.act, person, draft, kept_at });
        }""",
        [assets.address("station/store.js"), person, draft, world.clock().isoformat()],
    )
