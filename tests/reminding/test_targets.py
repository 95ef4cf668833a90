"""Where webhooks of others may go, and how long anybody can keep us there."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from custody.reminding.channels.answer import InDoubt, NotSent
from custody.reminding.channels.posting import post
from custody.reminding.channels.targets import addresses, may_be_reached
from listening import certificate_for_loopback, web_server

SOON = 0.4
LONG = 3.0
"""Enough for a handshake, whatever else this machine does."""
EVER = 10.0
"""Who drips does so without end: whoever is done by then was not kept waiting."""


@contextmanager
def dripping(greeting: bytes = b"", certificate: tuple[Path, Path] | None = None) -> Iterator[int]:
    """The port of a server that sends a byte now and then, and never ends; with a certificate, once TLS stands."""

    def drip(connected: socket.socket) -> None:
        with suppress(OSError):
            if certificate is not None:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(*certificate)
                connected = context.wrap_socket(connected, server_side=True)
            connected.sendall(greeting)
            while True:
                connected.sendall(b"x")
                time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=lambda: drip(server.accept()[0]), daemon=True)
        thread.start()
        yield server.getsockname()[1]


@pytest.mark.parametrize("greeting", [b"", b"HTTP/1.1 200 OK\r\nX-: ", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"])
def test_whoever_sends_a_byte_now_and_then_keeps_nobody_waiting(greeting: bytes) -> None:
    began = time.monotonic()
    with dripping(greeting) as port, suppress(InDoubt):
        assert post(f"http://127.0.0.1:{port}/", b"{}", {}, SOON).status == 200
    assert time.monotonic() - began < EVER


def test_nor_does_a_handshake_that_never_ends() -> None:
    began = time.monotonic()
    with dripping(b"\x16\x03\x03\x40\x00") as port, pytest.raises(NotSent):
        post(f"https://127.0.0.1:{port}/", b"{}", {}, SOON)
    assert time.monotonic() - began < EVER


def test_nor_does_an_answer_over_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = certificate_for_loopback(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made[0]))
    began = time.monotonic()
    with dripping(b"HTTP/1.1 200 OK\r\nX-Long: ", made) as port, suppress(InDoubt):
        assert post(f"https://127.0.0.1:{port}/", b"{}", {}, LONG).status == 200
    assert time.monotonic() - began < EVER


def test_a_certificate_that_nobody_vouches_for_is_sent_nothing(tmp_path: Path) -> None:
    with dripping(certificate=certificate_for_loopback(tmp_path)) as port, pytest.raises(NotSent, match="CERTIFICATE"):
        post(f"https://127.0.0.1:{port}/", b"{}", {}, EVER)


def test_the_connection_goes_to_the_address_that_was_judged_whatever_the_name_means_now() -> None:
    with web_server() as web:
        port = web.url.rpartition(":")[2]
        post(f"http://hooks.example.test:{port}/in", b"{}", {"Content-Type": "application/json"}, 5, ["127.0.0.1"])
    [request] = web.posted
    assert request.headers["host"] == f"hooks.example.test:{port}"


def test_a_name_is_judged_by_every_address_it_has() -> None:
    assert addresses("http://localhost:1/", [ip_network("127.0.0.0/8"), ip_network("::1/128")])
    with pytest.raises(NotSent):
        addresses("https://localhost:1/", [])
    with pytest.raises(NotSent):
        addresses("https://nobody.invalid/", [])


@pytest.mark.parametrize(("address", "scheme", "network", "expected"), [
    ("93.184.216.34", "https", None, True), ("93.184.216.34", "http", None, False),
    ("93.184.216.34", "http", "10.0.0.0/8", False), ("2606:2800:220:1::1", "https", None, True),
    ("10.1.2.3", "https", "10.0.0.0/8", True), ("10.1.2.3", "http", "10.0.0.0/8", True),
    ("::ffff:10.1.2.3", "https", "10.0.0.0/8", True), ("::ffff:10.1.2.3", "https", None, False),
    ("11.1.2.3", "https", "10.0.0.0/8", True), ("127.0.0.1", "https", "10.0.0.0/8", False),
    ("fe80::1%eth0", "https", None, False), ("64:ff9b::a01:203", "https", None, False),
])  # fmt: skip
def test_public_addresses_by_https_and_else_only_the_networks_that_were_named(
    address: str, scheme: str, network: str | None, expected: bool
) -> None:
    networks = [ip_network(network)] if network else []
    assert may_be_reached(ip_address(address), scheme, networks) is expected
