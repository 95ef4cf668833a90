"""Steps 9 and 10: what is disclosed is what was sealed, and each file is one that an act names."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Annotated

from pydantic import Field, ValidationError

from custody.acts.act import Act
from custody.acts.values import Digest, Frozen, decode, encode, sealed_in
from custody.bundle import names
from custody.bundle.bundled import LARGEST_LIST, Bundle
from custody.bundle.report import Step
from custody.errors import CustodyError, Malformed
from custody.facts.files import files_of
from custody.strict import malformed, read_json

_LONGEST_VALUE = 4_000


class Opened(Frozen):
    """A sealed value that is disclosed."""

    salt: Digest
    value: Annotated[str, Field(max_length=_LONGEST_VALUE)]


class _Disclosures(Frozen):
    disclosures: list[Opened]


def check_disclosures(bundle: Bundle, step: Step) -> None:
    """Whether what is disclosed was committed to when it was signed."""
    sealed = {each for act in bundle.acts.values() for each in sealed_in(act.fields)}
    opened: set[str] = set()
    try:
        for at, each in enumerate(_disclosures(bundle)):
            step.checked += 1
            commitment = encode(sha256(decode(each.salt) + each.value.encode()).digest())
            opened.add(commitment)
            if commitment not in sealed:
                step.found("disclosure-foreign", names.DISCLOSURES, number=at)
    except CustodyError as error:
        step.found("disclosures", names.DISCLOSURES, field=error.fields.get("field", ""))
    if closed := sealed - opened:
        step.passed_over("sealed-closed", names.DISCLOSURES, count=len(closed))


def _disclosures(bundle: Bundle) -> list[Opened]:
    """What the file of disclosures holds; nothing where there is none. Raises Malformed."""
    if names.DISCLOSURES not in bundle.archive.members:
        return []
    try:
        body = read_json(bundle.archive.read(names.DISCLOSURES, LARGEST_LIST) or b"", "disclosures")
        return _Disclosures.model_validate(body).disclosures
    except ValidationError as error:
        raise malformed("disclosures", error) from None


def check_attachments(bundle: Bundle, step: Step) -> None:
    """Whether each file is what it is named by, and belongs to an act."""
    named = {sha256 for act in bundle.acts.values() for sha256 in _files(act.act)}
    there = set()
    for name in bundle.archive.under("attachments/"):
        step.checked += 1
        stated = name.removeprefix("attachments/")
        there.add(stated)
        if bundle.archive.members[name].sha256 != stated:
            step.found("attachment-changed", name)
        if stated not in named:
            step.found("attachment-foreign", name)
    if left_out := named - there:
        step.passed_over("attachments-left-out", "", count=len(left_out))


def _files(act: Act | None) -> Iterator[str]:
    try:
        yield from files_of(act) if act is not None else ()
    except Malformed:
        return  # an act that a correction would insert and that is none: the rules say so
