"""The small values that acts are made of, each with its strict form.

Source: docs/format.md sections 1 and 2. Everything here is parsed from JSON that was already read strictly
(no duplicate keys, no floats); a value of the wrong form is a validation error that names its field.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
    StringConstraints,
    WithJsonSchema,
)

from custody import label
from custody.strict import base64url, read_base64url

MOST_ITEMS: Final = 1000
"""An act names at most this many items (docs/format.md section 3)."""

T = TypeVar("T")


class Frozen(BaseModel):
    """A value read from a signed payload: immutable, strict, and closed to unknown fields."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, populate_by_name=False,
        defer_build=True,  # most commands meet few of the fifty types of act: each is made ready when it is first read
    )  # fmt: skip


Many = Annotated[tuple[T, ...], Strict(False), Field(max_length=MOST_ITEMS)]
"""A JSON array, kept as a tuple."""

Some = Annotated[tuple[T, ...], Strict(False), Field(min_length=1, max_length=MOST_ITEMS)]
"""A JSON array with at least one element."""

_MOMENT: Final = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d:\d\d$"
_DATE: Final = r"^\d{4}-\d\d-\d\d$"
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]")


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not re.match(_MOMENT, value):
        raise ValueError("a time like 2026-03-12T22:41:00+08:00, with its numeric offset")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("a time that exists, like 2026-03-12T22:41:00+08:00") from None
    if not 1900 <= moment.year <= 2999:  # so that a few hours more or less still exist
        raise ValueError("a time between 1900 and 2999")
    return moment


def _date(value: object) -> date:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not re.match(_DATE, value):
        raise ValueError("a date like 2026-11-30")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("a date that exists, like 2026-11-30") from None


def _plain(value: str) -> str:
    if unicodedata.normalize("NFC", value) != value:
        raise ValueError("text in Unicode NFC")
    if _CONTROL.search(value):
        raise ValueError("text without control characters")
    return value


def _base64url(value: str) -> str:
    read_base64url(value)
    return value


def _code(kind: str | None) -> AfterValidator:
    def check(value: str) -> str:
        if not label.is_code(value, kind):
            raise ValueError(f"the label code of a {kind}, with sound check characters")
        return value

    return AfterValidator(check)


Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    PlainSerializer(lambda moment: moment.isoformat(), return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": _MOMENT}),
]
"""When, as the signers state it: RFC 3339 with a numeric offset, which is kept."""

Day = Annotated[
    date,
    BeforeValidator(_date),
    PlainSerializer(lambda day: day.isoformat(), return_type=str),
    WithJsonSchema({"type": "string", "format": "date", "pattern": _DATE}),
]

ActId = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
]
"""A UUIDv7 in lower case."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,63}$")]
"""The id of a person, a system or an agency: unique for ever."""

Origin = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.:-]*(/[A-Za-z0-9._-]+)*$", max_length=200)]
"""The log's origin: a schema-less URL, never used for another log."""

Hex32 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 in lower-case hex: key ids, attachments, policies."""

Digest = Annotated[str, StringConstraints(min_length=43, max_length=43), AfterValidator(_base64url)]
"""A SHA-256 in base64url without padding."""

Reference = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_plain)]
"""An authority's own reference of a case or an instrument."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_plain)]
VerifierKey = Annotated[str, StringConstraints(min_length=1, max_length=2400), AfterValidator(_plain)]
"""A vkey line (c2sp.org/signed-note): about 1,800 characters of an ML-DSA-44 key."""
Word = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(_plain)]

SealNumber = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]{0,39}$")]
"""The number on a seal, upper case: single use, unique for ever."""

Quantity = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?$")]
"""A decimal amount of zero or more, as a string: never a float."""

Measurement = Annotated[str, StringConstraints(pattern=r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?$")]
"""A decimal reading that may be negative (a temperature)."""

ItemCode = Annotated[str, _code("item")]
ItemId = Annotated[str, StringConstraints(pattern=r"^EV1[0-9A-HJKMNP-TV-Z]{13}$")]
PlaceId = Annotated[str, StringConstraints(pattern=r"^ST1[0-9A-HJKMNP-TV-Z]{13}$")]
KitId = Annotated[str, StringConstraints(pattern=r"^KT1[0-9A-HJKMNP-TV-Z]{13}$")]
ManifestId = Annotated[str, StringConstraints(pattern=r"^MF1[0-9A-HJKMNP-TV-Z]{13}$")]

PublicKey = Annotated[str, StringConstraints(min_length=40, max_length=400), AfterValidator(_base64url)]
"""A SubjectPublicKeyInfo in DER, base64url without padding."""


CredentialId = Annotated[str, StringConstraints(min_length=22, max_length=1364), AfterValidator(_base64url)]
"""The id by which a browser finds a passkey: 16 to 1,023 bytes, base64url without padding."""

RpId = Annotated[
    str,
    StringConstraints(
        pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", max_length=253
    ),
]
"""The domain name of the site that a passkey was made for, in lower case."""

PageOrigin = Annotated[
    str,
    StringConstraints(
        pattern=r"^(https://[a-z0-9.-]{1,253}|http://([a-z0-9-]{1,63}\.)?localhost)(:[1-9][0-9]{0,4})?$"
    ),
]
"""The origin of a page as browsers write it. They have passkeys over HTTPS only, and on the machine itself."""

EnvelopeBytes = Annotated[str, StringConstraints(min_length=4, max_length=700_000), AfterValidator(_base64url)]
"""The exact bytes of another envelope, base64url without padding."""


class Sealed(Frozen):
    """Personal data as a commitment: SHA-256(salt ‖ UTF-8 value), base64url; the value travels beside."""

    sealed: Digest


MaybeSealed = Word | Sealed
"""Text that a jurisdiction may want sealed: a plate, a serial number, a laboratory value."""


class Measure(Frozen):
    """One measured quantity of a line: ``{"quantity":"312.46","unit":"g"}``."""

    quantity: Measurement
    unit: Word

    @property
    def amount(self) -> Decimal:
        """The quantity as an exact decimal."""
        return Decimal(self.quantity)


class Range(Frozen):
    """A temperature range in degrees Celsius."""

    min: Measurement
    max: Measurement


class Line(Frozen):
    """One item in somebody's hands: its condition, the seal seen on it, and what was measured."""

    item: ItemId
    condition: Word
    seal_seen: SealNumber | Literal["none", "broken"]
    measured: Many[Measure] = ()
    remark: Text | None = None


def seal_commitment(salt: bytes, value: str) -> str:
    """Return the base64url commitment SHA-256(salt ‖ UTF-8 value) of a sealed value; the salt is 32 bytes."""
    if len(salt) != 32:
        raise ValueError("a salt is 32 bytes")
    return encode(hashlib.sha256(salt + value.encode()).digest())


def encode(data: bytes) -> str:
    """Return base64url without padding."""
    return base64url(data)


def decode(text: str) -> bytes:
    """Return the bytes of base64url without padding that a field has already checked."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sealed_in(fields: Any) -> list[str]:
    """Return every commitment that stands anywhere in a decoded payload, in reading order."""
    found: list[str] = []
    _collect_sealed(fields, found)
    return found


def sealed_by(fields: Any) -> list[str]:
    """Return the commitments that an act itself makes: what a correction names as old was disclosed before."""
    named = sealed_in(fields)
    if not named or fields["act"] != "correction":
        return named
    old = set(sealed_in([change.get("old") for change in fields["changes"]]))
    return [each for each in named if each not in old]


def _collect_sealed(value: Any, found: list[str]) -> None:
    if type(value) is dict:
        if len(value) == 1 and isinstance(value.get("sealed"), str):
            found.append(value["sealed"])
            return
        value = value.values()
    elif type(value) is not list:
        return
    for inner in value:
        if type(inner) in (dict, list):  # most are text: not worth a call
            _collect_sealed(inner, found)
