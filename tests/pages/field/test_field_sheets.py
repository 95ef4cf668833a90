"""A sheet on a phone without a network: opened, kept, and gone on with."""

from __future__ import annotations

from playwright.sync_api import expect

from pages.conftest import At, Station


def test_a_sheet_of_the_field_opens_without_a_network_for_who_was_there_and_keeps_what_was_written(
    station: Station, at: At
) -> None:
    page = at("周远", "/field", device="phone", keys=("何苗",))
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    page.context.set_offline(True)
    page.get_by_role("link", name="扣押").click()
    form = page.locator("#form[data-ready]")
    expect(form).to_be_visible()
    assert page.locator("[name='/signers/0/person']").input_value() == "psb-0211"
    page.screenshot(path="/tmp/field-sheet.png", full_page=True)
    page.locator("[name='/case']").fill("云公(刑)诈〔2026〕0750")
    page.goto(f"{station.origin}/field")
    page.get_by_role("link", name="继续：扣押").click()
    expect(form).to_be_visible()
    assert page.locator("[name='/case']").input_value() == "云公(刑)诈〔2026〕0750"
