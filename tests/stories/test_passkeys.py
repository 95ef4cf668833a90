"""Passkeys: enrolled with proof of possession, signing acts beside key files, and taken for nothing else."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from custody.acts import PAYLOAD_TYPE
from custody.errors import CustodyError, Malformed, Untrusted
from custody.facts.kinds import Need
from custody.ledger import signaturecheck
from custody.ledger.fsck import verify_database
from custody.ledger.ledger import Submission
from custody.registers import Registers
from custody.signing import key_id_of, pae, public_bytes
from passkeys import (
    BACKED_UP,
    ELIGIBLE,
    PAGE,
    PRESENT,
    VERIFIED,
    SoftPasskey,
    acts,
    b64,
    enrolment,
    enrols,
    envelope,
    fresh,
    signer,
)
from telling import holder, refuses
from world import World, disclosed


def checking_in(
    world: World, items: list[str], by: SoftPasskey, custodian: SoftPasskey | None = None
) -> dict[str, Any]:
    """The draft of a check-in that 周远 signs with a passkey, and 梁静 with her key file or a passkey."""
    other = signer(world, "custodian", "梁静", custodian) if custodian else world.signers(custodian="梁静")[0]
    return {
        "act": "check-in", "place": world.places["大库"], "lines": world.lines(items),
        "signers": [signer(world, "deliverer", "周远", by), other],
    }  # fmt: skip


def refusal(world: World, draft: dict[str, Any], *passkeys: SoftPasskey) -> str:
    """The code of the error that a draft signed like this meets; nothing is recorded, alone or in a batch."""
    size = world.ledger.recorder.head().size
    prepared = world.prepare(draft)
    data = envelope(world, prepared, *passkeys)
    with pytest.raises(CustodyError) as raised:
        world.ledger.submit(data, disclosed(prepared))
    case = world.prepare(
        {
            "act": "case-opening", "case": f"云公(刑)〔2026〕{world.random.randrange(10**9)}", "kind": "criminal",
            "lead": "psb-yunling", "officers": [world.id_of("何苗")], "legal_reviewer": None, "incident": None,
            "intake": None, "minor": False, "signers": world.signers(officer="何苗"),
        }
    )  # fmt: skip
    submitted = [Submission(data, disclosed(prepared)), Submission(world.sign(case), ())]
    alone, sound = world.ledger.submit_many(submitted)
    assert isinstance(alone, CustodyError)
    assert not isinstance(sound, CustodyError)
    assert alone.code == raised.value.code
    assert world.ledger.recorder.head().size == size + 1
    return raised.value.code


@pytest.mark.parametrize("algorithm", ["p256", "ed25519"])
def test_a_passkey_is_enrolled_and_signs_a_check_in(world: World, algorithm: Any) -> None:
    """The administrator and the key in use confirm, the passkey itself signs: from then on it signs for its person."""
    passkey = enrols(world, "周远", SoftPasskey(fresh(algorithm)))
    (item,) = world.seizes(world.opens_case())
    acts(world, checking_in(world, [item], passkey), passkey)
    assert holder(world, item) == world.places["大库"]
    need = Need("key", passkey.key_id)
    key = world.ledger.memory.fold([need])[need]
    assert (key.person, key.kind, key.live) == ("psb-0211", "passkey", True)
    assert key.key.key_id == key_id_of(passkey.spki)


def test_two_passkeys_sign_one_act(world: World) -> None:
    """Each party touches a key of his own at the same counter; a batch records it as a single submission does."""
    officers, custodians = enrols(world, "周远", SoftPasskey()), enrols(world, "梁静", SoftPasskey(fresh("ed25519")))
    (first,), (second,) = world.seizes(world.opens_case()), world.seizes(world.opens_case(case="另案"))
    acts(world, checking_in(world, [first], officers, custodians), officers, custodians)
    prepared = world.prepare(checking_in(world, [second], officers, custodians))
    case = world.prepare(
        {
            "act": "case-opening", "case": "第三案", "kind": "criminal", "lead": "psb-yunling",
            "officers": [world.id_of("周远")], "legal_reviewer": None, "incident": None, "intake": None,
            "minor": False, "signers": [signer(world, "officer", "周远", officers)],
        }
    )  # fmt: skip
    outcomes = world.ledger.submit_many([
        Submission(envelope(world, each, *passkeys), disclosed(each))
        for each, passkeys in ((prepared, (officers, custodians)), (case, (officers,)))
    ])  # fmt: skip
    assert [isinstance(each, CustodyError) for each in outcomes] == [False, False]
    assert holder(world, second) == world.places["大库"]


def test_people_show_what_a_passkey_is_bound_to(world: World) -> None:
    passkey = enrols(world, "周远", SoftPasskey(flags=PRESENT | VERIFIED | ELIGIBLE | BACKED_UP))
    registers = Registers(world.engine)
    try:
        registers.catch_up()
        _, shown = registers.person("psb-0211")["keys"]
    finally:
        registers.close()
    assert (shown["key"], shown["kind"]) == (passkey.key_id, "passkey")
    assert shown["passkey"] == {
        "rp_id": "custody.example", "origins": [PAGE], "credential": b64(bytes(32)), "backup_eligible": True,
        "backed_up": True,
    }  # fmt: skip


def test_a_passkey_that_is_revoked_signs_no_more(world: World) -> None:
    passkey = enrols(world, "周远", SoftPasskey())
    (item,) = world.seizes(world.opens_case())
    draft = checking_in(world, [item], passkey)
    world.act(
        {
            "act": "revocation", "person": "psb-0211", "key": passkey.key_id, "reason": "lost", "since": None,
            "signers": world.signers(administrator="psb-admin"),
        }
    )  # fmt: skip
    assert refusal(world, draft, passkey) == "untrusted/revoked-key"
    assert refusal(world, enrolment(world, "周远", passkey), passkey) == "refused/key-enrolled-before"


MISUSES: dict[str, tuple[dict[str, Any], str]] = {
    "on another page": ({"origin": "https://evil.example"}, "untrusted/passkey-site"),
    "for another site": ({"rp_id": "evil.example"}, "untrusted/passkey-site"),
    "in a frame": ({"client_data": {"crossOrigin": True}}, "untrusted/passkey-site"),
    "by nobody in particular": ({"flags": PRESENT}, "untrusted/passkey-user"),
    "as one that may be copied": ({"flags": PRESENT | VERIFIED | ELIGIBLE}, "untrusted/passkey-backup"),
    "over another challenge": ({"client_data": {"challenge": "A" * 43}}, "untrusted/passkey-challenge"),
    "at its creation": ({"client_data": {"type": "webauthn.create"}}, "malformed/webauthn"),
    "with extensions": ({"behind": b"\xa0", "flags": 0x85}, "malformed/webauthn"),
}


@pytest.mark.parametrize("case", MISUSES)
def test_a_passkey_used_otherwise_than_enrolled_signs_nothing(world: World, case: str) -> None:
    """Each by the enrolled key itself, over the right act; as an enrolment's proof of possession it fails likewise."""
    other, code = MISUSES[case]
    passkey = enrols(world, "周远", SoftPasskey())
    (item,) = world.seizes(world.opens_case())
    assert refusal(world, checking_in(world, [item], passkey), passkey.but(**other)) == code
    stranger = SoftPasskey()
    assert refusal(world, enrolment(world, "何苗", stranger), stranger.but(**other)) == code


def test_a_signature_of_another_act_or_another_key_signs_nothing(world: World) -> None:
    """A passkey's assertion is bound to its bytes, and to its key."""
    passkey, other = enrols(world, "周远", SoftPasskey()), SoftPasskey()
    (item,) = world.seizes(world.opens_case())
    prepared = world.prepare(checking_in(world, [item], passkey))
    elsewhere = world.prepare(checking_in(world, [item], passkey))
    foreign = other.signs(pae(PAYLOAD_TYPE, prepared.payload)) | {"keyid": passkey.key_id}
    replayed = passkey.signs(pae(PAYLOAD_TYPE, elsewhere.payload))
    asked_to_sign_in = passkey.signs(pae("application/vnd.custody.sign-in.v1+json", prepared.payload))
    body = json.loads(envelope(world, prepared, passkey))
    for wrong, code in (
        (foreign, "untrusted/signature"), (replayed, "untrusted/passkey-challenge"),
        (asked_to_sign_in, "untrusted/passkey-challenge"),
    ):  # fmt: skip
        body["signatures"][-1] = wrong
        with pytest.raises(Untrusted) as raised:
            world.ledger.submit(json.dumps(body).encode(), disclosed(prepared))
        assert raised.value.code == code


def test_only_the_enrolled_kind_of_a_key_says_how_it_signs(world: World) -> None:
    """A passkey's bare signature is none; a key file's with a browser's blessing is none either."""
    passkey = enrols(world, "周远", SoftPasskey())
    (item,) = world.seizes(world.opens_case())
    prepared = world.prepare(checking_in(world, [item], passkey))
    world.ring[passkey.key_id] = passkey.key
    with pytest.raises(Untrusted) as told:
        world.ledger.submit(world.sign(prepared), disclosed(prepared))
    assert (told.value.code, told.value.fields["person"]) == ("untrusted/key-kind", "psb-0211")
    file = SoftPasskey(world.key_of("周远"))
    prepared = world.prepare(checking_in(world, [item], file))
    assert _code(world, envelope(world, prepared, file), prepared) == "untrusted/key-kind"
    with pytest.raises(Untrusted) as raised:
        world.act(enrolment(world, "何苗", SoftPasskey(_in_the_ring(world))))
    assert raised.value.code == "untrusted/key-kind"


def _in_the_ring(world: World) -> Any:
    """A key that signs by itself, as key files do."""
    key = fresh()
    world.ring[key_id_of(public_bytes(key))] = key
    return key


def _code(world: World, data: bytes, prepared: Any) -> str:
    with pytest.raises(Untrusted) as raised:
        world.ledger.submit(data, disclosed(prepared))
    return raised.value.code


def test_the_backup_flags_of_an_enrolment_are_those_that_the_passkey_signed(world: World) -> None:
    """Nobody enrols a synced passkey as one that stays in its device, or the other way round."""
    synced = SoftPasskey(flags=PRESENT | VERIFIED | ELIGIBLE | BACKED_UP)
    for stated in ({"backup_eligible": False, "backed_up": False}, {"backed_up": False}):
        draft = enrolment(world, "周远", synced, passkey=synced.as_enrolled(**stated))
        assert refusal(world, draft, synced) == "untrusted/passkey-backup"
    draft = enrolment(world, "周远", synced)
    assert refusal(world, draft, synced.but(flags=PRESENT | VERIFIED | ELIGIBLE)) == "untrusted/passkey-backup"
    acts(world, draft, synced)
    (item,) = world.seizes(world.opens_case())
    acts(world, checking_in(world, [item], synced), synced.but(flags=PRESENT | VERIFIED | ELIGIBLE))


ODD_ENROLMENTS: dict[str, dict[str, Any]] = {
    "a kind that is not a passkey": {"kind": "file"},
    "a passkey that says nothing": {"passkey": None},
    "an address for a name": {"passkey": {"rp_id": "10.0.0.5", "origins": ["https://10.0.0.5"]}},
    "a name in upper case": {"passkey": {"rp_id": "Custody.example"}},
    "an origin elsewhere": {"passkey": {"origins": [PAGE, "https://evil.example"]}},
    "an origin that only ends alike": {"passkey": {"origins": ["https://evilcustody.example"]}},
    "an origin in the clear": {"passkey": {"origins": ["http://counter.custody.example"]}},
    "an origin with a path": {"passkey": {"origins": [f"{PAGE}/"]}},
    "an origin with a user": {"passkey": {"origins": ["https://evil@counter.custody.example"]}},
    "no origin": {"passkey": {"origins": []}},
    "too many origins": {"passkey": {"origins": [f"{PAGE}:{port}" for port in range(1, 10)]}},
    "a credential in standard base64": {"passkey": {"credential": "+" * 43}},
    "a credential that is hardly one": {"passkey": {"credential": "AAAA"}},
    "copied though it may not be": {"passkey": {"backed_up": True}},
    "flags as text": {"passkey": {"backup_eligible": "false"}},
    "a field more": {"passkey": {"aaguid": "0" * 32}},
}


@pytest.mark.parametrize("case", ODD_ENROLMENTS)
def test_an_enrolment_of_another_form_is_malformed(world: World, case: str) -> None:
    passkey, odd = SoftPasskey(), ODD_ENROLMENTS[case]
    other = odd | ({"passkey": passkey.as_enrolled(**odd["passkey"])} if odd.get("passkey") else {})
    with pytest.raises(Malformed) as raised:
        world.prepare(enrolment(world, "周远", passkey, **other))
    assert raised.value.code == "malformed/act"


def test_a_page_on_the_machine_itself_may_be_an_origin(world: World) -> None:
    passkey = SoftPasskey(rp_id="localhost", origin="http://localhost:8000")
    enrols(world, "周远", passkey)
    world.act(
        {
            "act": "revocation", "person": "psb-0211", "key": passkey.key_id, "reason": "superseded", "since": None,
            "signers": world.signers(administrator="psb-admin"),
        }
    )  # fmt: skip


def test_a_refused_act_that_passkeys_signed_is_embedded_as_any_other(world: World) -> None:
    """What was refused and done all the same is raised with its envelope; a bent assertion is no signature there."""
    passkey = enrols(world, "周远", SoftPasskey())
    case = world.opens_case()
    (item,) = world.seizes(case)
    draft = checking_in(world, [item], passkey) | {"place": "ST1YEZ6P4RKFG12F"}
    prepared = world.prepare(draft)
    sound = envelope(world, prepared, passkey)
    with pytest.raises(CustodyError) as raised:
        world.ledger.submit(sound, disclosed(prepared))
    assert raised.value.code.startswith("refused/")

    def raising(data: bytes) -> dict[str, Any]:
        return {
            "act": "discrepancy", "case": case, "items": [item], "statement": "已放入，台账拒收",
            "report": {"step": "raised", "kind": "refused-act", "facts": [], "envelope": b64(data)},
            "signers": world.signers(reporter="何苗"),
        }  # fmt: skip

    with refuses(world, "envelope-untrusted"):
        world.act(raising(envelope(world, prepared, passkey.but(origin="https://evil.example"))))
    world.act(raising(sound))


def test_verifying_the_log_judges_a_passkeys_signature_as_the_ledger_did(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stored envelope, changed by whoever holds the database: every other way of signing is found."""
    passkey = enrols(world, "周远", SoftPasskey())
    (item,) = world.seizes(world.opens_case())
    prepared = world.prepare(checking_in(world, [item], passkey))
    sound = envelope(world, prepared, passkey)
    world.ledger.submit(sound, disclosed(prepared))
    monkeypatch.setattr(signaturecheck, "STRETCH", 20)  # so that another process is worth its start
    assert found(world, sound, tmp_path, jobs=2) == set()
    for bent in (
        envelope(world, prepared, passkey.but(origin="https://evil.example")),
        envelope(world, prepared, passkey.but(flags=PRESENT)),
        envelope(world, prepared, passkey.but(client_data={"challenge": "A" * 43})),
        _bare(sound),
    ):
        assert found(world, bent, tmp_path) == {"signature"}


def test_verifying_the_log_finds_a_passkey_enrolled_with_other_flags(world: World, tmp_path: Path) -> None:
    synced = SoftPasskey(flags=PRESENT | VERIFIED | ELIGIBLE | BACKED_UP)
    prepared = world.prepare(enrolment(world, "周远", synced))
    world.ledger.submit(envelope(world, prepared, synced), disclosed(prepared))
    not_yet = synced.but(flags=PRESENT | VERIFIED | ELIGIBLE)
    assert found(world, envelope(world, prepared, not_yet), tmp_path) == {"passkey"}


def _bare(data: bytes) -> bytes:
    """An envelope without what the passkey said."""
    body = json.loads(data)
    body["signatures"][-1].pop("webauthn")
    return json.dumps(body).encode()


def found(world: World, last: bytes, folder: Path, jobs: int = 1) -> set[str]:
    """What step 4 of verifying finds in a copy of the ledger whose last envelope is another one."""
    copy = folder / "copy.db"
    with closing(sqlite3.connect(world.url.removeprefix("sqlite:///"))) as source, closing(sqlite3.connect(copy)) as to:
        source.backup(to)
        for (name,) in to.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            to.execute(f"DROP TRIGGER {name}")
        to.execute("UPDATE ledger_entry SET envelope = ? WHERE position = (SELECT size FROM ledger_head)", [last])
        to.commit()
    report = verify_database(f"sqlite:///{copy}", jobs=jobs)
    return {each.code for each in report.findings if each.step == 4}
