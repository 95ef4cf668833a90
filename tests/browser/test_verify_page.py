"""verify.html in a real browser: opened from disk, without a network, with bundles as they are and tampered with."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

import custody.bundle
from tampered_bundles import SOUND, TAMPERED, Story, packed, told
from world import World

CHROMIUM: Final = shutil.which("chromium")
PAGE: Final = Path(custody.bundle.__file__).with_name("verify.html")
SENTENCES: Final = json.loads(PAGE.with_name("sentences.json").read_text(encoding="utf-8"))

pytestmark = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"), reason="no chromium here: apt-get install chromium"
)


@pytest.fixture(scope="module")
def story(founded_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A bundle, which nothing changes."""
    world = founded_world.twin(f"sqlite:///{tmp_path_factory.mktemp('told') / 'ledger.db'}")
    yield told(world)
    world.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's own Chromium, without a window."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, headless=True, args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def opened(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """The page as somebody opens it from a folder, offline; and whatever it asked for or complained about."""
    context = browser.new_context(locale="zh-CN", offline=True)
    page, heard = context.new_page(), list[str]()
    page.on("request", lambda request: heard.append(request.url))
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.goto(PAGE.as_uri())
    yield page, heard
    context.close()


def chosen(page: Page, path: Path) -> dict[str, Any]:
    """The report, once the bundle was chosen and verified."""
    page.set_input_files("#file", path)
    page.wait_for_function("name => shown && shown.file.name === name", arg=path.name)
    report: dict[str, Any] = json.loads(page.text_content("#report") or "")
    return report


def codes(report: dict[str, Any], kind: str = "findings") -> set[str]:
    """The codes of a report's findings, or of what was not checked."""
    return {each["code"] for step in report["steps"] for each in step[kind]}


@pytest.mark.parametrize("how", SOUND)
def test_a_bundle_as_it_was_made_is_sound(
    story: Story, opened: tuple[Page, list[str]], tmp_path: Path, how: str
) -> None:
    """With a passkey's signature in it, among Ed25519's and P-256's."""
    page, heard = opened
    report = chosen(page, packed(story, SOUND[how], tmp_path / f"{how}.zip"))
    assert report["sound"], codes(report)
    assert page.get_attribute(".verdict", "data-verdict") == "sound"
    assert report["log_key"] == {"key": str(story.world.log_key.verifier), "from": "bundle"}
    assert ("envelope-left-out" in codes(report, "not_checked")) == ("withheld" in how)
    counts = {step["name"]: step["checked"] for step in report["steps"]}
    assert counts["inclusion"] == counts["acts"] == sum("entries/" in name for name in story.files)
    assert page.locator("#chain > .chain > li").count() == sum(name.startswith("entries/") for name in story.files)
    assert ("见证方 court.example/witness 在" in (page.text_content(".steps") or "")) == ("witnesses" in how)
    assert heard == [PAGE.as_uri()]


@pytest.mark.parametrize("how", TAMPERED)
def test_whatever_is_tampered_with_is_found(
    story: Story, opened: tuple[Page, list[str]], tmp_path: Path, how: str
) -> None:
    """Asked of the page's own function, since drawing a result for each takes longer."""
    page, heard = opened
    tampering, expected = TAMPERED[how]
    data = base64.b64encode(packed(story, tampering, tmp_path / "bundle.zip").read_bytes()).decode()
    report = page.evaluate(
        "async data => (await verify(new Blob([fromBase64(data)]), [], null, () => {})).report", data
    )
    assert codes(report) == expected
    assert not report["sound"]
    assert heard == [PAGE.as_uri()]


def test_what_was_found_stands_first_in_two_languages_and_at_its_act(
    story: Story, opened: tuple[Page, list[str]], tmp_path: Path
) -> None:
    page, _ = opened
    chosen(page, packed(story, TAMPERED["a signature of other bytes"][0], tmp_path / "false.zip"))
    said = SENTENCES["findings"]["signature-false"]
    for language, title in (("zh", "核验文件包"), ("en", "Verify a bundle")):
        page.click(f"[data-language={language}]")
        assert page.title() == title
        assert page.get_attribute("html", "lang") == {"zh": "zh-CN", "en": "en"}[language]
        first = page.locator(".steps > li").first
        assert [first.locator("p").nth(at).text_content() for at in (0, 1)] == [
            said[language], said["en" if language == "zh" else "zh"],
        ]  # fmt: skip
        assert said[language] in (page.text_content("#chain li.bad") or "")
        assert page.get_attribute(".verdict", "data-verdict") == "not-sound"
    assert "Findings: 1." in (page.text_content("#verdict") or "")
    page.click("[data-language=zh]")


def test_a_log_key_from_elsewhere_is_pasted_and_compared(
    story: Story, opened: tuple[Page, list[str]], tmp_path: Path
) -> None:
    page, _ = opened
    path = packed(story, SOUND["as it was made"], tmp_path / "own.zip")
    assert "log-key-came-along" in codes(chosen(page, path), "not_checked")
    page.fill("#trusted", "no key")
    page.click("#again")
    assert page.get_attribute("#trusted", "aria-invalid") == "true"
    keys = (str(story.world.log_key.verifier), str(story.world.journal_key.verifier))
    for key, found in zip(keys, (set(), {"checkpoint-signature", "statement-signature"}), strict=True):
        page.fill("#trusted", f"log {key}")
        page.click("#again")
        page.wait_for_function("key => shown && shown.given.includes(key)", arg=key)
        report = json.loads(page.text_content("#report") or "")
        assert codes(report) == found
        assert "log-key-came-along" not in codes(report, "not_checked")


def test_people_and_what_they_signed_are_shown_as_text_and_nothing_else(
    story: Story, opened: tuple[Page, list[str]], tmp_path: Path
) -> None:
    """A note in an act that would be markup, if anything made markup of it."""
    page, heard = opened
    note = "<img src=x onerror=alert(1)><b>果园</b>"
    files = story.retold(story.at["relocation"], lambda act: act.update(note=note))
    assert chosen(page, packed(story, lambda _: files, tmp_path / "note.zip"))["sound"]
    chain = page.text_content("#chain") or ""
    for shown in (note, "周远", "psb-0211", "江州市涉案财物集中保管中心", "移库", "保管员", story.items[0]):
        assert shown in chain
    assert page.locator("#chain img, #chain b").count() == 0
    page.click("#chain > .chain > li:last-child summary")
    assert note.replace("<", "<") in (page.text_content("#chain pre") or "")
    assert heard == [PAGE.as_uri()]


def test_what_is_no_bundle_is_said_to_be_none(opened: tuple[Page, list[str]], tmp_path: Path) -> None:
    page, _ = opened
    for name, data in {"empty.zip": b"", "text.zip": b"x" * 100}.items():
        (tmp_path / name).write_bytes(data)
        assert codes(chosen(page, tmp_path / name)) == {"container"}
        assert page.locator(".hint").is_visible()  # what to choose instead of an unpacked file


def test_where_the_browser_lacks_ed25519_nothing_is_called_good(
    story: Story, browser: Browser, tmp_path: Path
) -> None:
    context = browser.new_context(locale="en-GB", offline=True)
    context.add_init_script("""
        const known = SubtleCrypto.prototype.importKey;
        SubtleCrypto.prototype.importKey = function (format, key, algorithm, ...more) {
            if (algorithm.name === "Ed25519") return Promise.reject(new DOMException("", "NotSupportedError"));
            return known.call(this, format, key, algorithm, ...more);
        };
    """)
    page = context.new_page()
    page.goto(PAGE.as_uri())
    report = chosen(page, packed(story, SOUND["as it was made"], tmp_path / "bundle.zip"))
    assert codes(report) == set()
    assert "algorithm" in codes(report, "not_checked")
    assert page.get_attribute(".verdict", "data-verdict") == "incomplete"
    context.close()


def test_large_files_are_hashed_piece_by_piece(opened: tuple[Page, list[str]]) -> None:
    page, _ = opened
    for size in (0, 55, 56, 63, 64, 65, 1000):
        data = bytes(index % 251 for index in range(size))
        found = page.evaluate(
            "data => { const hash = new Sha256(), all = fromBase64(data);"
            " for (let at = 0; at < all.length; at += 7) hash.update(all.slice(at, at + 7)); return hash.hex(); }",
            base64.b64encode(data).decode(),
        )
        assert found == hashlib.sha256(data).hexdigest()


def test_the_page_stands_in_every_bundle_and_allows_itself_no_network(story: Story) -> None:
    assert story.files["verify.html"] == PAGE.read_bytes()
    text = PAGE.read_text(encoding="utf-8")
    assert "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'" in text
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "fetch(", "XMLHttpRequest"):
        assert word not in text
