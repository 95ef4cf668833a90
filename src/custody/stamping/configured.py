"""Which authorities date the checkpoints, and what they are trusted by. One TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from cryptography import x509
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo
from pydantic import StringConstraints as Text

from custody.errors import CustodyError, Malformed
from custody.timestamps.chain import read_certificates
from custody.timestamps.wire import Hash


def _web_address(given: str) -> str:
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.fragment:
        raise ValueError(given)
    return given


def _in_file(given: Any, info: ValidationInfo) -> tuple[x509.Certificate, ...]:
    """The certificates in a file, relative to the folder of the settings."""
    if not isinstance(given, str):
        raise ValueError(str(given)[:80])
    folder: Path = info.context["folder"] if info.context else Path()
    try:
        found = read_certificates((folder / given).read_bytes())
    except (OSError, CustodyError):
        raise ValueError(given) from None
    if not found:
        raise ValueError(given)
    return found


InFile = Annotated[tuple[x509.Certificate, ...], BeforeValidator(_in_file)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Authority(_Table):
    """One authority: where it is asked, and which self-signed certificates its tokens have to lead to."""

    roots: InFile
    url: Annotated[str, AfterValidator(_web_address), Field(max_length=500)] | None = None
    """Without it, it is asked no more, and its roots still count for the tokens it gave."""
    chain: InFile = ()
    """Certificates between, where the authority does not send them."""
    policy: Annotated[str, Text(pattern=r"^[0-2](\.(0|[1-9][0-9]{0,17})){1,30}$")] | None = None
    """The object identifier of the policy that tokens have to be given under; without it, the authority chooses."""
    interval_minutes: Annotated[int, Field(strict=True, ge=1, le=525_600)] = 60
    ca_file: InFile = ()
    """What its server is checked with over https; without it, the certificates of the operating system."""

    @property
    def interval(self) -> timedelta:
        """How long after a token the next is asked for, if the log has grown."""
        return timedelta(minutes=self.interval_minutes)


class Authorities(_Table):
    """The whole file."""

    authorities: Mapping[Annotated[str, Text(pattern=r"^[a-z0-9-]{1,40}$")], Authority] = {}
    renewal_hash: Hash = "sha256"
    """The hash of listings and of renewals over them."""

    @property
    def roots(self) -> tuple[x509.Certificate, ...]:
        """Every certificate that any authority is trusted by."""
        return tuple(dict.fromkeys(root for each in self.authorities.values() for root in each.roots))

    @property
    def asked(self) -> dict[str, Authority]:
        """Those that are asked."""
        return {name: each for name, each in self.authorities.items() if each.url}


NONE: Final = Authorities()

EXPECTED: Final[Mapping[str, tuple[str, str]]] = {
    "authorities": ("以小写字母、数字、“-”命名的表", "tables named by lower-case letters, digits and -"),
    "roots": ("含自签名根证书的 PEM 文件", "a PEM file with the self-signed roots"),
    "url": ("不含用户名和片段的 http 或 https 地址", "an http or https address"),
    "chain": ("含中间证书的 PEM 文件", "a PEM file with the certificates between"),
    "policy": ("对象标识符，如 1.2.3.4", "an object identifier such as 1.2.3.4"),
    "interval_minutes": ("1 至 525600 的整数", "a whole number from 1 to 525600"),
    "ca_file": ("PEM 证书文件", "a PEM file with certificates"),
    "renewal_hash": ("sha256 或 sha512", "sha256 or sha512"),
}
"""Setting → what it takes, in zh-CN and in English."""


def read_authorities(path: Path) -> tuple[Authorities, list[Malformed]]:
    """Read the file; returns it with everything that is wrong, in which case nothing of it counts. Raises OSError."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        return NONE, [_wrong("", "TOML", "TOML", str(error))]
    try:
        read = Authorities.model_validate(found, context={"folder": path.parent})
    except ValidationError as error:
        return NONE, [_named(each) for each in error.errors(include_url=False, include_context=False)]
    return read, []


def _named(error: Mapping[str, Any]) -> Malformed:
    """A validation error by the setting it is in."""
    place = [str(part) for part in error["loc"] if not str(part).startswith("[")]
    at = ".".join(place)
    if error["type"] == "extra_forbidden":
        return _wrong(at, "已有的设置名", "the name of a setting", place[-1])
    known = next((name for name in reversed(place) if name in EXPECTED), "authorities")
    got = "" if error["type"] == "missing" else str(error["input"])[:80]
    return _wrong(at, *EXPECTED[known], got)


def _wrong(at: str, zh: str, en: str, got: str) -> Malformed:
    return Malformed(
        "malformed/time-authorities",
        f"The settings of time authorities are wrong at {at or 'the whole'}: expected {en}, not “{got}”.",
        field=at, expected=en, expected_zh=zh, got=got,
    )  # fmt: skip
