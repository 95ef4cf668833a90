"""Signing in on a page: with a key of the device, a passkey, a key file; and again when the session is over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import Page, expect

from custody.signing import PrivateKey
from custody_api.station import assets
from pages.conftest import Station, hold_key
from pages.signing.authenticators import authenticator, enrolled, passkey

At = Callable[..., Page]


def who(page: Page) -> str:
    """Who is signed in, as the server says."""
    return str(page.evaluate("() => fetch('/v1/session').then(answer => answer.json()).then(body => body.person)"))


def test_a_key_of_the_device_signs_in_and_the_page_goes_on_where_it_was_asked_from(station: Station, at: At) -> None:
    page = at(None, assets.address("station/words.js"), lang="en")
    hold_key(page, "cen-01", "梁静", station.world.key_of("梁静"))
    page.goto(f"{station.origin}/keys")
    assert page.url == f"{station.origin}/sign-in?next=/keys"
    expect(page.get_by_role("button", name="梁静")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{station.origin}/keys")
    assert who(page) == "cen-01"
    assert page.evaluate("() => [document.cookie.includes('session'), localStorage.length]") == [False, 0]

    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    assert page.evaluate("() => fetch('/v1/session').then(answer => answer.status)") == 401


@pytest.mark.parametrize("onward", ["//evil.example/x", "https://evil.example", "/\\evil.example", "javascript:evil()"])
def test_nobody_is_sent_to_another_site_after_signing_in(station: Station, onward: str) -> None:
    drawn = httpx.get(f"{station.origin}/sign-in", params={"next": onward}, headers={"Accept": "text/html"}).text
    assert 'data-next="/"' in drawn
    assert "evil" not in drawn.split("<main", 1)[1]


def test_a_key_file_signs_in_unless_it_is_encrypted(station: Station, at: At, tmp_path: Path) -> None:
    key, page = station.world.key_of("周远"), at(None, "/sign-in?next=/waiting", lang="en")
    page.set_input_files("#sign-in-file", written(tmp_path / "locked.pem", key, b"passphrase"))
    expect(page.get_by_role("alert")).to_contain_text("This key file is encrypted")
    page.set_input_files("#sign-in-file", written(tmp_path / "open.pem", key, None))
    page.wait_for_url(f"{station.origin}/waiting")
    assert who(page) == "psb-0211"

    page.get_by_role("link", name="Your keys").click()
    page.set_input_files("#bring-file", written(tmp_path / "another.pem", station.world.key_of("何苗"), None))
    expect(page.get_by_role("alert").first).to_contain_text("This is no key of psb-0211")
    page.set_input_files("#bring-file", tmp_path / "open.pem")
    expect(page.get_by_text("on this device", exact=True)).to_be_visible()


def written(path: Path, key: PrivateKey, passphrase: bytes | None) -> Path:
    """A key file."""
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    return path


@pytest.mark.parametrize("algorithm", [-7, -8], ids=["es256", "ed25519"])
def test_a_passkey_signs_in_on_a_device_that_never_saw_it(station: Station, at: At, algorithm: int) -> None:
    """The browser says which credential answered and whose it is; the server, which key that is."""
    page = at(None, "/sign-in", lang="en")
    authenticator(page)
    made = passkey(page, "郑宏", algorithm)
    forgotten = "async ([script, key]) => (await import(script)).forget(key)"
    page.evaluate(forgotten, [assets.address("signing/keys.js"), made["key"]])
    sign_in = page.get_by_role("button", name="Sign in with a passkey")
    sign_in.click()
    expect(page.get_by_role("alert")).to_contain_text("No live key")
    enrolled(station.world, page, "郑宏", made)
    page.clock.set_fixed_time(station.world.clock.now)
    sign_in.click()
    page.wait_for_url(f"{station.origin}/")
    assert who(page) == "cen-02"


def test_a_session_that_ends_in_the_middle_of_a_sheet_is_begun_again_over_it(station: Station, at: At) -> None:
    """What stands on the page stays, and what was asked is asked again."""
    page = at("梁静", "/keys", lang="en")
    page.fill("#name", "梁静")
    station.client("梁静").delete("/v1/session")
    page.context.clear_cookies()
    asked = page.evaluate_handle(
        "async script => ({ answer: (await import(script)).get('/v1/people/cen-01') })",
        assets.address("station/api.js"),
    )
    again = page.get_by_role("dialog", name="Sign in again")
    expect(again).to_contain_text("cen-01")
    again.get_by_role("button", name="梁静").click()
    expect(again).to_have_count(0)
    assert asked.evaluate("({ answer }) => answer.then(found => found.person)") == "cen-01"
    assert page.input_value("#name") == "梁静"


def test_a_page_asks_nothing_in_the_name_of_somebody_who_signed_in_in_another_tab(station: Station, at: At) -> None:
    """Two tabs of one browser have one session: what A's page asks does not count as B's."""
    page = at("梁静", "/keys", lang="en", keys=("郑宏",))
    page.context.add_cookies([station.cookie("郑宏")])
    assert who(page) == "cen-02"
    script = assets.address("station/api.js")
    asked = page.evaluate_handle(
        "async script => ({ answer: (await import(script)).get('/v1/people/cen-02') })", script
    )
    again = page.get_by_role("dialog", name="Sign in again")
    expect(again).to_contain_text("Somebody else signed in meanwhile")
    again.get_by_role("button", name="梁静").click()
    expect(again).to_have_count(0)
    assert asked.evaluate("({ answer }) => answer.then(found => found.person)") == "cen-02"
    assert who(page) == "cen-01"
