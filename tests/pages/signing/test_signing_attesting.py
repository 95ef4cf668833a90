"""People without a key here: a fingerprint, a refusal, an absence, as the pad takes them and the act tells them."""

from __future__ import annotations

import hashlib

from playwright.sync_api import Locator, Page, expect

from pages.conftest import At, Station
from pages.signing.handing import a_seizure, present, signs, told
from pages.working import PICTURE


def pad_for(page: Page, part: str, name: str, how: str) -> Locator:
    """The pad with somebody's name on it and how he stands to the act; what that takes is asked for."""
    page.locator(f"[data-attest={part}]").click()
    pad = page.get_by_role("dialog")
    pad.get_by_label("Name", exact=True).fill(name)
    pad.get_by_label(how).check()
    pad.get_by_role("button", name="Put it down").click()
    expect(pad.get_by_role("alert")).not_to_be_empty()
    return pad


def put_down(page: Page, pad: Locator, seen: str = "") -> None:
    """Put down what is on the pad; the act is made anew with it."""
    pad.get_by_label("What was seen, and who says so").fill(seen)
    pad.get_by_role("button", name="Put it down").click()
    expect(pad).to_have_count(0)
    expect(page.locator(".decision .notice")).to_be_visible()


def test_a_fingerprint_a_refusal_and_an_absence_are_taken_on_the_pad_and_told_by_the_act(
    station: Station, at: At
) -> None:
    """By the panel before it is signed, in the sentences that are signed, in the act, and on the act's page."""
    page = at("周远", "/keys", lang="en", keys=("何苗",))
    present(page, a_seizure(station.world))
    pad = pad_for(page, "holder", "郭某", "Gives a fingerprint")
    pad.locator("#pad-print").set_input_files([{"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}])
    pad.get_by_role("button", name="Put it down").click()
    expect(pad.get_by_role("alert")).to_contain_text("no picture of the fingerprint")
    pad.locator("#pad-print").set_input_files([{"name": "a.png", "mimeType": "image/png", "buffer": PICTURE}])
    put_down(page, pad)
    pad = pad_for(page, "witness", "岩某", "Refuses to sign")
    pad.get_by_label("Identity document").fill("居民身份证 530000198001010011")
    pad.get_by_label("Telephone").fill("13900000000")
    put_down(page, pad, "岩某拒绝签名，何苗在场")
    put_down(page, pad_for(page, "witness", "白某", "Is not there"), "白某先行离开")
    expect(page.locator("[data-attested]")).to_have_text([
        "holder: 郭某, fingerprint Remove", "attesting witness: 岩某, refused to sign Remove",
        "attesting witness: 白某, not there Remove",
    ])  # fmt: skip
    expect(page.locator(".sentences li")).to_contain_text([
        "Holder: 郭某.", "Attesting witness: 岩某 and 白某.", "郭某 gave a fingerprint.",
        "岩某 refused to sign: 岩某拒绝签名，何苗在场.", "白某 was not there: 白某先行离开.",
    ])  # fmt: skip
    for person in ("psb-0211", "psb-0347"):
        signs(page, person)
    expect(page.locator(".receipt")).to_be_visible()

    recorded = station.world.ledger.memory.record(told(page)["receipt"]["act"])
    assert recorded is not None
    sha256 = hashlib.sha256(PICTURE).hexdigest()
    assert [(each.part, each.kind, each.attachment, each.note) for each in recorded.act.attestations] == [
        ("holder", "fingerprint", sha256, None), ("witness", "refused", None, "岩某拒绝签名，何苗在场"),
        ("witness", "absent", None, "白某先行离开"),
    ]  # fmt: skip
    assert [bool(each.document and each.contact) for each in recorded.act.attestations] == [False, True, False]
    assert [(each.sha256, each.kind, each.media_type) for each in recorded.act.attachments] == [
        (sha256, "signature", "image/png")
    ]
    page.locator(".receipt").get_by_role("link", name="Open the act").click()
    expect(page.locator("tr.attested")).to_contain_text([
        "fingerprint picture", "refused · 岩某拒绝签名，何苗在场", "absent · 白某先行离开"
    ])  # fmt: skip
    expect(page.locator("main")).to_contain_text("(sealed) refused to sign: 岩某拒绝签名，何苗在场.")
    shown = page.request.get(f"{station.origin}/v1/attachments/{sha256}")
    assert shown.body() == PICTURE
