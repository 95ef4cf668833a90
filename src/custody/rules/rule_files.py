"""Reading a policy from its files: TOML, one for each chapter of rules.

A chapter has the tables ``refusal``, ``defect``, ``numbers``, ``choices``, ``remedy``, ``storage``, ``deadline``,
``escalation``, ``calendar``, ``stages``, ``passages`` and ``retention``, as far as it needs them. What one chapter
names no other may name again. A rule, a number or a deadline that changed has ``versions``: a list, oldest first, of
what differs from the table itself, each with ``valid_from`` and ``valid_to``.

A jurisdiction may extend another: it names in ``extends`` whose rules it shares, in ``without`` those it does not have,
and says anew what it has otherwise; deadlines, calendars and retention are each jurisdiction's own. What is shared was
verified for the other one only, and is UNVERIFIED here.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from typing import Any, Final, Literal

from custody.errors import Malformed
from custody.rules.calendars import read_calendar
from custody.rules.clocks.text import read_deadlines
from custody.rules.policy import Choice, Number, Passage, Policy, Remedy, RuleText, days_of, manifest_of
from custody.rules.retention import read_retention

_KINDS: Final = ("refusal", "defect")
_SHARED: Final = ("refusal", "defect", "numbers", "choices", "remedy", "storage")
_TABLES: Final = (
    "refusal", "defect", "numbers", "choices", "remedy", "storage", "deadline", "escalation", "calendar", "stages",
    "passages", "retention",
)  # fmt: skip
_Chapters = Mapping[str, Mapping[str, Any]]


def read_policy(files: Mapping[str, bytes]) -> Policy:
    """Read a policy from its files (path → bytes). Raises Malformed."""
    try:
        chapters = _chapters(files)
        (jurisdiction,) = [chapter["jurisdiction"] for chapter in chapters.values() if "jurisdiction" in chapter]
        texts = _texts(chapters, "refusal") | _texts(chapters, "defect")
        numbers = {name: _number(each) for name, each in _table(chapters, "numbers").items()}
        values = {name: versions[-1].value for name, versions in numbers.items()}
        deadlines = read_deadlines(_table(chapters, "deadline"), _table(chapters, "escalation"), values)
        return Policy(
            hashlib.sha256(manifest_of(files)).hexdigest(),
            jurisdiction,
            {code: versions[-1] for code, versions in texts.items()},
            values,
            {category: tuple(classes) for category, classes in _table(chapters, "storage").items()},
            {name: Choice(**each) for name, each in _table(chapters, "choices").items()},
            {severity: Remedy(**each) for severity, each in _table(chapters, "remedy").items()},
            texts,
            numbers,
            {code: name for name, each in chapters.items() for kind in _KINDS for code in each.get(kind, ())},
            days_of([each for versions in (*texts.values(), *numbers.values()) for each in versions]),
            {rule: versions[-1] for rule, versions in deadlines.items()},
            read_calendar(_table(chapters, "calendar")),
            {name: frozenset(each["agencies"]) for name, each in _table(chapters, "stages").items()},
            _passages(_table(chapters, "passages")),
            deadlines,
            read_retention(_table(chapters, "retention")),
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise Malformed("malformed/policy", f"The rule data cannot be read: {error}.") from None


def extends(files: Mapping[str, bytes]) -> str | None:
    """The jurisdiction whose rules these files extend; None for one that stands alone. Raises Malformed."""
    try:
        read = [tomllib.loads(data.decode()) for data in files.values()]
    except ValueError as error:
        raise Malformed("malformed/policy", f"The rule data cannot be read: {error}.") from None
    return next((str(each["extends"]) for each in read if "extends" in each), None)


def _chapters(files: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    """Every file read, by name; of what is inherited, only what holds here."""
    read = {path.removesuffix(".toml"): tomllib.loads(data.decode()) for path, data in sorted(files.items())}
    own = {path: chapter for path, chapter in read.items() if "/" not in path}
    without = {code for chapter in own.values() for code in chapter.get("without", ())}
    said = {(table, name) for chapter in own.values() for table in _TABLES for name in chapter.get(table, {})}
    inherited = {
        path: {
            table: {
                name: _unverified(path, each) for name, each in chapter.get(table, {}).items()
                if name not in without and (table, name) not in said
            }
            for table in _SHARED
        }
        for path, chapter in read.items() if "/" in path
    }  # fmt: skip
    unknown = without - {name for path, chapter in read.items() if "/" in path for name in _names(chapter)}
    if unknown:
        raise ValueError(f"{sorted(unknown)} is not there to be left out")
    return {**own, **inherited}


def _names(chapter: Mapping[str, Any]) -> set[str]:
    return {name for table in _TABLES for name in chapter.get(table, {})}


def _unverified(path: str, fields: Any) -> Any:
    """What another jurisdiction says, as it holds in one that nobody has checked it for."""
    if not isinstance(fields, dict) or not fields.keys() & {"source", "versions"}:
        return fields
    said = {"source": f"{path.split('/')[0]}: {fields['source']}"} if "source" in fields else {}
    versions = {"versions": [_unverified(path, each) for each in fields["versions"]]} if "versions" in fields else {}
    return fields | said | versions | {"verified": False}


def _table(chapters: _Chapters, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for chapter in chapters.values():
        table = chapter.get(name, {})
        if twice := found.keys() & table.keys():
            raise ValueError(f"{name} {sorted(twice)} stands in two chapters")
        found |= table
    return found


def _passages(table: Mapping[str, Any]) -> dict[tuple[str, str], Passage]:
    known = [Passage(name, each["from"], each["to"], each.get("most")) for name, each in table.items()]
    return {(each.before, each.after): each for each in known}


def _versions(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A table as each of its versions reads, oldest first; one that never changed has one."""
    common = {name: value for name, value in fields.items() if name != "versions"}
    return [common | each for each in fields.get("versions", ({},))]


def _number(fields: Mapping[str, Any]) -> tuple[Number, ...]:
    return tuple(Number(**each) for each in _versions(fields))


def _texts(chapters: _Chapters, kind: Literal["refusal", "defect"]) -> dict[str, tuple[RuleText, ...]]:
    return {
        code: tuple(_text(code, kind, each) for each in _versions(fields))
        for code, fields in _table(chapters, kind).items()
    }


def _text(code: str, kind: Literal["refusal", "defect"], fields: Mapping[str, Any]) -> RuleText:
    return RuleText(
        fields.get("valid_from"),
        fields.get("valid_to"),
        code,
        fields["rule"],
        kind,
        fields["severity"] if kind == "defect" else None,
        fields["zh"],
        fields["en"],
        fields.get("instead_zh", ""),
        fields.get("instead_en", ""),
        fields["source"],
        bool(fields["verified"]),
        fields.get("owner", ""),
        fields.get("remedy_zh", ""),
        fields.get("remedy_en", ""),
    )
