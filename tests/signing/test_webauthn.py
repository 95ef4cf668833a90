"""Passkeys' signatures: what an assertion has to say, and that nothing else is taken for one."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.errors import Malformed, Untrusted
from custody.signing import VerifyingKey, pae, read_envelope, read_public_key, write_envelope
from custody.webauthn import LARGEST_CLIENT_DATA, Passkey, read_assertion
from passkeys import (
    BACKED_UP,
    ELIGIBLE,
    EXTENSIONS,
    NEW_KEY,
    PAGE,
    PRESENT,
    SITE,
    VERIFIED,
    SoftPasskey,
    fresh,
    signature,
)

MESSAGE = pae("application/vnd.custody.act.v1+json", b"{}")
PASSKEY = SoftPasskey()
SYNCED = PASSKEY.but(flags=PRESENT | VERIFIED | ELIGIBLE)

bounded = settings(max_examples=300, deadline=None, derandomize=True, database=None)


def enrolled(passkey: SoftPasskey = PASSKEY, *origins: str) -> VerifyingKey:
    """The key of a passkey as it was enrolled."""
    bound = Passkey(SITE, frozenset(origins or [PAGE]), bool(passkey.flags & ELIGIBLE))
    return read_public_key(passkey.spki, bound)


@pytest.mark.parametrize("algorithm", ["p256", "ed25519"])
def test_a_passkey_signs_by_what_it_says_of_the_bytes(algorithm: Any) -> None:
    passkey = SoftPasskey(fresh(algorithm))
    made = signature(passkey.signs(MESSAGE))
    assert enrolled(passkey).verifies(made, MESSAGE)
    assert not enrolled(passkey).verifies(made, MESSAGE + b" ")
    assert not enrolled(SoftPasskey()).verifies(made, MESSAGE)


@pytest.mark.parametrize("algorithm", ["p256", "ed25519"])
def test_openssl_alone_verifies_what_a_passkey_signed(tmp_path: Path, algorithm: Any) -> None:
    """A court has the envelope and the page of the format: the challenge is looked at, the rest is arithmetic."""
    passkey = SoftPasskey(fresh(algorithm))
    stored = passkey.signs(MESSAGE)
    said = {name: base64.urlsafe_b64decode(each + "==") for name, each in stored["webauthn"].items()}
    (tmp_path / "pae").write_bytes(MESSAGE)
    (tmp_path / "client").write_bytes(said["clientDataJSON"])
    (tmp_path / "sig").write_bytes(base64.b64decode(stored["sig"]))
    (tmp_path / "key.der").write_bytes(passkey.spki)
    hashing = ["openssl", "dgst", "-sha256", "-binary"]
    hashed = {
        name: subprocess.run([*hashing, name], cwd=tmp_path, capture_output=True, check=True).stdout
        for name in ("client", "pae")
    }
    assert json.loads(said["clientDataJSON"])["challenge"] == base64.urlsafe_b64encode(hashed["pae"]).decode()[:43]
    covered = said["authenticatorData"] + hashed["client"]
    how = {
        "p256": ["dgst", "-sha256", "-keyform", "DER", "-verify", "key.der", "-signature", "sig", "covered"],
        "ed25519": ["pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key.der", "-rawin", "-in", "covered",
                    "-sigfile", "sig"],
    }  # fmt: skip
    for bytes_covered, expected in ((covered, 0), (covered[:-1] + b"\x00", 1)):
        (tmp_path / "covered").write_bytes(bytes_covered)
        done = subprocess.run(["openssl", *how[algorithm]], cwd=tmp_path, capture_output=True, check=False)
        assert min(done.returncode, 1) == expected, done.stderr
    assert signature(stored).webauthn is not None
    assert enrolled(passkey).covered(signature(stored), MESSAGE) == covered


def test_a_passkey_signs_as_a_passkey_only_and_a_key_file_never_does() -> None:
    """The same key, whichever way it was enrolled: the other way of signing does not count."""
    as_passkey = signature(PASSKEY.signs(MESSAGE))
    bare = signature({name: each for name, each in PASSKEY.signs(MESSAGE).items() if name != "webauthn"})
    for key, made in ((enrolled(), bare), (read_public_key(PASSKEY.spki), as_passkey)):
        with pytest.raises(Untrusted) as raised:
            key.covered(made, MESSAGE)
        assert raised.value.code == "untrusted/key-kind"
        assert not key.verifies(made, MESSAGE)


UNTRUSTED: dict[str, tuple[SoftPasskey, str]] = {
    "over other bytes": (PASSKEY.but(client_data={"challenge": "A" * 43}), "challenge"),
    "over a challenge that is padded": (
        PASSKEY.but(client_data={"challenge": base64.urlsafe_b64encode(hashlib.sha256(MESSAGE).digest()).decode()}),
        "challenge",
    ),
    "over the bytes' hash in hex": (
        PASSKEY.but(client_data={"challenge": hashlib.sha256(MESSAGE).hexdigest()}), "challenge",
    ),
    "on another page": (PASSKEY.but(origin="https://counter.custody.example.evil.example"), "site"),
    "on a page below": (PASSKEY.but(origin="https://x.counter.custody.example"), "site"),
    "on another port": (PASSKEY.but(origin=f"{PAGE}:8443"), "site"),
    "in the clear": (PASSKEY.but(origin="http://counter.custody.example"), "site"),
    "on the page in another case": (PASSKEY.but(origin=PAGE.upper()), "site"),
    "in a frame": (PASSKEY.but(client_data={"crossOrigin": True}), "site"),
    "in a frame of whom": (PASSKEY.but(client_data={"topOrigin": "https://evil.example"}), "site"),
    "for another site": (PASSKEY.but(rp_id="evil.example"), "site"),
    "with nobody there": (PASSKEY.but(flags=VERIFIED), "user"),
    "by whoever was there": (PASSKEY.but(flags=PRESENT), "user"),
    "by one that may be copied": (SYNCED, "backup"),
}  # fmt: skip


@pytest.mark.parametrize("case", UNTRUSTED)
def test_a_passkeys_signature_counts_only_as_it_was_enrolled(case: str) -> None:
    """Each of these bears a sound signature of the enrolled key."""
    passkey, about = UNTRUSTED[case]
    made = signature(passkey.signs(MESSAGE))
    assert made.webauthn is not None
    assert enrolled().signed(made.value, made.webauthn.signed)
    with pytest.raises(Untrusted) as raised:
        enrolled().covered(made, MESSAGE)
    assert raised.value.code == f"untrusted/passkey-{about}"
    assert not enrolled().verifies(made, MESSAGE)


def test_a_passkey_that_may_be_copied_says_so_always_and_may_become_so() -> None:
    copied = SYNCED.but(flags=SYNCED.flags | BACKED_UP)
    assert enrolled(SYNCED).verifies(signature(SYNCED.signs(MESSAGE)), MESSAGE)
    assert enrolled(SYNCED).verifies(signature(copied.signs(MESSAGE)), MESSAGE)
    assert not enrolled(SYNCED).verifies(signature(PASSKEY.signs(MESSAGE)), MESSAGE)


def test_what_a_browser_adds_to_the_client_data_is_no_matter() -> None:
    """Chromium adds a member now and then so that nobody compares with a template; of several origins any will do."""
    added = {"other_keys_can_be_added_here": "do not compare", "n": 1.5, "crossOrigin": None}
    assert enrolled(PASSKEY, "https://elsewhere.custody.example", PAGE).verifies(
        signature(PASSKEY.but(client_data=added).signs(MESSAGE)), MESSAGE
    )


def client_data(**other: Any) -> bytes:
    """Client data of the right form."""
    said = {"type": "webauthn.get", "challenge": "A" * 43, "origin": PAGE, "crossOrigin": False, **other}
    return json.dumps({name: each for name, each in said.items() if each != "left out"}).encode()


ODD_CLIENT_DATA: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"\xff",
    "a list": b"[]",
    "a string": b'"webauthn.get"',
    "two of them": client_data() * 2,
    "something behind it": client_data() + b"x",
    "a byte order mark": b"\xef\xbb\xbf" + client_data(),
    "a key twice": client_data()[:-1] + b', "origin": "https://counter.custody.example"}',
    "a key twice, once escaped": client_data()[:-1] + b', "orig\\u0069n": "https://counter.custody.example"}',
    "a key twice, deep within": client_data()[:-1] + b', "more": {"a": 1, "a": 2}}',
    "not a number": client_data()[:-1] + b', "more": NaN}',
    "a creation": client_data(type="webauthn.create"),
    "a payment": client_data(type="payment.get"),
    "no type": client_data(type="left out"),
    "no challenge": client_data(challenge="left out"),
    "a challenge that is a number": client_data(challenge=1),
    "no origin": client_data(origin="left out"),
    "several origins": client_data(origin=[PAGE]),
    "crossing that is text": client_data(crossOrigin="false"),
    "crossing that is nothing": client_data(crossOrigin=None),
    "too much": client_data(more="x" * LARGEST_CLIENT_DATA),
    "too deep": b'{"type":' + b"[" * 1000 + b"]" * 1000 + b"}",
}


@pytest.mark.parametrize("case", ODD_CLIENT_DATA)
def test_client_data_of_another_form_are_malformed(case: str) -> None:
    with pytest.raises(Malformed) as raised:
        signature(PASSKEY.over(ODD_CLIENT_DATA[case]))
    assert raised.value.code == "malformed/webauthn"


@pytest.mark.parametrize(
    "odd",
    [
        PASSKEY.but(behind=b"\x00"),
        PASSKEY.but(flags=PRESENT | VERIFIED | EXTENSIONS),
        PASSKEY.but(flags=PRESENT | VERIFIED | EXTENSIONS, behind=b"\xa0"),
        PASSKEY.but(flags=PRESENT | VERIFIED | NEW_KEY),
        PASSKEY.but(flags=PRESENT | VERIFIED | BACKED_UP),
    ],
    ids=["longer", "extensions announced", "extensions", "a new key", "copied though it may not be"],
)
def test_authenticator_data_of_another_form_are_malformed(odd: SoftPasskey) -> None:
    with pytest.raises(Malformed) as raised:
        signature(odd.signs(MESSAGE))
    assert (raised.value.code, raised.value.fields["field"]) == ("malformed/webauthn", "authenticatorData")


ODD_BLOCKS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "nothing": lambda said: None,
    "a list": lambda said: [said],
    "a member less": lambda said: {"authenticatorData": said["authenticatorData"]},
    "a member more": lambda said: {**said, "userHandle": "AA"},
    "standard base64": lambda said: {**said, "authenticatorData": said["authenticatorData"] + "="},
    "stray bits": lambda said: {**said, "authenticatorData": said["authenticatorData"][:-1] + "B"},
    "other characters between": lambda said: {**said, "clientDataJSON": f" {said['clientDataJSON']}"},
    "characters beyond ASCII": lambda said: {**said, "clientDataJSON": f"{said['clientDataJSON']}ｅ"},
    "a number": lambda said: {**said, "clientDataJSON": 1},
}


@pytest.mark.parametrize("case", ODD_BLOCKS)
def test_a_passkeys_block_of_another_form_is_malformed(case: str) -> None:
    made = PASSKEY.signs(MESSAGE)
    with pytest.raises(Malformed) as raised:
        signature({**made, "webauthn": ODD_BLOCKS[case](made["webauthn"])})
    assert raised.value.code == "malformed/envelope"


def test_an_envelope_with_a_passkeys_signature_is_read_back_as_it_was_written() -> None:
    """Byte for byte: what the authenticator signed is never written anew."""
    odd_but_sound = PASSKEY.over(b' {"origin":"\\u0068", "type" :"webauthn.get","challenge":"","crossOrigin":false}\n')
    made = signature(odd_but_sound)
    written = write_envelope("t", b"{}", [made])
    assert json.loads(written)["signatures"] == [odd_but_sound]
    assert read_envelope(written).signatures == (made,)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(PAGE),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["type", "challenge", "origin", "crossOrigin", "topOrigin", "more"])
AUTHENTICATOR_DATA = st.binary(max_size=80) | st.binary(min_size=37, max_size=37)
CLIENT_DATA = st.binary(max_size=300) | st.dictionaries(NAMES, ANY_JSON).map(lambda said: client_data(**said))


@bounded
@given(AUTHENTICATOR_DATA, CLIENT_DATA)
def test_whatever_bytes_come_beside_a_signature_they_are_read_or_malformed(data: bytes, said: bytes) -> None:
    """And what is read says what stands in the bytes, as another JSON reader sees them."""
    try:
        found = read_assertion(data, said)
    except Malformed:
        return
    other = json.loads(said)
    assert (other["type"], found.challenge, found.origin) == ("webauthn.get", other["challenge"], other["origin"])
    assert found.framed == (other.get("crossOrigin", False) is True or "topOrigin" in other)
    assert found.signed == data + hashlib.sha256(said).digest()
    assert found.user_verified == (data[32] & 5 == 5)


@bounded
@given(st.integers(0, 36), st.integers(1, 255), st.integers(0, 400), st.integers(1, 255))
def test_no_bit_of_what_a_passkey_said_can_be_changed(place: int, change: int, at: int, into: int) -> None:
    """A byte changed in either part, or both: not a signature of that message any more."""
    made = PASSKEY.signs(MESSAGE)
    said = {name: bytearray(base64.urlsafe_b64decode(each + "==")) for name, each in made["webauthn"].items()}
    said["authenticatorData"][place] ^= change
    said["clientDataJSON"][at % len(said["clientDataJSON"])] ^= into
    for changed in (["authenticatorData"], ["clientDataJSON"], [*said]):
        block = made["webauthn"] | {
            name: base64.urlsafe_b64encode(said[name]).decode().rstrip("=") for name in changed
        }  # fmt: skip
        try:
            bent = signature({**made, "webauthn": block})
        except Malformed:
            continue
        assert not enrolled().verifies(bent, MESSAGE)


@bounded
@given(ANY_JSON | st.fixed_dictionaries({"authenticatorData": ANY_JSON, "clientDataJSON": ANY_JSON}))
def test_whatever_stands_in_a_passkeys_place_is_malformed(said: Any) -> None:
    with pytest.raises(Malformed):
        signature({**PASSKEY.signs(MESSAGE), "webauthn": said})
