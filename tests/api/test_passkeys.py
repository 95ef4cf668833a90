"""Passkeys over HTTP: signing in, and acts in batches whose signatures other processes verify."""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any

import httpx
import pytest

from custody.acts import PAYLOAD_TYPE
from custody.acts.values import encode
from custody.facts.gather import gather
from custody.ledger.opening import open_envelope
from custody.sign_in import TYPE
from custody.signing import pae
from custody_api.verifying import Verifying
from passkeys import ELIGIBLE, PRESENT, VERIFIED, SoftPasskey, enrols, envelope, signer
from submissions import body_of
from world import World, disclosed


def statement(world: World, address: str, passkey: SoftPasskey, signed_as: str = TYPE) -> dict[str, Any]:
    """What a page builds itself and has its passkey sign."""
    said = {"origin": address, "nonce": encode(secrets.token_bytes(16)), "time": world.clock.now.isoformat()}
    payload = json.dumps(said).encode()
    return {
        "payloadType": TYPE, "payload": base64.b64encode(payload).decode(),
        "signatures": [passkey.signs(pae(signed_as, payload))],
    }  # fmt: skip


def address_of(client: httpx.Client) -> str:
    """The origin that a client speaks to."""
    return str(client.base_url).rstrip("/")


def test_a_passkey_signs_in_until_it_is_revoked(world: World, client: httpx.Client) -> None:
    """Once with each statement, for a session of the passkey's person, which is over with the key."""
    address = address_of(client)
    passkey = enrols(world, "周远", SoftPasskey())
    with httpx.Client(base_url=address, timeout=30) as page:
        made = statement(world, address, passkey)
        begun = page.post("/v1/session", json=made)
        assert begun.status_code == 201, begun.text
        assert begun.json()["person"] == "psb-0211"
        bearing = {"Authorization": f"Bearer {begun.json()['token']}"}
        assert page.get("/v1/session", headers=bearing).json()["person"] == "psb-0211"
        assert page.post("/v1/session", json=made).json()["code"] == "untrusted/sign-in-used"
        world.act(
            {
                "act": "revocation", "person": "psb-0211", "key": passkey.key_id, "reason": "lost", "since": None,
                "signers": world.signers(administrator="psb-admin"),
            }
        )  # fmt: skip
        assert page.get("/v1/session", headers=bearing).status_code == 401
        assert page.post("/v1/session", json=statement(world, address, passkey)).json()["code"] == (
            "untrusted/sign-in-key"
        )


def test_a_sign_in_by_passkey_counts_only_as_it_was_enrolled(sqlite_world: World, sqlite_client: httpx.Client) -> None:
    """Whoever has the key is told what was wrong; a stranger learns nothing of what is enrolled."""
    world, address = sqlite_world, address_of(sqlite_client)
    passkey = enrols(world, "周远", SoftPasskey())
    stranger = SoftPasskey()

    def answer(made: dict[str, Any]) -> str:
        got = sqlite_client.post("/v1/session", json=made)
        assert got.status_code in (400, 403), got.text
        return str(got.json()["code"])

    def by(**other: Any) -> str:
        return answer(statement(world, address, passkey.but(**other)))

    assert by(origin="https://evil.example") == "untrusted/passkey-site"
    assert by(rp_id="evil.example") == "untrusted/passkey-site"
    assert by(flags=PRESENT) == "untrusted/passkey-user"
    assert by(flags=PRESENT | VERIFIED | ELIGIBLE) == "untrusted/passkey-backup"
    assert by(client_data={"type": "webauthn.create"}) == "malformed/webauthn"
    assert answer(statement(world, "https://elsewhere.example", passkey)) == "untrusted/sign-in-origin"
    assert answer(statement(world, address, passkey, PAYLOAD_TYPE)) == "untrusted/passkey-challenge"
    assert answer(statement(world, address, stranger)) == "untrusted/sign-in-key"
    for pretending in (stranger, stranger.but(origin="https://evil.example")):
        made = statement(world, address, pretending)
        made["signatures"][0]["keyid"] = passkey.key_id
        assert answer(made) == "untrusted/sign-in-key"
    bare = statement(world, address, passkey)
    del bare["signatures"][0]["webauthn"]
    assert answer(bare) == "untrusted/sign-in-key"


def test_acts_signed_by_passkeys_come_in_one_batch(world: World, client: httpx.Client) -> None:
    """Over HTTP a wrong page among them is refused by its own line, and the others are recorded."""
    passkey = enrols(world, "周远", SoftPasskey())
    by = [passkey, passkey.but(origin="https://evil.example"), passkey]
    lines = []
    for number, each in enumerate(by):
        prepared = world.prepare(opening(world, number, passkey))
        lines.append(json.dumps(body_of(prepared, envelope(world, prepared, each))))
    answer = client.post(
        "/v1/acts/batch", content="\n".join(lines), headers={"Content-Type": "application/jsonl"}
    )  # fmt: skip
    outcomes = [json.loads(line) for line in answer.text.splitlines()]
    assert [each.get("code") for each in outcomes] == [None, "untrusted/passkey-site", None]


@pytest.fixture
def verifying() -> Any:
    """Two processes that verify."""
    made = Verifying()
    yield made
    made.close()


def test_processes_verify_what_passkeys_signed(sqlite_world: World, verifying: Verifying) -> None:
    """Of a large batch; the arithmetic is theirs, whether it is a signature of the enrolled passkey is not."""
    world = sqlite_world
    passkey = enrols(world, "周远", SoftPasskey())
    opened = []
    for number in range(60):
        prepared = world.prepare(opening(world, number, passkey))
        used = (passkey, passkey.but(flags=PRESENT), passkey)[number % 3]
        data = envelope(world, prepared, used)
        if number % 3 == 2:
            body = json.loads(data)
            body["signatures"][0]["sig"] = passkey.signs(b"something else")["sig"]
            data = json.dumps(body).encode()
        opened.append(open_envelope(data, disclosed(prepared), world.ledger.origin))
    facts = [gather(each.act, world.ledger.memory.view()) for each in opened]
    assert verifying(opened, facts)() == [number % 3 == 0 for number in range(60)]


def opening(world: World, number: int, passkey: SoftPasskey) -> dict[str, Any]:
    """The draft of a case that 周远 opens with his passkey."""
    return {
        "act": "case-opening", "case": f"云公(刑)诈〔2026〕{number:04}", "kind": "criminal", "lead": "psb-yunling",
        "officers": ["psb-0211"], "legal_reviewer": None, "incident": None, "intake": None, "minor": False,
        "signers": [signer(world, "officer", "周远", passkey)],
    }  # fmt: skip
