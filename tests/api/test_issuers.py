"""Who is vouched for by an issuer of OpenID Connect: machines and programs by bearer token, people at a page."""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from api.conftest import serving
from custody.vouching.configured import read_vouching
from custody_api.operation import Operation
from openid import AUDIENCE, SECRET, Provider, openid_provider, signs_in
from world import World
from world_orders import joins


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """One provider for the tests of this module; each sets it up as it needs it."""
    with openid_provider() as running:
        yield running


SETTINGS = """
[issuers.police]
issuer = "{issuer}"
title = "统一身份认证"
agencies = ["psb-yunling"]
audience = "{audience}"
client_id = "custody-pages"
scopes = ["openid", "profile"]
person_claim = "employee_number"

[issuers.police.people]
"zhou.yuan" = "psb-0211"
"jiang.jian" = "pro-11"
"gateway" = "psb-0347"
"nobody" = "psb-9999"

[issuers.police.systems]
"gateway" = "sys-gateway"
"zhou.yuan.as.system" = "psb-0211"
"""


def operation(tmp_path: Path, provider: Provider, text: str = SETTINGS) -> Operation:
    """How a server runs that trusts the provider."""
    file = tmp_path / "vouching.toml"
    file.write_text(text.format(issuer=provider.issuer, audience=AUDIENCE), encoding="utf-8")
    found, mistakes = read_vouching(file)
    assert not mistakes, mistakes
    return Operation(vouching=found, networks=(ip_network("127.0.0.0/8"),))


@pytest.fixture
def today(sqlite_world: World) -> World:
    """A world whose clock is right, with a machine of the police in it."""
    sqlite_world.clock.now = datetime.now(UTC) - timedelta(hours=1)
    joins(sqlite_world, "sys-gateway", "system", subject="system")
    sqlite_world.clock.now = datetime.now(UTC)
    return sqlite_world


class Bearing(httpx.Auth):
    """Bear a token."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
        """Put it into the header."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


@pytest.fixture
def server(today: World, provider: Provider, tmp_path: Path) -> Iterator[httpx.Client]:
    """The world, served; the provider knows the way back."""
    with serving(today.ledger, operation=operation(tmp_path, provider)) as address:
        provider.sets_up(f"{address}/v1/session/issuers/police/callback")
        with httpx.Client(base_url=address, timeout=30) as client:
            yield client


def test_a_person_with_an_access_token_of_an_issuer_reads_as_after_signing_in_with_a_key(
    today: World, server: httpx.Client, provider: Provider
) -> None:
    case = today.opens_case()
    bearing = Bearing(provider.signed({"sub": "any", "employee_number": "zhou.yuan"}))
    who = server.get("/v1/session", auth=bearing)
    assert (who.status_code, who.json()) == (
        200, {"person": "psb-0211", "agency": "psb-yunling", "capacities": ["officer"], "subject": "person"},
    )  # fmt: skip
    size = today.ledger.recorder.head().size
    assert server.get(f"/v1/cases/{case}", params={"at_least": size}, auth=bearing).status_code == 200
    assert server.get("/v1/session").status_code == 401


def test_a_machine_with_a_token_that_the_issuer_gave_it_is_the_system_of_its_agency(
    today: World, server: httpx.Client, provider: Provider
) -> None:
    """Its login stands in the table of people, too: what is a machine's token is never a person's."""
    case = today.opens_case()
    bearing = Bearing(provider.machine_token())
    who = server.get("/v1/session", auth=bearing).json()
    assert (who["person"], who["subject"], who["capacities"]) == ("sys-gateway", "system", ["system"])
    size = today.ledger.recorder.head().size
    assert server.get(f"/v1/cases/{case}", params={"at_least": size}, auth=bearing).status_code == 200
    assert server.get("/v1/journal/views", auth=bearing).status_code == 403
    made = server.post("/v1/subscriptions", auth=bearing, json={"url": "http://127.0.0.1:9/in"})
    assert made.status_code == 201, made.text


NOW = time.time
WRONG: dict[str, tuple[Callable[[], dict[str, Any]], dict[str, Any], str]] = {
    "over": (lambda: {"exp": int(NOW()) - 90}, {}, "token-time"),
    "without an end": (lambda: {"exp": None}, {}, "token-time"),
    "an end that is no number": (lambda: {"exp": "tomorrow"}, {}, "token-time"),
    "not valid yet": (lambda: {"nbf": int(NOW()) + 90}, {}, "token-time"),
    "issued tomorrow": (lambda: {"iat": int(NOW()) + 86_400}, {}, "token-time"),
    "for another audience": (lambda: {"aud": "https://other.example"}, {}, "token-audience"),
    "for no audience": (lambda: {"aud": None}, {}, "token-audience"),
    "of another issuer": (lambda: {"iss": "https://elsewhere.example"}, {}, "token"),
    "an ID token": (dict, {"typ": "JWT"}, "token"),
    "without a type": (dict, {"typ": None}, "token"),
    "a key that nobody published": (dict, {"kid": "unheard-of"}, "token"),
    "without the id of its key": (dict, {"kid": None}, "token"),
    "a critical header that nobody knows": (dict, {"crit": ["strange"], "strange": 1}, "token"),
    "about nobody": (lambda: {"sub": None}, {}, "token-audience"),
    "without the claim": (lambda: {"employee_number": None}, {}, "not-enrolled"),
    "a claim that is a list": (lambda: {"employee_number": ["zhou.yuan"]}, {}, "not-enrolled"),
    "about somebody of another house": (lambda: {"employee_number": "jiang.jian"}, {}, "not-enrolled"),
    "about somebody who is not enrolled": (lambda: {"employee_number": "nobody"}, {}, "not-enrolled"),
    "about a stranger": (lambda: {"employee_number": "psb-0211"}, {}, "not-enrolled"),
    "a person passed off as a machine": (lambda: {"sub": "zhou.yuan.as.system"}, {}, "not-enrolled"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_token_that_is_wrong_in_one_way_signs_nobody_in(
    server: httpx.Client, provider: Provider, wrong: str
) -> None:
    claims, header, code = WRONG[wrong]
    sound = {"sub": "any", "employee_number": "zhou.yuan"}
    assert server.get("/v1/session", auth=Bearing(provider.signed(sound))).status_code == 200
    answer = server.get("/v1/session", auth=Bearing(provider.signed({**sound, **claims()}, **header)))
    assert (answer.status_code, answer.json()["code"]) == (401, f"not-signed-in/{code}"), answer.text
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def by_hand(header: dict[str, Any], claims: dict[str, Any], secret: bytes | None) -> str:
    """A token that no library makes: signed with a shared secret, or not at all."""
    parts = [urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=") for each in (header, claims)]
    signature = b"" if secret is None else hmac.digest(secret, b".".join(parts), "sha256")
    return b".".join([*parts, urlsafe_b64encode(signature).rstrip(b"=")]).decode()


def test_a_token_that_the_issuer_did_not_sign_is_worth_nothing(server: httpx.Client, provider: Provider) -> None:
    now = int(time.time())
    claims = {"sub": "any", "employee_number": "zhou.yuan", "iss": provider.issuer, "aud": AUDIENCE}
    claims |= {"iat": now, "exp": now + 600}
    head = {"typ": "at+jwt", "kid": provider.key("RSA")["kid"]}
    public = RSAKey.import_key(provider.key("RSA")).as_pem(private=False)
    stranger = RSAKey.generate_key(2048)
    first, body, signature = provider.signed(claims, "RS256").split(".")
    forged = {
        "none": by_hand(head | {"alg": "none"}, claims, None),
        "a secret that everybody knows": by_hand(head | {"alg": "HS256"}, claims, public),
        "the key of a stranger": jwt.encode(head | {"alg": "RS256"}, claims, stranger),
        "a key that it brings": jwt.encode(
            head | {"alg": "RS256", "jwk": stranger.as_dict(private=False)}, claims, stranger
        ),
        "an algorithm that is not in the list": provider.signed(claims, "RS384"),
        "another claim": f"{first}.{body[:-4]}AAAA.{signature}",
        "cut off": f"{first}.{body}.",
        "no token": "a.b.c",
        "too long": f"{first}.{body}{'A' * 9000}.{signature}",
    }  # fmt: skip
    assert server.get("/v1/session", auth=Bearing(f"{first}.{body}.{signature}")).status_code == 200
    for how, token in forged.items():
        answer = server.get("/v1/session", auth=Bearing(token))
        assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in/token"), how
        assert token not in answer.text


def test_who_left_or_whose_last_key_is_revoked_is_out_with_the_next_request(
    today: World, server: httpx.Client, provider: Provider
) -> None:
    person = Bearing(provider.signed({"sub": "any", "employee_number": "zhou.yuan"}))
    machine = Bearing(provider.machine_token())
    assert [server.get("/v1/session", auth=each).status_code for each in (person, machine)] == [200, 200]
    today.act({
        "act": "revocation", "person": "psb-0211", "key": today.key_id("周远"), "reason": "lost", "since": None,
        "signers": today.signers(administrator="psb-admin"),
    })  # fmt: skip
    today.act({
        "act": "person", "person": "sys-gateway", "add": [], "end": [], "places_added": [], "places_ended": [],
        "unit": None, "left": True, "signers": today.signers(administrator="psb-admin"),
    })  # fmt: skip
    for each in (person, machine):
        answer = server.get("/v1/session", auth=each)
        assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in/not-enrolled")


def test_a_stream_that_a_token_opened_ends_with_the_token(
    today: World, server: httpx.Client, provider: Provider
) -> None:
    auth = Bearing(provider.machine_token())
    with server.stream("GET", "/v1/feed/stream", auth=auth, params={"after": 2**40}) as stream:
        assert stream.status_code == 200
        lines = stream.iter_lines()
        assert next(lines).startswith("retry")
        today.clock.forward(hours=1)
        today.opens_case()  # something happens: everybody's rights are looked at anew
        assert not [line for line in lines if line.startswith("data")]
    assert server.get("/v1/session", auth=auth).json()["code"] == "not-signed-in/token-time"


def test_a_session_begun_at_a_page_is_over_with_the_last_key(today: World, browser: httpx.Client) -> None:
    assert signs_in(browser, START, "zhou.yuan").status_code == 200
    assert browser.get("/v1/session").status_code == 200
    today.act({
        "act": "revocation", "person": "psb-0211", "key": today.key_id("周远"), "reason": "lost", "since": None,
        "signers": today.signers(administrator="psb-admin"),
    })  # fmt: skip
    assert browser.get("/v1/session").json()["code"] == "not-signed-in/session"


def test_without_configured_issuers_no_token_is_one(today: World, provider: Provider) -> None:
    with serving(today.ledger) as address:
        token = provider.signed({"sub": "any", "employee_number": "zhou.yuan"})
        answer = httpx.get(f"{address}/v1/session", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in/session")
        assert httpx.get(f"{address}/v1/session/issuers").json() == {"issuers": []}
        assert httpx.get(f"{address}/v1/session/issuers/police/start").status_code == 404


# -- people at a page


@pytest.fixture
def browser(server: httpx.Client) -> Iterator[httpx.Client]:
    """A browser with cookies of its own."""
    with httpx.Client(base_url=server.base_url, timeout=30) as client:
        yield client


START = "/v1/session/issuers/police/start"


def test_who_signs_in_at_the_issuers_page_comes_back_with_a_session(
    server: httpx.Client, browser: httpx.Client, provider: Provider
) -> None:
    (page,) = browser.get("/v1/session/issuers").json()["issuers"]
    assert page == {"issuer": "police", "title": "统一身份认证", "start": START}
    answer = signs_in(browser, f"{START}?next=/items%3Fcase%3D1%26q%3D%3Cb%3E", "zhou.yuan")
    assert answer.status_code == 200, answer.text
    assert 'content="0;url=/items?case=1&amp;q=&lt;b&gt;"' in answer.text
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    session = next(each for each in answer.headers.get_list("Set-Cookie") if each.startswith("custody-session="))
    assert {"HttpOnly", "SameSite=strict"} <= {each.strip() for each in session.split(";")}
    who = browser.get("/v1/session").json()
    assert (who["person"], who["capacities"]) == ("psb-0211", ["officer"])
    assert server.get("/v1/session").status_code == 401
    assert browser.delete("/v1/session", headers={"Origin": str(browser.base_url).rstrip("/")}).status_code == 204
    assert browser.get("/v1/session").status_code == 401


def test_a_client_with_a_secret_exchanges_its_code_with_it(today: World, provider: Provider, tmp_path: Path) -> None:
    secret = tmp_path / "police.secret"
    secret.write_text(f"{SECRET}\n", encoding="utf-8")
    secret.chmod(0o600)
    settings = SETTINGS.replace('"custody-pages"', '"custody-server"\nclient_secret_file = "police.secret"')
    with serving(today.ledger, operation=operation(tmp_path, provider, settings)) as address:
        provider.sets_up(f"{address}/v1/session/issuers/police/callback")
        with httpx.Client(base_url=address, timeout=30) as browser:
            assert signs_in(browser, START, "zhou.yuan").status_code == 200
            assert browser.get("/v1/session").json()["person"] == "psb-0211"


def test_who_is_not_enrolled_signs_in_there_but_not_here(browser: httpx.Client) -> None:
    for login in ("nobody", "jiang.jian", "a.stranger"):
        browser.cookies.clear()
        answer = signs_in(browser, START, login)
        assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in/not-enrolled")
        assert "custody-session" not in browser.cookies


def come_back(browser: httpx.Client, login: str = "zhou.yuan") -> httpx.URL:
    """The address that the issuer's page sends somebody back to; nobody has followed it yet."""
    arrived: list[httpx.URL] = []

    class Stops(httpx.Client):
        """A browser that stops at the door."""

        def get(self, url: Any, **more: Any) -> httpx.Response:
            if "/callback?" in str(url):
                arrived.append(httpx.URL(str(url)))
                return httpx.Response(200)
            return super().get(url, **more)

    with Stops(base_url=browser.base_url, cookies=browser.cookies, timeout=30) as stops:
        signs_in(stops, START, login)
        browser.cookies.update(stops.cookies)
    return arrived[0]


def test_an_answer_counts_only_as_the_issuer_gave_it_to_this_browser(
    server: httpx.Client, browser: httpx.Client
) -> None:
    there = come_back(browser)
    state = there.params["state"]
    wrong = {
        "in another browser": (server, there),
        "with another state": (browser, there.copy_set_param("state", state[:-1] + ("A" if state[-1] != "A" else "B"))),
        "without a state": (browser, there.copy_remove_param("state")),
        "of another issuer": (browser, there.copy_set_param("iss", "https://elsewhere.example")),
        "of nobody": (browser, there.copy_remove_param("iss")),
    }
    for how, (by, address) in wrong.items():
        answer = by.get(address)
        assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in/not-asked-for"), how
    twice = browser.get(there.copy_add_param("state", state))
    assert (twice.status_code, twice.json()["code"]) == (400, "malformed/query")
    refused = browser.get(there.copy_remove_param("code").copy_add_param("error", "access_denied"))
    assert (refused.status_code, refused.json()["code"]) == (401, "not-signed-in/denied")
    invented = browser.get(there.copy_set_param("code", "invented"))
    assert (invented.status_code, invented.json()["code"]) == (401, "not-signed-in/denied")
    cookie = browser.cookies["custody-visit"]
    assert browser.get(there).status_code == 200
    again = server.get(there, headers={"Cookie": f"custody-visit={cookie}"})  # whoever saw both: a code counts once
    assert (again.status_code, again.json()["code"]) == (401, "not-signed-in/denied")


def test_a_code_for_one_visit_is_worth_nothing_in_another(server: httpx.Client, browser: httpx.Client) -> None:
    """Somebody else's code, put into one's own answer: the issuer wants the verifier of the browser that asked."""
    theirs = come_back(browser)
    with httpx.Client(base_url=server.base_url, timeout=30) as mine:
        own = come_back(mine, "gateway")
        answer = mine.get(own.copy_set_param("code", theirs.params["code"]))
    assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in/denied")


@pytest.mark.parametrize(
    "onward",
    ["//evil.example", "/\\evil.example", "https://evil.example", "evil.example", "/a\\b", "/\t/evil.example", "",
     "/a\nb", "/" + "a" * 600, "/云"],
)  # fmt: skip
def test_nobody_is_sent_on_to_another_site(browser: httpx.Client, onward: str) -> None:
    answer = browser.get(START, params={"next": onward})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed/query")
