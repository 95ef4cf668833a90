"""Whoever works at a page: what a scanner types, what one waits for, who signs."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page, expect

from custody import label
from world import World

PICTURE: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763d8f2e40c000402022061d6f0"
    "130000000049454e44ae426082"
)
"""A PNG of one pixel."""

BURST: Final = """([text, how]) => {
    const target = document.activeElement ?? document.body;
    for (const each of text) {
        const code = each === "\\n" ? "Enter" : each === "\\t" ? "Tab" : /[0-9]/.test(each) ? `Digit${each}`
            : each === "#" ? "Digit3" : each === "]" ? "BracketRight" : `Key${each.toUpperCase()}`;
        const key = each === "\\n" ? "Enter" : how === "composing" ? "Process" : how === "elsewhere" ? "é" : each;
        const keyCode = how === "composing" ? 229 : 0;
        const event = new KeyboardEvent("keydown", { key, code, keyCode, shiftKey: each === "#", bubbles: true,
            cancelable: true, isComposing: how === "composing" });
        const free = target.dispatchEvent(event);
        if (how === "writing" && free && each !== "\\n") target.setRangeText(each, target.selectionStart,
            target.selectionEnd, "end");
    }
}"""


def listening(page: Page) -> Page:
    """The page, once its line listens."""
    page.locator("#scan-line[data-listens]").wait_for()
    return page


def burst(page: Page, text: str, how: str = "plain") -> None:
    """What a scanner types: all keys at once, wherever the focus is."""
    page.evaluate(BURST, [text, how])


def answered(page: Page, outcome: str, text: str = "") -> None:
    """The line shows an outcome, and says something."""
    place = page.locator(f"#scan-answer[data-outcome='{outcome}']")
    place.wait_for()
    expect(place).to_contain_text(text)


def a_case(world: World) -> str:
    """A case of its own, of both officers."""
    return world.opens_case(case=world.case_number(), officers=["psb-0211", "psb-0347"])


def scan(page: Page, id_or_code: str) -> None:
    """Scan a label with a wedge."""
    burst(page, (id_or_code if len(id_or_code) == 20 else label.code_of(id_or_code)) + "\n")


def opened(page: Page) -> Page:
    """A flow, once it can be worked with."""
    page.locator("#work[data-ready]").wait_for(state="attached")
    return listening(page)


def signed_by(page: Page, *people: str) -> int:
    """Everybody signs with the key on this device; returns the number in the log."""
    receipt = page.locator(".receipt")
    for person in people:
        expect(page.locator(".hand-over .decision :is(.green, .orange)").first).to_be_visible()
        page.keyboard.press("F9")
        expect(page.locator(f".party[data-person={person}][data-open] [data-do=sign]")).to_be_visible()
        page.keyboard.press("F9")
        expect(page.locator(f".party[data-person={person}][data-state=signed]").or_(receipt)).to_be_visible()
    receipt.wait_for()
    return int(receipt.get_attribute("data-position") or 0)


def in_order(page: Page) -> list[str]:
    """The parties in the order in which they sign."""
    page.locator(".party").first.wait_for()
    return [str(each.get_attribute("data-person")) for each in page.locator(".party").all()]


def go_back_in_time(page: Page) -> None:
    """Move an auditor's upper handle back by two steps, until what differs is marked."""
    handle = page.locator('input[data-name="as_of"]')
    handle.focus()
    for _ in range(2):  # each step is gone before the next, however long it takes
        before = page.url
        handle.press("ArrowLeft")
        expect(page).not_to_have_url(before)
        page.wait_for_load_state()
    expect(page.locator("tr.differs").first).to_be_visible()
