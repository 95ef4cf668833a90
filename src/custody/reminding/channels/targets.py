"""Which targets may be reached where their name comes from somebody else than the operator.

A name is resolved once, every address it has is judged, and the connection goes to an address that was judged: what the
name means a moment later does not count. Public addresses are reached by https; whatever else only in the networks that
the operator named, there by http as well.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import SplitResult, urlsplit

from custody.errors import Malformed
from custody.reminding.channels.answer import NotSent

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

LONGEST: Final = 2_000
MOST_ADDRESSES: Final = 2
"""Of one name that are tried: each may take as long as a connection may."""

_PORTS: Final = {"http": 80, "https": 443}
_CARRY_IPV4: Final = tuple(map(ip_network, ("64:ff9b::/96", "2002::/16", "2001::/32", "::/96")))
"""Prefixes in which another address is hidden (NAT64, 6to4, Teredo, IPv4-compatible): RFC 6052, 3056, 4380, 4291."""


def may_be_reached(address: Address, scheme: str, networks: Sequence[Network]) -> bool:
    """Whether an address may be reached: in a network that the operator named, else a public one and by https."""
    plain = getattr(address, "ipv4_mapped", None) or address
    if any(plain in network for network in networks):
        return True
    public = plain.is_global and not plain.is_multicast and not plain.is_reserved
    return scheme == "https" and public and not any(plain in prefix for prefix in _CARRY_IPV4)


def require_target(url: str, networks: Sequence[Network]) -> None:
    """Judge a target by what can be seen without asking for its addresses. Raises Malformed."""
    parts = _parts(url)
    if parts.scheme == "http" and not networks:
        raise _wrong("https")
    try:
        literal = ip_address(parts.hostname or "")
    except ValueError:
        return
    if not may_be_reached(literal, parts.scheme, networks):
        raise _wrong("a public address, reached by https")


def addresses(url: str, networks: Sequence[Network]) -> list[str]:
    """The addresses of a target. Raises NotSent where it has none, or one that may not be reached."""
    parts = _parts(url)
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or _PORTS[parts.scheme], type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotSent(f"no address: {error}"[:300]) from None
    resolved = list(dict.fromkeys(str(each[4][0]) for each in found))
    for each in resolved:
        if not may_be_reached(ip_address(each), parts.scheme, networks):
            raise NotSent("an address that may not be reached")
    return resolved[:MOST_ADDRESSES]


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        fine = parts.scheme in _PORTS and parts.hostname and parts.port != 0
    except ValueError:
        fine = False
    if not fine or len(url) > LONGEST or not re.fullmatch(r"[!-~]+", url) or parts.username is not None or "#" in url:
        raise _wrong("an http or https address in ASCII, without a user and without a fragment")
    return parts


def _wrong(expected: str) -> Malformed:
    return Malformed(
        "malformed/subscription-url", f"No webhook may go to this address: expected {expected}.",
        field="url", expected=expected,
    )  # fmt: skip
