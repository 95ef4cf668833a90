"""Authenticators that the browser simulates, and passkeys in them that are enrolled."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import CDPSession, Page

from custody_api.station import assets
from world import PEOPLE, World, disclosed


def authenticator(page: Page) -> tuple[CDPSession, str]:
    """One that knows its user, over the browser's debugging protocol (WebDriver's virtual authenticator); its id."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }})  # fmt: skip
    return session, added["authenticatorId"]


def passkey(page: Page, name: str, algorithm: int) -> dict[str, Any]:
    """Somebody's new passkey of one COSE algorithm, which the ledger does not know yet."""
    made: dict[str, Any] = page.evaluate(
        "async ([script, person, algorithm]) => (await import(script)).makePasskey(person, [], [algorithm])",
        [assets.address("signing/keys.js"), PEOPLE[name][0], algorithm],
    )
    return made


def enrolled(world: World, page: Page, name: str, made: dict[str, Any]) -> None:
    """Enrol a passkey: its person's older key and the administrator sign here, the passkey on its page."""
    person, agency, _ = PEOPLE[name]
    prepared = world.prepare({
        "act": "enrolment", "person": person, "subject": "person", "name": {"disclose": name}, "agency": agency,
        "public_key": made["public_key"], "kind": "passkey", "passkey": made["passkey"], "evidence": "当面创建",
        "signers": [*world.signers(administrator=world.admin_of(agency), confirmer=name),
                    {"part": "subject", "person": person, "key": made["key"]}],
    })  # fmt: skip
    files = [world.ring[each.key] for each in prepared.act.signers if each.key != made["key"]]
    envelope = json.loads(prepared.signed(files))
    envelope["signatures"].append(page.evaluate(
        """async ([script, made, type, payload]) => {
            const bytes = Uint8Array.from(atob(payload), each => each.charCodeAt(0));
            return (await import(script)).sign(made, type, bytes);
        }""",
        [assets.address("signing/keys.js"), made, envelope["payloadType"], envelope["payload"]],
    ))  # fmt: skip
    world.ledger.submit(json.dumps(envelope).encode(), disclosed(prepared))
    world.clock.forward(minutes=1)
