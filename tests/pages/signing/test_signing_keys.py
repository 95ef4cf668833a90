"""Keys in a browser: made, kept and used there, verified here; none of them ever leaves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from playwright.sync_api import Browser, Page

from custody.acts import PAYLOAD_TYPE
from custody.acts.values import decode
from custody.signing import PrivateKey, key_id_of, pae, public_bytes, read_public_key, read_signature
from custody.webauthn import Passkey
from pages.signing.authenticators import authenticator
from pages.signing.scripts import page_with_scripts

PAYLOAD: Final = '{"act":"check-in","note":"血样"}'
WORK: Final = """async ([script, given]) => {
    const keys = await import(script);
    const payload = new TextEncoder().encode('PAYLOAD');
    return await (WORK)(keys, given, key => keys.sign(key, "TYPE", payload));
}""".replace("PAYLOAD", PAYLOAD).replace("TYPE", PAYLOAD_TYPE)  # fmt: skip


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that can load the station's scripts, with a store of its own."""
    with page_with_scripts(browser) as opened:
        yield opened


def asked(page: Page, work: str, given: Any = None) -> Any:
    """What a function of (keys.js, what is given, sign) returns."""
    return page.evaluate(WORK.replace("WORK", work), ["/static/signing/keys.js", given])


def verified(made: dict[str, Any], signature: dict[str, Any], passkey: Passkey | None = None) -> bool:
    """Whether a signature is the key's, as the ledger looks at it."""
    key = read_public_key(decode(made["public_key"]), passkey)
    assert key.key_id == made["key"] == signature["keyid"]
    return key.verifies(read_signature(signature, ""), pae(PAYLOAD_TYPE, PAYLOAD.encode()))


def test_a_device_key_signs_after_a_reload_and_nobody_can_export_it(page: Page) -> None:
    made = asked(page, "keys => keys.makeDeviceKey('cen-01').then(({ privateKey, ...made }) => made)")
    assert (made["kind"], made["algorithm"], made["person"]) == ("device", "ed25519", "cen-01")
    page.reload()
    signature = asked(page, "async (keys, id, sign) => sign((await keys.held('cen-01'))[0])")
    assert verified(made, signature)
    for form in ("pkcs8", "jwk", "raw"):
        refused = asked(
            page,
            """async (keys, form) => {
                const [{ privateKey }] = await keys.held("cen-01");
                return await crypto.subtle.exportKey(form, privateKey).then(() => "exported", error => error.name);
            }""",
            form,
        )
        assert refused in ("InvalidAccessError", "NotSupportedError")
    left = asked(page, "async (keys, id) => { await keys.forget(id); return await keys.held(); }", made["key"])
    assert left == []


@pytest.mark.parametrize("algorithm", [-7, -8], ids=["es256", "ed25519"])
def test_a_passkey_is_made_and_signs_with_its_user_verified(page: Page, algorithm: int) -> None:
    authenticator(page)
    made = asked(page, "(keys, algorithm) => keys.makePasskey('cen-01', [], [algorithm])", algorithm)
    stated = made["passkey"]
    passkey = Passkey(stated["rp_id"], frozenset(stated["origins"]), stated["backup_eligible"])
    assert read_public_key(decode(made["public_key"])).algorithm == {-7: "p256", -8: "ed25519"}[algorithm]
    signature = asked(page, "(keys, made, sign) => sign(made)", made)
    assert verified(made, signature, passkey)
    assert read_signature(signature, "").webauthn.user_verified  # type: ignore[union-attr]

    found = asked(
        page,
        """async (keys, type) => {
            const payload = new TextEncoder().encode('{}');
            let said;
            await keys.signWithAny(type, payload, async found => { said = found; return "00"; });
            return said;
        }""",
        PAYLOAD_TYPE,
    )
    assert found == {"credential": stated["credential"], "person": "cen-01"}


def test_an_authenticator_makes_no_second_passkey_in_place_of_the_first(page: Page) -> None:
    authenticator(page)
    made = asked(page, "keys => keys.makePasskey('cen-01')")
    again = "(keys, known) => keys.makePasskey('cen-01', known).then(() => null, error => [error.code, error.message])"
    assert asked(page, again, [made["passkey"]["credential"]])[0] == "passkey-there"


def test_a_passkey_whose_user_is_not_verified_signs_nothing(page: Page) -> None:
    session, number = authenticator(page)
    made = asked(page, "keys => keys.makePasskey('cen-01')")
    session.send("WebAuthn.setUserVerified", {"authenticatorId": number, "isUserVerified": False})
    assert asked(page, "(keys, made, sign) => sign(made).then(() => null, error => error.code)", made) == "passkey-none"


def file_of(key: PrivateKey, encryption: KeySerializationEncryption | None = None) -> str:
    """A key file's text."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption()).decode()


READ: Final = """async (keys, text, sign) => {
    try {
        const { privateKey, ...made } = await keys.readKeyFile(new File([text], "key.pem"));
        return [made, await sign({ ...made, privateKey }), privateKey.extractable];
    } catch (error) { return error.code; }
}"""


@pytest.mark.parametrize(
    "key", [Ed25519PrivateKey.generate(), generate_private_key(SECP256R1())], ids=["ed25519", "p256"]
)
def test_a_key_file_signs_and_cannot_be_exported_again(page: Page, key: PrivateKey) -> None:
    for _ in range(4):  # a P-256 signature's numbers are shorter now and then
        made, signature, extractable = asked(page, READ, file_of(key))
        assert made["key"] == key_id_of(public_bytes(key))
        assert verified(made, signature)
        assert extractable is False
    assert asked(page, "keys => keys.held()") == []


def test_key_files_that_cannot_be_used_are_named_as_what_they_are(page: Page) -> None:
    key = Ed25519PrivateKey.generate()
    assert asked(page, READ, file_of(key, BestAvailableEncryption(b"passphrase"))) == "key-file-encrypted"
    broken = file_of(key).replace("\n", "", 1).replace("MC4", "MD4")
    for text in ("", "no key", broken, file_of(key).replace("PRIVATE", "PUBLIC")):
        assert asked(page, READ, text) == "key-file"
