"""Two people at one screen: what they are shown, what they sign, and what of it the ledger takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from custody_api.station import assets
from pages.conftest import Station
from telling import holder
from world import World

At = Callable[..., Page]


def a_check_in(world: World, **fields: Any) -> tuple[str, dict[str, Any]]:
    """An item in 周远's hands, and the draft of its check-in by 梁静."""
    (item,) = world.seizes(world.opens_case(case=f"云公(刑)诈〔2026〕{world.random.randrange(10**6)}"))
    return item, {
        "act": "check-in", "place": world.places["大库"], "lines": world.lines([item]),
        "occurred_at": world.clock.now.isoformat(),
        "signers": [{"part": "custodian", "person": "cen-01"}, {"part": "deliverer", "person": "psb-0211"}], **fields,
    }  # fmt: skip


def presented(page: Page, draft: dict[str, Any]) -> None:
    """Show a draft to be signed on a page that has room for it."""
    page.evaluate(
        """async ([script, draft]) => {
            const { present } = await import(script);
            window.told = {};
            const place = document.getElementById("hand-over") ?? document.querySelector("main");
            await present(place, draft, {
                onRecorded: (receipt, act) => { window.told = { receipt, act }; },
                onBack: () => { window.told = { back: true }; },
            });
        }""",
        [assets.address("signing/hand-over.js"), draft],
    )


def test_two_people_sign_a_check_in_on_one_screen(station: Station, at: At) -> None:
    world = station.world
    item, draft = a_check_in(world)
    page = at("梁静", "/keys", keys=("周远",))
    presented(page, draft)
    parties = page.locator(".party")
    expect(parties).to_have_count(2)
    assert [parties.nth(number).get_attribute("data-person") for number in (0, 1)] == ["psb-0211", "cen-01"]
    expect(page.locator(".decision .green")).to_be_visible()
    digest = page.locator(".digest").get_attribute("data-digest")
    for person in ("psb-0211", "cen-01"):
        page.keyboard.press("F9")
        expect(page.locator(f".party[data-person={person}][data-open] [data-do=sign]")).to_be_focused()
        page.keyboard.press("Enter")
    expect(page.locator(".receipt")).to_be_visible()
    assert holder(world, item) == world.places["大库"]
    assert digest
