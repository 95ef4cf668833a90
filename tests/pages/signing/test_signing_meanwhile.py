"""What becomes of an act that is not signed at once, or not sent: kept, taken anew, sent again, signed elsewhere."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any

from playwright.sync_api import Route, expect

from custody_api.station import assets
from pages.conftest import At, Station
from pages.signing.handing import a_check_in, an_item, present, signs
from telling import holder

SENT = "**/v1/acts"


def test_an_act_that_nobody_goes_on_signing_is_forgotten_after_a_day_on_any_page(station: Station, at: At) -> None:
    world = station.world
    page = at("梁静", "/keys", lang="en", keys=("周远",))
    present(page, a_check_in(world, an_item(world)))
    signs(page, "psb-0211")
    expect(page.locator(".party[data-state=signed]")).to_have_count(1)
    kept = "async script => (await (await import(script)).all('settings')).map(each => each.name.split(':')[0])"
    store = assets.address("station/store.js")
    page.goto(f"{station.origin}/settings")
    page.wait_for_load_state("networkidle")
    assert "signing" in page.evaluate(kept, store)
    page.clock.set_fixed_time(world.clock.now + timedelta(hours=24, minutes=1))
    page.reload()
    page.wait_for_load_state("networkidle")
    for _ in range(300):
        if "signing" not in page.evaluate(kept, store):
            break
        page.wait_for_timeout(100)
    assert "signing" not in page.evaluate(kept, store)


def test_what_was_seen_is_taken_anew_where_the_log_went_on_meanwhile(station: Station, at: At) -> None:
    """Signatures that were kept come back, but something else moved the thing since."""
    world = station.world
    item = an_item(world)
    page = at("梁静", "/keys", lang="en", keys=("周远",))
    draft = a_check_in(world, item)
    present(page, draft)
    signs(page, "psb-0211")
    expect(page.locator(".party[data-state=signed]")).to_have_count(1)
    world.transfers([item], "周远", "何苗", occurred_at=draft["occurred_at"])
    world.transfers([item], "何苗", "周远", occurred_at=draft["occurred_at"])
    present(page, draft | {"occurred_at": world.clock.now.isoformat()})
    expect(page.locator(".party[data-state=signed]")).to_have_count(0)  # another draft
    present(page, draft)
    expect(page.locator(".party[data-state=signed]")).to_have_count(1)
    page.get_by_role("button", name="Take what is new").click()
    expect(page.locator("[data-notice]")).to_contain_text("Signatures that no longer count: 1")


def test_an_act_whose_answer_was_lost_is_sent_again_and_recorded_once(station: Station, at: At) -> None:
    world = station.world
    item = an_item(world)
    page = at("梁静", "/keys", lang="en", keys=("周远",))
    present(page, a_check_in(world, item))

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(SENT, lose, times=1)
    for person in ("psb-0211", "cen-01"):
        signs(page, person)
    expect(page.locator("[data-queued]")).to_contain_text("kept on this device")
    size = world.ledger.recorder.head().size
    assert holder(world, item) == world.places["大库"]  # it is there, and this device does not know
    page.evaluate("async script => await (await import(script)).send()", assets.address("field/queue.js"))
    entries = page.evaluate("async script => await (await import(script)).queued()", assets.address("field/queue.js"))
    assert [each["state"] for each in entries] == ["recorded"]
    assert world.ledger.recorder.head().size == size


def test_who_signs_elsewhere_reads_the_same_bytes_and_signs_or_declines(station: Station, at: At) -> None:
    """What is sealed in them is shown by right, for a reason that the journal keeps."""
    world = station.world
    case = world.opens_case(case=world.case_number())
    (item,) = world.seizes(case)
    seizure = world.seizure(case, [world.item()]) | {"occurred_at": world.clock.now.isoformat()}
    seizure["signers"] = [{name: each[name] for name in ("part", "person")} for each in seizure["signers"]]
    lifting = {
        "act": "measure-change", "items": [item], "change": {"kind": "lift"}, "instrument": None,
        "reason": "查明与案件无关", "occurred_at": world.clock.now.isoformat(),
        "signers": [{"part": "officer", "person": "psb-0211"}, {"part": "approver", "person": "psb-0005"}],
    }  # fmt: skip
    page = at("周远", "/keys", lang="en")

    def puts_down(draft: dict[str, Any]) -> str:
        present(page, draft)
        signs(page, "psb-0211")
        page.locator("[data-do=elsewhere]").click()
        expect(page.locator("[data-pending]")).to_be_visible()
        return str(page.locator("[data-pending]").get_attribute("data-pending"))

    declined, signed = puts_down(lifting), puts_down(seizure)
    page = at("沈建国", "/waiting", lang="en")
    page.locator(f"[data-pending='{declined}'] [data-do=open]").click()
    page.get_by_label("Why you do not sign").fill("依据不足")
    page.locator("[data-do=decline]").click()
    expect(page.locator("[data-state=declined]")).to_be_visible()

    page = at("何苗", "/waiting", lang="en")
    page.locator(f"[data-pending='{signed}'] [data-do=open]").click()
    expect(page.locator(".sentences")).to_contain_text("(sealed)")
    page.get_by_label("Why you have to read").fill("共同扣押")
    page.locator("[data-do=disclose]").click()
    expect(page.locator(".sentences")).not_to_contain_text("(sealed)")
    waits = station.client("何苗").get(f"/v1/pending/{signed}").json()
    payload = base64.b64decode(waits["envelope"]["payload"])
    expect(page.locator(".digest")).to_have_attribute("data-digest", hashlib.sha256(payload).hexdigest())
    expect(page.locator(".decision .green")).to_be_visible()
    page.keyboard.press("F9")
    expect(page.locator(".receipt [data-sound=true]")).to_have_count(2)
    assert world.ledger.memory.record(signed).act.id == signed


def test_a_sheet_that_nobody_touches_for_ten_minutes_folds_away(station: Station, at: At) -> None:
    page = at("梁静", "/keys", lang="en", keys=("周远",))
    page.clock.install(time=station.world.clock.now)
    present(page, a_check_in(station.world, an_item(station.world)))
    signs(page, "psb-0211")
    expect(page.locator(".party[data-state=signed]")).to_have_count(1)
    page.clock.run_for(601_000)
    expect(page.locator("[data-folded]")).to_contain_text("Signatures still missing: 1.")
    expect(page.locator(".sentences")).to_have_count(0)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".party[data-state=signed]")).to_have_count(1)
