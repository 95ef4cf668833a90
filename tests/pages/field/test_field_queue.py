"""A day in the field: signed without a network, sent in order, and told what became of it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from custody_api.station import assets
from pages.conftest import At, Station
from pages.field.queueing import kept_files, on_queue, photographed, picture, script, states
from submissions import a_case, body_of, hand_over, submission
from world import World


class Day:
    """Acts signed on one device that has seen the ledger for the last time in the morning."""

    def __init__(self, world: World, page: Page) -> None:
        self.world, self.page = world, page

    def signs(self, draft: dict[str, Any], by: str = "周远") -> str:
        """Sign an act that follows what the device says it follows, and put it into the queue."""
        follows = on_queue(self.page, "followed", draft, [self.world.key_id(by)])
        prepared = self.world.prepare(draft, follows=follows)
        self.world.clock.forward(minutes=1)
        on_queue(self.page, "put", body_of(prepared, self.world.sign(prepared)))
        return prepared.act.id


@dataclass(frozen=True)
class Ten:
    """A day's acts by what they are to the story, and all of them in order."""

    seized: str
    sealed: str
    handed: str
    refused: str
    held: str
    opened: str
    in_it: str
    all: tuple[str, ...]


def ten_acts(day: Day, case: str, known: str, photo: dict[str, Any]) -> Ten:
    """Two officers' day. The fourth seizure uses a label that ``known`` bears; what follows it seals the same item."""
    world, other = day.world, "云公(刑)诈〔2026〕0702"
    phone, used = world.item(seal=None), {**world.item(seal=None), "code": code_of(world, known)}
    item = phone["code"][:16]

    def sealing(thing: str, number: str) -> dict[str, Any]:
        return {"act": "sealing", "signers": world.signers(sealer="周远"), "seals": [
            {"items": [thing], "number": number, "packaging": "物证封装袋", "photos": []}]}  # fmt: skip

    drafts = (
        world.seizure(case, [phone], attachments=[photo]),
        sealing(item, "F-990001"),
        hand_over(world, item, "周远", "何苗", "F-990001"),
        world.seizure(case, [used]),
        sealing(known, "F-990002"),
        {**case_opening(world), "case": other},
        world.seizure(other, [world.item()]),
        world.draw(case),
        world.seizure(case, [world.item()]),
        world.seizure(case, [world.item()]),
    )
    ids = tuple(day.signs(each) for each in drafts)
    return Ten(*ids[:7], all=ids)


def test_ten_acts_of_a_day_without_a_network_reach_the_ledger_in_order_and_one_is_refused(
    station: Station, at: At
) -> None:
    """The session ends meanwhile and the page is closed: nothing is lost. What rests on the refused one waits."""
    world = station.world
    case, page = world.opens_case(case="云公(刑)诈〔2026〕0701"), at("周远", "/field", device="phone")
    (known,) = world.seizes(case)
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    page.context.set_offline(True)
    photo, data = picture(1)
    photographed(page, data)
    ten = ten_acts(Day(world, page), case, known, photo)
    follows = {each["id"]: followed_by(each) for each in on_queue(page, "queued")}
    assert follows[ten.sealed] == [ten.seized]
    assert follows[ten.handed] == [ten.seized, ten.sealed]
    assert follows[ten.in_it] == [ten.opened]
    expect(page.locator("#field-badge")).to_contain_text("待入账 10 份")

    page.close()
    world.clock.forward(hours=9)  # the shift, and with it the session, is over
    page = at(None, "/field", context=page.context)
    before = world.ledger.recorder.head().size
    page.context.set_offline(False)
    expect(page.locator("#field-badge")).to_contain_text("登录后上传")
    assert states(page) == dict.fromkeys(ten.all, "waiting")
    assert world.ledger.recorder.head().size == before

    page.context.add_cookies([station.cookie("周远")])  # type: ignore[list-item]
    page.reload()
    expect(page.locator("#field-badge")).to_contain_text("待入账 2 份")
    left = {ten.refused: "refused", ten.held: "waiting"}
    assert states(page) == dict.fromkeys(ten.all, "recorded") | left
    recorded = [json.loads(row.entry)["act"] for row in world.ledger.recorder.rows(before, 20)]
    assert recorded == [each for each in ten.all if each not in left]
    assert station.store.is_sound(photo["sha256"])
    assert kept_files(page) == []
    cards = page.locator("#field-queue .card")
    expect(cards.nth(0)).to_contain_text("code-used")
    expect(cards.nth(1)).to_contain_text("须等其所依据的“扣押”先入账")
    cards.nth(0).get_by_role("button", name="重新签署").click()
    expect(page.locator("#form[data-ready] [name='/items/0/code']")).to_have_value(code_of(world, known))


def test_three_changes_of_hands_on_one_device_are_recorded_in_order(station: Station, at: At) -> None:
    """周远 seizes, hands to 孙凯, and he to 梁静, before the network is back: she signed nothing of the seizure."""
    world = station.world
    case, page = world.opens_case(case="云公(刑)诈〔2026〕0703"), at("周远", "/field/offline")
    page.context.set_offline(True)
    day, line = Day(world, page), world.item(seal=None)
    item = line["code"][:16]
    seized = day.signs(world.seizure(case, [line]))
    handed = day.signs(hand_over(world, item, "周远", "孙凯"))
    passed_on = day.signs(hand_over(world, item, "孙凯", "梁静"), by="孙凯")
    assert [followed_by(each) for each in on_queue(page, "queued")] == [[], [seized], [handed]]
    page.route("**/v1/head", lambda route: route.abort())
    page.context.set_offline(False)
    assert on_queue(page, "send") == "sent"
    assert states(page) == dict.fromkeys((seized, handed, passed_on), "recorded")
    seen = "([script, ledger]) => import(script).then(it => it.lastSeen(ledger))"
    last = page.evaluate(seen, [assets.address("field/seen.js"), world.ledger.origin])
    assert last["size"] == world.ledger.recorder.head().size, "the next act is to have seen these, as it follows none"
    assert [each.holder.id for each in world.facts(item).custody] == [*map(world.id_of, ("周远", "孙凯", "梁静"))]


def test_two_tabs_and_the_worker_never_send_at_once(station: Station, at: At) -> None:
    world = station.world
    page = at("周远", "/field/offline")
    other = at(None, "/field/offline", context=page.context)
    sent: list[str] = []
    page.context.on("request", lambda asked: asked.url.endswith("/v1/acts") and sent.append(asked.post_data or ""))
    for number in range(6):
        on_queue(page, "put", a_case(world, f"云公(刑)诈〔2026〕08{number:02}"))
    start = "queue => { window.ended = import(queue).then(it => Promise.all([it.send(), it.send()])); }"
    page.evaluate(start, script())
    other.evaluate(start, script())
    assert page.evaluate("() => window.ended") == other.evaluate("() => window.ended") == ["sent", "sent"]
    assert set(states(page).values()) == {"recorded"}
    assert len(sent) == len(set(sent)) == 6


def test_the_worker_sends_what_waits_when_no_page_is_open(station: Station, at: At) -> None:
    page = at("周远", "/field")
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    page.context.set_offline(True)
    on_queue(page, "put", a_case(station.world, "云公(刑)诈〔2026〕0901"))
    size = station.world.ledger.recorder.head().size
    page.goto("about:blank")
    page.context.set_offline(False)
    registrations: list[str] = []
    debugging = page.context.new_cdp_session(page)
    debugging.on("ServiceWorker.workerRegistrationUpdated", lambda told: registrations.extend(
        each["registrationId"] for each in told["registrations"]))  # fmt: skip
    debugging.send("ServiceWorker.enable")
    for _ in range(1_000):
        if registrations and station.world.ledger.recorder.head().size > size:
            break
        page.wait_for_timeout(30)
        if registrations:
            debugging.send("ServiceWorker.dispatchSyncEvent", {
                "origin": station.origin, "registrationId": registrations[0], "tag": "custody-queue",
                "lastChance": False,
            })  # fmt: skip
    assert station.world.ledger.recorder.head().size == size + 1


def test_what_is_no_word_of_the_ledger_loses_nothing(station: Station, at: At) -> None:
    """A hotel's page answers instead of the server; then something that looks like a receipt."""
    page = at("周远", "/field/offline")
    body = a_case(station.world, "云公(刑)诈〔2026〕0910")
    page.route("**/v1/acts", lambda route: route.fulfill(status=200, content_type="text/html", body="<h1>Wi-Fi</h1>"))
    on_queue(page, "put", body)
    assert on_queue(page, "send") == "later"
    other = submission(station.world, {**case_opening(station.world), "case": "云公(刑)诈〔2026〕0911"})
    page.route("**/v1/acts", lambda route: route.continue_(post_data=json.dumps(other)))
    on_queue(page, "send")
    page.unroute("**/v1/acts")
    (entry,) = on_queue(page, "queued")
    assert (entry["state"], entry["problem"]["code"]) == ("refused", "receipt/other")
    assert entry["submission"] == body
    assert on_queue(page, "again", entry["id"]) == "sent"
    assert set(states(page).values()) == {"recorded"}


def test_what_the_ledger_knows_otherwise_is_shown_beside_and_leaves_only_by_its_signers_hand(
    station: Station, at: At, tmp_path: Path
) -> None:
    """周远 hands a phone to 何苗; it was checked in meanwhile. He saves his act, says why, and takes it out."""
    world = station.world
    case = world.opens_case(case="云公(刑)诈〔2026〕0720")
    (item,) = world.seizes(case)
    page = at("周远", "/field", device="phone")
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    page.context.set_offline(True)
    day = Day(world, page)
    stale = day.signs(hand_over(world, item, "周远", "何苗", world.facts(item).seal))
    world.checks_in([item])
    page.context.set_offline(False)
    card = page.locator(f"[data-act='{stale}']")
    expect(card.get_by_role("heading", name="本机记载")).to_be_visible()
    expect(card).to_contain_text("与台账不一致")
    expect(card.locator(".field-compared")).to_contain_text("入库")
    expect(card.locator(".field-compared")).to_contain_text(world.places["大库"])
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")

    expect(card.get_by_role("button", name="移出…")).to_be_disabled()
    with page.expect_download() as saved:
        card.get_by_role("button", name="另存为文件").click()
    saved.value.save_as(tmp_path / "act.json")
    kept = json.loads((tmp_path / "act.json").read_text(encoding="utf-8"))
    assert json.loads(base64.b64decode(kept["envelope"]["payload"]))["id"] == stale
    card.get_by_role("button", name="移出…").click()
    card.get_by_role("textbox").fill("已当面改为入库")
    card.get_by_role("button", name="移出").click()
    expect(page.locator("#field-badge")).to_contain_text("均已入账")
    (entry,) = on_queue(page, "queued")
    assert (entry["state"], entry["removed"]["reason"], "submission" in entry) == ("removed", "已当面改为入库", False)


def test_a_refused_act_that_was_done_is_reported_with_its_bytes(station: Station, at: At) -> None:
    """On the card: what happened, then the reporter's key. Then the thing exists, held by who took it."""
    world = station.world
    case = world.opens_case(case="云公(刑)诈〔2026〕0730")
    page = at("周远", "/field", device="phone")
    line = {**world.item(), "seal": world.facts(world.seizes(case)[0]).seal}
    act = Day(world, page).signs(world.seizure(case, [line]))
    on_queue(page, "send")
    card = page.locator(f"[data-act='{act}']")
    card.get_by_role("button", name="报告已实际发生").click()
    card.get_by_role("textbox").fill("封签号登记有误，扣押已实施")
    card.get_by_role("button", name="去签署").click()
    card.locator(".party button").first.click()
    card.locator("[data-do=sign]").click()
    expect(card.locator(".receipt")).to_be_visible()
    assert [each.code for each in world.facts(line["code"][:16]).defects] == ["REFUSED_BUT_DONE"]
    assert world.facts(line["code"][:16]).holder.id == "psb-0211"
    page.reload()
    expect(card).to_contain_text("未获准；已报差异")


def test_what_is_signed_after_the_session_is_over_is_kept_and_not_turned_away(station: Station, at: At) -> None:
    page, body = at(None, "/healthz"), a_case(station.world, "云公(刑)诈〔2026〕0770")
    act = json.loads(base64.b64decode(body["envelope"]["payload"]))
    submit = "async ([script, act, body]) => (await import(script)).submit(act, body)"
    assert page.evaluate(submit, [assets.address("signing/submitting.js"), act, body]) is None
    assert on_queue(page, "send") == "signed-out"
    assert states(page) == {act["id"]: "waiting"}


def test_a_phone_holds_what_waits_in_the_open_and_nothing_of_what_was_recorded(station: Station, at: At) -> None:
    """A witness's name in two seizures: whoever opens the browser's files finds it in the one that waits alone."""
    world = station.world
    case = world.opens_case(case="云公(刑)诈〔2026〕0760")
    page = at("周远", "/field/offline")
    day = Day(world, page)
    sent = day.signs(world.seizure(case, [world.item()]))
    on_queue(page, "send")
    page.context.set_offline(True)
    waiting = day.signs(world.seizure(case, [world.item()]))
    found = {each["id"]: "见证人岩某" in json.dumps(each, ensure_ascii=False) for each in on_queue(page, "queued")}
    assert found == {sent: False, waiting: True}


def test_a_full_device_says_so_before_anybody_signs(station: Station, at: At) -> None:
    page = at(None, "/healthz", lang="en")
    debugging = page.context.new_cdp_session(page)
    debugging.send("Storage.overrideQuotaForOrigin", {"origin": station.origin, "quotaSize": 1 << 20})
    page.goto(f"{station.origin}/field")
    expect(page.locator("#field-kept")).to_contain_text("This device is full")


def test_an_act_whose_photograph_is_gone_or_whose_party_did_not_sign_is_not_called_safe(
    station: Station, at: At
) -> None:
    world = station.world
    page = at("周远", "/field/offline", lang="en")
    case = world.opens_case(case="云公(刑)诈〔2026〕0740")
    named, _ = picture(9)
    prepared = world.prepare(world.seizure(case, [world.item()], attachments=[named]))
    body = body_of(prepared, world.sign(prepared))
    for wrong, said in ((body, "not on this device"), (without_a_signature(body), "psb-0347 did not sign yet")):
        with pytest.raises(Exception, match=said):
            on_queue(page, "put", wrong)
    assert states(page) == {}


def without_a_signature(body: dict[str, Any]) -> dict[str, Any]:
    envelope = body["envelope"]
    signed = [each for each in envelope["signatures"] if each["keyid"] == envelope["signatures"][0]["keyid"]]
    return {**body, "envelope": {**envelope, "signatures": signed}}


def followed_by(entry: dict[str, Any]) -> list[str]:
    """What an act in the queue says it follows."""
    follows: list[str] = json.loads(base64.b64decode(entry["submission"]["envelope"]["payload"]))["follows"]
    return follows


def case_opening(world: World) -> dict[str, Any]:
    return {
        "act": "case-opening", "kind": "criminal", "lead": "psb-yunling", "officers": ["psb-0211"],
        "legal_reviewer": "psb-0077", "incident": None, "intake": None, "minor": False,
        "signers": world.signers(officer="周远"),
    }  # fmt: skip


def code_of(world: World, item: str) -> str:
    """The label that an item bears."""
    code: str = world.facts(item).code
    return code
