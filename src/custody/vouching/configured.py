"""What the operator configured: issuers, whom each may vouch for, and the certificates of machines. One TOML file."""

from __future__ import annotations

import ssl
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, ValidationInfo

from custody.acts.values import Hex32, Name
from custody.errors import Malformed

Algorithm = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
]  # fmt: skip
"""Signatures that an issuer alone can make: never ``none``, and no HS256, whose key every client shares."""

ALGORITHMS: Final[tuple[Algorithm, ...]] = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")

_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


def web_address(given: str) -> str:
    """An address over https; in the clear only on this machine. Raises ValueError."""
    parts = urlsplit(given)
    clear = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not (parts.scheme == "https" or clear) or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError(given)
    return given


def _in_folder(path: Path, info: ValidationInfo) -> Path:
    folder: Path = info.context["folder"] if info.context else Path()
    return folder / path


File = Annotated[Path, AfterValidator(_in_folder)]
"""Relative paths are read from the folder of the settings."""

Printed = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,300}$")]
Said = Annotated[str, StringConstraints(min_length=1, max_length=60)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Issuer(_Table):
    """One issuer (RFC 8414, OpenID Connect Discovery 1.0) and for whom of the ledger its word counts."""

    issuer: Annotated[str, AfterValidator(web_address), Field(max_length=500)]
    """Exactly as its tokens say it in ``iss``."""
    agencies: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Only people and systems of these agencies: an issuer says nothing about other houses."""
    title: Said | None = None
    """What a page calls it."""
    audience: Printed | None = None
    """Bearer tokens are taken that were issued for this audience; without it none are."""
    typ: Literal["at+jwt", "JWT"] = "at+jwt"
    """The ``typ`` of its access tokens: that of RFC 9068, or none of its own."""
    client_id: Printed | None = None
    """Pages sign in there as this client; without it they do not."""
    client_secret_file: File | None = None
    scopes: Annotated[tuple[Printed, ...], Field(max_length=20)] = ("openid",)
    algorithms: Annotated[tuple[Algorithm, ...], Field(min_length=1)] = ALGORITHMS
    person_claim: Printed = "sub"
    people: Mapping[Said, Name] | None = None
    """Value of the claim → person; without it the value is the person's id itself."""
    systems: Mapping[Said, Name] = {}
    """``sub`` of a machine's token → system."""
    ca_file: File | None = None
    """The certificates that its server is checked with; without it those of the operating system."""


class Certificates(_Table):
    """Machines that a proxy in front has identified by a client certificate (RFC 9440)."""

    header: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{2,63}$")]
    """The header in which the proxy passes on the certificate."""
    systems: Annotated[Mapping[Hex32, Name], Field(min_length=1)]
    """SHA-256 of the certificate (DER), in hex → system."""


class Vouching(_Table):
    """The whole file."""

    issuers: Mapping[Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")], Issuer] = {}
    certificates: Certificates | None = None


NOBODY: Final = Vouching()

EXPECTED: Final[Mapping[str, tuple[str, str]]] = {
    "issuer": ("https 地址（仅本机可用 http），不含用户名、查询和片段", "an https address (http on this machine only)"),
    "agencies": ("至少一个机构编号的列表", "a list of ids of agencies, one or more"),
    "title": ("1 至 60 字", "1 to 60 characters"),
    "audience": ("不含空格的字符串", "a text without spaces"),
    "typ": ("at+jwt 或 JWT", "at+jwt or JWT"),
    "client_id": ("不含空格的字符串", "a text without spaces"),
    "client_secret_file": ("文件路径", "the path of a file"),
    "scopes": ("不含空格的字符串列表", "a list of words"),
    "algorithms": ("允许的签名算法列表（RS、PS、ES 256 至 512 或 EdDSA）", "a list of RS, PS, ES 256 to 512 or EdDSA"),
    "person_claim": ("声明的名称", "the name of a claim"),
    "people": ("声明值 = 人员编号 的表", "a table: value of the claim = id of a person"),
    "systems": ("一个表，值为系统编号", "a table whose values are ids of systems"),
    "ca_file": ("文件路径", "the path of a file"),
    "header": ("请求头名称", "the name of a header"),
    "issuers": ("以小写字母、数字、“-”命名的表", "tables named by lower-case letters, digits and -"),
    "certificates": ("含 header 和 systems 的表", "a table with header and systems"),
}  # fmt: skip
"""Setting → what it takes, in zh-CN and in English."""


def read_vouching(path: Path) -> tuple[Vouching, list[Malformed]]:
    """Read the file; returns it with everything that is wrong, in which case nothing of it counts. Raises OSError."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        return NOBODY, [_wrong("", "TOML", "TOML", str(error))]
    try:
        read = Vouching.model_validate(found, context={"folder": path.parent})
    except ValidationError as error:
        return NOBODY, [_named(each) for each in _innermost(error)]
    mistakes = [wrong for name, each in read.issuers.items() for wrong in _contradictions(f"issuers.{name}", each)]
    addresses = [each.issuer for each in read.issuers.values()]
    for name, each in read.issuers.items():
        if addresses.count(each.issuer) > 1:
            mistakes.append(_wrong(f"issuers.{name}.issuer", "各不相同的签发者", "an issuer named once", each.issuer))
    return (NOBODY, mistakes) if mistakes else (read, [])


def _contradictions(at: str, issuer: Issuer) -> list[Malformed]:
    """What of one issuer does not go together."""
    found = []
    if issuer.audience is None and issuer.client_id is None:
        found.append(_wrong(f"{at}.audience", "audience 或 client_id 至少一项", "audience, client_id, or both", ""))
    if issuer.typ == "JWT" and issuer.audience is not None and issuer.audience == issuer.client_id:
        # An ID token says who sat at a page. With neither a type nor an audience of its own, it could not be told
        # from an access token, and every page that somebody signs in at could act for him here.
        found.append(_wrong(f"{at}.audience", "与 client_id 不同的值", "another value than client_id", issuer.audience))
    if issuer.client_id is not None and "openid" not in issuer.scopes:
        found.append(_wrong(f"{at}.scopes", "含 openid 的列表", "a list with openid", " ".join(issuer.scopes)))
    if issuer.systems and issuer.audience is None:
        found.append(_wrong(f"{at}.systems", "同时设置 audience", "audience beside it", ""))
    for name in ("client_secret_file", "ca_file"):
        file: Path | None = getattr(issuer, name)
        if file is not None and not file.is_file():
            found.append(_wrong(f"{at}.{name}", "存在的文件", "a file that exists", str(file)))
        elif file is not None and name == "client_secret_file" and file.stat().st_mode & 0o077:
            found.append(_wrong(f"{at}.{name}", "他人不可读的文件（chmod 600）", "a file of mode 0600", str(file)))
        elif file is not None and name == "ca_file" and not _holds_certificates(file):
            found.append(_wrong(f"{at}.{name}", "PEM 证书文件", "certificates in PEM", str(file)))
    return found


def _holds_certificates(file: Path) -> bool:
    try:
        ssl.create_default_context(cafile=str(file))
    except OSError:
        return False
    return True


def _innermost(error: ValidationError) -> list[Mapping[str, Any]]:
    """The errors, without those of a list whose members are wrong."""
    found: list[Any] = error.errors(include_url=False, include_context=False)
    places = [each["loc"] for each in found]
    return [each for each in found if not any(each["loc"] == other[: len(each["loc"])] != other for other in places)]


def _named(error: Mapping[str, Any]) -> Malformed:
    """A validation error by the setting it is in; what was given is told only where it can be no secret."""
    place = [str(part) for part in error["loc"] if not str(part).startswith("[")]
    at = ".".join(place)
    if error["type"] == "extra_forbidden":
        return _wrong(at, "已有的设置名", "the name of a setting", place[-1])
    known = next((name for name in reversed(place) if name in EXPECTED), "issuers")
    got = "" if error["type"] == "missing" else str(error["input"])[:80]
    return _wrong(at, *EXPECTED[known], got)


def _wrong(at: str, zh: str, en: str, got: str) -> Malformed:
    return Malformed(
        "malformed/vouching", f"The settings of issuers are wrong at {at or 'the whole'}: expected {en}, not “{got}”.",
        field=at, expected=en, expected_zh=zh, got=got,
    )  # fmt: skip
