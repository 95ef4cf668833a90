"""The door: which addresses the server binds, which names it answers to, and whose word on the caller it takes.

Sessions never travel in the clear. On this machine they need not be encrypted; beyond it the server binds only with
TLS of its own, or behind a proxy that has it and says of each request that it came by https. What only the proxy may
say, where a request came from and with which client certificate, is struck out where anybody else says it.

The Host header is checked because a page in somebody's browser can have its name made to point here (DNS rebinding),
and because statements of sign-in and addresses that issuers send back to are made for a name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final, Literal
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from custody.cli.parser import WrongUse
from custody.cli.settings import Settings
from custody_api.problems import misdirected
from custody_api.wording import say

ADDRESSES: Final = ("127.0.0.1", "localhost", "::1")

_LOOPBACK: Final = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
_ONE_YEAR: Final = "max-age=31536000"

Reason = Literal["misdirected/host", "misdirected/in-the-clear"]


@dataclass(frozen=True, slots=True)
class Doorway:
    """How the server is reached; without anything set, on this machine only."""

    public_url: str | None = None
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    certificate_header: str | None = None
    """In which the proxies pass on a client certificate."""

    @property
    def name(self) -> str | None:
        """The Host header of requests from elsewhere."""
        return urlsplit(self.public_url).netloc if self.public_url else None

    def trusts(self, peer: str) -> bool:
        """Whether a peer is a proxy of ours."""
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self.proxies)


HERE: Final = Doorway()
"""On this machine only."""


def doorway_of(host: str, settings: Settings, certificate_header: str | None) -> Doorway:
    """How a server that binds ``host`` is reached. Raises WrongUse if anybody's session could travel in the clear."""
    encrypted, beyond = settings.tls_cert is not None, host not in ADDRESSES
    if encrypted is not (settings.tls_key is not None):
        raise wrong_use("use/tls-pair")
    if beyond and not encrypted and not settings.behind_proxy:
        raise wrong_use("use/host", host=host)
    if (beyond or settings.behind_proxy) and settings.public_url is None:
        raise wrong_use("use/public-url")
    if certificate_header is not None and not settings.behind_proxy:
        raise wrong_use("use/certificates")
    return Doorway(settings.public_url, settings.behind_proxy, certificate_header)


def wrong_use(code: str, **fields: str) -> WrongUse:
    """A wrong use of ``custody serve``, with a sentence of the API's own."""
    return WrongUse(code, say(code, "en", **fields), **fields)


class Door:
    """Answers 421 to requests that are not meant for this server, or that came in the clear from elsewhere."""

    def __init__(self, app: ASGIApp, doorway: Doorway) -> None:
        self._app = app
        self._doorway = doorway

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is meant for us."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        doorway, peer = self._doorway, scope["client"][0] if scope["client"] else ""
        through = doorway.trusts(peer)
        if not through and doorway.certificate_header:
            struck = doorway.certificate_header.lower().encode()
            scope["headers"] = [each for each in scope["headers"] if each[0].lower() != struck]
        if reason := _reason_against(doorway, scope, through):
            answer = misdirected(Request(scope), reason, doorway.public_url or ", ".join(ADDRESSES))
            await answer(scope, receive, send)
            return
        public = doorway.name is not None and Headers(scope=scope)["host"].lower() == doorway.name

        async def strictly(message: Message) -> None:
            if public and message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Strict-Transport-Security"] = _ONE_YEAR
            await send(message)

        await self._app(scope, receive, strictly)


def _reason_against(doorway: Doorway, scope: Scope, through: bool) -> Reason | None:
    """Why a request is not answered, if it is not."""
    headers = Headers(scope=scope)
    hosts = headers.getlist("host")
    named = hosts[0].strip().lower() if len(hosts) == 1 else ""
    if through:
        # The client's address is asked for too: without it, who comes through the proxy would pass for this machine.
        by_https = headers.getlist("x-forwarded-proto") == ["https"] and "x-forwarded-for" in headers
        if not by_https:
            return "misdirected/in-the-clear"
        return None if named == doorway.name else "misdirected/host"
    if _LOOPBACK.fullmatch(named) and scope["client"] and scope["client"][0] in ADDRESSES:
        return None
    if named != doorway.name:
        return "misdirected/host"
    return None if scope["scheme"] == "https" else "misdirected/in-the-clear"
