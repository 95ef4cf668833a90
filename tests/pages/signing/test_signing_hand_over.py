"""Two people at one screen: what they are shown, what they sign, and what of it the ledger takes."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Request, Route, expect

import custody_api.station
from custody.acts import ACT_TYPES, parse_act
from custody.ledger.policies import shipped_policy
from custody.signing import pae, public_bytes, read_envelope, read_public_key
from custody_api.station import assets
from pages.conftest import Station, hold_key
from pages.signing.authenticators import authenticator
from telling import holder
from world import World

At = Callable[..., Page]

SENT = "**/v1/acts"
SCRIPTS = Path(custody_api.station.__file__).parent / "signing/static"


def an_item(world: World, **fields: Any) -> str:
    """An item in 周远's hands, of a case of its own."""
    (item,) = world.seizes(world.opens_case(case=f"云公(刑)诈〔2026〕{world.random.randrange(10**6)}"), **fields)
    return item


def a_check_in(world: World, item: str, **fields: Any) -> dict[str, Any]:
    """The draft of a check-in by 梁静 of what 周远 brings."""
    return {
        "act": "check-in", "place": world.places["大库"], "lines": world.lines([item]),
        "occurred_at": world.clock.now.isoformat(),
        "signers": [{"part": "custodian", "person": "cen-01"}, {"part": "deliverer", "person": "psb-0211"}], **fields,
    }  # fmt: skip


def a_seizure(world: World) -> dict[str, Any]:
    """The draft of a seizure by 周远 and 何苗; its holder has no key here."""
    case = world.opens_case(case=f"云公(刑)诈〔2026〕{world.random.randrange(10**6)}")
    draft = world.seizure(case, [world.item()]) | {"occurred_at": world.clock.now.isoformat(), "attestations": []}
    draft["signers"] = [{name: each[name] for name in ("part", "person")} for each in draft["signers"]]
    return draft


def present(page: Page, draft: dict[str, Any]) -> None:
    """Show a draft to be signed, on a page that has room for it."""
    page.evaluate(
        """async ([script, draft]) => {
            const { present } = await import(script);
            window.told = {};
            const place = document.createElement("div");
            document.querySelector("main").replaceChildren(place);
            await present(place, draft, {
                onRecorded: (receipt, act) => { window.told = { receipt, act }; },
                onBack: () => { window.told = { back: true }; },
            });
        }""",
        [assets.address("signing/hand-over.js"), draft],
    )


def signs(page: Page, person: str) -> None:
    """Somebody touches the own name and then the own key."""
    page.locator(f".party[data-person={person}] > h3 > button").click()
    page.locator(f".party[data-person={person}] [data-do=sign]").click()


def told(page: Page) -> Any:
    """What the panel told whoever opened it."""
    return page.evaluate("() => window.told")


def test_two_people_sign_a_check_in_on_one_screen_without_touching_the_mouse(station: Station, at: At) -> None:
    world = station.world
    item = an_item(world)
    page = at("梁静", "/keys", keys=("周远",))
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    present(page, a_check_in(world, item))
    parties = page.locator(".party")
    expect(parties).to_have_count(2)  # who gives stands on the left
    assert [parties.nth(number).get_attribute("data-person") for number in (0, 1)] == ["psb-0211", "cen-01"]
    expect(page.locator(".decision .green")).to_be_visible()
    expect(page.locator("[data-count='1']")).to_be_visible()
    expect(page.locator(".sentences li").first).to_contain_text("周远")
    digest = page.locator(".digest").get_attribute("data-digest")

    page.keyboard.press("1")
    expect(page.locator(".party[data-person=psb-0211] [data-do=sign]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".party[data-person=psb-0211] .green time")).to_be_visible()
    page.keyboard.press("F9")
    expect(page.locator(".party[data-person=cen-01] [data-do=sign]")).to_be_focused()
    page.keyboard.press("F9")
    expect(page.locator(".receipt")).to_be_visible()
    assert page.locator(".checks [data-sound=true]").count() == 2
    assert page.locator(".claim").evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
    assert holder(world, item) == world.places["大库"]

    (sent,) = [each for each in asked if each.url.endswith("/v1/acts")]
    envelope = read_envelope(json.dumps(sent.post_data_json["envelope"]).encode())
    assert hashlib.sha256(envelope.payload).hexdigest() == digest
    act = parse_act(envelope.payload)
    assert told(page)["receipt"]["act"] == act.id
    for signature in envelope.signatures:
        key = read_public_key(public_bytes(world.ring[signature.key_id]))
        assert key.verifies(signature, pae(envelope.payload_type, envelope.payload))
    kept_open(page, asked)


def kept_open(page: Page, asked: list[Request]) -> None:
    """No key and no session's token stands where scripts, logs or histories find it."""
    assert page.evaluate("() => [localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    (token,) = [each["value"] for each in page.context.cookies() if "session" in each["name"]]
    for each in asked:
        assert token not in each.url
        assert "PRIVATE" not in (each.post_data or "")
    extractable = page.evaluate(
        "async script => (await (await import(script)).held()).map(each => each.privateKey.extractable)",
        assets.address("signing/keys.js"),
    )
    assert extractable == [False, False]


def test_a_refusal_is_told_with_its_rule_its_source_and_what_to_do_instead(station: Station, at: At) -> None:
    """What to do instead is a button: back to the sheet, or to the sheet of the act that comes first."""
    world = station.world
    item, unknown = an_item(world), world.code()[:16]
    page = at("周远", "/keys", lang="en", keys=("何苗",))
    size = world.ledger.recorder.head().size
    draft = {
        "act": "transfer", "from": {"person": "psb-0347"}, "to": {"person": "psb-0211"}, "purpose": "交接",
        "lines": world.lines([item]), "occurred_at": world.clock.now.isoformat(),
        "signers": [{"part": "deliverer", "person": "psb-0347"}, {"part": "receiver", "person": "psb-0211"}],
    }  # fmt: skip
    present(page, draft)
    refusal = page.locator(".decision [role=alert][data-code='refused/not-the-holder']")
    expect(refusal).to_contain_text("Who gives the item does not hold it.")
    page.keyboard.press("F9")
    expect(page.locator("[data-do=sign]")).to_be_disabled()
    refusal.get_by_role("button", name="The present holder").click()
    assert told(page) == {"back": True}

    present(page, {
        "act": "sealing", "occurred_at": world.clock.now.isoformat(),
        "signers": [{"part": "sealer", "person": "psb-0211"}],
        "seals": [{"number": "F-990001", "items": [unknown], "packaging": "物证袋"}],
    })  # fmt: skip
    instead = page.locator(".decision [data-code='refused/unknown-item']").get_by_role("link")
    expect(instead).to_have_text("Record its seizure or its draw first.")
    assert str(instead.get_attribute("href")).startswith("/do/seizure")
    assert world.ledger.recorder.head().size == size


def test_what_refusals_say_to_do_instead_is_an_act_of_the_ledger() -> None:
    listed = dict(re.findall(r'"refused/([a-z-]+)": "([a-z-]+)"', (SCRIPTS / "instead.js").read_text(encoding="utf-8")))
    assert set(listed.values()) <= set(ACT_TYPES)
    assert {code for code in listed if not shipped_policy("cn").texts[code].instead_zh} == set()


def test_a_defect_is_told_with_its_remedy_before_anybody_signs(station: Station, at: At) -> None:
    world = station.world
    item = an_item(world)
    world.clock.forward(days=3)
    page = at("梁静", "/keys", lang="en", keys=("周远",))
    lines = [{**each, "seal_seen": "broken"} for each in world.lines([item])]
    present(page, a_check_in(world, item, lines=lines))
    defect = page.locator(".decision .defects li").first
    expect(defect).to_contain_text("Remedy:")
    expect(page.locator(".party[data-state=signed]")).to_have_count(0)

    page.keyboard.press("F8")  # the seal is photographed first
    camera = page.get_by_role("dialog", name="Photographs")
    expect(camera.locator("video")).to_have_js_property("readyState", 4)
    camera.get_by_role("button", name="Take a picture").click()
    expect(camera).to_contain_text("Taken: 1.")
    page.keyboard.press("Escape")
    expect(page.locator(".sentences")).to_be_visible()
    for person in ("psb-0211", "cen-01"):
        signs(page, person)
    expect(page.locator(".receipt .orange")).to_contain_text("Defects recorded")
    (photo,) = world.ledger.memory.record(told(page)["receipt"]["act"]).act.attachments
    assert (photo.kind, photo.media_type, photo.captured_at) == ("photo", "image/jpeg", world.clock.now)
    assert station.store.media_type(station.store.find(photo.sha256)) == "image/jpeg"


def test_whatever_changes_the_act_drops_the_signatures_and_says_so(station: Station, at: At) -> None:
    """A drawn signature of somebody without a key is such a change; kept signatures come back with the same bytes."""
    world = station.world
    page = at("周远", "/keys", lang="en", keys=("何苗",))
    draft = a_seizure(world)
    present(page, draft)
    signs(page, "psb-0211")
    expect(page.locator(".party[data-state=signed]")).to_have_count(1)
    digest = page.locator(".digest").get_attribute("data-digest")
    present(page, draft)  # as after a reload
    expect(page.locator(".party[data-state=signed]")).to_have_count(1)
    assert page.locator(".digest").get_attribute("data-digest") == digest

    page.locator("[data-attest=holder]").click()
    pad = page.get_by_role("dialog")
    pad.get_by_label("Name", exact=True).fill("郭某")
    pad.get_by_role("button", name="Put it down").click()
    expect(pad).to_contain_text("Nothing was drawn yet.")
    box = page.locator("canvas.ink").bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 20 + 12 * step, box["y"] + 20 + 5 * (step % 4))
    page.mouse.up()
    pad.get_by_role("button", name="Put it down").click()
    expect(page.locator("[data-notice]")).to_contain_text("Signatures that no longer count: 1")
    expect(page.locator(".party[data-state=signed]")).to_have_count(0)
    assert page.locator(".digest").get_attribute("data-digest") != digest
    present(page, draft)  # what was drawn is kept without a signature, too
    expect(page.locator("[data-attested=holder]")).to_have_count(1)
    for person in ("psb-0211", "psb-0347"):
        signs(page, person)
    expect(page.locator(".receipt")).to_be_visible()
    act = world.ledger.memory.record(told(page)["receipt"]["act"]).act
    (attested,) = act.attested("holder")
    (drawn,) = [each for each in act.attachments if each.sha256 == attested.attachment]
    assert (drawn.kind, drawn.media_type) == ("signature", "image/png")
    assert station.store.find(drawn.sha256).size == drawn.size_bytes
    kept = "async script => (await (await import(script)).all('files')).length"
    assert page.evaluate(kept, assets.address("station/store.js")) == 0


def test_nobody_signs_while_the_act_is_being_changed(station: Station, at: At) -> None:
    """With a slow head of the log, what was attested is recorded, and no signature counts for other bytes."""
    world = station.world
    page = at("周远", "/keys", lang="en", keys=("何苗",))
    present(page, a_seizure(world))
    signs(page, "psb-0211")
    expect(page.locator(".party[data-state=signed]")).to_have_count(1)
    page.locator(".party[data-person=psb-0347] > h3 > button").click()
    digest = page.locator(".digest").get_attribute("data-digest")

    held: list[Route] = []
    page.route("**/v1/head", lambda route: held.append(route))
    page.locator("[data-attest=holder]").click()
    pad = page.get_by_role("dialog")
    pad.get_by_label("Name", exact=True).fill("郭某")
    pad.get_by_label("Refuses to sign").check()
    pad.get_by_label("What was seen, and who says so").fill("拒绝签名，何苗在场")
    with page.expect_request("**/v1/head"):
        pad.get_by_role("button", name="Put it down").click()
    expect(pad).to_have_count(0)
    sign = page.locator("[data-do=sign]")
    sign.evaluate("button => button.click()")  # as who presses it all the same
    page.keyboard.press("F9")
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    assert page.locator(".digest").get_attribute("data-digest") == digest
    assert told(page) == {}

    for each in held:
        each.continue_()
    page.unroute("**/v1/head")
    expect(page.locator("[data-notice]")).to_contain_text("Signatures that no longer count: 1")
    expect(page.locator(".party[data-state=signed]")).to_have_count(0)
    expect(page.locator("[data-attested=holder]")).to_have_count(1)
    sign.click()  # her column is open still
    signs(page, "psb-0211")
    expect(page.locator(".receipt")).to_be_visible()
    (attested,) = world.ledger.memory.record(told(page)["receipt"]["act"]).act.attested("holder")
    assert attested.kind == "refused"


MEANWHILE = """async ([script, draft, when]) => {
    const prepared = await (await import(script)).Prepared.of(draft);
    const [party] = prepared.parties, say = said => { said.note = "补记"; };
    const before = prepared.payload, real = crypto.subtle.sign;
    let problem = null;
    if (when === "signing") {  // the key answers when the act has changed
        const signed = Promise.withResolvers(), touched = Promise.withResolvers();
        crypto.subtle.sign = async function (...given) {
            touched.resolve();
            await signed.promise;
            return await real.apply(this, given);
        };
        const signing = prepared.sign(party).catch(error => { problem = error.code; });
        await touched.promise;
        await prepared.change(say);
        signed.resolve();
        await signing;
        crypto.subtle.sign = real;
    } else {  // the key answers at once, while the head of the log is asked for
        const changing = prepared.change(say).catch(error => { problem = error.code ?? error.name; });
        await prepared.sign(party);
        await changing;
    }
    return {
        problem, signatures: prepared.signatures.size,
        same: prepared.payload === before, note: prepared.draft.note ?? null,
        said: JSON.parse(new TextDecoder().decode(prepared.payload)).note ?? null,
    };
}"""


def test_a_signature_counts_for_the_bytes_it_was_given_for_and_for_no_others(station: Station, at: At) -> None:
    """Whichever comes first, changed bytes or signature; bytes that cannot be made leave everything as it was."""
    world = station.world
    page = at("梁静", "/keys", lang="en", keys=("周远",))
    script = assets.address("signing/prepared.js")

    def meanwhile(when: str) -> Any:
        return page.evaluate(MEANWHILE, [script, a_check_in(world, an_item(world)), when])

    changed = {"signatures": 0, "same": False, "note": "补记", "said": "补记"}
    assert meanwhile("signing") == {"problem": "bytes-changed", **changed}
    assert meanwhile("changing") == {"problem": None, **changed}
    asked: list[Route] = []

    def refuse(route: Route) -> None:
        asked.append(route)
        if len(asked) == 1:
            route.continue_()
        else:
            route.fulfill(status=503, json={"code": "unavailable", "detail": "later", "status": 503})

    page.route("**/v1/head", refuse)
    unchanged = {"signatures": 1, "same": True, "note": None, "said": None}
    assert meanwhile("changing") == {"problem": "unavailable", **unchanged}


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
    for _ in range(50):
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
    case = world.opens_case(case=f"云公(刑)诈〔2026〕{world.random.randrange(10**6)}")
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


def test_a_new_passkey_is_enrolled_on_the_screen_and_signs_from_then_on(station: Station, at: At) -> None:
    """Administrator, the new key and the older one sign its enrolment, and a check-in is signed with it."""
    world = station.world
    page = at("梁静", "/keys", lang="en", keys=("周远",))
    authenticator(page)
    administrator = world.admin_of("center")
    hold_key(page, administrator, "罗勤", world.key_of(administrator))
    page.fill("#name", "梁静")
    page.fill("#evidence", "工作证与本人当面核验一致")
    page.locator("[data-do=passkey]").click()
    expect(page.locator(".party")).to_have_count(3)
    for part in ("administrator", "subject", "confirmer"):
        page.locator(f".party[data-part={part}] > h3 > button").click()
        page.locator(f".party[data-part={part}] [data-do=sign]").click()
    expect(page.locator(".receipt")).to_be_visible()
    world.clock.forward(minutes=1)

    item = an_item(world)
    page.clock.set_fixed_time(world.clock.now)
    present(page, a_check_in(world, item))
    signs(page, "psb-0211")
    page.locator(".party[data-person=cen-01] > h3 > button").click()
    page.get_by_role("button", name="Use another key: Passkey").click()
    expect(page.locator("[data-notice]")).to_contain_text("Signatures that no longer count: 1")
    for person in ("psb-0211", "cen-01"):
        signs(page, person)
    expect(page.locator(".receipt")).to_be_visible()
    assert holder(world, item) == world.places["大库"]


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
