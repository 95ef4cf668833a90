"""A passkey from a real browser: created on a page, enrolled by others, signing in and signing acts.

Chromium with the authenticator that it simulates (WebDriver's virtual authenticator, over its debugging protocol); the
page stands at the server's own origin.
"""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from api.conftest import serving
from custody.acts import PAYLOAD_TYPE
from custody.authoring import Prepared
from custody.errors import Untrusted
from custody.signing import sign, write_envelope
from submissions import body_of
from telling import holder, is_sound
from world import PEOPLE, World, disclosed

CHROMIUM = shutil.which("chromium")
FIXTURE = Path(__file__).with_name("passkey.html").read_text(encoding="utf-8")
QUIETLY = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run",
)  # fmt: skip

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: apt-get install chromium")


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    """A world with a desk, which sessions need; verified when the story is over."""
    made = World(sqlite_url)
    yield made
    is_sound(made)
    made.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's own Chromium, without a window."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=[*QUIETLY])
        yield opened
        opened.close()


@contextmanager
def counter(browser: Browser, *, synced: bool = False) -> Iterator[tuple[Page, CDPSession]]:
    """A browser at a counter, with an authenticator that knows its user; the page stands at every localhost origin."""
    context = browser.new_context()
    page = context.new_page()
    page.route("http://localhost:*/passkey.html", lambda route: route.fulfill(body=FIXTURE, content_type="text/html"))
    authenticator = context.new_cdp_session(page)
    authenticator.send("WebAuthn.enable")
    authenticator.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
        "defaultBackupEligibility": synced, "defaultBackupState": synced,
    }})  # fmt: skip
    yield page, authenticator
    context.close()


def enrolled(world: World, page: Page, name: str, algorithm: int) -> dict[str, Any]:
    """Create a passkey on the page and enrol it: its person's key file, the administrator and the passkey sign."""
    person, agency, _ = PEOPLE[name]
    made: dict[str, Any] = page.evaluate("([person, algorithm]) => create(person, algorithm)", [person, algorithm])
    signers = world.signers(administrator=world.admin_of(agency), confirmer=name)
    prepared = world.prepare(
        {
            "act": "enrolment", "person": person, "subject": "person", "name": {"disclose": name}, "agency": agency,
            "public_key": made["public_key"], "kind": "passkey", "passkey": made["passkey"], "evidence": "当面创建",
            "signers": [*signers, {"part": "subject", "person": person, "key": made["key"]}],
        }
    )  # fmt: skip
    world.ledger.submit(envelope(world, prepared, page, made), disclosed(prepared))
    world.clock.forward(minutes=1)
    return made


def envelope(world: World, prepared: Prepared, page: Page, made: dict[str, Any], how: str = "required") -> bytes:
    """Signed with the passkey on the page, and with the key files of everybody else."""
    files = [world.ring[signer.key] for signer in prepared.act.signers if signer.key != made["key"]]
    body = json.loads(write_envelope(PAYLOAD_TYPE, prepared.payload, sign(PAYLOAD_TYPE, prepared.payload, files)))
    payload = base64.b64encode(prepared.payload).decode()
    body["signatures"].append(
        page.evaluate(
            "([payload, credential, key, how]) => signAct(payload, credential, key, how)",
            [payload, made["passkey"]["credential"], made["key"], how],
        )
    )
    return json.dumps(body).encode()


def checking_in(world: World, made: dict[str, Any]) -> tuple[str, Prepared]:
    """An item, and the check-in of it: 周远 signs with a key file, 梁静 with the passkey."""
    (item,) = world.seizes(world.opens_case(case=world.case_number()))
    return item, world.prepare(
        {
            "act": "check-in", "place": world.places["大库"], "lines": world.lines([item]),
            "signers": [
                *world.signers(deliverer="周远"), {"part": "custodian", "person": "cen-01", "key": made["key"]},
            ],
        }
    )  # fmt: skip


@pytest.mark.parametrize(("algorithm", "synced"), [(-7, False), (-8, True)], ids=["es256", "ed25519-synced"])
def test_a_browsers_passkey_is_enrolled_signs_in_and_signs_a_check_in(
    world: World, browser: Browser, algorithm: int, synced: bool
) -> None:
    """Until it is revoked: then the session that it began is over with the next request."""
    with serving(world.ledger) as address, counter(browser, synced=synced) as (page, _):
        origin = address.replace("127.0.0.1", "localhost")
        page.goto(f"{origin}/passkey.html")
        made = enrolled(world, page, "梁静", algorithm)
        assert made["passkey"]["origins"] == [origin]
        assert made["passkey"]["backup_eligible"] is made["passkey"]["backed_up"] is synced

        page.clock.set_fixed_time(world.clock.now)
        asking = [made["passkey"]["credential"], made["key"]]
        assert page.evaluate("() => ask('GET', '/v1/session')")["status"] == 401
        begun = page.evaluate("([credential, key]) => signIn(credential, key)", asking)
        assert (begun["status"], begun["body"]["person"]) == (201, "cen-01")
        assert page.evaluate("() => ask('GET', '/v1/session')")["body"]["person"] == "cen-01"

        item, prepared = checking_in(world, made)
        body = body_of(prepared, envelope(world, prepared, page, made))
        receipt = page.evaluate("body => ask('POST', '/v1/acts', body)", body)
        assert (receipt["status"], receipt["body"]["act"]) == (201, prepared.act.id)
        assert holder(world, item) == world.places["大库"]

        world.act(
            {
                "act": "revocation", "person": "cen-01", "key": made["key"], "reason": "lost", "since": None,
                "signers": world.signers(administrator="center-admin"),
            }
        )  # fmt: skip
        assert page.evaluate("() => ask('GET', '/v1/session')")["status"] == 401
        assert page.evaluate("([credential, key]) => signIn(credential, key)", asking)["status"] == 403


def test_a_browsers_passkey_counts_neither_on_another_page_nor_for_whoever_is_there(
    world: World, browser: Browser
) -> None:
    """The same site on another port is another origin; an authenticator that verified nobody says so."""
    with counter(browser) as (page, _):
        page.goto("http://localhost:9000/passkey.html")
        made = enrolled(world, page, "梁静", -7)
        item, prepared = checking_in(world, made)
        unverified = envelope(world, prepared, page, made, how="discouraged")
        page.goto("http://localhost:9001/passkey.html")
        elsewhere = envelope(world, prepared, page, made)
        for wrong, code in ((unverified, "untrusted/passkey-user"), (elsewhere, "untrusted/passkey-site")):
            with pytest.raises(Untrusted) as raised:
                world.ledger.submit(wrong, disclosed(prepared))
            assert raised.value.code == code
        page.goto("http://localhost:9000/passkey.html")
        world.ledger.submit(envelope(world, prepared, page, made), disclosed(prepared))
        assert holder(world, item) == world.places["大库"]
