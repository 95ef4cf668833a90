"""The guides for clerk, prosecutor, auditor and citizen: each step done as it is told, and its pictures.

`scripts/guides` takes the pictures anew; without it the steps are done all the same, and every picture has to be there.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from custody.ledger.receipt_links import issue
from pages.conftest import At, Station
from pages.working import a_case, answered, go_back_in_time, listening, opened, scan, signed_by
from world import World

GUIDES: Final = Path(__file__).parents[3] / "docs/guides"
PICTURES: Final = GUIDES / "pictures"
TAKING: Final = bool(os.environ.get("TAKE_PICTURES"))
MOST_BYTES: Final = 40_000
MOST_PICTURES: Final = 24
FILES: Final = {"zh": ".zh-CN.md", "en": ".md"}
NAMED: Final = re.compile(r"!\[[^\]]+\]\(pictures/([\w.-]+)\)")

Take = Callable[[Page, str], None]


@pytest.fixture(params=["zh", "en"])
def lang(request: pytest.FixtureRequest) -> str:
    """The language in which a guide is followed."""
    return str(request.param)


@pytest.fixture
def take(lang: str) -> Take:
    """Take a picture of a step, if pictures are taken; in any case the guide shows it there."""

    def of(page: Page, name: str) -> None:
        file = PICTURES / f"{name}.{lang}.webp"
        if TAKING:
            page.wait_for_timeout(300)  # for whatever still moves into its place
            _save(Image.open(io.BytesIO(page.screenshot())).convert("RGB"), file)
        guide = (GUIDES / f"{name.split('-')[0]}{FILES[lang]}").read_text(encoding="utf-8")
        assert file.name in NAMED.findall(guide)

    return of


def _save(picture: Image.Image, file: Path) -> None:
    if picture.width > 1000:
        picture = picture.resize((1000, picture.height * 1000 // picture.width), Image.Resampling.LANCZOS)
    for quality in (80, 70, 60, 50, 40):
        picture.save(file, "WEBP", quality=quality, method=6)
        if file.stat().st_size <= MOST_BYTES:
            return


def test_a_clerk_takes_things_in_at_the_counter(store_of: World, at: At, lang: str, take: Take) -> None:
    world = store_of
    things = [world.item(description=each) for each in ("黑色手机", "银色笔记本电脑")]
    phone, laptop = world.seizes(a_case(world), *things)
    page = listening(at("孙凯", "/intake", keys=("周远",), lang=lang))
    expect(page.locator("tbody tr").first).to_contain_text("psb-0211")
    take(page, "clerk-intake")
    scan(page, phone)
    page.wait_for_url("**/intake/check-in**")
    page = opened(page)
    scan(page, laptop)
    answered(page, "accepted")
    scan(page, world.places["分局物证室"])
    answered(page, "accepted", "分局物证室")
    take(page, "clerk-sheet")
    page.keyboard.press("F9")
    expect(page.locator(".hand-over .decision :is(.green, .orange)").first).to_be_visible()
    take(page, "clerk-hand-over")
    signed_by(page, "psb-0211", "psb-aux-12")
    assert world.facts(phone).holder.id == world.places["分局物证室"]


def test_a_prosecutor_answers_an_offer_line_by_line(store_of: World, at: At, lang: str, take: Take) -> None:
    world = store_of
    items = world.seizes(a_case(world), *(world.item(description=each) for each in ("手机", "银行卡")))
    world.checks_in(items)
    manifest = world.offers(items)
    page = listening(at("江检", "/", keys=("周远",), lang=lang))
    expect(page.locator(f"main a[href*='{manifest}']").first).to_be_visible()
    take(page, "prosecutor-home")
    page = opened(at("江检", f"/offers/{manifest}/answer", lang=lang))
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("1")
    expect(page.locator("[data-decision=accepted]")).to_have_count(1)
    page.keyboard.press("3")
    expect(page.locator("[data-reasons]")).to_be_visible()
    page.keyboard.press("1")
    expect(page.locator("[data-decision=refused]")).to_have_count(1)
    take(page, "prosecutor-answer")
    page.keyboard.press("F9")
    signed_by(page, "pro-11")
    page = at("江检", f"/items/{items[0]}", lang=lang)
    expect(page.locator(".timeline")).to_be_visible()
    take(page, "prosecutor-item")


def test_an_auditor_looks_drags_time_back_and_has_it_verified(
    station: Station, store_of: World, at: At, lang: str, take: Take
) -> None:
    world = store_of
    (item,) = world.seizes(a_case(world), world.item(description="手表"))
    world.clock.forward(hours=3)
    world.checks_in([item])
    world.lends([item])
    world.clock.forward(hours=3)
    world.returns([item], seen="broken")
    act = world.checks_in(world.seizes(a_case(world))).act
    station.shows()
    page = at("审计员", f"/items/{item}", lang=lang)
    expect(page.locator(".timeline [data-mark]").first).to_be_visible()
    take(page, "auditor-item")
    page.goto(f"{station.origin}/audit/items/{item}")
    go_back_in_time(page)
    page.locator("tr.differs").first.scroll_into_view_if_needed()
    take(page, "auditor-past")
    page.goto(f"{station.origin}/acts/{act}")
    tick = page.locator("#proof details")
    expect(tick).to_have_attribute("data-verdict", "good")
    tick.locator("summary").press("Enter")
    tick.scroll_into_view_if_needed()
    take(page, "auditor-act")
    page.goto(f"{station.origin}/defects")
    expect(page.locator("main")).to_contain_text("SEAL_BROKEN_AT_RECEIPT")
    take(page, "auditor-defects")


def test_a_citizen_reads_a_receipt_and_says_something(
    station: Station, store_of: World, at: At, lang: str, take: Take
) -> None:
    world = store_of
    items = world.seizes(a_case(world), world.item(category="digital"), world.item(category="valuables"))
    taken = world.ledger.memory.record(world.facts(items[0]).born_in)
    assert taken is not None
    token = f"T0kenT0kenT0kenT0ken{lang}"
    issue(world.ledger.journal, token, taken.act.id, "psb-0211", "交当事人")
    page = at(None, f"/r/{token}", device="phone", lang=lang)
    expect(page.locator("#proof .verified")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    take(page, "citizen-receipt")
    comment = page.locator("textarea")
    comment.fill("He explained everything." if lang == "en" else "民警态度好，讲得清楚。")
    comment.scroll_into_view_if_needed()
    take(page, "citizen-comment")
    page.locator("form:has(textarea) button").click()
    expect(page.locator("main")).to_contain_text("supervisors" if lang == "en" else "督察")


def test_every_picture_is_there_is_small_and_is_shown_in_one_guide() -> None:
    named = [name for guide in sorted(GUIDES.glob("*.md")) for name in NAMED.findall(guide.read_text(encoding="utf-8"))]
    there = {path.name: path.stat().st_size for path in PICTURES.iterdir()}
    assert sorted(named) == sorted(there)
    assert len(there) <= MOST_PICTURES
    assert [name for name, size in there.items() if size > MOST_BYTES] == []
