"""How pages tell coded values, codes and moments to people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from babel import Locale
from babel.dates import format_date, format_datetime
from markupsafe import Markup

from custody import label
from custody.acts import ACT_TYPES
from custody.cli.show_books import WORDS as OFFERED
from custody.cli.zone import here
from custody.errors import Malformed
from custody.facts.shapes import STATUSES
from custody_api.papers.report.wording import FIELDS, MORE_TERMS
from custody_api.wording import Language

_LOCALE: Final[Mapping[Language, Locale]] = {"zh": Locale.parse("zh_CN"), "en": Locale.parse("en_GB")}
_MOMENT: Final[Mapping[Language, str]] = {"zh": "M月d日 EEE HH:mm", "en": "EEE d MMM HH:mm"}
_MOMENT_OF_A_YEAR: Final[Mapping[Language, str]] = {"zh": "y年M月d日 EEE HH:mm", "en": "EEE d MMM y HH:mm"}
_DAY: Final[Mapping[Language, str]] = {"zh": "y年M月d日 EEE", "en": "EEE d MMM y"}


def moment(lang: Language, instant: str | datetime | None, year: bool = True) -> Markup:
    """A moment, local and with the weekday; exact on touch. Nothing for none."""
    if instant is None:
        return Markup("—")
    at = here(instant if isinstance(instant, datetime) else datetime.fromisoformat(instant))
    pattern = (_MOMENT_OF_A_YEAR if year else _MOMENT)[lang]
    said = format_datetime(at, pattern, locale=_LOCALE[lang])
    exact = at.isoformat()
    return Markup('<time datetime="{}" title="{}">{}</time>').format(exact, exact, said)


def day(lang: Language, given: str | date | None) -> Markup:
    """A day with its weekday."""
    if given is None:
        return Markup("—")
    at = given if isinstance(given, date) else date.fromisoformat(given[:10])
    said = format_date(at, _DAY[lang], locale=_LOCALE[lang])
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), said)


def code(lang: Language, text: str) -> Markup:
    """A label's code, or the id in it, spaced for people and as one word for machines."""
    try:
        whole = text if len(text) == label.CODE_LENGTH else label.code_of(text)
        return Markup('<span class="code" data-code="{}">{}</span>').format(whole, label.spaced(whole))
    except Malformed:
        return Markup('<span class="code">{}</span>').format(text)


def term(lang: Language, word: Any) -> str:
    """A word of the trade for a coded value; what has none stays as it is."""
    if word is None:
        return "—"
    told = str(word)
    if told not in MORE_TERMS:
        return told
    return MORE_TERMS[told] if lang == "zh" else told.replace("-", " ")


def status(lang: Language, word: str) -> str:
    """Where an item stands."""
    return STATUSES[word][0 if lang == "zh" else 1]


def offered(lang: Language, state: str) -> str:
    """How a manifest or a line of it stands."""
    return OFFERED[f"manifest/{state}"][0 if lang == "zh" else 1]


def field_name(lang: Language, name: str) -> str:
    """What a field of an act is called."""
    words = name.replace("_", " ")
    return FIELDS.get(name, words) if lang == "zh" else words


def act_name(lang: Language, kind: str) -> str:
    """What a type of act is called."""
    return ACT_TYPES[kind].zh if lang == "zh" and kind in ACT_TYPES else kind.replace("-", " ")


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "moment": moment, "day": day, "code": code, "term": term, "act_name": act_name, "field_name": field_name,
    "status": status, "offered": offered,
}  # fmt: skip
