"""What an act says apart from who signed it and of which items: its own fields, each by name, in one language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from pydantic import BaseModel, JsonValue

from custody import label
from custody.acts.act import Act
from custody.acts.values import Sealed
from custody_api.papers.report.history import History, stamp
from custody_api.papers.report.wording import FIELDS, MORE_TERMS
from custody_api.papers.sheet import code

_ELSEWHERE: Final = frozenset({
    *Act.model_fields, "case", "item", "items", "lines", "tubes", "children", "seals", "changes", "evidence",
    "disclosures", "book", "scans", "verdicts", "missing", "misplaced", "draw", "envelope", "public_key", "listing",
    "photos",
})  # fmt: skip
"""Fields that stand in other columns or chapters of a report, or are lists that belong to the act alone."""

_SEEN_ELSEWHERE: Final = frozenset({"item", "seal_seen", "photos"})
_MOST_GROUPS: Final = 12
"""So many different lines of an act are told in its row."""

_PEOPLE: Final = frozenset({"borrower", "officers", "legal_reviewer", "examiners", "person", "held_by"})
_AGENCIES: Final = frozenset({"agency", "lead", "sender", "laboratory"})
_ACT: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEX: Final = re.compile(r"[0-9a-f]{64}")


def said(history: History, act: Act) -> str:
    """The fields of an act's own, then its documents and its note, one a line."""
    return "\n".join(_lines(history, act))


def _lines(history: History, act: Act) -> Iterator[str]:
    for name in type(act).model_fields:
        if name not in _ELSEWHERE and (value := shown(history, getattr(act, name), name)):
            yield _pair(history, name, value)
    yield from _found(history, act)
    if act.basis:
        yield _pair(history, "basis", history.sources.joined(act.basis))
    if act.note:
        yield _pair(history, "note", act.note)


def _found(history: History, act: Act) -> Iterator[str]:
    """What the lines of an act say of its items, alike lines together."""
    groups: dict[str, list[str]] = {}
    for line in getattr(act, "lines", ()):
        fields = [(name, shown(history, getattr(line, name), name)) for name in type(line).model_fields]
        told = (_pair(history, name, value) for name, value in fields if value and name not in _SEEN_ELSEWHERE)
        groups.setdefault(history.sources.t("；", "; ").join(told), []).append(line.item)
    t = history.sources.t
    for said_of, items in list(groups.items())[:_MOST_GROUPS]:
        if said_of:
            named = history.named(items)
            yield t(f"物 {named}　{said_of}", f"items: {named}: {said_of}")
    if len(groups) > _MOST_GROUPS:
        left = sum(len(items) for items in list(groups.values())[_MOST_GROUPS:])
        yield t(f"其余 {left} 件见行为原文（envelopes/）。", f"Of {left} more, see the act itself (envelopes/).")


def _pair(history: History, name: str, value: str) -> str:
    return f"{field_name(history, name)}{history.sources.t('：', ': ')}{value}"


def field_name(history: History, name: str) -> str:
    """What a field is called."""
    words = name.replace("_", " ")
    return history.sources.t(FIELDS.get(name, words), words)


def shown(history: History, value: Any, name: str = "") -> str:
    """A value of an act as people read it; empty where it says nothing."""
    sources = history.sources
    if value is None or value is False or value == "":
        return ""
    if value is True:
        return sources.yes(True)
    if isinstance(value, Sealed):
        return sources.opened(value.sealed)
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, BaseModel):
        return _inside(history, value)
    if isinstance(value, (list, tuple)):
        return sources.joined([shown(history, each, name) for each in value]) if value else ""
    return _word(history, str(value), name)


def _inside(history: History, value: BaseModel) -> str:
    """A value that is made of others: alone what names a party, else each by its name."""
    parts = {name: shown(history, getattr(value, name), name) for name in type(value).model_fields}
    told = {name: each for name, each in parts.items() if each and name not in _ELSEWHERE}
    if len(told) == 1 and next(iter(told)) in ("person", "place", "outside", "agency", "kind"):
        return next(iter(told.values()))
    return history.sources.t("，", ", ").join(
        f"{field_name(history, name)} {each}" for name, each in told.items()
    )


def _word(history: History, text: str, name: str) -> str:
    """A text: an id by the name of what it names, a term of an act as people say it."""
    sources = history.sources
    if label.is_id(text, "place"):
        return sources.place(text)
    if label.is_id(text, "item") or label.is_code(text, "item"):
        return _item(history, text)
    if _ACT.match(text):
        return history.position(text[:36])
    if name in _PEOPLE:
        return sources.person(text)
    if name in _AGENCIES:
        return sources.agency(text)
    if text in MORE_TERMS:
        return sources.t(MORE_TERMS[text], text.replace("-", " "))
    return f"{text[:16]}…" if _HEX.fullmatch(text) else text


def _item(history: History, text: str) -> str:
    if text in history.numbers:
        return history.sources.t(f"物 {history.numbers[text]}", f"item {history.numbers[text]}")
    return code(text) if len(text) == 20 else text


def json_said(history: History, value: JsonValue, name: str = "") -> str:
    """A value of decoded JSON, as corrections hold it."""
    sources = history.sources
    if isinstance(value, dict):
        sealed = value.get("sealed")
        if len(value) == 1 and isinstance(sealed, str):
            return sources.opened(sealed)
        told = [(each, json_said(history, inner, each)) for each, inner in value.items()]
        named = (f"{field_name(history, each)} {inner}" for each, inner in told if inner != "—")
        return sources.t("，", ", ").join(named)
    if isinstance(value, list):
        return sources.joined([json_said(history, each, name) for each in value])
    if value is None:
        return "—"
    return sources.yes(value) if isinstance(value, bool) else _word(history, str(value), name)
