"""One token: what makes it good, and what each thing wrong with it is called. OpenSSL makes it, and judges as well."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509 import ReasonFlags
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custody.errors import CustodyError
from custody.timestamps import token as tokens
from custody.timestamps.chain import read_list
from custody.timestamps.token import Unproven, read_token, verify_token
from custody.timestamps.wire import answer_with, children, in_order, request, token_in
from time_authority import OTHER_POLICY, POLICY, TimeAuthority

pytest.importorskip("rfc3161_client", reason="the extra time is not installed")

TEXT = b"custody.example/yunling\n44\nt8XK9Qci7E+PQkFW577tNtsN5hY/b7ZDSXXvzTtyZg4=\n"
NONCE = 0x1234_5678_9ABC_DEF0


def given_by(authority: TimeAuthority, text: bytes = TEXT, policy: str | None = None) -> bytes:
    """A token over a text."""
    return token_in(authority.answer(request(text, "sha256", NONCE, policy)))


def now() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=2)


def judged(
    token: bytes, authority: TimeAuthority, text: bytes = TEXT, at: datetime | None = None, **more: object
) -> str:
    """``good``, or the code of what is wrong."""
    found = verify_token(token, text, [authority.root], at or now(), **more)  # type: ignore[arg-type]
    if isinstance(found, Unproven):
        assert found.zh
        assert found.en
        return found.code
    assert abs(found - datetime.now(UTC)) < timedelta(minutes=1)
    return "good"


def openssl_verifies(token: bytes, text: bytes, root: Path, folder: Path, *more: str) -> bool:
    """What `openssl ts -verify` says."""
    (folder / "token.der").write_bytes(token)
    (folder / "text").write_bytes(text)
    return subprocess.run(
        ["openssl", "ts", "-verify", "-token_in", "-in", folder / "token.der", "-data", folder / "text",
         "-CAfile", root, *more],
        capture_output=True, check=False,
    ).returncode == 0  # fmt: skip


@pytest.mark.parametrize("policy", [None, OTHER_POLICY])
@pytest.mark.parametrize("hashed", ["sha256", "sha512"])
def test_a_token_is_good_here_and_for_openssl(
    steady: TimeAuthority, tmp_path: Path, policy: str | None, hashed: str
) -> None:
    token = token_in(steady.answer(request(TEXT, hashed, NONCE, policy)))  # type: ignore[arg-type]
    assert judged(token, steady, nonce=NONCE, policy=policy or POLICY) == "good"
    assert openssl_verifies(token, TEXT, steady.folder / "root.pem", tmp_path)


def test_what_does_not_belong_together_is_named(steady: TimeAuthority, tmp_path: Path) -> None:
    token = given_by(steady)
    assert judged(token, steady, text=TEXT + b"\n") == "imprint"
    assert judged(token, steady, nonce=NONCE + 1) == "nonce"
    assert judged(token, steady, policy=OTHER_POLICY) == "policy"
    assert judged(token, steady, at=now() - timedelta(hours=1)) == "later"
    assert judged(token, steady, at=now() + timedelta(days=4_000)) == "expired"
    assert not openssl_verifies(token, TEXT + b"\n", steady.folder / "root.pem", tmp_path)


def test_a_tampered_token_is_never_good(steady: TimeAuthority, tmp_path: Path) -> None:
    token = given_by(steady)
    good = bytearray(token)
    read = read_token(token)
    stated = read.time.strftime("%Y%m%d%H%M")
    good[token.index(stated.encode()) + len(stated) - 1] ^= 1  # another minute, which every day has
    assert judged(bytes(good), steady, at=now() + timedelta(hours=1)) == "signature"
    for at in range(0, len(token), 29):
        changed = token[:at] + bytes([token[at] ^ 0x01]) + token[at + 1 :]
        if judged(changed, steady) == "good":  # the set of certificates is not signed: they prove themselves
            assert openssl_verifies(changed, TEXT, steady.folder / "root.pem", tmp_path), at


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cut=st.integers(0, 1_500), junk=st.binary(max_size=40))
def test_whatever_bytes_an_authority_sends_there_is_a_clear_error(steady: TimeAuthority, cut: int, junk: bytes) -> None:
    answer = steady.answer(b"") if cut == 0 else given_bytes(steady)
    for data in (junk, answer[:cut] + junk, answer[:cut] + junk + answer[cut + len(junk) :]):
        try:
            token = token_in(data)
        except CustodyError:
            continue
        assert judged(token, steady) in {
            "good", "malformed", "imprint", "chain", "signature", "expired", "algorithm", "later", "revoked",
        }  # fmt: skip


_ANSWERS: dict[int, bytes] = {}


def given_bytes(authority: TimeAuthority) -> bytes:
    return _ANSWERS.setdefault(id(authority), authority.answer(request(TEXT, "sha256", NONCE)))


def test_certificates_in_any_order_and_certificates_beside_the_token(
    authority: TimeAuthority, tmp_path: Path
) -> None:
    token = given_by(authority)
    assert answer_with(in_order(token)) == answer_with(in_order(in_order(token)))
    assert len(read_token(token).certificates) == 3
    authority.sends_chain = False
    alone = given_by(authority)
    assert judged(alone, authority) == "chain"
    assert judged(alone, authority, chain=[authority.between]) == "good"
    assert openssl_verifies(
        alone, TEXT, authority.folder / "root.pem", tmp_path, "-untrusted", str(authority.folder / "between.pem")
    )


def test_a_root_is_one_that_was_named(steady: TimeAuthority, other: TimeAuthority) -> None:
    token = given_by(steady)
    assert judged(token, other) == "chain"
    assert judged(token, other, chain=[steady.root, steady.between]) == "chain"
    assert verify_token(token, TEXT, [steady.between], now()) == tokens.NO_ROOT


@pytest.mark.parametrize(("change", "code"), [
    (lambda it: it.opens(days=-1, since=timedelta(days=2)), "expired"),
    (lambda it: it.opens(days=10, since=timedelta(days=-5)), "expired"),
    (lambda it: setattr(it, "digest", "sha1"), "algorithm"),
])  # fmt: skip
def test_a_certificate_or_a_hash_that_does_not_count(
    authority: TimeAuthority, change: Callable[[TimeAuthority], None], code: str
) -> None:
    good = given_by(authority)
    change(authority)
    token = given_by(authority)
    assert judged(good, authority) == "good"
    assert judged(token, authority) == code


def test_a_certificate_for_anything_else_dates_nothing(authority: TimeAuthority) -> None:
    """OpenSSL gives no token with such a certificate, but signs the same statement as any other message."""
    statement = children(children(children(children(children(given_by(authority))[1])[0])[2])[1])[0]
    said = authority.folder / "statement"
    said.write_bytes(statement[2 + (statement[1] & 0x7F if statement[1] & 0x80 else 0) :])
    for usage, code in ((ExtendedKeyUsageOID.TIME_STAMPING, "good"), (ExtendedKeyUsageOID.CODE_SIGNING, "signature")):
        authority.opens(usage=usage)
        signed = subprocess.run(
            ["openssl", "cms", "-sign", "-binary", "-nodetach", "-in", said, "-econtent_type",
             "1.2.840.113549.1.9.16.1.4", "-signer", authority.folder / "signer.pem", "-inkey",
             authority.folder / "signer.key", "-certfile", authority.folder / "between.pem", "-outform", "DER"],
            capture_output=True, check=True,
        ).stdout  # fmt: skip
        assert judged(signed, authority) == code


@pytest.mark.parametrize(("reason", "code"), [
    (None, "revoked"), (ReasonFlags.key_compromise, "revoked"), (ReasonFlags.superseded, "good"),
])  # fmt: skip
def test_a_revocation_voids_tokens_unless_its_reason_leaves_older_ones_good(
    authority: TimeAuthority, reason: ReasonFlags | None, code: str
) -> None:
    token = given_by(authority)
    authority.revokes((authority.signer, reason))
    lists = [read_list(authority.lists["/between.crl"])]
    assert judged(token, authority, lists=lists) == code
    authority.revokes()
    assert judged(token, authority, lists=[read_list(authority.lists["/between.crl"])]) == "good"


def test_a_list_that_somebody_else_signed_says_nothing(authority: TimeAuthority, other: TimeAuthority) -> None:
    token = given_by(authority)
    other.name = "north"  # of the same name, with another key
    other.revokes((authority.signer, None))
    forged = x509.load_der_x509_crl(other.lists["/between.crl"])
    assert judged(token, authority, lists=[forged]) == "good"


def test_without_the_library_nothing_is_called_good(
    steady: TimeAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = given_by(steady)
    monkeypatch.setattr(tokens, "find_spec", lambda name: None)
    assert judged(token, steady) == "not-checked"
