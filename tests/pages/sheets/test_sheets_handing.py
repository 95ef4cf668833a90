"""Handing over by sheets: they grow by scans, say what differs, and are not lost."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

from playwright.sync_api import Page, expect

from pages.conftest import At, Station
from telling import holder
from world import World

SCAN = """([kind, id, code]) => !document.dispatchEvent(new CustomEvent("custody:scan",
    { cancelable: true, detail: { kind, id, code, source: "wedge" } }))"""


def scans(page: Page, code: str, kind: str = "item") -> bool:
    """Scan a label, and say whether the sheet took it."""
    return bool(page.evaluate(SCAN, [kind, code[:16], code if len(code) == 20 else ""]))


def opened(at: At, name: str, path: str, **how: Any) -> Page:
    """A sheet that is ready to be scanned into."""
    page = at(name, path, **how)
    expect(page.locator("form[data-ready]")).to_be_attached()
    return page


def signed_by(page: Page, *persons: str) -> None:
    """Sign what is on the sheet, everybody on this screen."""
    page.keyboard.press("F9")
    for person in persons:
        expect(page.locator(f".party[data-person={person}]")).to_be_visible()
        expect(page.locator("[inert]")).to_have_count(0)  # whoever signed before is done
        page.keyboard.press("F9")
        expect(page.locator(f".party[data-person={person}][data-open] [data-do=sign]")).to_be_focused()
        page.keyboard.press("Enter")
    expect(page.locator(".receipt")).to_be_visible()


def seized(world: World) -> tuple[str, list[dict[str, Any]]]:
    """A case with two sealed things that an officer brings."""
    case = world.opens_case(case=world.case_number())
    things = [world.item(description="手机", seal=world.seal()), world.item(description="账本", seal=world.seal())]
    world.seizes(case, *things)
    return case, things


def test_a_check_in_grows_by_scans_and_says_what_is_broken_and_what_is_missing(at: At, station: Station) -> None:
    _, (phone, book) = seized(station.world)
    _, (foreign, _) = seized(station.world)
    place = station.world.places["大库"]
    page = opened(at, "梁静", "/do/check-in", keys=("周远",))
    assert scans(page, place, "place")
    assert scans(page, phone["code"])
    expect(page.locator(".expected")).to_contain_text(phone["seal"])
    page.keyboard.press("1")
    expect(page.locator(".line .state")).to_have_text("✓ 与登记相符")

    scans(page, phone["code"])
    expect(page.locator("#scan-answer")).to_contain_text("已在表中")
    scans(page, foreign["code"])
    expect(page.locator("#scan-answer")).to_contain_text("属于案件")
    scans(page, station.world.code())
    expect(page.locator("#scan-answer")).to_contain_text("台账中没有此标签")
    scans(page, book["code"])
    expect(page.locator(".line")).to_have_count(2)
    page.keyboard.press("2")
    expect(page.locator(":focus")).to_have_attribute("name", "/lines/1/condition")
    page.keyboard.insert_text("封签撕开")
    expect(page.locator(".line .state").nth(1)).to_contain_text("封签破损")

    page.keyboard.press("Enter")
    page.keyboard.insert_text(station.world.id_of("周远"))
    expect(page.locator(".sum")).to_contain_text("处瑕疵")
    expect(page.locator(".line").nth(1)).to_have_attribute("data-state", "care")

    page.reload()
    page.get_by_role("button", name="继续填写").click()
    expect(page.locator(".line")).to_have_count(2)
    expect(page.locator(".line .state").nth(1)).to_contain_text("瑕疵")
    signed_by(page, "psb-0211", "cen-01")
    expect(page.get_by_role("link", name="入库单")).to_be_visible()
    assert holder(station.world, book["code"][:16]) == place
    page.goto(f"{station.origin}/do")
    expect(page.locator("#kept")).to_be_hidden()


def test_a_loan_comes_back_beside_what_it_was_like_when_it_left(at: At, station: Station) -> None:
    world = station.world
    _, (phone, _) = seized(world)
    item = phone["code"][:16]
    world.checks_in([item])
    world.lends([item])
    page = opened(at, "梁静", f"/do/return?place={world.places['大库']}&item={item}", lang="en", keys=("周远",))
    expect(page.locator(".went")).to_contain_text(f"完好 · {phone['seal']}")
    page.locator(".line").focus()
    page.keyboard.press("2")
    expect(page.locator(":focus")).to_have_attribute("name", "/lines/0/condition")
    page.keyboard.insert_text("torn")
    expect(page.locator(".line .state")).to_contain_text("seal broken; condition: torn, was 完好")
    page.locator('[name="/signers/0/person"]').fill("psb-0211")
    page.keyboard.press("F9")
    expect(page.locator(":focus")).to_have_attribute("name", "/difference")
    page.keyboard.insert_text("seal torn on the way")
    expect(page.locator(".sum")).to_contain_text("1 defect")


def test_a_phone_shows_sheets_whole_a_taker_signs_as_one_and_fresh_labels_make_lines_of_a_seizure(
    at: At, station: Station
) -> None:
    world = station.world
    _, (phone, _) = seized(world)
    page = opened(at, "周远", "/do/transfer", device="phone")
    page.locator('[data-either="/to"] select').select_option("person")
    page.locator('[name="/to/person"]').fill("psb-0347")
    page.locator('[name="/to/person"]').press("Tab")
    expect(page.locator('[name="/signers/1/person"]')).to_have_value("psb-0347")
    assert scans(page, phone["code"])
    expect(page.locator(".line")).to_have_count(1)
    page.keyboard.press("F2")
    expect(page.locator(".line")).to_have_count(0)
    assert scans(page, phone["code"])
    expect(page.locator(".line")).to_have_count(1)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")

    page.goto(f"{station.origin}/do")
    page.keyboard.press("2")
    expect(page.locator(":focus")).to_have_attribute("data-act", "seizure")
    page.keyboard.press("1")
    expect(page.locator("form[data-ready]")).to_be_attached()
    scans(page, phone["code"])
    expect(page.locator("#scan-answer")).to_contain_text("已在台账中")
    assert scans(page, world.code())
    expect(page.locator(".line")).to_have_count(1)
    page.locator('[name="/items/0/category"]').select_option("cash")
    expect(page.locator('[name="/items/0/details/denominations/0/face"]')).to_be_visible()
    page.locator(".line").focus()
    page.keyboard.press("F8")
    page.locator("#photo-file").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff"})
    page.locator("dialog").get_by_role("button", name="完成").click()
    photograph = page.locator('[name="/items/0/photos/0"]')
    expect(photograph).to_have_value(sha256(b"\xff\xd8\xff").hexdigest())
    expect(page.locator('[name="/attachments/0/sha256"]')).to_have_value(photograph.input_value())
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_what_the_ledger_knows_of_a_thing_fills_the_sheet(at: At, station: Station) -> None:
    world = station.world
    _, (phone, book) = seized(world)
    items = [phone["code"][:16], book["code"][:16]]
    world.checks_in(items)
    due = (world.clock.now + timedelta(days=1)).isoformat()
    asked = world.act({
        "act": "loan-request", "items": items[:1], "borrower": "psb-0211", "purpose": "identification", "due": due,
        "statement": None, "signers": world.signers(officer="周远"),
    })  # fmt: skip
    world.act({
        "act": "loan-decision", "loan": asked.act, "decision": "approve", "items": items[:1], "due": None,
        "reason": None, "signers": world.signers(approver="刘振"),
    })  # fmt: skip
    page = opened(at, "周远", f"/do/check-out?item={items[0]}")
    for name, value in (("loan", asked.act), ("borrower", "psb-0211"), ("purpose", "identification")):
        expect(page.locator(f'[name="/{name}"]')).to_have_value(value)
    expect(page.locator('[name="/signers/1/person"]')).to_have_value("psb-0211")
    page.locator('[name="/signers/0/person"]').fill("cen-01")
    page.locator(".line").focus()
    page.keyboard.press("1")
    expect(page.locator(".sum")).to_have_text("1 件 · 可以入账")

    page.goto(f"{station.origin}/do/unsealing?item={items[0]}&item={items[1]}&reason=%E8%BE%A8%E8%AE%A4")
    expect(page.locator("form[data-ready]")).to_be_attached()
    numbers = [page.locator(f'[name="/seals/{row}/number"]').input_value() for row in (0, 1)]
    assert numbers == [phone["seal"], book["seal"]]
    expect(page.locator('[name="/reason"]')).to_have_value("辨认")


def test_what_is_not_there_is_said_at_once_two_sign_for_dual_control_and_a_refusal_marks_its_line(
    at: At, station: Station
) -> None:
    world = station.world
    _, (phone, _) = seized(world)
    page = opened(
        at, "梁静", f"/do/relocation?place={world.places['贵重']}&item={phone['code']}&reason=%E8%B0%83%E6%95%B4"
    )
    expect(page.locator("#scan-answer")).to_have_attribute("data-outcome", "wrong-place")
    expect(page.locator(".told")).to_contain_text("须两名保管员签名")
    page.locator('[name="/signers/1/person"]').fill("cen-02")
    page.locator(".line").focus()
    page.keyboard.press("1")
    expect(page.locator(".sum")).to_contain_text("将被拒绝")
    expect(page.locator(".line")).to_have_attribute("data-state", "wrong")
    expect(page.locator(".line-says")).not_to_be_empty()
    expect(page.locator(".decision small")).to_contain_text("I-")
    expect(page.locator(".decision .instead")).not_to_be_empty()
