"""Two people at one screen: what they are shown, what they sign, and what of it the ledger takes."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Request, Route, expect

import custody_api.station
from custody.acts import ACT_TYPES, parse_act
from custody.ledger.policies import shipped_policy
from custody.signing import pae, public_bytes, read_envelope, read_public_key
from custody_api.station import assets
from pages.conftest import At, Station, hold_key
from pages.signing.authenticators import authenticator
from pages.signing.handing import a_check_in, a_seizure, an_item, present, signs, told
from telling import holder

SENT = "**/v1/acts"


SCRIPTS = Path(custody_api.station.__file__).parent / "signing/static"


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
