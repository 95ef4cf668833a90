"""What an act says, in plain sentences: the same patterns, filled in the same way, as `static/sentences.js`.

A pattern is one sentence. It is said only if every ``{…}`` in it has a value:

* ``{place}``, ``{change.expires|day}``: the value at a path, as a filter tells it; of a list, that of each member;
  ``[seal_seen=broken]`` keeps some members, ``#`` counts them;
* ``{@custodian}``: who signs in a part, with key or on paper;
* ``{?change.kind=lift}``, ``{?!difference}``: a condition, which says nothing itself;
* ``{*items}`` in front: the sentence is said of each member, with paths from there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from custody import label
from custody_api.wording import Language

_STATIC: Final = Path(__file__).parent / "static"
_BRACES: Final = re.compile(r"\{([^}]+)\}")
_STEP: Final = re.compile(r"^(#|[\w-]+)(?:\[(\w+)(?:(!?=)([^\]]*))?\])?$")
_GUARD: Final = re.compile(r"^(!?)([^=!]+?)(?:(!?=)(.*))?$")
_MOST: Final = 10
_WEEKDAYS: Final = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Names = Mapping[str, str]
"""Id → what people call it."""


def sentences(draft: Mapping[str, Any], lang: Language, names: Names | None = None) -> list[str]:
    """The sentences of a draft, or of an act with its sealed values opened; ``names`` of people, places and items."""
    known = patterns()
    told = [*known[draft["act"]][lang], *known["*"][lang]]
    return [said for pattern in told for said in _said(pattern, draft, lang, names or {})]


@cache
def patterns() -> Mapping[str, Mapping[str, list[str]]]:
    """Act type → language → its patterns; ``*`` stands for every act."""
    found: Mapping[str, Mapping[str, list[str]]] = _read("sentences.json")
    return found


@cache
def _terms() -> Mapping[str, str]:
    found: Mapping[str, str] = _read("terms.json")
    return found


def _read(name: str) -> Any:
    return json.loads((_STATIC / name).read_text(encoding="utf-8"))


def _said(pattern: str, draft: Mapping[str, Any], lang: Language, names: Names) -> Iterator[str]:
    each = re.match(r"^\{\*([^}]+)\}", pattern)
    roots = _at(draft, each[1], draft) or [] if each else [draft]
    for root in roots:
        said = _filled(pattern[each.end() :] if each else pattern, root, draft, lang, names)
        if said is not None:
            yield said


def _filled(pattern: str, root: Any, draft: Mapping[str, Any], lang: Language, names: Names) -> str | None:
    def fill(found: re.Match[str]) -> str:
        inner = found[1]
        if inner[0] == "?":
            if not _holds(inner[1:], root, draft):
                raise LookupError
            return ""
        path, _, how = inner.partition("|")
        said = _told(_at(root, path, draft), path, how, lang, names)
        if not said:
            raise LookupError
        return said

    try:
        return _BRACES.sub(fill, pattern)
    except LookupError:  # the sentence does not fit this act
        return None


def _holds(condition: str, root: Any, draft: Mapping[str, Any]) -> bool:
    found = _GUARD.match(condition)
    assert found is not None  # noqa: S101 - patterns are our own
    value = _at(root, found[2], draft)
    if found[3] is None:
        return (value is None or value is False or value in ("", [])) == bool(found[1])
    return (_plain(value) == found[4]) == (found[3] == "=")


def _at(root: Any, path: str, draft: Mapping[str, Any]) -> Any:
    if path[0] == "@":
        return _signing(draft, path[1:])
    value: Any = root
    for step in path.split("."):
        found = _STEP.match(step)
        assert found is not None  # noqa: S101 - patterns are our own
        value = (len(value or ()) or None) if found[1] == "#" else _member(value, found[1])
        if found[2]:
            value = [each for each in value or () if _kept(each.get(found[2]), found[3], found[4])]
    return value


def _member(value: Any, name: str) -> Any:
    if isinstance(value, list):
        found = [_member(each, name) for each in value]
        flat = [inner for each in found for inner in (each if isinstance(each, list) else [each])]
        return [each for each in flat if each not in (None, "")]
    return value.get(name) if isinstance(value, Mapping) else None


def _kept(value: Any, how: str | None, wanted: str | None) -> bool:
    return value not in (None, "") if how is None else (_plain(value) == wanted) == (how == "=")


def _signing(draft: Mapping[str, Any], part: str) -> list[Any]:
    signers = [each.get("person") for each in draft.get("signers") or () if each.get("part") == part]
    on_paper = [each.get("name") for each in draft.get("attestations") or () if each.get("part") == part]
    return [each for each in (*signers, *on_paper) if each]


def _told(value: Any, path: str, how: str, lang: Language, names: Names) -> str:
    if value in (None, "") or value == []:
        return ""
    field = re.sub(r"\[.*?\]", "", path).split(".")[-1]
    one: Callable[[Any], str] = lambda each: _FILTERS[how](each, field, lang, names)  # noqa: E731
    if not isinstance(value, list):
        return one(value)
    told = [one(each) for each in value]
    return _joined(list(dict.fromkeys(told)) if how in ("term", "once") else told, lang)


def _joined(told: list[str], lang: Language) -> str:
    if lang == "zh":
        return "、".join(told[:_MOST]) + (f"等 {len(told)} 项" if len(told) > _MOST else "")
    if len(told) > _MOST:
        return f"{', '.join(told[:_MOST])} and {len(told) - _MOST} more"
    return " and ".join([", ".join(told[:-1]), told[-1]]) if len(told) > 1 else told[0]


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return str(value["disclose"]) if "disclose" in value else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if value is not None else ""


def _name(value: Any, field: str, lang: Language, names: Names) -> str:
    if isinstance(value, Mapping) and "sealed" in value:
        return "（已密封）" if lang == "zh" else "(sealed)"
    text = _plain(value) if not isinstance(value, (dict, list)) or "disclose" in value else _json(value)
    if text in names:
        return names[text]
    if label.is_code(text):
        return label.spaced(text)
    return label.spaced(label.code_of(text)) if label.is_id(text) else text


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _term(value: Any, field: str, lang: Language, names: Names) -> str:
    word = _plain(value)
    terms = _terms()
    return terms.get(f"{field}:{word}", terms.get(word, word)) if lang == "zh" else word.replace("-", " ")


def _day(value: Any, field: str, lang: Language, names: Names) -> str:
    on = date.fromisoformat(_plain(value)[:10])
    if lang == "zh":
        return f"{on.year}年{on.month}月{on.day}日 周{_WEEKDAYS['zh'][on.weekday()]}"
    return f"{_WEEKDAYS['en'][on.weekday()]} {on.day} {_MONTHS[on.month - 1]} {on.year}"


def _moment(value: Any, field: str, lang: Language, names: Names) -> str:
    return f"{_day(value, field, lang, names)} {_plain(value)[11:16]}"


def _short(value: Any, field: str, lang: Language, names: Names) -> str:
    text = _name(value, field, lang, names)
    return f"{text[:16]}…" if len(text) > 40 else text


def _party(value: Any, field: str, lang: Language, names: Names) -> str:
    return _name(next(iter(value.values())), field, lang, names)


def _measure(value: Any, field: str, lang: Language, names: Names) -> str:
    return f"{value['quantity']} {value['unit']}"


def _items(value: Any, field: str, lang: Language, names: Names) -> str:
    return f"{value} 件" if lang == "zh" else f"{value} item{'s' if value != 1 else ''}"


def _files(value: Any, field: str, lang: Language, names: Names) -> str:
    return f"{value} 份" if lang == "zh" else f"{value} file{'s' if value != 1 else ''}"


_FILTERS: Final[Mapping[str, Callable[[Any, str, Language, Names], str]]] = {
    "": _name, "once": _name, "term": _term, "day": _day, "moment": _moment, "short": _short, "party": _party,
    "measure": _measure, "items": _items, "files": _files,
}  # fmt: skip
