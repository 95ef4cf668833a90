"""What each setting takes: a value as it was given, read, or turned away with what it should be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from custody.cli.parser import WrongUse
from custody.cli.printers import Printer, read_printers
from custody.cli.zone import zone_named

if TYPE_CHECKING:
    from sqlalchemy import URL

LOOPBACK: Final = "loopback"
"""The value of ``metrics`` that shows the figures to this machine."""

SHORTEST_TOKEN: Final = 16


def database_url(given: str) -> URL:
    """Read a database as people write it: a URL, or the path of a SQLite file. Raises WrongUse."""
    from sqlalchemy import URL, make_url  # a third of a second that keygen and template do not need
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(given) if "://" in given else URL.create("sqlite", database=given)
    except (ArgumentError, ValueError):
        raise WrongUse("use/database-url", "This is no database URL and no path.") from None
    if url.get_backend_name() not in ("sqlite", "postgresql") or not url.database or url.database == ":memory:":
        raise WrongUse("use/database-kind", "A ledger is a SQLite file or a PostgreSQL database.")
    return url


def _bytes(name: str) -> Callable[[str], int]:
    def read(given: str) -> int:
        if not (given.isascii() and given.isdecimal() and 0 < int(given) <= 2**53):
            raise WrongUse("use/bytes", f"{name} is a number of bytes.", name=name)
        return int(given)

    return read


def _zone(given: str) -> str:
    zone_named(given)
    return given


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(given: str) -> str:
        if given not in choices:
            raise wrong_value(" | ".join(choices), given)
        return given

    return read


def _metrics(given: str) -> str | Path:
    """``loopback``, or the file with the token that whoever reads the figures has to bear."""
    if given == LOOPBACK:
        return LOOPBACK
    if not Path(given).is_file():
        raise wrong_value(f"{LOOPBACK} | FILE", given)
    read_token(Path(given))
    return Path(given)


def read_token(file: Path) -> str:
    """The token in a file. Raises WrongUse if others may read the file or the token is too short; OSError."""
    if file.stat().st_mode & 0o077:
        raise WrongUse("use/metrics-open", "Others may read the file with the token: chmod 600 it.", file=str(file))
    token = file.read_text(encoding="utf-8", errors="replace").strip()
    if len(token) < SHORTEST_TOKEN:
        raise WrongUse("use/metrics-token", "A token has 16 characters or more.", file=str(file))
    return token


def _each_minute(given: str) -> int:
    if not re.fullmatch("[0-9]{1,6}", given) or int(given) == 0:
        raise wrong_value("1 … 999999", given)
    return int(given)


def _store(given: str) -> Path | str:
    if "://" not in given:
        return Path(given)
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]+)*/?", given):
        raise wrong_value("DIRECTORY | s3://BUCKET/PREFIX", given)
    return given


def _collector(given: str) -> str:
    if not re.fullmatch(r"https?://[!-?A-~]+", given):
        raise wrong_value("http://HOST:4318/v1/traces", given)
    try:
        found = find_spec("opentelemetry.exporter.otlp.proto.http")
    except ModuleNotFoundError:  # not even what it is part of is there
        found = None
    if found is None:
        raise WrongUse("use/otel", "Install what makes traces: pip install 'evidence-custody[otel]'.")
    return given


def _networks(given: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(map(ip_network, given.split()))
    except ValueError:
        raise wrong_value("NETWORK …, as 10.20.0.0/16", given) from None


def _public_url(given: str) -> str:
    if not re.fullmatch(r"https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?", given) or given.endswith(":443"):
        raise wrong_value("https://NAME | https://NAME:PORT", given)
    return given


def _proxies(given: str) -> tuple[IPv4Network | IPv6Network, ...]:
    networks = _networks(given)
    if any(each.prefixlen == 0 for each in networks):
        raise wrong_value("NETWORK …, as 10.20.0.0/16", given)  # whoever trusts everybody's headers trusts nobody's
    return networks


def wrong_value(expected: str, got: str) -> WrongUse:
    """The error of a value that a setting does not take."""
    return WrongUse(
        "use/setting", f"This setting takes {expected}, not {got[:80]}.", expected=expected, got=got[:80]
    )  # fmt: skip


def _minutes(given: str) -> int:
    if not re.fullmatch("[0-9]{1,6}", given) or int(given) == 0:
        raise wrong_value("MINUTES", given)
    return int(given)


def _printers(given: str) -> tuple[Printer, ...]:
    printers = read_printers(given)
    if printers is None:
        raise wrong_value("NAME=HOST:PORT@DPI …, as counter=10.0.0.7:9100@203", given)
    return printers


READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "database": database_url, "server": str, "log_key": Path, "log_key_ml_dsa": Path, "log_published": Path,
    "publication": _one_of("private", "public"), "log_verifier": str, "passphrase_file": Path,
    "reminders": Path, "timezone": _zone, "log_format": _one_of("json", "plain"), "metrics": _metrics,
    "attachments": _store, "attachment_staging": Path, "attachment_limit": _bytes("attachment_limit"),
    "attachment_quota": _bytes("attachment_quota"), "writes_a_minute": _each_minute, "sign_ins_a_minute": _each_minute,
    "vouching": Path, "public_url": _public_url, "tls_cert": Path, "tls_key": Path, "behind_proxy": _proxies,
    "webhook_networks": _networks, "traces": _collector, "time_authorities": Path,
    "case_keys": Path,
    "witness_policy": Path, "witness_minutes": _minutes, "printers": _printers,
}  # fmt: skip
"""How each setting is read. Each raises WrongUse for what is no value of it."""
