"""Whom the server answers beyond this machine, and whose word on the caller it takes. Nothing here binds beyond it."""

from __future__ import annotations

import ssl
import subprocess
import sys
import warnings
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from api.conftest import JSON, SignedIn, serving
from custody.cli import main
from custody.cli.parser import WrongUse
from custody.cli.settings import Settings
from custody.vouching.configured import Certificates, Vouching
from custody_api.door import HERE, Doorway, doorway_of
from custody_api.operation import Operation
from listening import certificate_for_loopback
from world import World
from world_orders import joins

PUBLIC = "https://custody.example"
THROUGH = {"Host": "custody.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"}
PROXY = (ip_network("10.0.0.1/32"),)
PAIR = {"tls_cert": Path("tls.pem"), "tls_key": Path("tls.key")}
ELSEWHERE = ("0.0.0.0", "192.0.2.1", "::", "evidence.example")


@pytest.mark.parametrize("host", ELSEWHERE)
def test_beyond_this_machine_the_server_binds_only_where_sessions_are_encrypted(host: str) -> None:
    decided: dict[str, dict[str, object]] = {
        "use/host": {},
        "use/tls-pair": {"tls_cert": Path("tls.pem")},
        "use/public-url": {"behind_proxy": PROXY},
    }
    for code, settings in decided.items():
        with pytest.raises(WrongUse) as refused:
            doorway_of(host, Settings(**settings), None)  # type: ignore[arg-type]
        assert refused.value.code == code
    assert doorway_of(host, Settings(public_url=PUBLIC, **PAIR), None) == Doorway(PUBLIC)
    behind = doorway_of(host, Settings(public_url=PUBLIC, behind_proxy=PROXY), None)
    assert behind == Doorway(PUBLIC, PROXY)


def test_on_this_machine_nothing_has_to_be_said() -> None:
    assert {doorway_of(each, Settings(), None) for each in ("127.0.0.1", "localhost", "::1")} == {HERE}
    with pytest.raises(WrongUse) as refused:
        doorway_of("127.0.0.1", Settings(**PAIR), "Client-Cert")
    assert refused.value.code == "use/certificates"


def test_why_a_host_is_refused_is_said_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    for host in ELSEWHERE:
        assert main(["serve", "--lang", "zh", "--host", host]) == 2
        assert "须加密传输" in capsys.readouterr().err
        assert main(["serve", "--lang", "en", "--host", host]) == 2
        assert "only if it encrypts" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--public-url", "http://custody.example"), ("--public-url", "https://custody.example/path"),
        ("--public-url", "https://u@custody.example"), ("--behind-proxy", "0.0.0.0/0"), ("--behind-proxy", "*"),
        ("--behind-proxy", "proxy.example"), ("--behind-proxy", "10.0.0.1,10.0.0.2"),
    ],
)  # fmt: skip
def test_settings_of_the_door_that_mean_nothing_are_wrong_use(
    capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    assert main(["serve", "--lang", "en", option, value]) == 2
    assert option in capsys.readouterr().err


@contextmanager
def served(world: World, *proxies: str, certificates: Certificates | None = None) -> Iterator[httpx.Client]:
    """The world behind proxies at these addresses, and a client at 127.0.0.1."""
    doorway = Doorway(PUBLIC, tuple(map(ip_network, proxies)), certificates.header if certificates else None)
    operation = Operation(sign_ins_a_minute=2, doorway=doorway, vouching=Vouching(certificates=certificates))
    with serving(world.ledger, operation=operation) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


def test_a_request_through_the_proxy_counts_only_if_it_came_encrypted(sqlite_world: World) -> None:
    with served(sqlite_world, "127.0.0.1/32") as client:
        answer = client.get("/healthz", headers=THROUGH)
        assert (answer.status_code, answer.headers["Strict-Transport-Security"]) == (200, "max-age=31536000")
        for wrong in ({"X-Forwarded-Proto": "http"}, {"X-Forwarded-Proto": "https, http"}, {"X-Forwarded-Proto": ""}):
            assert client.get("/healthz", headers=THROUGH | wrong).json()["code"] == "misdirected/in-the-clear"
        unsaid = {"Host": "custody.example", "X-Forwarded-Proto": "https"}
        assert client.get("/healthz", headers=unsaid).json()["code"] == "misdirected/in-the-clear"
        assert client.get("/healthz").json()["code"] == "misdirected/in-the-clear"
        other = client.get("/healthz", headers=THROUGH | {"Host": "evidence.example", "Accept-Language": "en"})
        assert (other.status_code, other.json()["code"]) == (421, "misdirected/host")
        assert PUBLIC in other.json()["detail"]


def test_nobody_but_the_proxy_says_where_a_request_came_from(sqlite_world: World) -> None:
    with served(sqlite_world, "192.0.2.1/32") as client:
        answer = client.get("/healthz", headers=THROUGH)
        assert (answer.status_code, answer.json()["code"]) == (421, "misdirected/in-the-clear")
        here = client.get("/healthz", headers={"X-Forwarded-Proto": "https"})
        assert here.status_code == 200  # this machine, answered as without a proxy
        assert "Strict-Transport-Security" not in here.headers
        asked = [client.post("/v1/session", headers={"X-Forwarded-For": f"198.51.100.{each}"}) for each in range(3)]
        assert [each.status_code for each in asked] == [415, 415, 429]


def test_limits_are_counted_for_the_caller_whom_the_proxy_names(sqlite_world: World) -> None:
    """What a caller wrote into the header himself stands before the address that the proxy added, and counts not."""
    with served(sqlite_world, "127.0.0.1/32") as client:
        invented = [THROUGH | {"X-Forwarded-For": f"203.0.113.{each}, 198.51.100.7"} for each in range(3)]
        assert [client.post("/v1/session", headers=each).status_code for each in invented] == [415, 415, 429]
        other = THROUGH | {"X-Forwarded-For": "198.51.100.8"}
        assert client.post("/v1/session", headers=other).status_code == 415


def test_behind_a_proxy_a_page_gets_a_cookie_that_only_travels_encrypted(sqlite_world: World) -> None:
    with served(sqlite_world, "127.0.0.1/32") as client:
        statement = SignedIn(sqlite_world, "周远")._statement(PUBLIC)
        answer = client.post("/v1/session?for=page", headers=THROUGH | JSON, content=statement)
        assert answer.status_code == 201, answer.text
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-custody-session=")
        assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/"} <= {each.strip() for each in cookie.split(";")}
        bearing = THROUGH | {"Cookie": cookie.partition(";")[0]}
        assert client.get("/v1/session", headers=bearing).json()["person"] == "psb-0211"
        foreign = client.post("/v1/acts", headers=bearing | JSON | {"Origin": "https://evil.example"}, content=b"{}")
        assert (foreign.status_code, foreign.json()["code"]) == (401, "not-signed-in/foreign-page")
        own = client.post("/v1/acts", headers=bearing | JSON | {"Origin": PUBLIC}, content=b"{}")
        assert own.status_code == 400


# -- machines with certificates


@pytest.fixture
def certificate(tmp_path: Path) -> x509.Certificate:
    """A certificate of a machine."""
    return x509.load_pem_x509_certificate(certificate_for_loopback(tmp_path)[0].read_bytes())


@pytest.fixture
def today(sqlite_world: World) -> World:
    """A world whose clock is right, with a machine of the police in it."""
    sqlite_world.clock.now = datetime.now(UTC) - timedelta(hours=1)
    joins(sqlite_world, "sys-gateway", "system", subject="system")
    sqlite_world.clock.now = datetime.now(UTC)
    return sqlite_world


def as_item(certificate: x509.Certificate) -> str:
    """As RFC 9440 writes it."""
    return f":{b64encode(_der(certificate)).decode()}:"


def as_pem(certificate: x509.Certificate) -> str:
    """As nginx writes it."""
    return quote(certificate.public_bytes(Encoding.PEM).decode())


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def configured(certificate: x509.Certificate, system: str = "sys-gateway") -> Certificates:
    """The settings that name the certificate."""
    return Certificates(header="Client-Cert", systems={sha256(_der(certificate)).hexdigest(): system})


def test_a_machine_whose_certificate_the_proxy_passes_on_is_the_system_that_is_configured(
    today: World, certificate: x509.Certificate
) -> None:
    case = today.opens_case()
    size = today.ledger.recorder.head().size
    with served(today, "127.0.0.1/32", certificates=configured(certificate)) as client:
        for form in (as_item, as_pem):
            bearing = THROUGH | {"Client-Cert": form(certificate)}
            assert client.get("/v1/session", headers=bearing).json()["person"] == "sys-gateway"
            assert client.get(f"/v1/cases/{case}", params={"at_least": size}, headers=bearing).status_code == 200
        assert client.post("/v1/acts", headers=bearing | JSON, content=b"{}").status_code == 400
        foreign = client.post("/v1/acts", headers=bearing | JSON | {"Origin": "https://evil.example"}, content=b"{}")
        assert foreign.json()["code"] == "not-signed-in/foreign-page"
        assert client.get("/v1/session", headers=THROUGH | {"Client-Cert": ""}).status_code == 401


def test_a_certificate_that_anybody_but_the_proxy_sends_is_not_believed(
    today: World, certificate: x509.Certificate
) -> None:
    borne = {"Client-Cert": as_item(certificate)}
    with served(today, "192.0.2.1/32", certificates=configured(certificate)) as client:
        answer = client.get("/v1/session", headers=borne)
        assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in/session")
    with served(today, "127.0.0.1/32") as client:  # and from the proxy only where it is configured
        assert client.get("/v1/session", headers=THROUGH | borne).json()["code"] == "not-signed-in/session"


def test_a_certificate_that_is_not_that_one_signs_nobody_in(
    today: World, certificate: x509.Certificate, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("other")
    other = x509.load_pem_x509_certificate(certificate_for_loopback(folder)[0].read_bytes())
    sound = as_item(certificate)
    with served(today, "127.0.0.1/32", certificates=configured(certificate)) as client:

        def code(*values: str) -> str:
            headers = [*THROUGH.items(), *(("Client-Cert", each) for each in values)]
            return str(client.get("/v1/session", headers=headers).json().get("code"))

        assert code(sound) == "None"
        assert code(as_item(other)) == "not-signed-in/not-enrolled"
        for wrong in (sound[:-9] + ":", "::", ":AAAA:", "x", sound + sound, quote("-----BEGIN CERTIFICATE-----"),
                      ":" + "A" * 20_000 + ":", "%ff%fe"):  # fmt: skip
            assert code(wrong) == "not-signed-in/certificate", wrong[:40]
        assert code(sound, sound) == "not-signed-in/certificate"
        today.clock.forward(days=3)
        assert code(sound) == "not-signed-in/certificate"
    with served(today, "127.0.0.1/32", certificates=configured(certificate, "psb-0211")) as client:
        today.clock.forward(days=-3)
        assert code(sound) == "not-signed-in/not-enrolled"  # a person is no machine


# -- TLS that ends here


def test_with_a_certificate_of_its_own_the_server_speaks_tls_and_nothing_older_than_1_2(
    tmp_path: Path
) -> None:
    cert, key = certificate_for_loopback(tmp_path)
    key.chmod(0o600)
    database, admin = str(tmp_path / "ledger.db"), str(tmp_path / "admin.pem")
    assert main(["keygen", admin, "--no-passphrase"]) == 0
    founding = ["init", "--database", database, "--origin", "custody.example/tls", "--jurisdiction", "cn"]
    assert main([*founding, "--agency", "psb-yunling", "--admin", "psb-admin", "--key", admin]) == 0
    serve = ["serve", "--lang", "en", "--database", database, "--port", "0"]
    serve += ["--tls-cert", str(cert), "--tls-key", str(key)]
    with subprocess.Popen(
        [sys.executable, "-c", "import sys; from custody.cli import main; sys.exit(main())", *serve],
        stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split()[1].removesuffix("/openapi.json")
            assert address.startswith("https://127.0.0.1:")
            trust = ssl.create_default_context(cafile=str(cert))
            with httpx.Client(base_url=address, verify=trust, timeout=60) as client:
                assert client.get("/healthz").status_code == 200
            old = ssl.create_default_context(cafile=str(cert))
            with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
                old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
            with pytest.raises(httpx.ConnectError):
                httpx.get(address, verify=old)
            with pytest.raises(httpx.HTTPError):
                httpx.get(address.replace("https", "http") + "/healthz")
        finally:
            process.terminate()
        assert process.wait(60) == 0


def test_a_certificate_or_key_that_cannot_be_used_is_told_before_anything_starts(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    cert, key = certificate_for_loopback(tmp_path)
    other, _ = certificate_for_loopback(tmp_path_factory.mktemp("other"))
    key.chmod(0o644)
    open_key = main(["serve", "--tls-cert", str(cert), "--tls-key", str(key), "--lang", "en"])
    assert (open_key, "chmod" in capsys.readouterr().err) == (2, True)
    key.chmod(0o600)
    locked = tmp_path / "locked.key"
    subprocess.run(["openssl", "pkey", "-in", key, "-aes256", "-passout", "pass:x", "-out", locked], check=True)
    for wrong_cert, wrong_key in ((other, key), (cert, locked), (cert, cert), (tmp_path / "none", key)):
        assert main(["serve", "--tls-cert", str(wrong_cert), "--tls-key", str(wrong_key), "--lang", "zh"]) == 2
        assert "不能使用" in capsys.readouterr().err
