"""The entry: what the log holds of an act, small and free of content, made once by the ledger at append.

Source: docs/format.md section 4. The leaf hash is SHA-256(0x00 ‖ entry bytes); the exact envelope stands beside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError
from pydantic_core import to_json

from custody.acts.act import Act
from custody.acts.values import ActId, Frozen, Hex32, Many, Word
from custody.errors import Damaged
from custody.strict import malformed, read_json

Severity = Literal["minor", "curable", "exclusion-risk"]
"""minor; curable (瑕疵); exclusion-risk: cannot simply be explained away."""

LONGEST_ENTRY = 65_535


class Defect(Frozen):
    """A rule that a past fact broke. ``items`` are indexes into the act's own list; empty means all."""

    id: Word
    code: Word
    rule: Word
    severity: Severity
    items: Many[int] = ()


class Entry(Frozen):
    """A parsed entry. ``previous`` maps ``item:…``, ``key:…`` and ``person:…`` to the leaf index of the act
    before on the same, or −1."""

    recorded_at: str
    act: ActId
    type: Word
    envelope: Hex32
    size_bytes: Annotated[int, Field(ge=1)]
    policy: Hex32
    defects: Many[Defect]
    previous: dict[str, int]


@dataclass(frozen=True, slots=True)
class Recorded:
    """An act as it stands in the log: what facts are folded from. ``recorded_at`` is the ledger's clock, UTC."""

    index: int
    recorded_at: datetime
    act: Act
    defects: tuple[Defect, ...]
    policy: str = field(default="", compare=False)
    """The id of the rule data by which it was judged, where it was read from the log."""


def instant(moment: datetime) -> str:
    """Return an instant as entries write it: ``2026-03-12T14:26:05.123456Z``."""
    return _written(moment.astimezone(UTC))


@lru_cache(maxsize=64)
def _written(utc: datetime) -> str:
    """All acts of one transaction bear one time. In UTC equal instants are written alike."""
    return utc.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def write_entry(
    *,
    recorded_at: datetime,
    act: str,
    type_name: str,
    envelope_sha256: str,
    size_bytes: int,
    policy: str,
    defects: Sequence[Defect],
    previous: Mapping[str, int],
) -> bytes:
    """Return the bytes of an entry: compact JSON, fields in the order of the format, UTF-8."""
    body: dict[str, Any] = {
        "recorded_at": instant(recorded_at),
        "act": act,
        "type": type_name,
        "envelope": envelope_sha256,
        "size_bytes": size_bytes,
        "policy": policy,
        "defects": [_defect(defect) for defect in defects],
        "previous": dict(previous),
    }
    return to_json(body)


def read_entry(data: bytes) -> Entry:
    """Parse an entry's bytes. Raises Malformed with the field."""
    try:
        return Entry.model_validate(read_json(data, "entry"))
    except ValidationError as error:
        raise malformed("entry", error) from None


def recorded_at(entry: Entry) -> datetime:
    """The instant an entry states. Raises Damaged if the ledger wrote something else."""
    moment = moment_of(entry.recorded_at)
    if moment is None:
        raise Damaged("damaged/entry", "An entry bears no readable time.", act=entry.act)
    return moment


@lru_cache(maxsize=64)
def moment_of(text: str) -> datetime | None:
    """The instant that was written so, if it is written as `instant` does."""
    if len(text) != len("2026-03-12T14:26:05.123456Z"):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if instant(moment) == text else None


def _defect(defect: Defect) -> dict[str, Any]:
    body: dict[str, Any] = {"id": defect.id, "code": defect.code, "rule": defect.rule, "severity": defect.severity}
    if defect.items:
        body["items"] = list(defect.items)
    return body
