"""The scan line: what scanners type, whatever the layout, the input method and the focus; what hands type; the answers.

A scanner's keys are dispatched with the physical key (`code`) of each character, as a browser reports them while a
Chinese input method is on (`key` is then ``Process``); the keys of hands go through the browser's own keyboard.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from custody import label
from custody.errors import Malformed
from custody_api.station import assets
from custody_scanners.wedge import read_line
from pages.conftest import At, Station
from pages.working import answered, burst, listening

VECTORS: Final = json.loads((Path(__file__).parents[2] / "vectors/label.json").read_text(encoding="utf-8"))
FULL_WIDTH: Final = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)} | {" ": "\u3000"})


def script(page: Page, name: str, call: str, argument: Any = None) -> Any:
    """What a function of a script says: ``script(page, "station/label.js", "it.parse(given).id", code)``."""
    return page.evaluate(
        f"async ([address, given]) => {{ const it = await import(address); try {{ return {call} }}"
        " catch (error) { return { refused: error.reason ?? String(error) } } }",
        [assets.address(name), argument],
    )


def typos(code: str) -> list[str]:
    """One character wrong, or two neighbours swapped."""
    chance = random.Random(code)
    found = []
    for at in range(len(code)):
        other = chance.choice([each for each in label.ALPHABET if each != code[at]])
        found.append(code[:at] + other + code[at + 1 :])
        if at and code[at] != code[at - 1]:
            found.append(code[: at - 1] + code[at] + code[at - 1] + code[at + 1 :])
    return found


def test_labels_are_read_as_by_the_library(at: At) -> None:
    """Sound codes, broken ones, typing errors, and lines with what input methods and scanners put around them."""
    page = listening(at("梁静", "/settings"))
    good = [each["label"] for each in VECTORS["good"]]
    lines = [*good, *(each["label"] for each in VECTORS["bad"]), *(each for code in good[:6] for each in typos(code)),
             good[0].lower(), label.spaced(good[0]).translate(FULL_WIDTH), f"\x02{good[0]}\x03\r\n", f"]q1{good[1]}#",
             "", "二维", "EV1-" + good[0][3:], "044", "585387", good[0] + "0"]  # fmt: skip

    def by_library(line: str) -> str | None:
        try:
            return read_line(line, prefix="]Q1", suffix="#")
        except Malformed:
            return None

    told = script(page, "station/label.js", """given.map(line => {
        try { return it.read(line, { prefix: "]Q1", suffix: "#" }).code } catch { return null }
    })""", lines)  # fmt: skip
    assert told == [by_library(each) for each in lines]
    assert sum(each is not None for each in told) == len(good) + 7  # lower case, spaces and ends are no other label
    spaced = script(page, "station/label.js", "given.map(each => it.spaced(each))", good)
    assert spaced == [label.spaced(each) for each in good]
    frames_are_believed_when_two_agree(page, good[0], good[1], VECTORS["bad"][3]["label"])


def frames_are_believed_when_two_agree(page: Page, one: str, other: str, broken: str) -> None:
    """What a camera's frames come to, each given as the texts in view."""
    frames = [[one], [], [one], [one], [one], [other, one], [other, one], [one], [one], [broken], [broken],
              ["044"], ["044"], *[[]] * 8, [one], [one]]  # fmt: skip
    said = script(page, "scanning/agreement.js",
                  "(agreement => given.map(each => agreement.frame(each)))(new it.Agreement())", frames)  # fmt: skip
    assert {number: each for number, each in enumerate(said) if each} == {
        3: {"code": one}, 6: {"problem": "several"}, 8: {"code": one}, 10: {"problem": "check-characters"},
        12: {"problem": "foreign"}, 22: {"code": one},
    }  # fmt: skip


def test_a_wedge_is_read_by_its_keys_wherever_the_focus_is(station: Station, at: At) -> None:
    """One scan after the other, with an input method on or off, on a button, in nothing, in a text field."""
    world = station.world
    items = world.seizes(world.opens_case(), *(world.item(description=f"手机{n}") for n in range(4)))
    world.checks_in(items)
    station.shows()
    page = listening(at("梁静", "/settings"))
    script(page, "scanning/preferences.js", "await it.prefer({ gap: 1000 })")  # a busy machine's own keys come slowly
    one, two, three, four = (label.code_of(each) for each in items)
    expect(page.locator("#scan-code")).to_be_focused()  # nobody has to click first
    burst(page, one + "\n", "composing")
    answered(page, "accepted", "手机0 · 在库 · 大库")
    page.locator("[data-outcome=already]").focus()
    burst(page, two.lower() + "\n", "elsewhere")  # another layout; the Enter does not press the button with the focus
    answered(page, "accepted", "手机1")
    page.evaluate("document.activeElement.blur()")
    burst(page, three[:3])
    page.wait_for_timeout(1_100)  # a scanner that pauses once
    page.keyboard.type(three[3:])  # by the browser's own keyboard
    page.keyboard.press("Enter")
    answered(page, "accepted", "手机2")
    burst(page, three)
    answered(page, "already", "手机2")
    burst(page, f"{one}\n{two}\n{one}\n")  # three labels that a scanner sends at once
    answered(page, "accepted", "手机0")
    page.mouse.click(1_340, 600)  # on nothing
    expect(page.locator("#scan-code")).to_be_focused()
    assert page.url.endswith("/settings")
    field = page.locator("#prefix")  # a field that asks for text is put back as it was, and the code is a scan
    field.fill("前缀")
    field.evaluate("it => it.setSelectionRange(1, 1)")
    burst(page, four + "\n", "writing")
    answered(page, "accepted", "手机3")
    expect(field).to_have_value("前缀")
    composed(page, one)
    answered(page, "accepted", "手机0")
    expect(field).to_have_value("前缀")


def composed(page: Page, code: str) -> None:
    """The browser's own keys and composition, as a pinyin input method makes a word of what a scanner types."""
    input_method = page.context.new_cdp_session(page)
    for at, each in enumerate(code):
        key = f"Digit{each}" if each.isdigit() else f"Key{each}"
        input_method.send("Input.dispatchKeyEvent", {
            "type": "rawKeyDown", "key": "Process", "code": key, "windowsVirtualKeyCode": 229,
        })  # fmt: skip
        if at < 6:
            input_method.send("Input.imeSetComposition", {
                "text": code[: at + 1].lower(), "selectionStart": at + 1, "selectionEnd": at + 1,
            })  # fmt: skip
    input_method.send("Input.insertText", {"text": "二维一部"})


def test_a_text_field_keeps_what_is_typed_there_and_what_is_no_label(at: At) -> None:
    page = listening(at("梁静", "/settings", lang="en"))
    field = page.locator("#suffix")
    field.focus()
    page.keyboard.type("ev1 x", delay=70)
    expect(field).to_have_value("ev1 x")
    field.fill("")
    field.focus()
    burst(page, "356938035643809\n", "writing")  # the serial number of a phone, scanned into its field
    expect(field).to_have_value("356938035643809")
    assert page.locator("#scan-answer").inner_text() == ""


def test_a_misread_is_told_and_presses_no_key_of_the_page(station: Station, at: At) -> None:
    """Damaged symbols come out as digits or as another text now and then; digits are also what chooses an act."""
    world = station.world
    (item,) = world.seizes(world.opens_case(case="云公(刑)诈〔2026〕0521"))
    station.shows()
    code = label.code_of(item)
    page = listening(at("周远", "/settings", lang="en"))
    burst(page, code)
    expect(page.locator("[data-choice='1']")).to_contain_text("check in")
    for misread, why in (("044\n", "not a label"), ("585387", "not a label"), (typos(code)[8], "check characters"),
                         (code[:19] + "\n", "not a label"), (code + code[:4] + "\n", "not a label")):  # fmt: skip
        burst(page, misread)
        expect(page.locator("#scan-answer[data-outcome='refused']")).to_contain_text(misread.strip())
        answered(page, "refused", why)
        assert page.locator("#scan-card").is_hidden()
        page.wait_for_timeout(100)
        assert page.url.endswith("/settings"), misread
    page.context.set_offline(True)
    burst(page, code)
    answered(page, "unknown", "The server cannot be reached")  # not that there is no such label
    page.context.set_offline(False)
    burst(page, code)
    page.locator("[data-choice='1']").wait_for()
    script(page, "scanning/preferences.js", "await it.prefer({ digits: false })")  # for whose keyboard is a voice
    page.keyboard.press("4")
    page.wait_for_timeout(150)
    assert page.url.endswith("/settings")
    script(page, "scanning/preferences.js", "await it.prefer({ digits: true })")
    page.keyboard.press("4")  # a hand's
    page.wait_for_url("**/do/**")
    assert f"item={item}" in page.url


def test_a_code_is_typed_with_its_check_characters_checked_while_it_comes(station: Station, at: At) -> None:
    world = station.world
    (item,) = world.seizes(world.opens_case(case="云公(刑)诈〔2026〕0522"))
    station.shows()
    code = label.code_of(item)
    page = listening(at("周远", "/settings", lang="en"))
    line, hint = page.locator("#scan-code"), page.locator("#scan-hint")
    type_slowly(page, code[:7])
    expect(line).to_have_value(label.spaced(code[:7]).strip())
    expect(hint).to_have_text("7 of 20 characters")
    type_slowly(page, "o")
    expect(hint).to_contain_text("not a label")
    page.keyboard.press("Backspace")
    type_slowly(page, typos(code)[-1][7:])
    expect(hint).to_contain_text("check characters do not agree")
    page.keyboard.press("Escape")
    expect(line).to_have_value("")
    line.evaluate("(it, text) => { const data = new DataTransfer(); data.setData('text', text);"
                  " it.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true,"
                  " cancelable: true })) }", label.spaced(code).translate(FULL_WIDTH))  # fmt: skip
    expect(hint).to_contain_text("agree: Enter")
    page.keyboard.press("Enter")
    answered(page, "accepted", "手机")
    expect(line).to_have_value("")


def type_slowly(page: Page, text: str) -> None:
    """As a hand types."""
    page.keyboard.type(text, delay=70)


@pytest.mark.parametrize("taken", [True, False], ids=["by-a-sheet", "by-nobody"])
def test_an_open_sheet_takes_a_scan_and_answers_it_itself(station: Station, at: At, taken: bool) -> None:
    world = station.world
    place = label.code_of(world.places["大库"])
    page = listening(at("梁静", "/settings", device="phone"))
    page.evaluate("""([address, taken]) => document.addEventListener("custody:scan", async event => {
        window.scanned = event.detail;
        if (!taken) return;
        event.preventDefault();
        (await import(address)).answered("wrong-place", "冷藏");
    })""", [assets.address("scanning/answers.js"), taken])  # fmt: skip
    burst(page, place + "\n")
    if taken:
        answered(page, "wrong-place", "冷藏")
    else:
        answered(page, "accepted", "大库")
    expect(page.locator("#scan-card")).to_be_visible(visible=not taken)
    assert page.evaluate("window.scanned") == {"kind": "place", "id": place[:16], "code": place, "source": "wedge"}
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_handhelds_scanner_writes_into_the_line_without_keys(station: Station, at: At) -> None:
    """In one piece or in several, as Android's input methods hand it over; what stood there before is another scan."""
    place = label.code_of(station.world.places["冷藏"])
    page = listening(at("梁静", "/settings", device="phone"))
    line = page.locator("#scan-code")
    assert line.get_attribute("inputmode") == "none"  # no keyboard covers the page until a finger asks for it
    page.evaluate("""async ([pieces, pause]) => {
        const line = document.getElementById("scan-code");
        for (const data of pieces) {
            line.value += data;
            line.dispatchEvent(new InputEvent("input", { data, bubbles: true }));
            if (data === "EV1OLD") await new Promise(done => setTimeout(done, pause));
        }
    }""", [["EV1OLD", place[:5].lower(), place[5:]], 800])  # fmt: skip
    answered(page, "accepted", "冷藏")
    expect(line).to_have_value("")


def test_each_outcome_sounds_different_and_is_spoken_only_by_a_voice_of_the_device(at: At) -> None:
    """Rendered by the browser's own audio: how many tones, how high they begin and end, and how long it lasts."""
    page = listening(at("梁静", "/settings"))
    heard = script(page, "scanning/sounds.js", """await (async () => {
        const found = {};
        for (const outcome of Object.keys(it.TONES)) {
            const audio = new OfflineAudioContext(1, 44100, 44100);
            it.scheduled(audio, outcome, 0, 0.5);
            const sound = (await audio.startRendering()).getChannelData(0);
            const loud = [...Array(100).keys()].map(at => Math.max(...sound.subarray(at * 441, at * 441 + 441)) > 0.1);
            const crossings = (from, to) => { let n = 0; for (let at = from + 1; at < to; at++)
                if (sound[at - 1] < 0 && sound[at] >= 0) n++; return n };
            const first = loud.indexOf(true), last = loud.lastIndexOf(true);
            found[outcome] = { tones: loud.filter((each, at) => each && !loud[at - 1]).length, lasts: last - first + 1,
                begins: crossings(first * 441, (first + 5) * 441), ends: crossings((last - 5) * 441, last * 441) };
        }
        return found })()""")  # fmt: skip
    assert {name: each["tones"] for name, each in heard.items()} == {
        "accepted": 1, "already": 2, "wrong-place": 3, "unknown": 2, "refused": 1,
    }  # fmt: skip
    assert heard["wrong-place"]["ends"] > 1.5 * heard["wrong-place"]["begins"]  # rising
    assert heard["unknown"]["ends"] < 0.7 * heard["unknown"]["begins"]  # falling
    assert heard["refused"]["lasts"] > 4 * heard["accepted"]["lasts"]
    assert heard["accepted"]["begins"] > 5 * heard["refused"]["begins"]
    page.evaluate("""() => { speechSynthesis.getVoices = () => [
        { lang: "zh-CN", localService: false, name: "elsewhere" }, { lang: "zh-CN", localService: true, name: "here" },
    ] }""")
    assert script(page, "scanning/sounds.js", "it.voiceFor(given).name", "zh") == "here"
    assert script(page, "scanning/sounds.js", "it.voiceFor(given)", "en") is None


def test_settings_are_kept_on_the_device_and_count_from_then_on(station: Station, at: At) -> None:
    place = station.world.places["车场"]
    page = listening(at("梁静", "/settings", lang="en"))
    page.locator("#prefix").fill("]q1")
    page.locator("#suffix").fill("#")
    page.locator("#sounds").uncheck()
    page.locator("#speech").select_option("zh")
    expect(page.locator("#kept")).to_contain_text("Kept on this device")
    page.reload()
    listening(page)
    expect(page.locator("#prefix")).to_have_value("]q1")
    expect(page.locator("#sounds")).not_to_be_checked()
    expect(page.locator("#speech")).to_have_value("zh")
    burst(page, f"]q1{label.code_of(place)}#\n")
    answered(page, "accepted", "车场")
    page.keyboard.press("0")  # stand here
    answered(page, "accepted", "You stand at 车场")
    page.reload()
    expect(listening(page).locator("#standing")).to_have_text("You stand at 车场.")
    world = station.world
    (item,) = world.seizes(world.opens_case(case="云公(刑)诈〔2026〕0523"))
    station.shows()
    burst(page, label.code_of(item))
    answered(page, "wrong-place", "not booked to where you stand")
    page.locator("#jump").check()
    expect(page.locator("#kept")).to_contain_text("Kept on this device")
    burst(page, label.code_of(place))  # nobody has to press anything to be there
    page.wait_for_url(f"**/places/{place}")
    listening(page)
    page.keyboard.press("1")  # the acts of a page are chosen as those of a card
    page.wait_for_url(f"**/do/check-in?place={place}")
