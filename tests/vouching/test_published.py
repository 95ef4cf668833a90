"""What an issuer publishes: fetched, held, looked for again after a rotation, and never trusted to be well-behaved."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from custody.errors import NotSignedIn, Unavailable
from custody.vouching import published
from custody.vouching.configured import Issuer, Vouching
from custody.vouching.published import AGAIN_SECONDS, HOLDS_SECONDS, MOST_BYTES, Published
from custody.vouching.tokens import Issuers
from listening import certificate_for_loopback
from openid import AUDIENCE, Provider, openid_provider


class Passing:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def passing() -> Passing:
    """The clock by which fetching again is counted."""
    return Passing()


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider of its own, whose counts begin at nothing."""
    with openid_provider() as running:
        yield running


@pytest.fixture
def issuers(provider: Provider, passing: Passing) -> Issuers:
    """The provider, configured."""
    issuer = Issuer(issuer=provider.issuer, agencies=("psb-yunling",), audience=AUDIENCE)
    return Issuers(Vouching(issuers={"police": issuer}), passing)


def now() -> datetime:
    """The time that tokens are held against."""
    return datetime.now(UTC)


def test_keys_are_fetched_once_and_held(provider: Provider, issuers: Issuers, passing: Passing) -> None:
    for _ in range(3):
        assert issuers.bearer(provider.signed({"sub": "psb-0211"}), now()).id == "psb-0211"
    assert provider.asked() == {"openid": 1, "jwks": 1}
    passing.now += HOLDS_SECONDS
    assert issuers.bearer(provider.signed({"sub": "psb-0211"}), now()).id == "psb-0211"
    assert provider.asked() == {"openid": 2, "jwks": 2}


def test_after_a_rotation_new_tokens_count_at_once_and_old_ones_no_more(
    provider: Provider, issuers: Issuers, passing: Passing
) -> None:
    old = provider.signed({"sub": "psb-0211"})
    issuers.bearer(old, now())
    passing.now += AGAIN_SECONDS
    provider.sets_up("http://127.0.0.1/", keys="new")
    assert issuers.bearer(provider.signed({"sub": "psb-0347"}), now()).id == "psb-0347"
    with pytest.raises(NotSignedIn, match="not-signed-in/token"):
        issuers.bearer(old, now())


def test_invented_keys_make_nobody_ask_the_issuer_more_often_than_every_half_minute(
    provider: Provider, issuers: Issuers, passing: Passing
) -> None:
    issuers.bearer(provider.signed({"sub": "psb-0211"}), now())
    for second in range(61):
        passing.now += 1
        with pytest.raises(NotSignedIn):
            issuers.bearer(provider.signed({"sub": "psb-0211"}, kid=f"invented-{second}"), now())
    assert provider.asked()["jwks"] == 3


def test_while_an_issuer_is_away_what_is_held_goes_on_and_then_it_is_asked_now_and_again(
    provider: Provider, issuers: Issuers, passing: Passing
) -> None:
    token = provider.signed({"sub": "psb-0211"})
    issuers.bearer(token, now())
    provider.process.kill()
    provider.process.wait()
    passing.now += HOLDS_SECONDS - 1
    assert issuers.bearer(token, now()).id == "psb-0211"
    passing.now += 1
    for _ in range(2):
        with pytest.raises(Unavailable) as away:
            issuers.bearer(token, now())
        assert (away.value.code, away.value.fields["retry_after"]) == ("unavailable/issuer", 30)


# -- an issuer that misbehaves


@dataclass
class Misbehaving:
    """A web server whose answers are whatever a test puts here, by path."""

    url: str = ""
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    dribbles: bool = False

    def publishes(self, *keys: dict[str, Any], **metadata: Any) -> None:
        """Publish keys, and metadata that is right but for what is said."""
        said = {"issuer": self.url, "jwks_uri": f"{self.url}/jwks", **metadata}
        self.answers["/.well-known/openid-configuration"] = 200, json.dumps(said).encode()
        self.answers["/jwks"] = 200, json.dumps({"keys": keys}).encode()


@contextmanager
def misbehaving(certificate: tuple[Path, Path] | None = None) -> Iterator[Misbehaving]:
    """The server, for as long as it is needed, perhaps with TLS."""
    made = Misbehaving()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = made.answers.get(self.path, (404, b"{}"))
            self.send_response(status)
            self.send_header("Location", f"{made.url}/elsewhere")
            self.end_headers()
            try:
                if made.dribbles:
                    for _ in range(2_000):  # longer than anybody waits
                        self.wfile.write(b" ")
                        time.sleep(0.05)
                self.wfile.write(body)
            except OSError:
                return  # hung up on, as it should be

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        made.url = f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield made
        finally:
            server.shutdown()


@pytest.fixture
def there() -> Iterator[Misbehaving]:
    """An issuer that misbehaves."""
    with misbehaving() as made:
        yield made


GOOD = ECKey.generate_key("P-256", parameters={"kid": "good"}, private=True).as_dict(private=False)


def asked(there: Misbehaving, **settings: Any) -> Published:
    """What it publishes."""
    return Published(Issuer(issuer=there.url, agencies=("psb-yunling",), audience=AUDIENCE, **settings))


def test_what_is_no_key_to_verify_with_is_passed_over(there: Misbehaving) -> None:
    weak = RSAKey.generate_key(1024, parameters={"kid": "weak"}).as_dict(private=False)
    shared = OctKey.generate_key(256, parameters={"kid": "shared"}).as_dict()
    encrypting = ECKey.generate_key("P-256", parameters={"kid": "enc", "use": "enc"}).as_dict(private=False)
    broken = {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA", "kid": "broken"}
    unheard: list[Any] = [{"kty": "ML-DSA", "kid": "new"}, {"kid": "none"}, "a text", None, {"kty": ["EC"], "kid": "x"}]
    there.publishes(weak, shared, encrypting, broken, *unheard, GOOD)
    assert [key.kid for key in asked(there).keys("good")] == ["good"]


WRONG: dict[str, dict[str, tuple[int, bytes]]] = {
    "no metadata": {"/.well-known/openid-configuration": (404, b"{}")},
    "a redirect": {"/.well-known/openid-configuration": (302, b"{}")},
    "HTML": {"/.well-known/openid-configuration": (200, b"<html>")},
    "metadata that are a list": {"/.well-known/openid-configuration": (200, b"[]")},
    "metadata that say everything twice": {"/.well-known/openid-configuration": (200, b'{"a":1,"a":2}')},
    "too much": {"/jwks": (200, b" " * (MOST_BYTES + 1))},
    "deep": {"/jwks": (200, b"[" * 100_000)},
    "no keys": {"/jwks": (200, b'{"keys":[]}')},
    "keys that are a table": {"/jwks": (200, b'{"keys":{}}')},
    "an error": {"/jwks": (500, b'{"keys":[]}')},
    "bytes": {"/jwks": (200, b"\xff\xfe")},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_whatever_it_answers_instead_nobody_is_signed_in_by_it(there: Misbehaving, wrong: str) -> None:
    there.publishes(GOOD)
    there.answers |= WRONG[wrong]
    there.answers["/elsewhere"] = 200, json.dumps({"issuer": there.url, "jwks_uri": f"{there.url}/jwks"}).encode()
    with pytest.raises(Unavailable, match="unavailable/issuer"):
        asked(there).keys("good")


@pytest.mark.parametrize(
    "metadata",
    [{"issuer": "https://other.example"}, {"jwks_uri": "http://keys.example/jwks"}, {"jwks_uri": "file:///etc/passwd"},
     {"jwks_uri": None}, {"token_endpoint": "http://198.51.100.1/token"}],
)  # fmt: skip
def test_metadata_of_another_issuer_or_in_the_clear_are_none(there: Misbehaving, metadata: dict[str, Any]) -> None:
    there.publishes(GOOD, **metadata)
    with pytest.raises(Unavailable, match="unavailable/issuer"):
        asked(there).keys("good")


def test_an_issuer_that_answers_drop_by_drop_is_hung_up_on(
    there: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "WAIT_SECONDS", 1.0)  # of which a busy machine's pauses take nothing away
    there.publishes(GOOD)
    there.dribbles = True
    began = time.monotonic()
    with pytest.raises(Unavailable, match="too slow"):
        asked(there).keys("good")
    assert time.monotonic() - began < 20


def test_an_issuer_is_asked_only_under_a_certificate_that_is_trusted(tmp_path: Path) -> None:
    pair = certificate_for_loopback(tmp_path)
    with misbehaving(pair) as there:
        there.publishes(GOOD)
        with pytest.raises(Unavailable, match="ConnectError"):
            asked(there).keys("good")
        assert [key.kid for key in asked(there, ca_file=pair[0]).keys("good")] == ["good"]
